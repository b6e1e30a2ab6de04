"""The page on which a model is applied to other images, used with keys and mouse."""

import csv
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QPushButton

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.messages import Predict, RunRound
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.settings import PRESETS
from autoal_gui.engine.state import State
from autoal_gui.gui.predict import predict_session
from autoal_gui.gui.predict.about_result import NOT_A_DIAGNOSIS, OTHER_IMAGES
from autoal_gui.gui.predict.predict_setup import NO_IMAGES_CHOSEN
from autoal_gui.gui.predict.sending import SendButton
from autoal_gui.gui.widgets.cards import LowColumn
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.sources.opening import list_images, spec_of
from tests.support.dicom import write_dicom
from tests.support.gui import CLASSES, QUIET, draw_folder, services, settings, start_project
from tests.support.session import WARM, create

pytestmark = pytest.mark.qt_log_ignore(QUIET)
IMAGES = 12


def press(qtbot, widget):
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def images_of(tmp_path: Path) -> Path:
    """Draw twelve images of two kinds, a file that is none, and one that does not look like any."""
    folder = draw_folder(tmp_path / "other", IMAGES)
    (folder / "notes.txt").write_text("no image")
    (folder / CLASSES[1] / "torn.png").write_bytes(b"no image")
    return folder


def begin(qtbot, window, monkeypatch, folder: Path, model: Path):
    """Choose a model and images and press Predict."""
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    page = window.pages.predict
    assert window.pages.currentWidget() is page
    given = (str(model), "")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *given_, **named: given)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *given_: str(folder))
    press(qtbot, page.setup.file)
    qtbot.waitUntil(lambda: "knows" in page.setup.model.text())
    assert page.setup.start.isEnabled() == (page.images.spec is not None)
    press(qtbot, page.setup.folder)
    press(qtbot, page.setup.start)
    return page


@pytest.fixture
def model(tmp_path):
    file = tmp_path / "model.pt"
    file.write_text(" ".join(CLASSES))
    return file


@pytest.fixture
def page(qtbot, window, tmp_path, monkeypatch, model):
    """The page with the predictions of thirteen files, no project being open."""
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    return page


def brightness(page, image: int) -> float:
    return float(page.session.pool.read(image).mean()) / 255


def test_images_are_shown_with_class_and_probability_and_the_surest_first(qtbot, page):
    assert page.explanation.text() == (
        f"{NOT_A_DIAGNOSIS} Files ending in .txt are not treated as images. (1) "
        "The model that made them: model."
    )
    assert page.shown.text() == f"{IMAGES} of {IMAGES} images"
    captions = page.grid.grid_model.captions
    for image in page.grid.images:
        share = brightness(page, image)
        name, sure = (CLASSES[0], share) if share > 0.5 else (CLASSES[1], 1 - share)
        assert captions[image] == f"{name} {sure:.0%}"
    sure = [max(brightness(page, i), 1 - brightness(page, i)) for i in page.grid.images]
    assert sure == sorted(sure, reverse=True)
    words = [page.filters.classes.item(row).text() for row in range(3)]
    assert words == ["All classes (12)", "bright (6)", "dark (6)"]
    assert page.filters.broken.count() == 1
    assert "torn.png: " in page.filters.broken.item(0).text()


def test_class_probability_and_order_choose_what_is_shown(qtbot, page):
    filters = page.filters
    item = filters.classes.visualItemRect(filters.classes.item(2)).center()
    qtbot.mouseClick(filters.classes.viewport(), Qt.MouseButton.LeftButton, pos=item)
    assert len(page.grid.images) == 6
    assert all(brightness(page, image) < 0.5 for image in page.grid.images)
    filters.order.setFocus()
    qtbot.keyClick(filters.order, Qt.Key.Key_Down)
    sure = [1 - brightness(page, image) for image in page.grid.images]
    assert sure == sorted(sure)
    least = round(100 * sure[3])
    filters.low.setFocus()
    filters.low.selectAll()
    qtbot.keyClicks(filters.low, str(least))
    assert 3 <= len(page.grid.images) < 6
    shown = [round(100 * (1 - brightness(page, image))) for image in page.grid.images]
    assert min(shown) >= least
    filters.low.selectAll()
    qtbot.keyClicks(filters.low, "100")
    assert list(page.grid.images) == []
    assert "No image meets" in page.image_view.sentence
    assert filters.classes.item(0).text() == "All classes (0)"


