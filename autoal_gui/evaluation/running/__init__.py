"""Carrying out the runs of an evaluation: side by side, and on several computers."""
