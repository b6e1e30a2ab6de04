"""What folders, names and tables of a set mean: shown, and corrected by hand."""
