"""Images that the program draws itself: the demo and the synthetic sets."""
