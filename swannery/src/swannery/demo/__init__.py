"""The studio's story, from broken to healed."""
