"""Whom you know: follow, friend, block."""
