"""Faults of computers and of people: what is tried, kind by kind, and what it cost."""
