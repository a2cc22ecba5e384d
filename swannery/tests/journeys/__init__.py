"""People's ways through the real site in a real browser; a package, so that pytest keeps one browser for all of it and no longer."""
