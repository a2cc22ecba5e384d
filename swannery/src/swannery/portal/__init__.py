"""Composed pages: they ask several features and hold no rules."""