def test_the_chosen_image_is_shown_large_with_all_probabilities(qtbot, page):
    page.grid.setFocus()
    qtbot.keyClick(page.grid, Qt.Key.Key_Right)
    image = page.grid.images[1]
    assert page.grid.current() == image
    qtbot.waitUntil(lambda: page.image_view.picture is not None)
    share = brightness(page, image)
    assert f"{share:.1%}  bright" in page.facts.text()
    assert f"{1 - share:.1%}  dark" in page.facts.text()
    assert page.session.listing.images[image - 1].key in page.facts.text()


def npz_file(place: Path) -> Path:
    drawn = np.random.default_rng(0)
    arrays = {f"{split}_images": drawn.integers(0, 255, (2, 20, 20), np.uint8) for split in SPLITS}
    labels = {f"{split}_labels": np.zeros((2, 1), np.uint8) for split in SPLITS}
    np.savez(place / "set.npz", **arrays, **labels)
    return place / "set.npz"


def dicom_folder(place: Path) -> Path:
    for number in range(6):
        values = np.full((20, 20), 40 * number, np.uint16)
        values[0, 0] = number
        write_dicom(place / "study" / f"{number}.dcm", values, SOPInstanceUID=f"1.2.3.{number}")
    return place / "study"


SPLITS = ("train", "val", "test")


@pytest.mark.parametrize(("make", "count"), [(npz_file, 4), (dicom_folder, 6)])
def test_other_kinds_of_images_are_recognised(qtbot, window, tmp_path, model, make, count):
    page = window.pages.predict
    window.pages.show_page(page)
    page.choose_model(model)
    page.images.choose(make(tmp_path))
    qtbot.waitUntil(page.setup.start.isEnabled)
    press(qtbot, page.setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    assert len(page.grid.images) == count


def test_why_images_cannot_be_added_stands_below_the_grey_button(qtbot, window, tmp_path, model):
    page, controller = window.pages.predict, window.controller
    window.pages.show_page(page)
    page.choose_model(model)
    page.images.choose(images_of(tmp_path))
    qtbot.waitUntil(page.setup.start.isEnabled)
    press(qtbot, page.setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    page.grid.go_to_row(0)
    reason = page.send.reason
    qtbot.waitUntil(reason.isVisible)
    assert not page.send.isEnabled()
    assert reason.text().startswith("Open the project first")
    assert page.send.accessibleDescription() == reason.text()
    assert page.send.mapTo(page, QPoint()).y() < reason.mapTo(page, QPoint()).y()
    spec = spec_of(str(npz_file(tmp_path)))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    plan = ProjectPlan("set", spec, listing.classes, PRESETS["cpu"].in_mode("margin"))
    assert controller.create_project(tmp_path / "projects" / "set", plan, listing)
    page._show_image()
    assert reason.text() == ("Only a project of image files can take images from a further folder.")
    controller.close_project()
    start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    page.grid.go_to_row(0)
    page._show_image()
    assert reason.isHidden()
    assert page.send.accessibleDescription() == ""


def test_of_no_image_it_is_not_said_why_it_cannot_be_added(qtbot, window, tmp_path):
    button = SendButton(window.controller)
    qtbot.addWidget(button)
    button.show_selection(None, [])
    assert button.reason.isHidden()
    assert not button.isEnabled()


def test_the_start_page_leads_there_and_escape_back(qtbot, window):
    press(qtbot, window.start_page.buttons["predict"])
    assert window.pages.currentWidget() is window.pages.predict
    assert not window.pages.predict.setup.start.isEnabled()
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.start_page)


def test_a_file_that_is_no_model_is_explained(qtbot, window, tmp_path, monkeypatch):
    page = window.pages.predict
    window.pages.show_page(page)
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *given, **named: (str(tmp_path / "no.txt"), "")
    )
    press(qtbot, page.setup.file)
    qtbot.waitUntil(lambda: "not a checkpoint" in page.setup.model.text())


