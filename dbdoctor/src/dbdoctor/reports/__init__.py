"""A report as terminal text or JSON: the only place where findings become sentences."""
