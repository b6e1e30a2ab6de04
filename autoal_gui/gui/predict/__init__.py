"""The page on which a trained model classifies new images."""
