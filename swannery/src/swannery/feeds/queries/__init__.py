"""All SQL on the tables of this room."""
