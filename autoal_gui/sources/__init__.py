"""Where images come from: one file a kind, found by `autoal_gui.core.registry`."""

import sys

# pydicom takes requests along where that is installed, to fetch its test files with; to import it
# binds a socket of this machine. It counts as not installed: nothing here asks the network so.
sys.modules.setdefault("requests", None)  # type: ignore[arg-type]
