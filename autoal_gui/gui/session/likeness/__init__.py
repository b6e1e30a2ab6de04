"""What the program knows of every image: which are alike, and which the model is sure of."""
