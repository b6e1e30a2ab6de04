"""What the folders, names and tables of a set mean."""
