"""Why an image is asked for: in a line, and what every strategy made of it."""
