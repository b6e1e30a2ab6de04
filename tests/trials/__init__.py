"""Trials of the whole program that take long: what they count, a command each prints as a table."""
