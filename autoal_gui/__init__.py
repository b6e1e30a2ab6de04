"""AutoAL: label the images that matter, train the classifier, take it away."""

__version__ = "0.1.0"
