"""The vocabulary of the program: plain Python and numpy, no Qt, no torch."""
