"""The window by real key presses: labelling, looking, training, and threads that end."""

import sqlite3
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QFileOpenEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QToolButton

from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.settings import PRESETS
from autoal_gui.engine.state import State
from autoal_gui.gui.window.file_open import FileOpening
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support.gui import (
    QUIET,
    NearestMean,
    begun,
    draw_folder,
    no_thread_left,
    services,
    settings,
)

pytestmark = pytest.mark.qt_log_ignore(QUIET)
BATCH = 4


def start(window, tmp_path, classes=("bright", "dark"), images=24, **plan):
    """Make a project of a real folder and open it."""
    spec = folder_spec(draw_folder(tmp_path / "images", images, classes))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    options = {"evaluation_images": 0, **plan}
    settings = PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH)
    chosen = ProjectPlan("cells", spec, listing.classes, settings, **options)
    assert window.controller.create_project(tmp_path / "projects" / "cells", chosen, listing)
    return window.controller


@pytest.fixture
def controller(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    qtbot.waitUntil(lambda: controller.at_rest)
    return controller


def answers(controller) -> list[str | int]:
    given = sorted(controller.project.labels.answers.values(), key=lambda e: e.sequence)
    return [e.action if e.class_index is None else e.class_index for e in given]


def idle(qtbot, controller):
    qtbot.waitUntil(lambda: controller.at_rest)


# -- labelling by keys --------------------------------------------------------------------------


def test_one_key_is_one_saved_answer_and_the_next_image(qtbot, window, controller):
    first = controller.images.current
    qtbot.keyClick(window, Qt.Key.Key_2)
    assert controller.project.labels.answers[first].class_index == 1
    assert controller.images.current != first
    qtbot.keyClick(window, Qt.Key.Key_1)
    qtbot.keyClick(window, Qt.Key.Key_U)
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert answers(controller) == [1, 0, "unsure", "skip"]


def test_a_key_beyond_the_classes_does_nothing(qtbot, window, controller):
    qtbot.keyClick(window, Qt.Key.Key_9)
    assert answers(controller) == []


def test_digits_of_the_number_pad_answer_too(qtbot, window, controller):
    qtbot.keyClick(window, Qt.Key.Key_2, Qt.KeyboardModifier.KeypadModifier)
    assert answers(controller) == [1]


def test_more_than_nine_classes_go_on_with_letters(qtbot, window, tmp_path):
    names = tuple(f"kind{number:02d}" for number in range(12))
    controller = start(window, tmp_path, names)
    for key in (Qt.Key.Key_9, Qt.Key.Key_A, Qt.Key.Key_C):
        qtbot.keyClick(window, key)
    assert answers(controller) == [8, 9, 11]


def test_undo_and_redo_by_keys(qtbot, window, controller):
    first = controller.images.current
    qtbot.keyClick(window, Qt.Key.Key_2)
    qtbot.keyClick(window, Qt.Key.Key_Backspace)
    assert controller.images.current == first
    assert answers(controller) == []
    qtbot.keyClick(
        window,
        Qt.Key.Key_Z,
        Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier,
    )
    assert answers(controller) == [1]
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert answers(controller) == []


def test_arrows_go_back_and_a_key_answers_again(qtbot, window, controller):
    first = controller.images.current
    qtbot.keyClick(window, Qt.Key.Key_2)
    here = controller.images.current
    qtbot.keyClick(window, Qt.Key.Key_Left)
    assert controller.images.current == first
    assert window.desk.class_panel._buttons[1].isChecked()
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert controller.project.labels.answers[first].class_index == 0
    assert controller.images.current == here


def test_keys_work_whatever_was_clicked_last(qtbot, window, controller):
    desk = window.desk
    places = [desk.tabs.tabBar(), desk.image_view, desk.strip.viewport(), desk.training]
    places += [desk.performance.matrix.viewport(), *desk.findChildren(QToolButton)]
    for count, place in enumerate(places[:12]):
        place.setFocus()
        if place in (desk.image_view, desk.tabs.tabBar()):
            qtbot.mouseClick(place, Qt.MouseButton.LeftButton)
        qtbot.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_2)
        assert len(controller.project.labels.answers) == count + 1


