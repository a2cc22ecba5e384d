"""What you did: what the app recorded of its people, ready to be shared by them alone."""
