"""How a network learns: from labels, and from the images alone."""
