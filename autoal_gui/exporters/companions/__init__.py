"""What is written beside every model: how images are prepared for it, and what it is fit for."""
