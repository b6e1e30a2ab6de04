"""The words in which training is told."""

from autoal_gui.core.language import mark

WORKING = mark("Working out where the model looked\u2026")
