"""Ways to a project from the window: new ones, recent ones, and one that is damaged."""
