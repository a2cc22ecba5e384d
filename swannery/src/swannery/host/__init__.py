"""The app that is already there: its users, their passwords, what its people do. Everything here only reads."""
