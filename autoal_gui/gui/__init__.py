"""The window: widgets and the controller that serves them; never torch."""
