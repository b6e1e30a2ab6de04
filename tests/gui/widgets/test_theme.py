"""The look: readable in light and dark, no size of text in pixels, classes told apart."""

import itertools
import re

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetricsF, QRawFont
from PySide6.QtWidgets import QApplication, QLabel

from autoal_gui.core.resources import resources
from autoal_gui.gui.keys import LETTERS, class_keys
from autoal_gui.gui.widgets.theme import (
    CLASS_COLOURS,
    DARK,
    GRAPHIC,
    LIGHT,
    READING,
    SMALL,
    Theme,
    class_colour,
    contrast,
    icon,
    ink_on,
    legible,
    scale_font,
    style_sheet,
)
from autoal_gui.gui.widgets.typeface import LEAST, use_typeface
from autoal_gui.gui.window.commands.table import COMMANDS
from tests.support.gui import QUIET

pytestmark = pytest.mark.qt_log_ignore(QUIET)
LETTERS_NEEDED = "äöüßÄÖÜéèêëàâçîïôœùûÿñáíóú¿¡«»„“”‚‘’…–—±×≤≥−·→µ%"
SEPARATES = 1.5  # contrast of lines that only part one thing from the next
GROUNDS = ("window", "surface", "raised", "accent_soft")


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_reads_well_on_every_ground(colours):
    pairs = [(ink, ground) for ink in ("text", "muted") for ground in GROUNDS]
    pairs += [("accent_text", "accent"), ("text", "danger_soft"), ("surround_text", "surround")]
    pairs += [("danger", "window"), ("danger", "surface"), ("accent_text", "accent_hover")]
    pairs += [(ink, "warning_soft") for ink in ("text", "muted")] + [("muted", "danger_soft")]
    for ink, ground in pairs:
        ratio = contrast(QColor(getattr(colours, ink)), QColor(getattr(colours, ground)))
        assert ratio >= READING, f"{ink} on {ground}: {ratio:.1f}"


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_lines_show_on_every_ground(colours):
    for ground in ("window", "surface"):
        for line, least in (("line", GRAPHIC), ("danger", GRAPHIC), ("border", SEPARATES)):
            ratio = contrast(QColor(getattr(colours, line)), QColor(getattr(colours, ground)))
            assert ratio >= least, f"{line} on {ground}: {ratio:.2f}"


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_fields_and_handles_have_the_lines_that_show(colours):
    rules = {
        place.strip(): rule.partition("}")[0]
        for place, _, rule in (part.partition("{") for part in style_sheet(colours).split("}\n"))
    }
    fields = next(rule for place, rule in rules.items() if place.startswith("QLineEdit, QSpinBox"))
    assert f"1px solid {colours.line}" in fields
    assert colours.line in rules["QScrollBar::handle"]


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_colour_of_a_drawing_is_made_to_show_and_one_that_shows_is_left_alone(colours):
    ground = QColor(colours.surface)
    for name in CLASS_COLOURS:
        shown = legible(QColor(name), ground)
        assert contrast(shown, ground) >= GRAPHIC
        assert (shown == QColor(name)) == (contrast(QColor(name), ground) >= GRAPHIC)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_the_focus_shows_on_every_ground(colours):
    for ground in GROUNDS:
        assert contrast(QColor(colours.accent), QColor(getattr(colours, ground))) >= 3


def test_a_key_reads_well_on_its_class_colour():
    for index in range(len(CLASS_COLOURS)):
        assert contrast(ink_on(class_colour(index)), class_colour(index)) >= 4.5


def test_the_style_sheet_is_complete_and_leaves_the_size_of_text_alone(qapp):
    for colours in (LIGHT, DARK):
        text = style_sheet(colours)
        assert "$" not in text
        assert "font-size" not in text
        for file in re.findall(r'url\("([^"]+)"\)', text):
            assert file.endswith(".svg")
            assert (resources() / "icons" / file.rsplit("/", 1)[1]).is_file()


def test_dark_and_light_change_the_palette(qapp):
    theme = Theme()
    theme.choose("dark")
    assert QApplication.palette().window().color() == QColor(DARK.window)
    theme.choose("light")
    assert QApplication.palette().window().color() == QColor(LIGHT.window)
    theme.choose("system")
    assert theme.colours in (LIGHT, DARK)


