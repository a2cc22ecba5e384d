"""The only drivers and the only SQL: one folder per database, the same file names in each."""
