"""Where an image lies in its view: pure geometry, so that zooming can be tested by its laws."""

from dataclasses import dataclass, replace

MIN_SCALE, MAX_SCALE = 1 / 64, 256.0
MOST_FITTED = 10.0  # view lengths for an image pixel: larger, a small image is only blurred


@dataclass(frozen=True)
class Viewport:
    """A scale, and the image point in the middle of the view."""

    scale: float = 1.0
    """View lengths for one image pixel."""
    x: float = 0.0
    y: float = 0.0

    def to_image(self, at: tuple[float, float], view: tuple[float, float]) -> tuple[float, float]:
        """Return the image point under a view point; `view` is (width, height)."""
        return (
            self.x + (at[0] - view[0] / 2) / self.scale,
            self.y + (at[1] - view[1] / 2) / self.scale,
        )

    def to_view(self, point: tuple[float, float], view: tuple[float, float]) -> tuple[float, float]:
        """Return the view point that shows an image point, the inverse of `to_image`."""
        return (
            view[0] / 2 + (point[0] - self.x) * self.scale,
            view[1] / 2 + (point[1] - self.y) * self.scale,
        )

    def zoomed(
        self, factor: float, at: tuple[float, float], view: tuple[float, float]
    ) -> "Viewport":
        """Return the viewport after zooming; the image point under `at` stays there."""
        scale = min(MAX_SCALE, max(MIN_SCALE, self.scale * factor))
        x, y = self.to_image(at, view)
        return Viewport(scale, x - (at[0] - view[0] / 2) / scale, y - (at[1] - view[1] / 2) / scale)

    def panned(self, dx: float, dy: float, image: tuple[int, int]) -> "Viewport":
        """Return the viewport after dragging by (dx, dy); the middle stays inside the image."""
        return replace(
            self,
            x=min(float(image[0]), max(0.0, self.x - dx / self.scale)),
            y=min(float(image[1]), max(0.0, self.y - dy / self.scale)),
        )


def fitted(image: tuple[int, int], view: tuple[float, float], margin: float = 12.0) -> Viewport:
    """Return the viewport that shows a whole image (width, height), centred, with a margin.

    It is enlarged `MOST_FITTED` times at most.
    """
    room = [max(1.0, side - 2 * margin) for side in view]
    scale = min(room[0] / max(1, image[0]), room[1] / max(1, image[1]))
    return Viewport(min(MOST_FITTED, max(MIN_SCALE, scale)), image[0] / 2, image[1] / 2)
