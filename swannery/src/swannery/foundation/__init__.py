"""What every feature stands on: database, web, jobs, event types and dispatch, clock, paging. It knows no feature."""
