"""The desk: the image has the room, an answer answers back, and a round's end is told in words."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QRegion
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.core.registry import discover
from autoal_gui.gui.desk.answer_chip import AnswerChip
from autoal_gui.gui.desk.class_panel import ClassButton, ClassPanel
from autoal_gui.gui.desk.round_words import _change, _has_joined, class_words
from autoal_gui.gui.desk.stage import EDGE
from autoal_gui.gui.panels.performance_text import change_words
from autoal_gui.gui.panels.side_panel import folds
from autoal_gui.gui.strategy_names import strategy_reason
from autoal_gui.gui.widgets.theme import Theme, class_colour
from tests.support.gui import QUIET, draw_folder, passes_over, settings, start_project
from tests.support.project import SETTINGS

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def test_the_desk_answers_back_and_leaves_the_room_to_the_image(qtbot, window, tmp_path):
    window.resize(1280, 720)
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    desk = window.desk
    assert not desk.side.folded
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    assert desk.side.folded
    assert folds(settings_of(window))
    qtbot.waitUntil(lambda: desk.stage.width() >= 0.7 * window.width())
    shown = controller.images.current
    name = controller.project.pool.images[shown].key.rsplit("/", 1)[-1]
    assert desk.why.name.text() == name  # and not the folder, which is the class
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier)
    assert desk.why.name.isHidden()
    places = [tool.pos() for tool in desk.class_panel._buttons]
    qtbot.keyClick(window, Qt.Key.Key_2)
    desk.stage.light_up(1)  # once more, should a slow machine have put it out by now
    assert desk.stage.is_lit
    assert desk.image_bar.ring.share == 0.25
    assert desk.image_bar.said.text() == "Last image: dark."
    assert [tool.pos() for tool in desk.class_panel._buttons] == places
    qtbot.waitUntil(lambda: not desk.stage.is_lit)
    window.actions_table["flash"].trigger()
    desk.stage.light_up(1)
    assert not desk.stage.is_lit
    qtbot.waitUntil(lambda: desk.side.strip.left.text() == "3")
    assert desk.stage.card.isHidden()
    assert desk.header.round.text() == "No model yet"
    for number in range(3):
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    qtbot.waitUntil(desk.stage.card.isVisible)
    assert desk.stage.card.title.text().startswith("Your first model (4 labels)")
    assert (
        "It is of round 2: before there are labels, a round only chooses"
        in desk.stage.card.next.text()
    )
    assert desk.header.round.text() == "Round 2"
    assert desk.stage.rect().contains(desk.stage.card.geometry())
    assert_escape_closes_the_card(qtbot, window)


def assert_escape_closes_the_card(qtbot, window):
    card, why = window.desk.stage.card, window.desk.why._toggle
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Escape)
        assert card.isHidden()
        window.actions_table["last_round"].trigger()
        assert card.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_W)
    assert why.isChecked()
    for _ in range(2):  # one closes either
        qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert card.isHidden()
    assert not why.isChecked()


def test_the_card_of_a_round_covers_no_image_that_waits(qtbot, window, tmp_path):
    window.resize(1280, 720)
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    desk, view = window.desk, window.desk.image_view
    stage, card = desk.stage, desk.stage.card
    qtbot.waitUntil(lambda: view.picture is not None)
    card.say("A round has ended", "Some words of it. " * 40, "")
    assert card.parent() is desk.side
    assert desk.side.rect().contains(card.geometry())
    assert_over_training(desk, card)
    whole = view.geometry()
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    qtbot.waitUntil(lambda: card.parent() is stage and stage.width() >= 0.7 * window.width())
    assert card.isVisible()
    qtbot.waitUntil(lambda: not image_in(view).intersects(card.geometry()))
    assert image_in(view).width() > 160
    card.hide()
    qtbot.waitUntil(lambda: view.geometry() == stage.rect().adjusted(EDGE, EDGE, -EDGE, -EDGE))
    assert view.height() == whole.height()
    assert desk.side.training.height() == desk.side.training._usual


def test_the_card_lies_beside_a_small_image_until_that_needs_the_room(qtbot, window, tmp_path):
    window.resize(1366, 768)
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    desk, view = window.desk, window.desk.image_view
    card = desk.stage.card
    qtbot.waitUntil(lambda: view.picture is not None)
    card.say("A round has ended", "Some words of it.", "")
    before = image_in(view)
    assert card.parent() is desk.stage
    assert card.isVisible()
    assert not before.intersects(card.geometry())
    view.zoom(4)
    qtbot.waitUntil(lambda: card.parent() is desk.side)
    assert_over_training(desk, card)
    view.fit()
    QApplication.processEvents()
    assert card.parent() is desk.side  # it does not jump to and fro
    assert image_in(view) == before  # nor has the image moved for it


def test_a_tab_can_be_turned_to_while_the_card_is_there(qtbot, window, tmp_path):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    desk = window.desk
    if desk.side.folded:
        qtbot.keyClick(window, Qt.Key.Key_Comma)
    desk.stage.card.say("A round has ended", "Some words of it. " * 20, "")
    assert desk.stage.card.parent() is desk.side
    bar = desk.tabs.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(1).center())
    assert desk.tabs.currentIndex() == 1
    assert desk.stage.card.isVisible()


def assert_over_training(desk, card):
    QApplication.processEvents()
    training = desk.side.training
    assert card.geometry().topLeft() == training.mapTo(desk.side, QPoint())
    assert card.size() == training.size()
    assert card.height() >= card.heightForWidth(card.width())
    assert desk.tabs.mapTo(desk.side, QPoint()).y() > card.geometry().bottom()
    assert desk.tabs.height() > 5 * desk.fontMetrics().height()
    assert not passes_over(card)


@pytest.mark.parametrize(("size", "pixels"), [((1000, 720), 24), ((1280, 800), 64)])
def test_the_image_stays_where_it_is_while_a_card_has_room_beside_it(
    qtbot, window, tmp_path, size, pixels
):
    images = draw_folder(tmp_path / "images", 24)
    for file in images.rglob("*.png"):
        Image.open(file).resize((pixels, pixels)).save(file)
    window.resize(*size)
    start_project(qtbot, window, images, tmp_path)
    desk, view = window.desk, window.desk.image_view
    qtbot.waitUntil(lambda: view.picture is not None)
    if not desk.side.folded:
        qtbot.keyClick(window, Qt.Key.Key_Comma)
    QApplication.processEvents()
    before, card = image_in(view), desk.stage.card
    card.say("A round has ended", "Some words of it. " * 9, "")
    for _ in range(2):
        assert image_in(view) == before
        assert not before.intersects(card.geometry())
        assert card.width() != card.wanted_width()  # narrower at its right or wider below it
        assert card.height() >= card.heightForWidth(card.width())
        QApplication.processEvents()


def image_in(view):
    """Return where the whole image lies in the stage."""
    width, height = (round(side * view.viewport.scale) for side in view.picture.size)
    image = QRect(0, 0, width, height)
    image.moveCenter(view.geometry().center())
    return image


def test_where_there_is_no_room_beside_the_image_the_card_goes_with_the_next_answer(
    qtbot, window, tmp_path, monkeypatch
):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    stage = window.desk.stage
    if not window.desk.side.folded:
        qtbot.keyClick(window, Qt.Key.Key_Comma)
    stage.setFixedSize(220, 220)
    qtbot.waitUntil(lambda: window.desk.image_view.picture is not None)
    stage.card.say("A round has ended", "Some words of it. " * 9, "")
    assert stage.card.isVisible()
    assert stage._is_covered()
    with monkeypatch.context() as patched:
        rounds = window.controller.project.rounds
        patched.setattr(rounds, "finished", lambda: (SimpleNamespace(checkpoint="a"),))
        stage._follow()
    assert stage.card.isHidden()


@pytest.mark.parametrize("gone", ["folded", "disabled"])
def test_what_goes_leaves_the_focus_to_the_image_and_space_answers_nothing(
    qtbot, window, tmp_path, gone
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    desk = window.desk
    window.activateWindow()
    focused = QPushButton(desk.side._whole)
    focused.show()
    window.setTabOrder(focused, desk.class_panel._buttons[0])  # whatever stands between them
    focused.setFocus()
    qtbot.waitUntil(focused.hasFocus)
    if gone == "folded":
        desk.side.toggle()
    else:
        focused.setEnabled(False)
    qtbot.waitUntil(desk.image_view.hasFocus)
    qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Space)
    assert not controller.project.labels.answers


def test_the_keyboard_still_reaches_the_classes(qtbot, window, tmp_path):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    panel = window.desk.class_panel
    window.activateWindow()
    panel._buttons[0].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(panel._buttons[0].hasFocus)
    qtbot.keyClick(panel._buttons[0], Qt.Key.Key_Tab)
    assert panel._buttons[1].hasFocus()


def settings_of(window):
    return window._settings


class Painted(QObject):
    """Which parts of a widget are painted."""

    def __init__(self):
        super().__init__()
        self.region = QRegion()

    def eventFilter(self, watched, event):  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.Paint:
            self.region = self.region.united(event.region())
        return False


def test_an_answer_repaints_of_the_strip_what_it_changes(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 24), tmp_path)
    strip, loader, batch = window.desk.strip, window.desk.loader, controller.images.batch
    qtbot.waitUntil(lambda: all(loader.thumbnail(image) is not None for image in batch))
    painted = Painted()
    strip.viewport().installEventFilter(painted)
    strip.viewport().update()
    qtbot.waitUntil(lambda: painted.region.contains(strip.viewport().rect()))
    painted.region = QRegion()  # with that the last thumbnails were painted, too
    qtbot.keyClick(window, Qt.Key.Key_1)
    items = [strip.visualRect(strip.model().index(row)) for row in range(4)]
    qtbot.waitUntil(lambda: painted.region.contains(items[1]))
    assert painted.region.contains(items[0])
    assert not any(painted.region.intersects(item) for item in items[2:])


def test_the_panel_is_folded_where_the_screen_is_narrow_until_the_user_says_otherwise(
    qapp, tmp_path
):
    kept = settings(tmp_path)
    assert not folds(kept)
    kept.remove("panel")
    wide = qapp.primaryScreen().availableSize().width() >= 1600
    assert folds(kept) is not wide


def test_the_card_names_what_is_found_now_and_what_is_not_yet():
    now = Metrics(((9, 1, 0), (1, 9, 0), (5, 0, 5)))
    names = ("neutrophil", "eosinophil", "monocyte")
    assert class_words(now, {0}, names=names) == (
        "Now mostly found: eosinophil (9 of 10 right). "
        "Still mostly found: neutrophil (9 of 10 right). "
        "Often missed: monocyte (5 of 10 right)."
    )
    pair = names[:2]
    assert class_words(Metrics(((5, 0), (1, 1))), names=pair) == (
        "Mostly found: neutrophil (5 of 5 right). Measured on too few images to tell: eosinophil."
    )
    assert class_words(Metrics(((5, 0), (0, 5))), names=pair, short={1}) == (
        "Mostly found: neutrophil (5 of 5 right). Too few labels to rely on: eosinophil."
    )


def test_where_every_class_is_found_it_is_told_how_often_and_the_least_found_stands_first():
    """At 73 % of one class "every class is found" alone would be read as all right."""
    now, names = Metrics(((47, 3), (16, 44))), ("pneumonia", "normal")
    told = "normal (44 of 60 right), pneumonia (47 of 50 right)."
    assert class_words(now, names=names) == f"Every class is mostly found: {told}"
    assert class_words(now, {0, 1}, names=names) == f"Every class is mostly found: {told}"
    assert class_words(now, set(), names=names) == f"Now mostly found: {told}"


def test_a_class_of_an_estimate_is_told_as_it_is_judged():
    """Counts of answers say another share than the estimate of all images."""
    truth, weights = np.array([0, 0, 0, 0, 1, 1]), np.array([1.0, 1.0, 1.0, 9.0, 1.0, 1.0])
    rows = np.eye(2)[[0, 0, 0, 1, 1, 1]]
    found = Estimate.of_answers(np.tile(truth, 2), np.tile(rows, (2, 1)), np.tile(weights, 2))
    words = class_words(found, names=("neutrophil", "monocyte"))
    share = found.sensitivities[0]
    assert share < 0.7
    assert f"Often missed: neutrophil (about {share:.0%} right, by 8 answers)" in words
    assert "6 of 8" not in words
    found = Estimate.of_answers(np.tile(truth, 3), np.tile(rows, (3, 1)), np.tile(weights, 3))
    words = class_words(found, names=("neutrophil", "monocyte"))
    assert "monocyte (6 of 6 right)" in words  # about 100% of six would say more than is known


def test_a_class_is_no_news_where_a_few_images_make_the_difference():
    names, now = ("normal", "pneumonia"), Metrics(((163, 71), (20, 370)))  # 69.7% of the first
    assert "Often missed: normal" in class_words(now, names=names)
    assert "Every class is mostly found: normal" in class_words(now, {0, 1}, names=names)
    worse = Metrics(((130, 104), (20, 370)))
    assert "Often missed: normal" in class_words(worse, {0, 1}, names=names)


def test_the_card_says_what_the_model_before_had_right():
    before, now = Metrics(((182, 52), (29, 361))), Metrics(((169, 65), (33, 357)))
    assert change_words(now, before) == (
        "The model before: right on 543 of 624. So small a difference may be chance."
    )
    assert change_words(Metrics(((90, 144), (33, 357))), before) == (
        "The model before: right on 543 of 624."
    )
    assert change_words(before, before) == "The model before had as many right."


def test_a_class_that_is_found_less_often_is_told_so_though_as_many_are_right_in_all():
    before, now = Metrics(((182, 52), (45, 345))), Metrics(((165, 69), (24, 366)))
    names = ("normal", "pneumonia")
    assert class_words(now, {0, 1}, names=names, earlier=before) == (
        "Every class is mostly found: normal (165 of 234 right; before 182), pneumonia (366 of "
        "390 right; before 345)."
    )
    fewer = Metrics(((18, 5), (4, 34)))
    told = "normal (165 of 234 right), pneumonia (366 of 390 right)."
    for other in (fewer, now, None):  # of fewer images, or as many right
        assert class_words(now, {0, 1}, names=names, earlier=other).endswith(told)


def test_at_a_point_two_models_are_compared_by_the_highest_probability():
    first, second = SimpleNamespace(number=7, metrics=True), SimpleNamespace(number=8, metrics=True)
    before, now = Metrics(((158, 76), (16, 374))), Metrics(((160, 74), (17, 373)))
    assert _change([(first, before), (second, now)], True, ("normal", "pneumonia")) == (
        "By the highest probability, whatever the point: right on 533 of 624. The model before: "
        "right on 532 of 624. So small a difference may be chance."
    )
    assert _change([(second, now)], True, ("normal", "pneumonia")) == ""


def test_the_same_labels_make_another_model_once_what_was_learned_has_joined():
    def project(*models):
        rounds = [
            SimpleNamespace(
                checkpoint="m.pt", labels=labels, confirmed=0,
                settings=SETTINGS.but(backbone=backbone, before="efficientnet_lite0"),
            )
            for labels, backbone in models
        ]  # fmt: skip
        return SimpleNamespace(rounds=SimpleNamespace(finished=lambda: rounds))

    assert _has_joined(project((20, "efficientnet_lite0"), (20, "resnet18")))
    assert not _has_joined(project((20, "resnet18"), (20, "resnet18")))
    assert not _has_joined(project((20, "resnet18"), (20, "resnet50_imagenet")))  # by the user
    assert not _has_joined(project((20, "efficientnet_lite0"), (40, "resnet18")))
    assert not _has_joined(project((20, "resnet18")))


def test_every_class_that_is_named_has_its_own_figure_and_the_least_found_come_first():
    words = class_words(Metrics(((19, 1), (9, 11))), names=("neutrophil", "monocyte"))
    assert words == (
        "Mostly found: neutrophil (19 of 20 right). Often missed: monocyte (11 of 20 right)."
    )
    counts = (
        (20, 0, 0, 0, 0),
        (5, 20, 0, 0, 0),
        (4, 0, 20, 0, 0),
        (6, 0, 0, 20, 0),
        (9, 0, 0, 0, 1),
    )
    words = class_words(Metrics(counts), names=tuple("abcde"))
    assert words.startswith(
        "Mostly found: d (20 of 26 right), b (20 of 25 right), c (20 of 24 right), "
        "a (20 of 20 right). "
    )


def test_a_class_that_is_missed_is_told_though_it_has_few_labels():
    words = class_words(Metrics(((6, 0), (4, 2))), names=("lymphocyte", "monocyte"), short={1})
    assert words == (
        "Mostly found: lymphocyte (6 of 6 right). Often missed: monocyte (2 of 6 right). "
        "Too few labels to rely on: monocyte."
    )


def test_classes_beyond_the_first_are_counted():
    names = tuple("abcdef")
    words = class_words(Metrics(((0,) * 6,) * 6), names=names, short=set(range(6)))
    assert words == "Too few labels to rely on: a, b, c and 3 more."


@given(st.lists(st.lists(st.integers(0, 9), min_size=3, max_size=3), min_size=3, max_size=3))
def test_the_card_names_every_class_and_praises_none_with_too_few_images(rows):
    names = ("anna", "berta", "carla")
    words = class_words(Metrics(tuple(map(tuple, rows))), names=names)
    if words.startswith("Every class is found"):
        assert all(row[c] >= 0.7 * sum(row) >= 3.5 for c, row in enumerate(rows))
    by_chance = words.partition("Measured on too few images to tell: ")[2]
    for name, row in zip(names, rows, strict=True):
        assert name in words
        assert (name in by_chance) == (sum(row) < 5)


def test_every_strategy_has_a_reason_that_a_reader_understands():
    for name in discover("autoal_gui.strategies"):
        words = strategy_reason(name)
        assert words
        assert not words.endswith(".")
    assert strategy_reason("kmeans", "auto") != strategy_reason("kmeans", "paper")


def test_what_a_card_frees_beside_the_image_never_takes_the_colour_of_an_answer(
    qtbot, window, tmp_path
):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 12), tmp_path)
    stage = window.desk.stage
    stage._column.setContentsMargins(stage.width() // 2, EDGE, EDGE, EDGE)  # as beside a card
    stage.light_up(1)
    drawn = QImage(stage.size(), QImage.Format.Format_RGB32)
    stage.render(drawn, QPoint(), QRegion(stage.rect()), QWidget.RenderFlag(0))
    middle = stage.height() // 2
    assert drawn.pixelColor(0, middle) == class_colour(1)
    assert drawn.pixelColor(stage.width() // 4, middle) == QColor(stage._theme.colours.surround)


def test_a_class_has_room_for_its_name_beside_what_was_confirmed_in_bulk(qtbot):
    button = ClassButton(0, "1", "pneumonia", Theme())
    qtbot.addWidget(button)
    before = button.sizeHint().width()
    button.set_state(False, 123, 1018)
    wider = button.fontMetrics().horizontalAdvance("123 + 1,018")
    assert button.sizeHint().width() - before == wider - button.fontMetrics().horizontalAdvance(
        "000"
    )


def test_an_answer_is_a_word_beside_its_key_where_there_is_little_room(qtbot):
    chip = AnswerChip(Theme())
    qtbot.addWidget(chip)
    chip.show_answer("This image: dark. And so on, and on.", 0, "1", ("This image, model", "dark"))
    advance = chip.fontMetrics().horizontalAdvance
    drawn = []
    chip.resize(2 * chip.sizeHint().height() + advance("dark"), chip.sizeHint().height())
    for brief in (("This image, model", "dark"), ("This image, model",)):
        chip.show_answer("This image: dark. And so on, and on.", 0, "1", brief)
        drawn.append(chip.grab().toImage())
    assert drawn[0] != drawn[1]  # the word, and the key alone


def test_what_was_said_of_the_last_image_is_never_read_as_of_the_one_on_screen(
    qtbot, window, tmp_path
):
    start_project(qtbot, window, draw_folder(tmp_path / "images", 20), tmp_path)
    chip = window.desk.image_bar.said
    qtbot.keyClick(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: chip.text() == "Last image: dark.")
    assert chip.brief == ("Last: dark",)
    alone = AnswerChip(Theme())
    qtbot.addWidget(alone)
    high = alone.sizeHint().height()
    wide = 2 * high + alone.fontMetrics().horizontalAdvance("Last: dark")
    drawn = []
    for width, key in ((wide, "2"), (wide - high, "2"), (wide - high, "")):
        alone.resize(width, high)
        alone.show_answer("", None)
        empty = alone.grab().toImage()
        alone.show_answer("Last image: dark.", 1, key, ("Last: dark",), is_last=True)
        drawn.append(alone.grab().toImage() != empty)
    assert drawn == [True, False, False]  # without room for "Last", neither key nor class


def test_the_images_of_a_class_that_were_confirmed_in_bulk_are_counted_beside_the_others(qtbot):
    panel = ClassPanel(Theme(), ())
    qtbot.addWidget(panel)
    panel.set_classes(("neutrophil", "monocyte"), (0, 1))
    panel.set_state(None, (97, 14), enabled=True, confirmed={0: 51})
    first, second = panel._buttons
    assert (first.count, second.count) == ("97 + 51", "14")
    assert first.toolTip().endswith("97 answered by hand, 51 confirmed in bulk.")
    assert "bulk" not in second.toolTip()
