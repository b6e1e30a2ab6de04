"""How images are decoded, drawn and laid out in grids."""
