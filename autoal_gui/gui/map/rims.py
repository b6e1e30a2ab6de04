"""Rims around dots that are too pale, or too dark, to show on the ground of the map."""

import numpy as np
from PySide6.QtGui import QColor

from autoal_gui.gui.map.dots import Colours
from autoal_gui.gui.widgets.theme import legible


def rims_of(colours: Colours, ground: QColor) -> Colours:
    """Return (n, 3) the colours of rims: those of the dots themselves where these show.

    Args:
        colours: (n, 3) red, green and blue of the dots in [0, 255].
        ground: behind them.
    """
    whole = colours.round().astype(np.uint32)
    packed = whole[:, 0] << 16 | whole[:, 1] << 8 | whole[:, 2]
    kinds, which = np.unique(packed, return_inverse=True)
    shown = (legible(QColor.fromRgb(int(one)), ground) for one in kinds)
    rims = [(colour.red(), colour.green(), colour.blue()) for colour in shown]
    return np.array(rims, np.float32).reshape(-1, 3)[which]
