"""Archives of arrays: their keys, labels and copies, and what to do about those that do not fit."""
