"""What you say: posts, comments, reactions; visibility.py holds the one condition on who may read them."""
