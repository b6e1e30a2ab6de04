"""How grey values are shown: window and level, as radiology calls contrast and brightness.

A `DisplayWindow` is what the annotator has chosen; it is applied to each image in turn. Only the
screen follows it: the networks read every image by its own window, see `pixels.picture_to_uint8`.
"""

from dataclasses import dataclass, replace

from autoal_gui.core.images.pixels import full_range, stretch_range
from autoal_gui.core.images.source import Picture

Window = tuple[float, float]
"""The grey values that are black and white."""

HOUNSFIELD = "HU"
NARROWEST = 1 / 64  # of the base window's width, by hand
WIDEST = 64.0


@dataclass(frozen=True)
class Preset:
    """A window of computed tomography that has a name; `gui.actions` has its words."""

    name: str
    level: float
    """Middle of the window in Hounsfield units."""
    width: float


PRESETS = {
    preset.name: preset
    for preset in (
        Preset("brain", 40, 80),
        Preset("soft", 40, 400),
        Preset("mediastinum", 50, 350),
        Preset("lung", -600, 1500),
        Preset("bone", 400, 1800),
    )
}
BASES = ("own", "auto", "full", *PRESETS)
"""What a look may start from: the image's own window, its percentiles, all its values, a preset."""


@dataclass(frozen=True)
class Greys:
    """The windows that one image offers, and what its grey values measure."""

    own: Window
    """What the file says; else as for the networks: all of 8 bits, the percentiles of 16."""
    auto: Window
    full: Window
    slope: float = 1.0
    intercept: float = 0.0
    unit: str = ""
    is_plain: bool = False
    """Whether they are 8 bits without a window of their own, as of a photograph."""

    @classmethod
    def of(cls, picture: Picture) -> "Greys":
        """Look through a picture; takes some milliseconds for a large one."""
        pixels = picture.pixels
        auto = stretch_range(pixels)
        plain = (0.0, 255.0) if pixels.itemsize == 1 else auto
        return cls(
            picture.window or plain,
            auto,
            full_range(pixels),
            picture.slope,
            picture.intercept,
            picture.unit,
            is_plain=pixels.itemsize == 1 and picture.window is None,
        )

    @property
    def is_hounsfield(self) -> bool:
        """Whether the presets of computed tomography mean something here."""
        return self.unit == HOUNSFIELD

    @property
    def _one(self) -> float:
        """The standard's linear window is one less than its width wide, where values are whole."""
        return 1.0 if self.is_hounsfield or abs(self.slope) == 1 else 0.0

    def of_measured(self, level: float, width: float) -> Window:
        """Return the window of grey values for a level and width of measured values."""
        middle = (level - self._one / 2 - self.intercept) / self.slope
        half = (width - self._one) / abs(self.slope) / 2
        return middle - half, middle + half

    def measured(self, window: Window) -> tuple[float, float]:
        """Return (level, width) of measured values for a window of grey values."""
        low, high = window
        level = (low + high) / 2 * self.slope + self.intercept + self._one / 2
        return level, (high - low) * abs(self.slope) + self._one


@dataclass(frozen=True)
class DisplayWindow:
    """What the annotator has chosen, for this image and the next."""

    base: str = "own"
    """One of `BASES`; a preset counts only for images in Hounsfield units, else "own" does."""
    hand: tuple[float, float] | None = None
    """(level, width) in Hounsfield units, set by hand on such an image; stands above the base."""
    shift: float = 0.0
    """By hand on images without a unit: how far the middle has moved, in widths of the base."""
    stretch: float = 1.0
    """Likewise, how many times as wide the window is."""
    inverted: bool = False

    def window(self, greys: Greys) -> Window:
        """Return the window of one image."""
        if greys.is_hounsfield and self.hand is not None:
            return greys.of_measured(*self.hand)
        low, high = self._base(greys)
        if greys.is_hounsfield:
            return low, high
        width = max(high - low, 1.0)
        middle = (low + high) / 2 + self.shift * width
        half = (high - low) * self.stretch / 2
        return middle - half, middle + half

    def _base(self, greys: Greys) -> Window:
        preset = PRESETS.get(self.base)
        if preset is not None and greys.is_hounsfield:
            return greys.of_measured(preset.level, preset.width)
        return {"auto": greys.auto, "full": greys.full}.get(self.base, greys.own)

    def of_base(self, base: str) -> "DisplayWindow":
        """Return the look after a base was chosen: what was set by hand is forgotten."""
        return DisplayWindow(base, inverted=self.inverted)

    def turned(self) -> "DisplayWindow":
        """Return the look with black and white in each other's place."""
        return replace(self, inverted=not self.inverted)

    def moved(self, greys: Greys, darker: float, wider: float) -> "DisplayWindow":
        """Return the look after the window was moved and stretched by hand.

        In Hounsfield units the values are kept, so that the next slice is shown alike; elsewhere
        what was changed is kept relative to each image's base, because one number means
        something else in each.

        Args:
            greys: of the image on which it happens.
            darker: how far the middle goes up, in widths of the window of now.
            wider: the width is multiplied by e to the power of this.
        """
        factor = 2.718281828459045**wider
        if greys.is_hounsfield:
            level, width = greys.measured(self.window(greys))
            sign = 1 if greys.slope > 0 else -1
            level += sign * darker * width
            return replace(self, hand=(level, min(max(width * factor, 2.0), 65536.0)))
        stretch = min(max(self.stretch * factor, NARROWEST), WIDEST)
        return replace(self, shift=self.shift + darker * self.stretch, stretch=stretch)
