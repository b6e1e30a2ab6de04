"""Which images are like which: kept vectors of every image, search among them, and a map."""
