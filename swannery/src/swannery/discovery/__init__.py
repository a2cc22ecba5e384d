"""Whom one may want to meet: suggestions that tell their reasons."""
