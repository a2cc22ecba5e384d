"""What can be done with members and sign-ins, one file per verb."""
