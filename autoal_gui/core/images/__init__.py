"""What an image is to the program: its pixels, its place in the pool, how it is displayed."""
