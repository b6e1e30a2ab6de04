"""What leaves the program: one file a format, found by `autoal_gui.core.registry`."""