def test_text_scales_with_the_systems_font(qapp):
    before = QApplication.font()
    try:
        larger = QApplication.font()
        larger.setPointSizeF(before.pointSizeF() * 2)
        small, large = QLabel("a"), QLabel("a")
        scale_font(small, 1.5)
        QApplication.setFont(larger)
        scale_font(large, 1.5)
        assert large.font().pointSizeF() == pytest.approx(2 * small.font().pointSizeF())
    finally:
        QApplication.setFont(before)


def test_the_typeface_has_the_letters_of_the_languages_and_figures_of_one_width(qapp):
    before = QApplication.font()
    try:
        use_typeface(qapp)
        font = QApplication.font()
        assert QFontInfo(font).family() == "Inter"
        assert QFontInfo(font).pixelSize() >= LEAST
        raw = QRawFont(str(resources() / "fonts" / "Inter-Regular.otf"), LEAST)
        assert all(map(raw.supportsCharacter, map(ord, LETTERS_NEEDED)))
        metrics = QFontMetricsF(font)
        assert len({metrics.horizontalAdvance(figure * 9) for figure in "0123456789"}) == 1
        scale_font(label := QLabel("1"), SMALL, bold=True)
        assert QFontInfo(label.font()).weight() == QFont.Weight.DemiBold
    finally:
        QApplication.setFont(before)


def test_every_icon_can_be_drawn_in_a_colour(qapp):
    for name in {command.icon for command in COMMANDS if command.icon}:
        image = icon(name, "#ff0000").pixmap(40, 40).toImage()
        inked = [
            image.pixelColor(x, y)
            for x, y in itertools.product(range(image.width()), range(image.height()))
            if image.pixelColor(x, y).alpha() > 250
        ]
        assert inked
        assert all(colour.name() == "#ff0000" for colour in inked), name


def test_no_key_means_two_things():
    commands = [key.lower() for command in COMMANDS for key in command.keys]
    assert len(commands) == len(set(commands))
    classes = {*"0123456789", *LETTERS}
    assert not classes & set(commands)
    assert len(set(LETTERS)) == len(LETTERS)


@pytest.mark.parametrize("classes", [2, 3, 9, 10, 28, 40])
def test_every_class_has_a_key_of_its_own_as_long_as_there_are_keys(classes):
    keys = class_keys(classes)
    assert len(keys) == classes
    used = [key for key in keys if key]
    assert len(used) == len(set(used)) == min(classes, 24)
    assert keys[0] == "1"


# Machado, Oliveira & Fernandes 2009, severity 1: what linear RGB becomes for a colour-blind eye.
BLINDNESS = {
    "none": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
TOLD_APART = 15  # CIE 1976 colour difference; 2 to 3 is the least that is seen side by side


def seen(colour: str, blindness: str) -> np.ndarray:
    """Return a colour as an eye sees it, in CIE L*a*b* (D65)."""
    given = np.array(QColor(colour).getRgbF()[:3])
    linear = np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4)
    simulated = np.clip(np.array(BLINDNESS[blindness]) @ linear, 0, 1)
    to_xyz = np.array(
        ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    )
    x, y, z = np.cbrt(to_xyz @ simulated / np.array((0.9505, 1.0, 1.089)))
    return np.array((116 * y - 16, 500 * (x - y), 200 * (y - z)))


@pytest.mark.parametrize("blindness", BLINDNESS)
def test_colours_of_classes_are_told_apart_by_every_eye(blindness):
    for one, other in itertools.combinations(CLASS_COLOURS, 2):
        distance = np.linalg.norm(seen(one, blindness) - seen(other, blindness))
        assert distance >= TOLD_APART, f"{one} and {other}: {distance:.1f}"


def test_the_simulation_knows_colours_that_are_confused():
    red, green = "#b04a3c", "#6e6a35"  # far apart for most, nearly one for a deuteranope
    apart = np.linalg.norm(seen(red, "none") - seen(green, "none"))
    confused = np.linalg.norm(seen(red, "deuteranopia") - seen(green, "deuteranopia"))
    assert confused < TOLD_APART < apart
