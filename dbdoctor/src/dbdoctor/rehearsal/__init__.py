"""The isolated copy, the app's own migrate command run on it, and the search for the cheapest cure."""
