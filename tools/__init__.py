"""Our own linters and scaffolds; run by `make check` and friends."""
