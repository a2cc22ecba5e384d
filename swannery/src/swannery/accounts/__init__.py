"""Who you are: members, sign-in, preferences."""