def test_an_error_of_the_model_leaves_the_page_usable(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    backend.fail = CheckpointError("The model is broken.")
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    qtbot.waitUntil(lambda: page.setup.line.text() == "The model is broken.")
    backend.fail = None
    press(qtbot, page.setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))


def test_a_prediction_is_cancelled_and_begun_again(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    backend.gate.clear()
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    qtbot.waitUntil(lambda: "left" in page.setup.line.text())
    press(qtbot, page.setup.cancel)
    qtbot.waitUntil(lambda: page.setup.line.text() == "Cancelled.")
    backend.gate.set()
    assert window.controller.engine.state is State.IDLE
    press(qtbot, page.setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))


def test_a_stop_at_the_end_of_the_listing_counts(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    really, at_end, go_on = predict_session.listed, threading.Event(), threading.Event()

    def slow(*given):
        found = really(*given)
        at_end.set()
        assert go_on.wait(60)
        return found

    monkeypatch.setattr(predict_session, "listed", slow)
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    qtbot.waitUntil(at_end.is_set)
    press(qtbot, page.setup.cancel)
    page.enter()  # the user has gone and come back meanwhile
    go_on.set()
    qtbot.waitUntil(lambda: page.setup.line.text() == "Cancelled.")
    assert page.setup.start.isVisible()
    assert not any(isinstance(command, Predict) for command in backend.commands)
    press(qtbot, page.setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))


