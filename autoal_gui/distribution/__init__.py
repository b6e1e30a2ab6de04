"""What turns the sources into a program for others; no part of the program while it runs."""
