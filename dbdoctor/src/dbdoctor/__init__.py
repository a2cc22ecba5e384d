"""dbdoctor."""
