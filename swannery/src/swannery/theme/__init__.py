"""How everything looks: templates, components, static files, drawings and words; it knows no feature."""
