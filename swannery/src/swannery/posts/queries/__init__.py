"""All SQL on posts and what belongs to them. Whatever is read for somebody carries the condition of visibility.py."""
