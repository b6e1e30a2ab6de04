"""Query strategies on plain arrays: one file a family, found by `autoal_gui.core.registry`."""
