"""What you see: the home feed, and why each item is in it."""
