"""Images and arrays on their way to the networks."""
