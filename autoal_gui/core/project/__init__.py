"""The project: what is kept of it, and what is done to it as a whole."""