def test_typing_in_a_text_field_answers_nothing(qtbot, window, controller):
    field = QLineEdit(window)
    field.show()
    field.setFocus()
    for key in (Qt.Key.Key_2, Qt.Key.Key_U, Qt.Key.Key_S):
        qtbot.keyClick(field, key)
    assert field.text() == "2us"
    assert answers(controller) == []


def test_a_held_key_answers_once(qtbot, window, controller):
    shortcuts = window.desk.class_panel._shortcuts
    assert shortcuts
    assert not any(shortcut.autoRepeat() for shortcut in shortcuts)
    assert not window.actions_table["skip"].autoRepeat()


def test_a_click_on_a_class_answers(qtbot, window, controller):
    qtbot.mouseClick(window.desk.class_panel._buttons[0], Qt.MouseButton.LeftButton)
    assert answers(controller) == [0]


def test_keys_do_nothing_on_the_start_page(qtbot, window, controller):
    controller.close_project()
    for key in (Qt.Key.Key_2, Qt.Key.Key_U, Qt.Key.Key_Left, Qt.Key.Key_Backspace):
        qtbot.keyClick(window, key)
    assert window.pages.currentWidget() is window.start_page


def test_keys_answer_while_a_round_runs(qtbot, window, controller, backend):
    backend.gate.clear()
    for number in range(BATCH + 2):
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    assert len(controller.project.labels.answers) == BATCH + 2
    begun(qtbot, controller)
    qtbot.keyClick(window, Qt.Key.Key_1)
    assert controller.engine.state is State.RUNNING
    assert len(controller.project.labels.answers) == BATCH + 3


# -- the strip, the image and the reason --------------------------------------------------------


def test_the_strip_marks_answers_and_a_click_shows_an_image(qtbot, window, controller):
    strip, first = window.desk.strip, controller.images.current
    qtbot.keyClick(window, Qt.Key.Key_2)
    model = strip.model()
    assert model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole) == "Image 1 of 4: dark"
    assert "no answer" in model.data(model.index(1), Qt.ItemDataRole.ToolTipRole)
    place = strip.visualRect(model.index(0)).center()
    qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert controller.images.current == first


def test_the_next_image_is_there_before_it_is_asked_for(qtbot, window, controller):
    qtbot.waitUntil(
        lambda: all(map(window.desk.loader.known, controller.images.upcoming[: BATCH + 1]))
    )
    for _ in range(BATCH):
        qtbot.keyClick(window, Qt.Key.Key_2)
        assert window.desk.image_view.picture is not None
        assert window.desk.image_view.sentence == ""


def test_the_picture_is_that_of_the_current_image(qtbot, window, controller):
    for _ in range(BATCH):
        qtbot.waitUntil(lambda: window.desk.loader.known(controller.images.current))
        pixels = controller.project.pool.read(controller.images.current)
        picture = window.desk.image_view.picture
        assert picture.arrays[0][5, 3] == pixels[5, 3]
        qtbot.keyClick(window, Qt.Key.Key_2)


