"""Sets that are fetched when the user asks for it."""
