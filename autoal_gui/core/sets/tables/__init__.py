"""Tables that come with a set: their rows, columns and how they fit its images."""
