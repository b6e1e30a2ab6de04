"""Every page and dialog in every language, size of text, size of window and look, searched."""
