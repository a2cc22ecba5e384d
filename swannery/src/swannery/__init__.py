"""A social platform on the database an app already has."""

__version__ = "0.1.0"
