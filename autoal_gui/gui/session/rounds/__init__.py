"""What a round that runs is about to do, and what the user may leave out of it."""
