"""Colours, fonts and icons: one palette for light and one for dark, one style sheet for both."""

from dataclasses import asdict, dataclass
from functools import cache, lru_cache
from string import Template
from typing import Literal, cast

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from autoal_gui.core.resources import resources

Choice = Literal["system", "light", "dark"]
CHOICES: tuple[Choice, ...] = ("system", "light", "dark")
SMALL, BODY, TITLE, BIG = 13 / 14, 1.0, 18 / 14, 28 / 14
"""The four sizes of text relative to the program's font: notes, reading, titles, headlines."""
READING, GRAPHIC = 4.5, 3.0  # the least contrast of words and of drawings (WCAG 2.2, level AA)
STEPS = 20  # shades that are tried on the way to black or white
ICON_SIZE = 20  # device-independent pixels; icons are drawn at three times that for sharp screens


@dataclass(frozen=True)
class Colours:
    """Every colour that the window uses, as #rrggbb."""

    window: str
    surface: str
    raised: str
    text: str
    muted: str
    border: str
    """Lines that only part one thing from the next."""
    line: str
    """Lines without which something is not seen: axes, the edges of fields, handles to drag."""
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    danger: str
    danger_soft: str
    warning_soft: str
    """Behind what is missing, and is no failure."""
    surround: str
    """Around the image: dark in both themes, so that the eye judges the same picture."""
    surround_text: str


LIGHT = Colours(
    window="#f3f6f9",
    surface="#ffffff",
    raised="#eaeff4",
    text="#17232e",
    muted="#536473",
    border="#bfcad5",
    line="#7a8b9a",
    accent="#0b6a8f",
    accent_hover="#095a7a",
    accent_text="#ffffff",
    accent_soft="#e0f0f6",
    danger="#a8321f",
    danger_soft="#fbeae6",
    warning_soft="#fff3dc",
    surround="#11161b",
    surround_text="#b7c4d0",
)
DARK = Colours(
    window="#10161c",
    surface="#182129",
    raised="#22303b",
    text="#e8eef3",
    muted="#9db0bf",
    border="#3d4e5c",
    line="#6c8090",
    accent="#58b7dc",
    accent_hover="#7cc8e6",
    accent_text="#08171f",
    accent_soft="#173848",
    danger="#f08a76",
    danger_soft="#3b211c",
    warning_soft="#3a2f17",
    surround="#090c0f",
    surround_text="#b7c4d0",
)

CLASS_COLOURS = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
    "#4d4d4d",
)
"""Okabe & Ito 2008, their black lightened: colour-blind readers tell them apart. Always shown with
key and name."""


class Theme(QObject):
    """The look in use. Widgets that paint themselves follow `changed`."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._choice: Choice = "system"
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._follow)

    @property
    def choice(self) -> Choice:
        """What the user chose."""
        return self._choice

    @property
    def dark(self) -> bool:
        """Whether the dark colours are in use."""
        if self._choice != "system":
            return self._choice == "dark"
        return QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark

    @property
    def colours(self) -> Colours:
        """The colours in use."""
        return DARK if self.dark else LIGHT

    def choose(self, choice: Choice) -> None:
        """Take another look and repaint everything."""
        self._choice = choice
        self.apply()

    def apply(self) -> None:
        """Set palette and style sheet of the program."""
        app = cast("QApplication", QApplication.instance())
        app.setStyle("Fusion")
        app.setPalette(palette(self.colours))
        app.setStyleSheet(style_sheet(self.colours))
        self.changed.emit()

    def _follow(self) -> None:
        if self._choice == "system":
            self.apply()


def style_sheet(colours: Colours) -> str:
    """Return the style sheet with its colours filled in."""
    tone = "dark" if colours is DARK else "light"
    icons = (resources() / "icons").as_posix()
    return Template(_read("style.qss")).substitute(asdict(colours), icons=icons, tone=tone)


@cache
def _read(name: str) -> str:
    return (resources() / name).read_text(encoding="utf-8")


def palette(colours: Colours) -> QPalette:
    """Return the palette that widgets without a rule in the style sheet fall back to."""
    role = QPalette.ColorRole
    result = QPalette()
    for one, colour in {
        role.Window: colours.window,
        role.WindowText: colours.text,
        role.Base: colours.surface,
        role.AlternateBase: colours.raised,
        role.Text: colours.text,
        role.PlaceholderText: colours.muted,
        role.Button: colours.surface,
        role.ButtonText: colours.text,
        role.BrightText: colours.danger,
        role.ToolTipBase: colours.surface,
        role.ToolTipText: colours.text,
        role.Highlight: colours.accent,
        role.HighlightedText: colours.accent_text,
        role.Link: colours.accent,
        role.Mid: colours.border,
    }.items():
        result.setColor(one, QColor(colour))
    disabled = QPalette.ColorGroup.Disabled
    for one in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(disabled, one, QColor(colours.muted))
    return result


def class_colour(class_index: int) -> QColor:
    """Return the colour of a class; it repeats after eight, so key and name stand beside it."""
    return QColor(CLASS_COLOURS[class_index % len(CLASS_COLOURS)])


def legible(colour: QColor, ground: QColor) -> QColor:
    """Return a colour of a drawing as it shows on a ground: darker or lighter where it must be."""
    towards = ink_on(ground)
    for step in range(STEPS + 1):
        found = mixed_colour(colour, towards, step / STEPS)
        if contrast(found, ground) >= GRAPHIC:
            return found
    return towards


def mixed_colour(ground: QColor, colour: QColor, share: float) -> QColor:
    """Return a colour between two, nearer to the second the larger the share in [0, 1]."""
    channels = (
        (ground.red(), colour.red()),
        (ground.green(), colour.green()),
        (ground.blue(), colour.blue()),
    )
    return QColor(*(round(one + (two - one) * share) for one, two in channels))


def ink_on(colour: QColor) -> QColor:
    """Return black or white, whichever reads better on a colour."""
    return QColor(_ink_on(colour.rgba()))


@lru_cache(64)
def _ink_on(rgba: int) -> QColor:
    colour = QColor.fromRgba(rgba)
    black, white = QColor("black"), QColor("white")
    return black if contrast(colour, black) >= contrast(colour, white) else white


def contrast(first: QColor, second: QColor) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: QColor) -> float:
    linear = [
        value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
        for value in (colour.redF(), colour.greenF(), colour.blueF())
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def scale_font(widget: QWidget, factor: float, bold: bool = False) -> None:
    """Set a widget's font relative to the system's, so that text scales with it."""
    font = QFont(QApplication.font())
    if font.pointSizeF() > 0:
        font.setPointSizeF(font.pointSizeF() * factor)
    else:
        font.setPixelSize(round(font.pixelSize() * factor))
    if bold:
        font.setWeight(QFont.Weight.DemiBold)
    widget.setFont(font)


def icon(name: str, colour: str) -> QIcon:
    """Return an icon of the resources folder in one colour."""
    return QIcon(_pixmap(name, colour, ICON_SIZE * 3))


@cache
def _pixmap(name: str, colour: str, size: int) -> QPixmap:
    drawing = _read(f"icons/{name}.svg").replace("currentColor", colour)
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer = QSvgRenderer(QByteArray(drawing.encode()))
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


def set_property(widget: QWidget, name: str, value: str | bool) -> None:
    """Set a property that the style sheet asks for, and let it take effect."""
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
