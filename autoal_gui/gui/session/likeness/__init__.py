"""Which images are alike: the map of all of them, and the search for more like some."""
