"""Draw the program's icons for Windows and macOS from `app.svg`.

Run `make icons` after the drawing has changed, and commit what it writes.
"""

from pathlib import Path

from PIL import Image

from autoal_gui.core.resources import resources

SIDES = {".ico": (16, 24, 32, 48, 64, 128, 256), ".icns": (16, 32, 64, 128, 256, 512, 1024)}
"""Pixels a side that each kind of icon holds."""


def draw(drawing: Path, side: int) -> Image.Image:
    """Return a drawing as a square picture with a transparent ground."""
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    picture = QImage(side, side, QImage.Format.Format_RGBA8888)
    picture.fill(0)
    painter = QPainter(picture)
    QSvgRenderer(str(drawing)).render(painter)
    painter.end()
    return Image.frombytes("RGBA", (side, side), bytes(picture.constBits()))


def write_icons(folder: Path) -> None:
    """Write `app.ico` and `app.icns` beside `app.svg`; each size is drawn, none is scaled."""
    for suffix, sides in SIDES.items():
        pictures = [draw(folder / "app.svg", side) for side in sides]
        pictures[-1].save(
            folder / f"app{suffix}",
            sizes=[(side, side) for side in sides],
            append_images=pictures[:-1],
        )


if __name__ == "__main__":
    write_icons(resources() / "icons")
