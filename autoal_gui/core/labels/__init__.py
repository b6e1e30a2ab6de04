"""The journal of answers and what is derived from it, without a file and without a window."""
