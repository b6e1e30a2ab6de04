"""The desk: the image to label, the classes, the batch."""
