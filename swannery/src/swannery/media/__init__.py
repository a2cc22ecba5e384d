"""Pictures that people attach: read from whatever was sent, made anew, kept, and handed to whoever may see them."""
