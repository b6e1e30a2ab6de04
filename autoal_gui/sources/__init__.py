"""Where images come from: one file a kind, found by `autoal_gui.core.registry`."""
