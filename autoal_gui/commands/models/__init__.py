"""Commands on a trained model, and what they print."""
