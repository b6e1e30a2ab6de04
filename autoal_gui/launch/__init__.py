"""How the program starts: with a window, without a display, and what Qt needs of the system."""
