"""What is wanted: read out of SQL, an error text, models or a wish."""