def test_an_image_that_has_gone_is_explained_and_can_be_skipped(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    idle(qtbot, controller)
    asked = controller.project.pool.images[controller.images.current]
    controller.close_project()
    (tmp_path / "images" / asked.key).unlink()
    assert window.open_folder(tmp_path / "projects" / "cells")
    view = window.desk.image_view
    qtbot.waitUntil(lambda: "Skip it with S" in view.sentence)
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert answers(controller) == ["skip"]


def test_a_project_whose_images_have_moved_asks_where_they_are_now(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    controller.labelling.answer(1)
    idle(qtbot, controller)
    controller.close_project()
    (tmp_path / "images").rename(tmp_path / "elsewhere")
    assert window.open_folder(tmp_path / "projects" / "cells")
    dialog = window.dialog
    assert dialog.windowTitle() == "Where are the images now?"
    assert str(tmp_path / "images") in dialog.sentence.text()
    assert dialog.rest.text().startswith("Your 1 answer is safe.")
    assert answers(controller) == [1]
    (tmp_path / "none").mkdir()
    with qtbot.waitSignal(controller.moving.not_found):
        dialog.look_in(tmp_path / "none")
    assert dialog.failure.text() == f"None of the project's images is in {tmp_path / 'none'}."
    with qtbot.waitSignal(controller.told):
        dialog.look_in(tmp_path / "elsewhere")
    assert "24 of 24 images were found" in window.failure.sentence
    assert window.dialog is None
    assert controller.project.absent == {}
    assert answers(controller) == [1]
    idle(qtbot, controller)


def test_replaced_and_deleted_images_are_told_at_opening(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    labelled, other = controller.images.batch[0], controller.images.batch[3]
    controller.labelling.answer(1)
    idle(qtbot, controller)
    keys = {i: controller.project.pool.images[i].key for i in (labelled, other)}
    controller.close_project()
    Image.new("L", (9, 9)).save(tmp_path / "images" / keys[labelled])
    (tmp_path / "images" / keys[other]).unlink()
    with qtbot.waitSignal(controller.watch.ended):
        assert window.open_folder(tmp_path / "projects" / "cells")
    assert window.failure.sentence.splitlines() == [
        "1 image was replaced by another under the same name.",
        "1 label was given to other pixels: it is kept and marked so, and not learned from until "
        "it is given again.",
        "1 image is gone; a label that it has is kept, and it is asked no more.",
    ]
    assert answers(controller) == [1]
    assert controller.project.other_pixels == {labelled}
    assert other not in (*controller.images.batch, *controller.images.rest)
    window.dialogs.show_replaced()
    assert window.dialog.sentence.text().startswith("1 label was given to other pixels")
    qtbot.mouseClick(window.dialog.show_them, Qt.MouseButton.LeftButton)
    assert window.pages.currentWidget() is window.pages.review
    window.dialogs.show_replaced()
    qtbot.mouseClick(window.dialog.keep, Qt.MouseButton.LeftButton)
    assert controller.project.other_pixels == frozenset()
    idle(qtbot, controller)


def test_the_evaluation_set_can_be_drawn_anew(qtbot, window, tmp_path):
    controller = start(window, tmp_path, label_use="hidden", evaluation_images=4)
    idle(qtbot, controller)
    window.dialogs.show_evaluation_set()
    assert window.dialog.sentence.text().startswith("The evaluation set has 4 images: ")
    window.dialog.size_field.setValue(8)
    qtbot.mouseClick(window.dialog.draw, Qt.MouseButton.LeftButton)
    assert window.failure.sentence.startswith("The evaluation set has 8 images from now on")
    assert len(controller.project.pool.ids("evaluation")) == 8
    idle(qtbot, controller)
    start_of_curve = controller.project.files.curve_start
    assert f"after round {start_of_curve}:" in window.desk.performance.empty.next.text()


def test_new_images_are_found_told_and_added(qtbot, window, tmp_path):
    controller = start(window, tmp_path)
    controller.labelling.answer(1)
    idle(qtbot, controller)
    Image.new("L", (9, 9), 3).save(tmp_path / "images" / "bright" / "new.png")
    with qtbot.waitSignal(controller.adding.found):
        window.dialogs.show_new_images()
    assert window.dialog.outcome.text() == "1 new image was found."
    assert window.dialog.add.text() == "Add 1 image"
    with qtbot.waitSignal(controller.told):
        qtbot.mouseClick(window.dialog.add, Qt.MouseButton.LeftButton)
    assert window.failure.sentence == "1 image was added."
    assert len(controller.project.pool.images) == 25
    assert answers(controller) == [1]
    assert 25 in (*controller.images.batch, *controller.images.rest)
    idle(qtbot, controller)


def test_labels_that_measure_are_counted_beside_those_that_train(qtbot, window, tmp_path):
    controller = start(window, tmp_path, label_use="ignore", evaluation_images=2)
    idle(qtbot, controller)
    shown = window.desk.header.labels
    for words in ("0 labels", "1 label", "2 labels"):
        assert shown.text() == words
        qtbot.keyClick(window, Qt.Key.Key_2)
    measure = sum(
        controller.project.pool.images[i].split == "evaluation"
        for i in controller.project.labels.answers
    )
    assert shown.text() == f"3 labels, {measure} of them in the evaluation set"


def test_the_first_window_fits_the_screen_with_its_frame(window):
    room = QGuiApplication.primaryScreen().availableSize()
    assert window.width() <= room.width()
    assert window.height() < room.height()


def test_zoom_keys(qtbot, window, controller):
    view = window.desk.image_view
    qtbot.waitUntil(lambda: view.picture is not None)
    fitted = view.viewport.scale
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert view.viewport.scale == pytest.approx(fitted * 1.25)
    qtbot.keyClick(window, Qt.Key.Key_Minus)
    assert view.viewport.scale == pytest.approx(fitted)
    qtbot.keyClick(window, Qt.Key.Key_Z)
    assert view.viewport.scale == pytest.approx(1 / view.devicePixelRatioF())
    qtbot.keyClick(window, Qt.Key.Key_F)
    assert view.viewport.scale == pytest.approx(fitted)
    before = view.smooth
    qtbot.keyClick(window, Qt.Key.Key_N)
    assert view.smooth is not before


def test_why_this_image_names_the_strategies(qtbot, window, controller):
    why = window.desk.why
    assert why.line.startswith("This is the first image")  # before any ranking
    for number in range(BATCH):
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    idle(qtbot, controller)
    qtbot.keyClick(window, Qt.Key.Key_2)  # the image that was on screen when the ranking came
    assert why.line.startswith("Asked for: ")
    rows = 4 * why.fontMetrics().height()  # of the five that the table has
    qtbot.keyClick(window, Qt.Key.Key_W)
    assert why._grid.count() == 5 * 5
    assert "Predicted loss 0.40" in why._loss.text()
    whole = why.layout().totalHeightForWidth
    qtbot.waitUntil(lambda: rows < why._table.height() < why.height() >= whole(why.width()))
    opened = why.height()
    qtbot.keyClick(window, Qt.Key.Key_W)
    assert why._grid.count() == 0
    qtbot.waitUntil(lambda: why.height() <= opened - rows)  # no empty space stays behind


def test_the_suggestion_comes_after_the_answer(qtbot, window, controller):
    for number in range(BATCH + 1):
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    idle(qtbot, controller)
    controller.setup.set_show_suggestions(False)
    image = next(i for i in controller.images.batch if i not in controller.project.labels.answers)
    controller.images.go_to(image)
    feedback = window.desk.image_bar.said
    assert "This image" not in feedback.text()
    says = controller.project.rounds.suggestion(image).class_index
    own, model = ("dark", "bright") if says == 0 else ("bright", "dark")
    qtbot.keyClick(window, Qt.Key.Key_2 if own == "dark" else Qt.Key.Key_1)
    brief = f"Last: {own}; model: {model}", f"Last: {own}"  # where the bar is short of room
    assert feedback.brief[1:] == brief
    assert f"Last image: {own}. The model says" in feedback.text()
    assert feedback.brief[0].startswith(
        "Last image, model: "
    )  # short, it is still not of this image
    controller.setup.set_show_suggestions(True)
    assert feedback.text().startswith("This image: The model says")
    assert feedback.brief[0].startswith("Model: ")


# -- training -----------------------------------------------------------------------------------


def test_progress_is_shown_step_by_step_and_cancel_works(qtbot, window, controller, backend):
    panel = window.desk.training
    backend.gate.clear()
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    assert controller.engine.state is State.RUNNING
    assert panel.headline.text() == "Putting your images in order"
    assert "there were no labels" in panel.note.text()
    qtbot.waitUntil(lambda: "Reading images 0 of 2" in panel.line.text())
    assert "about 3\xa0s left" in panel.line.text()
    assert "loss 0.500" in panel.line.toolTip()
    assert "cpu" in panel.line.toolTip()
    assert not window.actions_table["train"].isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    assert panel.headline.text() == "Cancelling…"
    idle(qtbot, controller)
    assert "Round 2 was cancelled." in panel.line.text()
    assert window.actions_table["train"].isEnabled()
    assert "kept" in window.status.text()


def test_a_failure_is_one_sentence_with_details_on_request(qtbot, window, controller, backend):
    backend.fail = RuntimeError("x")
    controller.training.train_now()
    qtbot.waitUntil(window.failure.isVisible)
    assert "fault in the program" in window.failure.sentence
    assert not window.failure._details.isVisible()
    qtbot.mouseClick(window.failure._more, Qt.MouseButton.LeftButton)
    assert window.failure._details.isVisible()
    assert "RuntimeError" in window.failure._details.toPlainText()
    qtbot.mouseClick(window.failure._close, Qt.MouseButton.LeftButton)
    assert not window.failure.isVisible()


# -- the window ---------------------------------------------------------------------------------


def test_closing_in_a_round_stops_the_thread_and_keeps_every_answer(
    qtbot, window, controller, backend, tmp_path
):
    backend.gate.clear()
    for number in range(BATCH):
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[number % 2])
    begun(qtbot, controller)
    window.close()
    assert no_thread_left(window)
    backend.gate.set()
    second = MainWindow(services(tmp_path / "projects", NearestMean), settings(tmp_path))
    assert second.recent_projects.folders() == [str((tmp_path / "projects" / "cells").resolve())]
    assert second.open_folder(tmp_path / "projects" / "cells")
    assert len(second.controller.project.labels.answers) == BATCH
    second.close()
    assert no_thread_left(second)
    second.deleteLater()


def test_a_fault_while_closing_leaves_no_thread_behind(qtbot, window, controller, monkeypatch):
    def broken(project):
        raise sqlite3.OperationalError("disk I/O error")

    with monkeypatch.context() as patch:
        patch.setattr(Project, "close", broken)
        with pytest.raises(sqlite3.OperationalError):
            window.close()
    assert window.isHidden()
    assert no_thread_left(window)
    assert not [
        one for one in threading.enumerate() if one.name.startswith(("pictures", "thumbnails"))
    ]


def test_a_damaged_project_is_refused_in_a_sentence(qtbot, window, tmp_path):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "project.autoal").write_bytes(b"not a project at all" * 100)
    assert not window.open_folder(folder)
    assert window.failure.isVisible()
    assert "damaged" in window.failure.sentence
    assert window.pages.currentWidget() is window.start_page


def drop(window, *paths) -> bool:
    """Drag files over the window and let go; say whether it offered to take them."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    rest = data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    entered = QDragEnterEvent(QPoint(9, 9), Qt.DropAction.CopyAction, *rest)
    entered.ignore()
    window.dragEnterEvent(entered)
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, *rest))
    return entered.isAccepted()


def test_a_drag_of_nothing_is_not_taken(window):
    assert not drop(window)
    assert window.failure.isHidden()


def test_of_several_dropped_folders_none_is_opened_and_it_is_said_why(
    qtbot, window, controller, tmp_path
):
    controller.close_project()
    assert drop(window, tmp_path / "projects" / "cells", tmp_path / "images")
    assert not controller.is_open
    assert "2 files or folders were dropped" in window.failure.sentence


def test_a_project_and_a_folder_can_be_dropped(qtbot, window, controller, tmp_path):
    controller.close_project()
    drop(window, tmp_path / "projects" / "cells")
    assert controller.is_open
    drop(window, tmp_path / "images")
    assert window.dialog.windowTitle() == "New project"
    qtbot.waitUntil(lambda: window.dialog.listing is not None)
    window.dialog.reject()
    drop(window, tmp_path / "window.ini")
    assert "neither" in window.failure.sentence


@pytest.fixture
def finder(qapp, window):
    """What opens a project's file as the Finder of macOS does."""
    opening = FileOpening(window)
    opening.opened.connect(window.open_folder)
    qapp.installEventFilter(opening)
    yield lambda folder: qapp.sendEvent(qapp, QFileOpenEvent(str(folder / "project.autoal")))
    qapp.removeEventFilter(opening)


@pytest.fixture
def second(window, tmp_path, controller):
    """The folder of a second project; the first is open again."""
    first, folder = controller.project.folder, tmp_path / "projects" / "second"
    plan = ProjectPlan(
        "second", controller.project.settings.spec, ("b-one", "b-two"), PRESETS["cpu"]
    )
    listing = list_images(plan.spec, tmp_path, lambda done, total: None)
    assert controller.create_project(folder, plan, listing)
    controller.setup.set_annotator("Dr B")
    assert controller.open_project(first)
    return folder


def test_settings_of_a_project_never_go_into_one_that_is_opened_over_them(
    qtbot, window, controller, finder, second
):
    window.dialogs.show_settings()
    dialog = window.dialog
    dialog.annotator.setText("Dr A")
    finder(second)
    assert controller.project.folder == second
    assert window.dialog is None
    assert not dialog.isVisible()
    assert controller.project.settings.annotator == "Dr B"


def test_a_class_half_renamed_is_renamed_in_its_own_project(
    qtbot, window, controller, finder, second
):
    first = controller.project.folder
    window.dialogs.show_classes()
    table = window.dialog.table
    table.setCurrentItem(table.topLevelItem(0))
    qtbot.mouseClick(window.dialog.rename_button, Qt.MouseButton.LeftButton)
    field = table.findChild(QLineEdit)
    qtbot.waitUntil(field.hasFocus)
    field.setText("shiny")
    finder(second)
    assert window.dialog is None
    assert controller.project.classes.names == ("b-one", "b-two")
    assert controller.open_project(first)
    assert controller.project.classes.names == ("shiny", "dark")
    assert not window.failure.isVisible()


def test_a_fault_in_a_slot_is_told_without_its_values(qtbot, window, caplog):
    try:
        raise KeyError("secret")
    except KeyError as error:
        window.report_fault(type(error), error, error.__traceback__)
    assert "saved" in window.failure.sentence
    assert "KeyError" in window.failure._details.toPlainText()
    assert "secret" not in caplog.text + window.failure._details.toPlainText()


def test_opening_the_open_project_again_changes_nothing(qtbot, window, controller):
    qtbot.keyClick(window, Qt.Key.Key_2)
    shown = controller.images.current
    assert window.open_folder(controller.project.folder)
    assert controller.images.current == shown
    assert not window.failure.isVisible()


def test_opening_tells_how_many_images_wait_and_not_those_that_have_an_answer(
    qtbot, window, controller
):
    folder, before = controller.project.folder, controller.project.labels.waiting
    qtbot.keyClick(window, Qt.Key.Key_2)
    controller.close_project()
    assert window.open_folder(folder)
    assert window.status.text().startswith(f"{before - 1} images to label.")


def test_the_keys_sheet_lists_classes_and_commands(qtbot, window, controller):
    qtbot.keyClick(window, Qt.Key.Key_Question)
    rows = dict(window.dialog.rows)
    assert rows["1"] == "bright"
    assert rows["2"] == "dark"
    assert rows["U"] == "Unsure"
    window.dialog.reject()


def test_the_theme_is_chosen_in_the_menu_and_kept(qtbot, window, tmp_path):
    window.menus.theme_actions["dark"].trigger()
    assert window.theme.dark
    kept = settings(tmp_path)
    window._settings.sync()
    assert kept.value("theme") == "dark"
    qtbot.keyClick(window, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert not window.theme.dark
    assert window.menus.theme_actions["light"].isChecked()


def test_everything_that_takes_the_focus_has_a_name(qtbot, window, controller):
    nameless = [
        widget
        for widget in window.desk.findChildren(QToolButton)
        if not (widget.accessibleName() or widget.text())
    ]
    assert not nameless
    assert window.desk.image_view.accessibleName() == "Image"
    assert window.desk.class_panel._buttons[0].accessibleName() == "bright, key 1"


def test_repainting_does_not_lose_references_to_none(qtbot, window, controller):
    before = sys.getrefcount(None)
    for _ in range(100):
        window.update()
    assert sys.getrefcount(None) > before - 50


def test_a_small_window_still_holds_the_desk(qtbot, window, controller):
    window.resize(1024, 700)
    qtbot.wait(20)
    desk = window.desk
    assert desk.class_panel.isVisible()
    assert desk.image_view.width() >= 160
    corner = desk.mapTo(window, QPoint(desk.width(), desk.height()))
    assert corner.x() <= window.width()


def test_many_keys_in_a_row_lose_no_answer(qtbot, window, tmp_path):
    controller = start(window, tmp_path, images=60)
    keys = 0
    while controller.images.current is not None and keys < 80:
        qtbot.keyClick(window, (Qt.Key.Key_1, Qt.Key.Key_2)[keys % 2])
        keys += 1
    assert len(controller.project.labels.answers) == 60
    assert keys == 60 + len(controller.project.labels.journal.repeats)
    assert controller.images.current is None
    assert "Every image has an answer" in window.desk.image_view.sentence
    deadline = time.monotonic() + 60
    while controller.engine.state is not State.IDLE and time.monotonic() < deadline:
        qtbot.wait(20)
    assert controller.engine.state is State.IDLE


def test_what_the_window_keeps_is_on_disk_once_it_is_closed(window):
    """Written later, it would make its folder anew: the self-test's was left behind that way."""
    kept = Path(window._settings.fileName())
    kept.unlink(missing_ok=True)
    window.close()
    assert "geometry" in kept.read_text()
