"""When a round starts, what it is about to do, and what the user may leave out of it."""