def test_it_waits_for_a_running_round_and_takes_the_model_that_is_the_newest_then(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    backend.gate.clear()
    controller.training.train_now()
    page = window.pages.predict
    window.pages.show_page(page)
    said = page.setup.model.text()
    assert said.startswith("The last model of cells: round 2 (4 labels). If round 3, which runs,")
    page.images.choose(images_of(tmp_path))
    press(qtbot, page.setup.start)
    waits = "This waits for round 3, which runs: about 3\N{NO-BREAK SPACE}s left."
    qtbot.waitUntil(lambda: page.setup.waiting.words.text() == waits)
    assert page.setup.waiting.isVisible()
    told = []
    page.session.progressed.connect(lambda done, total, words: told.append(words))
    backend.gate.set()
    qtbot.waitUntil(lambda: bool(page.grid.images))
    kinds = [type(command) for command in backend.commands]
    assert kinds[-2:] == [RunRound, Predict]
    assert Path(backend.commands[-1].checkpoint).name == "round-0003.pt"
    assert controller.training.round_number is None
    assert "The model that made them: round 3 (4 labels)." in page.explanation.text()
    assert page.setup.old.isHidden()
    assert page.setup.model.text() == "The last model of cells: round 3 (4 labels)."
    steps = [line.split(":")[0] for line in told if line.startswith("Step")]
    assert steps == sorted(steps)
    assert set(steps) == {"Step 1 of 2", "Step 2 of 2"}
    (timed,) = {line for line in told if line.startswith("Step 1") and "left" in line}
    assert timed.endswith(" · both steps: about 9\N{NO-BREAK SPACE}s left")
    target = tmp_path / "found.csv"
    with qtbot.waitSignal(page.session.said) as said:
        page.session.save(target)
    count = len(page.session.table.ids)
    assert f"It has all {count} images that were predicted, shown or not." in said.args[0]
    with target.open(encoding="utf-8-sig", newline="") as table:
        assert {row["model"] for row in csv.DictReader(table)} == {"round 3 (4 labels)"}


def test_what_a_cancelled_round_would_have_left_is_not_announced_any_more(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    backend.gate.clear()
    page = window.pages.predict
    window.pages.show_page(page)
    controller.training.train_now()
    assert "leaves a newer one" in page.setup.model.text()
    controller.cancel()
    qtbot.waitUntil(lambda: controller.at_rest)
    backend.gate.set()
    assert page.setup.model.text() == "The last model of cells: round 2 (4 labels)."


@pytest.mark.parametrize("how", ["cancelled", "failed", "predicted"])
def test_former_predictions_stay_until_new_ones_are_there(qtbot, page, backend, how):
    backend.fail = CheckpointError("The model is broken.") if how == "failed" else None
    session = page.session
    former, result = session._workspace.path, session.result
    shown, captions = list(page.grid.images), dict(page.grid.grid_model.captions)
    said = page.explanation.text()
    backend.gate.clear()
    press(qtbot, page.setup.start)
    assert session.is_busy
    asked = session._asked.workspace.path
    assert page.explanation.text() == f"These are the former predictions; {STAY} {said}"
    assert page.shown.text() == "Former predictions"  # beside the path of the new images
    assert list(page.grid.images) == shown
    assert page.grid.isVisible()
    if how == "cancelled":
        press(qtbot, page.setup.cancel)
    backend.gate.set()
    qtbot.waitUntil(lambda: not session.is_busy)
    assert page.explanation.text() == said
    assert page.shown.text() == f"{len(shown)} of {len(shown)} images"
    assert list(page.grid.images) == shown
    assert dict(page.grid.grid_model.captions) == captions
    assert (session.result is result) == (how != "predicted")
    kept, gone = (former, asked) if how != "predicted" else (asked, former)
    assert kept.is_dir()
    assert not gone.exists()
    qtbot.waitUntil(lambda: page.image_view.picture is not None)


STAY = "they stay until the new ones are there."


def test_a_round_that_ends_while_the_result_is_read_says_so_at_once(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    page = window.pages.predict
    window.pages.show_page(page)
    page.images.choose(images_of(tmp_path))
    press(qtbot, page.setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    old = page.setup.old
    assert old.isHidden()
    controller.training.train_now()
    qtbot.waitUntil(lambda: "round 3 (4 labels): press Predict again" in old.text())
    assert old.text().startswith("These predictions are by round 2 (4 labels).")
    assert page.setup.line.text() == "12 images predicted."
    column = page.setup.layout()  # where it is seen however far the words above have scrolled
    assert column.indexOf(old) == column.indexOf(page.setup.line) + 1
    assert old.isVisible()
    assert page._model.name == "round-0003.pt"  # what Predict takes now
    qtbot.waitUntil(lambda: controller.at_rest)
    backend.gate.clear()
    press(qtbot, page.setup.start)
    assert STAY in page.explanation.text()
    assert old.isHidden()  # it runs already
    backend.gate.set()
    qtbot.waitUntil(lambda: not page.session.is_busy)


def test_predictions_that_end_while_the_desk_is_shown_are_offered(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    backend.gate.clear()
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    qtbot.waitUntil(lambda: window.controller.inference.is_predicting)
    window.pages.leave()
    backend.gate.set()
    qtbot.waitUntil(lambda: window.failure.sentence == f"{IMAGES} images predicted.")
    assert window.pages.at_desk
    (show,) = (b for b in window.failure.findChildren(QPushButton) if b.text() == "Show them")
    press(qtbot, show)
    assert window.pages.currentWidget() is page
    assert window.failure.isHidden()


def test_predictions_do_not_take_the_place_of_what_is_still_to_be_read(qtbot, window):
    window.failure.show_failure("Something that matters.", "")
    window.pages.predicted.emit("12 images predicted.")
    assert window.failure.sentence == "Something that matters."
    assert window.status.text() == "12 images predicted. They are on the page Predict."


def test_images_of_the_project_are_not_offered_to_it_and_those_that_taught_are_told(
    qtbot, window, tmp_path, backend
):
    own = draw_folder(tmp_path / "own", 12)
    controller = start_project(qtbot, window, own, tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    controller.labelling.answer(0)  # which is newer than the model
    page = window.pages.predict
    window.pages.show_page(page)
    Image.new("L", (32, 32), 255).save(own / CLASSES[0] / "came_later.png")
    page.images.choose(own)
    press(qtbot, page.setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    assert "4 of these images taught the model" in page.explanation.text()
    captions = {page.session.name_of(image): image for image in page.grid.images}
    new = f"{CLASSES[0]}/came_later.png"
    page.grid.go_to_row(page.grid.images.index(captions.pop(new)))
    assert page.send.text() == "Add 1 image to the project"
    assert page.send.isEnabled()
    page.grid.go_to_row(page.grid.images.index(next(iter(captions.values()))))
    assert page.send.text() == "This image is in the project already"
    assert not page.send.isEnabled()

    page.session.result = replace(page.session.result, unseen=(1,))
    page._show_about()
    assert f"{CLASSES[1]}: the model has never seen one." in page.explanation.text()

    page.session.result = replace(page.session.result, unseen=(), scarce=(0,))
    page._on_rule()
    page._show_about()
    assert f"{CLASSES[0]}: the model has learned it from fewer than 5" in page.explanation.text()
    table = page.session.table
    assert 0 in table.best
    assert page.session.caution.needs_look[table.best == 0].all()
    assert page.session.is_judged
    qtbot.waitUntil(lambda: page.caution.look.isVisible() and page.caution.look.height() > 0)
    press(qtbot, page.caution.look)
    assert page.filters.only_look
    assert set(page.grid.images) == set(table.ids[page.session.table.needs_look].tolist())
    told = page.own.written()
    looked = told.answers.keys() & set(map(page.session.name_of, page.grid.images))
    assert f"{len(looked)} of them ha" in page.caution.legend.text()
    assert (len(told.known), len(told.taught), len(told.answers)) == (12, 4, 5)
    assert set(told.answers.values()) == {*CLASSES}


def test_the_images_of_the_open_project_are_offered_until_others_are_chosen(
    qtbot, window, tmp_path, model
):
    page, setup = window.pages.predict, window.pages.predict.setup
    window.pages.show_page(page)
    assert page.images.spec is None
    assert setup.own_images.isHidden()
    own, other = draw_folder(tmp_path / "own", 12), images_of(tmp_path)
    start_project(qtbot, window, own, tmp_path, evaluation_images=0)
    window.pages.show_page(page)
    assert Path(page.images.spec.location) == own
    assert setup.images.text() == f"The images of this project: {own}"
    page.choose_model(model)
    qtbot.waitUntil(setup.start.isEnabled)
    page.images.choose(other)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    window.pages.show_page(page)
    assert Path(page.images.spec.location) == other  # what was chosen stays
    press(qtbot, setup.own_images)
    assert Path(page.images.spec.location) == own
    assert page.focusWidget() is setup.start
    press(qtbot, setup.start)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    assert len(page.grid.images) == 12
    assert not page.measured.isVisible()  # labels that the project asks for are not read here
    page.images.choose(other)
    assert setup.old.text() == OTHER_IMAGES  # beside the name of a set that has none yet
    press(qtbot, setup.own_images)
    assert setup.old.isHidden()
    window.controller.close_project()
    window.pages.show_page(page)
    assert page.images.spec is None
    assert setup.images.text() == NO_IMAGES_CHOSEN
    assert setup.own_images.isHidden()


def test_a_set_that_is_no_folder_or_file_is_not_offered(qtbot, window, tmp_path):
    press(qtbot, window.start_page.buttons["demo"])
    qtbot.waitUntil(lambda: window.controller.is_open)
    assert window.controller.project.places[0].spec.location == ""
    window.pages.show_page(window.pages.predict)
    assert window.pages.predict.images.spec is None


def test_a_round_can_be_stopped_for_a_prediction_from_where_it_is_asked_for(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    labels = controller.project.labels.training()
    backend.gate.clear()
    controller.training.train_now()
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    waiting = page.setup.waiting
    qtbot.waitUntil(waiting.isVisible)
    assert waiting.go_first.text() == "Stop the round"
    press(qtbot, waiting.go_first)
    qtbot.waitUntil(lambda: controller.project.rounds.all()[-1].outcome == "cancelled")
    backend.gate.set()
    qtbot.waitUntil(lambda: bool(page.grid.images))
    assert waiting.isHidden()
    assert controller.project.labels.training() == labels
    assert controller.project.rounds.last_checkpoint().name == "round-0002.pt"


def test_it_goes_before_the_warm_start_and_both_places_say_so(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    backend.gate.clear()
    create(window.controller, tmp_path, draw_folder(tmp_path / "own", 40), settings=WARM)
    begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    page, panel = window.pages.predict, window.desk.training
    told = []
    page.session.progressed.connect(lambda done, total, words: told.append(words))
    qtbot.waitUntil(lambda: window.controller.inference.is_predicting)
    assert predict_session.PAUSES in told
    assert panel.headline.text() == "Predicting images"
    qtbot.waitUntil(lambda: "0 of" in panel.line.text())
    assert panel._steps.isHidden()
    assert "goes on by itself afterwards" in panel.note.text()
    backend.gate.set()
    qtbot.waitUntil(lambda: window.controller.at_rest)
    assert bool(page.grid.images)
    assert "goes on by itself" not in panel.note.text()


def test_the_round_named_is_the_one_whose_model_is_used(qtbot, window, tmp_path):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    for number in range(4):
        controller.labelling.answer(number % 2)
    qtbot.waitUntil(lambda: controller.at_rest)
    controller.training.train_now()
    qtbot.waitUntil(lambda: len(controller.project.rounds.finished()) == 3)
    (controller.project.models_folder / "round-0003.pt").unlink()
    page = window.pages.predict
    window.pages.show_page(page)
    assert page._model.name == "round-0002.pt"
    assert "round 2 (4 labels)." in page.setup.model.text()


def test_opening_a_project_ends_a_prediction_that_runs(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    backend.gate.clear()
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    qtbot.waitUntil(lambda: "left" in page.setup.line.text())
    backend.gate.set()
    controller = start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    assert controller.is_open
    assert controller.project.rounds.finished()
    assert page.setup.line.text() == "Cancelled."
    assert not list(page.grid.images)


def test_a_batch_completed_meanwhile_trains_afterwards(
    qtbot, window, tmp_path, monkeypatch, model, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "own", 12), tmp_path)
    backend.gate.clear()
    page = begin(qtbot, window, monkeypatch, images_of(tmp_path), model)
    qtbot.waitUntil(lambda: controller.inference.is_predicting)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: window.pages.currentWidget() is window.desk)
    for number in range(4):
        controller.labelling.answer(number % 2)
    assert "Predicting" in window.desk.training.headline.text()
    backend.gate.set()
    qtbot.waitUntil(lambda: len(controller.project.rounds.finished()) == 2)
    assert len(page.grid.images) == IMAGES


def test_the_window_and_the_command_line_write_the_same_table(qtbot, tmp_path, monkeypatch):
    """With the real networks: the same columns and the same numbers, byte for byte."""
    import torch

    from autoal_gui.cli import run
    from autoal_gui.learning.backend import TorchBackend
    from autoal_gui.learning.model import checkpoint, start_weights
    from tests.support.learning import CARD, classifier

    torch.manual_seed(3)
    network = classifier(stem="7x7")
    network.head.weight.data *= 30
    checkpoint.save_checkpoint(
        tmp_path / "model.pt", network.eval(), replace(CARD, classes=CLASSES)
    )
    rng = np.random.default_rng(1)
    folder = tmp_path / "scans"
    for number in range(6):
        place = folder / ("-plus" if number % 2 else "odd")
        place.mkdir(parents=True, exist_ok=True)
        values = rng.integers(0, 255, (20, 30), np.uint8)
        Image.fromarray(values).save(place / f"{number}.png")
    real = replace(
        services(tmp_path, lambda: TorchBackend(1)), start_model=start_weights.start_model
    )
    window = MainWindow(real, settings(tmp_path))
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    try:
        page = begin(qtbot, window, monkeypatch, folder, tmp_path / "model.pt")
        qtbot.waitUntil(lambda: bool(page.grid.images), timeout=120_000)
        target = tmp_path / "window.csv"
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *given: (str(target), ""))
        press(qtbot, page.filters.save)
        qtbot.waitUntil(lambda: str(target) in page.setup.line.text())
    finally:
        window.close()
    other = tmp_path / "terminal.csv"
    arguments = ("predict", "--model", tmp_path / "model.pt", "--out", other, folder)
    assert run([str(word) for word in (*arguments, "--device", "auto")]) == 0
    assert target.read_bytes() == other.read_bytes()
    with target.open(encoding="utf-8-sig", newline="") as table:
        rows = list(csv.DictReader(table))
    assert [row["label"] for row in rows] == ["'-plus"] * 3 + ["odd"] * 3
    assert len({row["p(bright)"] for row in rows}) == 6


def test_the_details_of_a_failure_leave_the_window_as_large_as_it_was(qtbot, window, page):
    window.resize(1280, 800)
    window.failure.show_failure("The images cannot be predicted.", "a line\n" * 30)
    press(qtbot, window.failure._more)
    qtbot.waitUntil(window.failure._details.isVisible)
    qtbot.wait(50)
    assert (window.width(), window.height()) == (1280, 800)


def test_images_with_labels_measure_the_model_by_class_patient_and_column(
    qtbot, window, tmp_path, monkeypatch, model
):
    images = draw_folder(tmp_path / "others", 40)
    lines = ["file,patient,sex"]
    for number, file in enumerate(sorted(images.rglob("*.png"))):
        lines.append(f"{file.parent.name}/{file.name},p{number // 2},{'FM'[number // 2 % 2]}")
    (images / "table.csv").write_text("\n".join(lines))
    page = begin(qtbot, window, monkeypatch, images, model)
    qtbot.waitUntil(lambda: page.session.table is not None)
    assert page.measured.isVisible()
    assert page.measured.button.text().startswith("Labels known: right on 40 of 40")
    assert not page.measured.columns.isVisible()
    press(qtbot, page.measured.button)
    assert page.measured.classes.text() == "bright: 20 of 20 found; dark: 20 of 20 found"
    assert page.measured.columns.column.currentText() == "sex"
    assert page.measured.columns.groups.text().startswith("Whole groups")


def test_folders_that_are_no_classes_of_the_model_are_told(
    qtbot, window, tmp_path, monkeypatch, model
):
    folder = images_of(tmp_path)
    for number, name in enumerate(CLASSES):
        (folder / name).rename(folder / f"{number}_other")
    page = begin(qtbot, window, monkeypatch, folder, model)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    assert "0_other, 1_other are no classes of this model: nothing is compared" in (
        page.explanation.text()
    )


def test_images_without_a_label_measure_nothing(qtbot, window, tmp_path, monkeypatch, model):
    (images := tmp_path / "flat").mkdir()
    for file in draw_folder(tmp_path / "drawn").rglob("*.png"):
        file.rename(images / file.name)
    page = begin(qtbot, window, monkeypatch, images, model)
    qtbot.waitUntil(lambda: page.session.table is not None)
    assert not page.measured.isVisible()


def test_enter_chooses_images_where_the_last_were_and_predicts_them(
    qtbot, window, tmp_path, monkeypatch, model
):
    folder, asked = images_of(tmp_path), []

    def chosen(parent, title, start):
        asked.append(Path(start))
        return str(folder)

    monkeypatch.setattr(QFileDialog, "getExistingDirectory", chosen)
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    page = window.pages.predict
    page.choose_model(model)
    qtbot.waitUntil(lambda: "knows" in page.setup.model.text())
    page.setup.folder.setFocus()
    qtbot.keyClick(page.setup.folder, Qt.Key.Key_Return)
    assert page.focusWidget() is page.setup.start
    qtbot.keyClick(page.setup.start, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(page.grid.images))
    qtbot.keyClick(page.setup.folder, Qt.Key.Key_Return)
    assert asked == [Path.home(), folder.parent]


def test_predictions_leave_the_window_as_low_as_it_was(qtbot, page):
    line = page.fontMetrics().height()
    assert page.minimumSizeHint().height() < 32 * line  # of a screen of 720 pixels


def test_saving_stays_in_sight_where_the_column_above_it_scrolls(qtbot, window, page):
    window.resize(1024, 768)
    qtbot.waitUntil(lambda: window.height() == 768)
    column = page.side.findChild(LowColumn)
    qtbot.waitUntil(lambda: column.verticalScrollBar().maximum() > 0)
    save = page.filters.save
    assert save.visibleRegion().boundingRect() == save.rect()
