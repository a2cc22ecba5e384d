"""Where you gather: communities, who is in them, in which role."""
