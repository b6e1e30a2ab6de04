"""From which probability on an image is given a class, and what is measured there."""
