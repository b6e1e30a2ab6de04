"""The panels beside the image: training, weights, performance."""
