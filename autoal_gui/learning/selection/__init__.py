"""Which images are asked for next: the search over strategies and what follows from it."""
