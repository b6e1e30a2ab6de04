"""Dialogs: new projects with every default, settings, export, and the demo."""

import hashlib
import stat
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QProgressDialog, QScrollArea
from safetensors.numpy import save_file

from autoal_gui.backbones import resnet18_imagenet, weight_files
from autoal_gui.backbones.weight_layout import layout_of
from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import ListedImage, Listing, SourceSpec
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import PRESETS, fitted_to
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.core.trained_model import StartModel
from autoal_gui.engine.jobs import Job
from autoal_gui.gui.dialogs import export_dialog
from autoal_gui.gui.dialogs.leave_dialog import LeaveDialog
from autoal_gui.gui.project.importer import Importer, clean_name, free_folder
from autoal_gui.gui.project.method_form import MethodForm
from autoal_gui.gui.session.exports import EXPORT_STOPPED, MODEL_LEFT
from autoal_gui.gui.window.projects.new_projects import folder_spec
from tests.support.gui import QUIET, NearestMean, SlowExport, draw_folder, no_thread_left, services
from tests.support.project import needs_permissions
from tests.tools.seen import cut_off, sideways

pytestmark = pytest.mark.qt_log_ignore(QUIET)


def listed(qtbot, window, spec):
    window.new_projects.show_dialog(spec)
    dialog = window.dialog
    qtbot.waitUntil(lambda: dialog.listing is not None)
    return dialog


def idle(qtbot, window):
    qtbot.waitUntil(lambda: window.controller.at_rest)


def leftovers(window) -> list[Path]:
    return list(window.new_projects._services.projects_folder.glob(".new-*"))


# -- new projects -------------------------------------------------------------------------------


def test_enter_alone_makes_a_project_of_a_folder(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    assert dialog.ok.isDefault()
    assert "20 images can be used." in dialog.report.line.text()
    assert dialog.problem.text().startswith("Next: label ")  # what will happen
    qtbot.waitUntil(dialog.report.pictures.isVisible)
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    controller = window.controller
    assert controller.is_open
    project = controller.project
    assert project.settings.name == "images"
    assert project.classes.names == ("bright", "dark")
    assert project.settings.annotator == "reader"
    assert project.settings.run.input_size == 32  # the longer side of the images
    assert len(project.pool.ids("evaluation")) == 4  # a fifth, their labels known
    assert project.labels.unanswered_evaluation() == ()
    assert window.pages.currentWidget() is window.desk
    assert leftovers(window) == []


def test_a_note_stands_right_below_what_it_explains(qtbot):
    form = MethodForm(PRESETS["cpu"], keep=False)
    qtbot.addWidget(form)
    form.resize(500, 900)  # more than is needed
    form.show()
    for note, box in ((form.note, form.mode), (form.backbone_note, form.backbone)):
        words = note.fontMetrics().boundingRect(note.rect(), int(note.alignment()), note.text())
        assert note.y() + words.top() - box.geometry().bottom() < form.fontMetrics().height()


def test_a_new_project_is_as_wide_as_its_words_and_never_scrolled_to_the_side(
    qtbot, window, tmp_path
):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    qtbot.waitUntil(dialog.report.pictures.isVisible)  # the last that comes by itself
    dialog.resize(1, 400)
    qtbot.waitUntil(lambda: sideways(dialog) == [])  # its width follows what came
    assert cut_off(dialog) == []


def test_unreadable_files_are_reported_and_the_rest_is_used(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    (images / "bright" / "broken.png").write_bytes(b"\x89PNG not really")
    dialog = listed(qtbot, window, folder_spec(images))
    assert "1 cannot and is left out" in dialog.report.line.text()
    assert "bright/broken.png" in dialog.report.files.toPlainText()
    dialog.accept()
    assert len(window.controller.project.pool.images) == 20
    assert window.controller.project.checks.unreadable[0][0] == "bright/broken.png"


def test_what_opens_in_the_dialog_brings_no_bar_across(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    scroll = next(s for s in dialog.findChildren(QScrollArea) if s.parentWidget() is dialog)
    across, down = scroll.horizontalScrollBar(), scroll.verticalScrollBar()
    dialog.resize(dialog.minimumSizeHint().width(), dialog.height())
    dialog.report.left_out.button.setChecked(True)
    dialog.more.button.setChecked(True)
    qtbot.waitUntil(lambda: down.maximum() > 0)
    qtbot.waitUntil(lambda: across.maximum() == 0)


def test_a_folder_without_images_says_so_and_leaves_nothing(qtbot, window, tmp_path):
    (tmp_path / "empty").mkdir()
    window.new_projects.show_dialog(folder_spec(tmp_path / "empty"))
    dialog = window.dialog
    qtbot.waitUntil(lambda: "holds no" in dialog.report.line.text())
    assert not dialog.ok.isEnabled()
    dialog.reject()
    assert leftovers(window) == []


def test_classes_are_typed_where_the_source_has_none(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    for number, file in enumerate(sorted(images.rglob("*.png"))):
        file.rename(images / f"{number}.png")
    for folder in ("bright", "dark"):
        (images / folder).rmdir()
    dialog = listed(qtbot, window, folder_spec(images))
    assert not dialog.ok.isEnabled()
    assert "20 images" not in dialog.report.meaning.text()  # the line above has said so
    assert "At least two classes" in dialog.problem.text()
    assert dialog.problem.property("role") == "muted"  # nothing is wrong before a key is pressed
    assert dialog.focusWidget() is dialog.classes.entry
    for name in ("benign", "malignant"):
        qtbot.keyClicks(dialog.classes.entry, name)
        qtbot.keyClick(dialog.classes.entry, Qt.Key.Key_Return)
    assert dialog.isVisible()  # Enter in the field adds, and does not start
    assert dialog.ok.isEnabled()
    assert dialog.evaluation.value() == 0  # nothing known is given, and the answers measure
    assert "Every answer trains" in dialog.evaluation_note.text()
    dialog.method.mode.setCurrentIndex(dialog.method.mode.findData("paper"))
    assert dialog.evaluation.value() > 0  # its rounds fit every layer
    dialog.evaluation.setValue(0)
    assert "little to measure" in dialog.evaluation_note.text()
    dialog.evaluation.setValue(5)
    assert "asked for between the others" in dialog.evaluation_note.text()
    dialog.accept()
    project = window.controller.project
    assert project.classes.names == ("benign", "malignant")
    assert len(project.labels.unanswered_evaluation()) == 5
    assert project.batches.ranking[1] in project.labels.unanswered_evaluation()


def test_known_labels_can_be_answers_or_nothing(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    dialog = listed(qtbot, window, folder_spec(images))
    dialog.label_use.setCurrentIndex(dialog.label_use.findData("labelled"))
    dialog.accept()
    idle(qtbot, window)
    assert len(window.controller.project.labels.training()) == 16
    window.controller.close_project()
    dialog = listed(qtbot, window, folder_spec(images))
    assert dialog.folder().name == "images-2"
    dialog.label_use.setCurrentIndex(dialog.label_use.findData("ignore"))
    for name in ("bright", "slip", "other"):
        dialog.classes.entry.setText(name)
        dialog.classes.add()
    dialog.classes.list.setCurrentRow(1)
    dialog.classes.remove_button.click()  # wherever the row stands by now: the dialog grows
    assert dialog.classes.names() == ("bright", "other")
    dialog.accept()
    assert window.controller.project.classes.names == ("bright", "other")
    assert window.controller.project.labels.training() == ()


def test_classes_of_the_set_are_renamed_but_not_removed(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    dialog.classes.list.setCurrentRow(0)
    assert not dialog.classes.remove_button.isEnabled()
    dialog.classes.list.item(0).setText("pale")
    dialog.classes.list.item(1).setText("pale")
    assert "same name" in dialog.problem.text()
    assert not dialog.ok.isEnabled()
    dialog.classes.list.item(1).setText("deep")
    dialog.accept()
    assert window.controller.project.classes.names == ("pale", "deep")


def test_every_choice_of_the_method_arrives(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    method = dialog.method
    method.mode.setCurrentIndex(method.mode.findData("bald"))
    method.preset.setCurrentIndex(method.preset.findData("paper"))
    method.device.setCurrentIndex(method.device.findData("cpu"))
    method.side.setCurrentIndex(method.side.findData("64"))
    method.batch.setValue(7)
    dialog.evaluation.setValue(3)
    dialog.name.setText("My cells")
    dialog.place.line.setText(str(tmp_path / "elsewhere" / "cells"))
    dialog.accept()
    project = window.controller.project
    chosen = project.settings.run
    assert (chosen.mode, chosen.batch_size, chosen.device, chosen.input_size) == (
        "bald",
        7,
        "cpu",
        64,
    )
    assert chosen.search_steps == 400
    assert project.settings.name == "My cells"
    assert project.folder == tmp_path / "elsewhere" / "cells"
    assert len(project.pool.ids("evaluation")) == 3


def choose(box, value):
    box.setCurrentIndex(box.findData(value))


def test_the_warm_start_and_the_random_share_are_chosen(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    method = dialog.method
    choose(method.mode, "auto")
    assert method.mode.currentText() == "Auto (recommended)"
    method.audit.setValue(35)
    method.minutes.setValue(7)
    dialog.accept()
    chosen = window.controller.project.settings.run
    assert (chosen.mode, chosen.warm_start) == ("auto", True)
    assert chosen.warm_seconds == 420.0
    assert chosen.audit_share == 0.35
    for widget in (method.audit, method.warm, method.minutes):
        assert widget.accessibleName()


def test_paper_mode_does_without_a_warm_start(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    method = dialog.method
    choose(method.mode, "vote")
    assert method.warm.isEnabled()
    assert not method.audit.isEnabled()  # only Auto draws a share
    choose(method.mode, "paper")
    assert not method.warm.isChecked()
    assert not any(w.isEnabled() for w in (method.warm, method.minutes, method.audit))
    choose(method.mode, "auto")
    assert method.warm.isChecked()
    assert method.minutes.isEnabled()
    assert method.audit.isEnabled()
    method.warm.setChecked(False)
    choose(method.mode, "entropy")
    assert not method.warm.isChecked()  # a wish is kept between modes that could have it
    dialog.accept()
    assert not window.controller.project.settings.run.warm_start


def test_a_network_with_weights_takes_the_place_of_learning_first(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    method = dialog.method
    assert method.backbone.currentData() == "resnet18"
    choose(method.backbone, "efficientnet_lite0")
    assert "Apache-2.0" in method.backbone_note.text()
    assert not any(w.isEnabled() for w in (method.warm, method.minutes, method.layers))
    choose(method.mode, "paper")  # which has a network of its own
    assert method.backbone.currentData() == "resnet18"
    assert not method.backbone.isEnabled()
    choose(method.mode, "auto")
    assert method.warm.isEnabled()
    choose(method.backbone, "efficientnet_lite0")
    dialog.accept()
    project = window.controller.project
    assert project.settings.run.backbone == "efficientnet_lite0"
    assert not project.warm_start.wanted


@pytest.mark.parametrize(("side", "size"), [(28, 28), (120, 120), (500, 160)])
def test_another_network_has_the_images_in_the_size_that_it_wants(qapp, side, size):
    base = fitted_to(PRESETS["cpu"], side)
    form = MethodForm(base, keep=True)
    choose(form.backbone, "efficientnet_lite0")
    found = form.settings(side)
    assert (found.backbone, found.input_size) == ("efficientnet_lite0", size)
    assert MethodForm(found.but(all_layers="always"), keep=True).settings().all_layers == "always"
    always = MethodForm(base.but(all_layers="always"), keep=True)
    choose(always.backbone, "efficientnet_lite0")  # which is used as it is, as the form says
    assert always.settings(side).all_layers == "measured"
    back = MethodForm(found, keep=True)
    choose(back.backbone, "resnet18")
    assert back.settings(side) == base


def test_a_network_stands_beside_where_it_sees_all_images_in_minutes(qapp):
    form, lite = MethodForm(PRESETS["cpu"], keep=False), "efficientnet_lite0"
    form.suggest_beside(300)
    found = form.settings(500)
    assert (found.beside, found.input_size, found.own_side) == (lite, 160, 64)
    assert form.settings(500, StartModel(("a", "b"), "7x7", 48)).beside == ""
    choose(form.mode, "paper")
    assert form.settings(500).beside == ""
    choose(form.mode, "auto")
    form.suggest_beside(100_000)
    assert form.settings(500).beside == ""


def test_no_network_is_suggested_to_who_has_chosen(qapp):
    form = MethodForm(PRESETS["cpu"], keep=False)
    form.suggest_beside(300)
    choose(form.beside, "")
    form.beside.activated.emit(0)  # as a mouse or a key does
    form.suggest_beside(300)
    assert form.settings(28).beside == ""


def test_the_model_that_a_project_starts_from_decides_on_the_network(qapp):
    form = MethodForm(PRESETS["cpu"], keep=False)
    start = StartModel(("a", "b"), "3x3", 48, "efficientnet_lite0")
    chosen = form.settings(100, start)
    assert (chosen.backbone, chosen.input_size) == ("efficientnet_lite0", 48)
    form.fix_backbone()
    assert not form.backbone.isEnabled()


@pytest.fixture
def brought(tmp_path, monkeypatch):
    """A file with the weights of a network whose own are not on this computer."""
    monkeypatch.setattr(weight_files, "users_folder", lambda: tmp_path / "weights")
    content = b"weights " * 100
    digest = hashlib.sha256(content).hexdigest()
    weights = replace(resnet18_imagenet.WEIGHTS, sha256=digest, size=len(content))
    monkeypatch.setattr(resnet18_imagenet, "WEIGHTS", weights)
    (tmp_path / "brought.pth").write_bytes(content)
    return tmp_path / "brought.pth"


def test_missing_weights_are_asked_for_before_anything_begins(qtbot, window, brought, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    method = dialog.method
    assert method.weights.isHidden()
    choose(method.backbone, "resnet18_imagenet")
    assert not method.weights.isHidden()
    assert "download.pytorch.org" in method.weights.fetch.text()
    assert not dialog.ok.isEnabled()
    assert "weights" in dialog.problem.text()
    other = tmp_path / "other.pth"
    other.write_bytes(b"something else")
    method.weights.bring(other)
    qtbot.waitUntil(lambda: "does not fit" in method.weights.said.text())
    method.weights.bring(brought)
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert method.weights.isHidden()
    assert "are on this computer" in method.backbone_note.text()


def test_weights_that_fit_but_are_not_known_are_used_only_when_the_user_says_so(
    qtbot, window, brought, tmp_path, monkeypatch
):
    layout = layout_of({"conv1.weight": (2,)}, ["conv1"])
    monkeypatch.setattr(
        resnet18_imagenet, "WEIGHTS", replace(resnet18_imagenet.WEIGHTS, layout=layout)
    )
    own = tmp_path / "own.safetensors"
    save_file({"conv1.weight": np.zeros(2)}, own)
    form = MethodForm(PRESETS["cpu"], keep=True)
    qtbot.addWidget(form)
    choose(form.backbone, "resnet18_imagenet")
    assert form.weights.use.isHidden()
    form.weights.bring(own)
    qtbot.waitUntil(lambda: not form.weights.use.isHidden())
    told = form.weights.said.text()
    assert sha256_of(own) in told.replace(" ", "")
    assert "fits ResNet-18 (ImageNet)" in told
    assert form.problem()
    with qtbot.waitSignal(form.weights.changed):
        form.weights.use.click()
    assert form.problem() == ""
    assert "neither source nor licence" in form.backbone_note.text()
    assert form.weights.use.isHidden()
    assert form.weights.offers  # so that the published file can take its place
    form.weights.bring(brought)
    qtbot.waitUntil(lambda: "are on this computer" in form.backbone_note.text())
    assert not form.weights.offers


def test_a_network_whose_package_is_missing_cannot_be_chosen(qtbot, monkeypatch):
    monkeypatch.setattr(weight_files, "find_spec", lambda name: None)
    form = MethodForm(PRESETS["cpu"], keep=True)
    qtbot.addWidget(form)
    choose(form.backbone, "dinov2_vits14")
    assert form.problem() == "DINOv2 ViT-S/14 needs one more package: pip install timm."
    assert form.problem() in form.backbone_note.text()


def test_the_settings_ask_for_missing_weights_too(qtbot, window, brought, tmp_path):
    form = MethodForm(PRESETS["cpu"], keep=True)
    qtbot.addWidget(form)
    assert form.problem() == ""
    choose(form.backbone, "resnet18_imagenet")
    assert "first" in form.problem()
    with qtbot.waitSignal(form.weights.changed):
        form.weights.bring(brought)
    assert form.problem() == ""


def test_a_network_beside_is_told_where_the_network_is_described(qapp):
    form = MethodForm(PRESETS["cpu"], keep=False)
    told = "EfficientNet-Lite0, which has seen photographs, stands beside it"
    form.suggest_beside(300)
    assert told in form.backbone_note.text()
    form.warm.setChecked(False)
    assert told not in form.backbone_note.text()
    form.warm.setChecked(True)
    assert told in form.backbone_note.text()
    choose(form.beside, "")
    assert told not in form.backbone_note.text()


@pytest.mark.parametrize("fixed", [False, True])
def test_a_model_to_start_from_stands_alone_unless_a_network_is_asked_for(qapp, fixed):
    form = MethodForm(PRESETS["cpu"], keep=False)
    form.suggest_beside(300)
    if fixed:
        form.fix_backbone()
    assert ("stands beside it" in form.backbone_note.text()) is not fixed
    form.beside.activated.emit(form.beside.currentIndex())  # as a mouse or a key does
    assert "stands beside it" in form.backbone_note.text()


@pytest.mark.parametrize("seconds", [30.0, 100.0, 200.3])
def test_a_time_that_is_no_whole_minute_stays_as_it_is(qapp, seconds):
    base = PRESETS["cpu"].in_mode("auto").but(warm_seconds=seconds, audit_share=0.123)
    form = MethodForm(base, keep=True)
    assert form.settings() == base
    form.minutes.setValue(form.minutes.value() + 1)
    assert form.settings().warm_seconds % 60 == 0


@pytest.mark.parametrize(("preset", "stem"), [("cpu", "3x3/2"), ("paper", "3x3")])
def test_a_size_set_small_brings_the_stem_of_small_images(qapp, preset, stem):
    form = MethodForm(fitted_to(PRESETS[preset], 100), keep=True)
    choose(form.side, "28")
    chosen = form.settings()
    assert (chosen.stem, chosen.input_size) == (stem, 28)


@pytest.mark.parametrize("side", [28, 64, 500])
def test_weights_of_photographs_bring_their_stem_and_scale_small_images_up(qapp, side):
    form = MethodForm(PRESETS["cpu"], keep=False)
    photographs = StartModel((), "7x7", 0)
    chosen = form.settings(side, photographs)
    assert (chosen.stem, chosen.input_size) == ("7x7", 64)
    choose(form.side, "128")
    chosen = form.settings(side, photographs)
    assert (chosen.stem, chosen.input_size) == ("7x7", 128)


def test_a_checkpoint_brings_its_stem_and_its_size(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    (tmp_path / "good.pt").write_text("bright dark")
    dialog = listed(qtbot, window, folder_spec(images))
    dialog.start_from.line.setText(str(tmp_path / "good.pt"))
    qtbot.waitUntil(dialog.ok.isEnabled)
    dialog.accept()
    project = window.controller.project
    assert (project.settings.run.stem, project.settings.run.input_size) == ("3x3/2", 48)
    window.dialogs.show_settings()
    method = window.dialog.method
    choose(method.preset, "paper")
    choose(method.side, "64")
    window.dialog.accept()
    assert project.settings.run.search_steps == 400
    assert project.settings.run.stem == "3x3/2"  # another would not fit the checkpoint


def test_a_folder_that_holds_a_project_is_refused(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    listed(qtbot, window, folder_spec(images)).accept()
    taken = window.controller.project.folder
    window.controller.close_project()
    dialog = listed(qtbot, window, folder_spec(images))
    dialog.place.line.setText(str(taken))
    dialog.accept()
    assert "already" in dialog.problem.text()
    assert dialog.isVisible()
    dialog.place.line.setText(str(taken) + "-b")
    dialog.accept()
    assert window.controller.is_open


def write_npz(file: Path) -> Path:
    rng = np.random.default_rng(0)
    arrays = {}
    for part, count in (("train", 30), ("val", 4), ("test", 8)):
        labels = np.arange(count) % 2
        noise = rng.integers(0, 30, (count, 28, 28))
        arrays[f"{part}_images"] = (noise + 180 * labels[:, None, None]).astype(np.uint8)
        arrays[f"{part}_labels"] = labels.reshape(-1, 1).astype(np.uint8)
    np.savez(file, **arrays)
    return file


def test_an_npz_file_brings_its_own_evaluation_set(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, SourceSpec("npz", str(write_npz(tmp_path / "set.npz"))))
    # The test images measure, whatever becomes of the others: not to use them is no choice.
    assert "those of the test images" in dialog.label_use.currentText()
    assert dialog.label_use.findData("ignore") < 0
    assert not dialog.evaluation.isEnabled()
    assert dialog.evaluation.value() == 8
    dialog.accept()
    project = window.controller.project
    assert len(project.labels.evaluation()) == 8
    image = window.controller.images.current
    assert project.pool.read(image).shape == (28, 28)  # its copy moved along with the project
    window.controller.close_project()
    assert window.open_folder(project.folder)
    assert window.controller.project.pool.read(image).shape == (28, 28)


def test_a_medmnist_set_is_found_in_a_folder(qtbot, window, tmp_path):
    write_npz(tmp_path / "pneumoniamnist.npz")
    window.new_projects.show_dialog(SourceSpec("medmnist"))
    dialog = window.dialog
    assert not dialog.ok.isEnabled()
    dialog.chooser.folder.line.setText(str(tmp_path))
    qtbot.mouseClick(dialog.chooser.load, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.listing is not None)
    assert dialog.classes.names() == ("normal", "pneumonia")
    qtbot.keyClick(dialog, Qt.Key.Key_Return)
    assert window.controller.project.settings.name == "pneumoniamnist"


def test_a_medmnist_set_that_is_not_there_says_so(qtbot, window, tmp_path):
    window.new_projects.show_dialog(SourceSpec("medmnist"))
    dialog = window.dialog
    dialog.chooser.folder.line.setText(str(tmp_path))
    qtbot.mouseClick(dialog.chooser.load, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "is not in" in dialog.report.line.text())
    dialog.reject()


@needs_permissions
def test_the_folder_of_projects_is_the_users_alone_where_the_program_makes_it(qtbot, tmp_path):
    spec = folder_spec(draw_folder(tmp_path / "images", 4))
    shared = tmp_path / "shared"
    shared.mkdir(mode=0o755)
    for folder, mode in ((tmp_path / "made", 0o700), (shared, 0o755)):
        importer = Importer(services(folder, NearestMean))
        importer.start(spec)
        importer.close()
        assert stat.S_IMODE(folder.stat().st_mode) == mode


def test_a_listing_can_be_stopped(qtbot, tmp_path):
    begun = threading.Event()

    def slow(spec, workspace, progress):
        while True:
            begun.set()
            progress(1, 1000)

    slow_services = services(tmp_path, NearestMean)
    importer = Importer(type(slow_services)(**{**vars(slow_services), "list_images": slow}))
    importer.start(SourceSpec("folder", "x"))
    qtbot.waitUntil(begun.is_set)
    with qtbot.waitSignal(importer.cancelled):
        importer.cancel()
    assert not importer.running
    assert list(tmp_path.glob(".new-*")) == []
    importer.start(SourceSpec("folder", "x"))
    importer.close()  # while it runs
    assert list(tmp_path.glob(".new-*")) == []


def test_a_checkpoint_gives_its_classes_or_is_refused(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    (tmp_path / "good.pt").write_text("bright dark")
    dialog = listed(qtbot, window, folder_spec(images))
    dialog.start_from.line.setText(str(tmp_path / "bad.txt"))
    qtbot.waitUntil(lambda: "not a checkpoint" in dialog.start_note.text())
    assert not dialog.ok.isEnabled()
    dialog.start_from.line.setText(str(tmp_path / "good.pt"))
    qtbot.waitUntil(lambda: "2 classes" in dialog.start_note.text())
    assert "takes the place of learning" in dialog.start_note.text()
    qtbot.waitUntil(dialog.ok.isEnabled)
    dialog.accept()
    assert Path(window.controller.project.settings.start_from).read_text() == "bright dark"


def test_the_demo_starts_with_one_click(qtbot, window):
    listing = Listing(("a", "b"), tuple(ListedImage(str(n), "", label=n % 2) for n in range(40)))
    given = window.new_projects._services

    class Grey:
        def read(self, key: str) -> np.ndarray:
            return np.full((8, 8), int(key), dtype=np.uint8)

    small = type(given)(
        **{
            **vars(given),
            "list_images": lambda spec, workspace, progress: listing,
            "open_images": lambda spec, workspace: Grey(),
        }
    )
    projects = window.new_projects
    projects._services = window.controller._opened.services = projects.importer._services = small
    qtbot.mouseClick(window.start_page.buttons["demo"], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.controller.is_open)
    assert window.controller.project.settings.name == "Demo"
    assert window.controller.project.settings.spec == SourceSpec("demo")
    assert not window.new_projects.busy.is_shown
    assert leftovers(window) == []


def test_closing_while_the_demo_is_drawn_ends_its_thread(qtbot, window):
    begun = threading.Event()

    def slow(spec, workspace, progress):
        while True:
            begun.set()
            progress(1, 0)

    given = window.new_projects._services
    window.new_projects.importer._services = type(given)(**{**vars(given), "list_images": slow})
    window.new_projects.start_demo()
    qtbot.waitUntil(begun.is_set)
    window.close()
    assert no_thread_left(window)
    assert leftovers(window) == []


def test_a_second_click_on_the_demo_leaves_no_dialog_behind(qtbot, window):
    def nothing(spec, workspace, progress):
        raise SourceError("There is no image.")

    given = window.new_projects._services
    window.new_projects.importer._services = type(given)(**{**vars(given), "list_images": nothing})
    button = window.start_page.buttons["demo"]
    button.click()
    button.click()
    qtbot.waitUntil(window.failure.isVisible)
    assert not window.new_projects.busy.is_shown
    # One that is left would show itself after some seconds, in front of everything.
    qtbot.waitUntil(lambda: not window.findChildren(QProgressDialog))


def test_names_become_folders_that_every_system_takes(tmp_path):
    assert clean_name("a/b:c*") == "a-b-c"
    assert clean_name("...") == "project"
    (tmp_path / "x").mkdir()
    assert free_folder(tmp_path, "x") == tmp_path / "x-2"


def test_scrolling_a_dialog_changes_nothing_that_it_says(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    form = dialog.method
    before = (dialog.plan(), dialog.label_use.currentData())
    for field in (form.mode, form.batch, form.preset, dialog.evaluation, dialog.label_use):
        field.setFocus()
        place = QPointF(field.rect().center())
        turn = QWheelEvent(
            place,
            QPointF(field.mapToGlobal(place)),
            QPoint(),
            QPoint(0, -120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(field, turn)
    assert (dialog.plan(), dialog.label_use.currentData()) == before


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_an_opened_list_shows_every_entry(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    box = dialog.label_use
    box.showPopup()
    view = box.view()
    qtbot.waitUntil(view.isVisible)
    last = view.visualRect(view.model().index(box.count() - 1, 0))
    assert last.bottom() < view.viewport().height()
    place = view.parentWidget().geometry()
    assert place.top() >= box.mapToGlobal(box.rect().bottomLeft()).y()  # below, not over the field
    box.hidePopup()


def test_names_of_sub_folders_that_mean_nothing_are_no_classes(qtbot, window, tmp_path):
    images = draw_folder(tmp_path / "images", 20)
    dialog = listed(qtbot, window, folder_spec(images))
    box = dialog.label_use
    box.setCurrentIndex(box.findData("ignore"))
    assert dialog.classes.names() == ()
    assert "At least two classes" in dialog.problem.text()
    box.setCurrentIndex(box.findData("hidden"))
    assert dialog.classes.names() == ("bright", "dark")


# -- settings and export ------------------------------------------------------------------------


@pytest.fixture
def controller(qtbot, window, tmp_path):
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    dialog.method.batch.setValue(4)
    dialog.accept()
    idle(qtbot, window)
    return window.controller


def test_settings_are_stored_and_shown(qtbot, window, controller):
    before = controller.project.settings.run
    window.dialogs.show_settings()
    dialog = window.dialog
    dialog.method.mode.setCurrentIndex(dialog.method.mode.findData("margin"))
    dialog.method.batch.setValue(6)
    dialog.name.setText("Another study")
    dialog.annotator.setText("Dr. Who")
    dialog.suggestions.setChecked(True)
    choose(dialog.method.layers, "never")
    qtbot.mouseClick(
        dialog.buttons.button(QDialogButtonBox.StandardButton.Ok), Qt.MouseButton.LeftButton
    )
    project = controller.project
    assert project.settings.run == before.in_mode("margin").but(batch_size=6, all_layers="never")
    assert project.settings.name == window.desk.header.name.text() == "Another study"
    assert window.windowTitle().startswith("Another study")
    assert project.settings.annotator == "Dr. Who"
    assert project.settings.show_suggestions
    assert window.desk.header.mode.text() == "Margin alone"


def test_settings_cancelled_change_nothing(qtbot, window, controller):
    before = (controller.project.settings.run, controller.project.settings.annotator)
    window.dialogs.show_settings()
    window.dialog.method.batch.setValue(9)
    window.dialog.annotator.setText("someone else")
    window.dialog.reject()
    assert (controller.project.settings.run, controller.project.settings.annotator) == before


def test_labels_and_model_leave_the_program(qtbot, window, controller, tmp_path):
    window.dialogs.show_export()
    dialog = window.dialog
    assert not dialog.buttons["pt"].isEnabled()
    assert dialog.exporter.KIND == "labels"
    assert not dialog.cancel.isVisible()  # nothing runs that it could end
    dialog.reject()
    for number in range(4):
        controller.labelling.answer(number % 2)
    idle(qtbot, window)
    window.dialogs.show_export()
    dialog = window.dialog
    dialog.target.setText(str(tmp_path / "out.csv"))
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: f"Written: {tmp_path / 'out.csv'}" in dialog.outcome.text())
    assert len((tmp_path / "out.csv").read_text().splitlines()) == 5
    dialog.buttons["pt"].setChecked(True)
    assert dialog.target.text() == str(tmp_path / "images-model.pt")
    qtbot.mouseClick(dialog.ok, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Written" in dialog.outcome.text())
    assert (tmp_path / "images-model.pt").is_file()
    dialog.export()
    assert "press Export again" in dialog.outcome.text()
    dialog.export()
    qtbot.waitUntil(lambda: "Written" in dialog.outcome.text())
    assert "model card" in dialog.outcome.text()
    (tmp_path / "images-model.pt").unlink()
    (tmp_path / "images-model.pt.MODEL_CARD.md").write_text("with notes of the user's")
    dialog.export()
    assert "press Export again" in dialog.outcome.text()  # the card would be replaced as well
    dialog.buttons["csv"].setChecked(True)
    dialog.target.setText(str(tmp_path / "no" / "such" / "folder.csv"))
    dialog.export()
    qtbot.waitUntil(lambda: "could not be written" in dialog.outcome.text())
    dialog.reject()


def test_what_was_typed_for_a_project_is_there_again_after_escape(qtbot, window, tmp_path):
    said = []
    window.controller.notice.connect(said.append)
    spec = folder_spec(draw_folder(tmp_path / "images", 12))
    window.new_projects.show_dialog(spec)
    qtbot.waitUntil(lambda: window.dialog.listing is not None)
    window.dialog.reject()
    assert not said  # nothing was typed
    window.new_projects.show_dialog(spec)
    dialog = window.dialog
    qtbot.waitUntil(lambda: dialog.listing is not None)
    dialog.name.clear()
    qtbot.keyClicks(dialog.name, "Slides")
    qtbot.keyClicks(dialog.classes.entry, "grey,")
    typed, place = dialog.classes.names(), dialog.place.text
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert window.dialog is None
    assert "are kept until the program ends" in said[-1]
    window.new_projects.show_dialog(spec)
    dialog = window.dialog
    qtbot.waitUntil(lambda: dialog.listing is not None)
    assert dialog.name.text() == "Slides"
    assert dialog.place.text == place
    assert dialog.classes.names() == typed
    assert "grey" in typed
    dialog.accept()
    window.new_projects.show_dialog(spec)
    qtbot.waitUntil(lambda: window.dialog.listing is not None)
    assert window.dialog.name.text() != "Slides"  # that project is made
    window.dialog.reject()


def test_the_round_named_is_the_one_whose_model_is_written(qtbot, window, controller):
    window.dialogs.show_export()
    dialog = window.dialog
    for number in range(4):
        controller.labelling.answer(number % 2)
    idle(qtbot, window)
    assert dialog.buttons["pt"].isEnabled()  # there was no model when the dialog was opened
    before = len(controller.project.rounds.finished())
    assert dialog.model.words.text().startswith(f"The model of round {before} (")
    controller.training.train_now()
    qtbot.waitUntil(lambda: len(controller.project.rounds.finished()) == before + 1)
    assert dialog.model.words.text().startswith(f"The model of round {before + 1} (")
    (controller.project.models_folder / f"round-{before + 1:04}.pt").unlink()
    dialog.reject()
    window.dialogs.show_export()
    assert window.dialog.model.words.text().startswith(f"The model of round {before} (")
    window.dialog.reject()


def test_enter_writes_what_is_chosen(qtbot, window, controller, tmp_path):
    controller.labelling.answer(0)
    window.dialogs.show_export()
    dialog = window.dialog
    dialog.target.setText(str(tmp_path / "out.csv"))
    dialog.buttons["csv"].setFocus()
    assert not dialog._choose.isDefault()  # its file dialog would wait for ever
    qtbot.keyClick(dialog.buttons["csv"], Qt.Key.Key_Return)
    qtbot.waitUntil((tmp_path / "out.csv").is_file)
    dialog.reject()


# -- an export that goes on after its dialog was closed -----------------------------------------


@pytest.fixture
def slow(window, controller, tmp_path):
    """An export that is written once its gate is opened; its dialog is closed already."""
    export = SlowExport(tmp_path / "slow.csv")
    window.dialogs.show_export()
    controller.exports.export_labels(export, export.target)
    window.dialog.reject()
    yield export
    controller.exports.stop()


def test_a_dialog_opened_again_shows_the_export_that_runs(qtbot, window, controller, slow):
    window.dialogs.show_export()
    dialog = window.dialog
    assert dialog.cancel.isVisible()
    assert not dialog.ok.isEnabled()
    assert dialog.outcome.text() == "Writing…"
    controller.failed.emit("A round failed.", "")  # which does not end it
    assert not dialog.ok.isEnabled()
    qtbot.mouseClick(dialog.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(dialog.ok.isEnabled)
    assert "nothing was written" in dialog.outcome.text()
    assert not dialog.cancel.isVisible()
    dialog.reject()


def test_closing_the_project_says_that_an_export_was_stopped(qtbot, window, controller, slow):
    folder = controller.project.folder
    controller.close_project()
    assert window.failure.isVisible()
    assert window.failure.sentence == EXPORT_STOPPED
    assert not slow.target.exists()
    window.failure.hide()
    assert window.open_folder(folder)
    controller.close_project()
    assert not window.failure.isVisible()  # nothing was stopped this time


def test_a_model_that_waits_to_be_written_is_not_left_without_a_word(
    qtbot, window, controller, tmp_path, backend
):
    for number in range(4):
        controller.labelling.answer(number % 2)
    idle(qtbot, window)
    backend.gate.clear()
    controller.training.train_now()
    controller.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    controller.close_project()
    assert window.failure.sentence == EXPORT_STOPPED


@pytest.fixture
def written(qtbot, window, controller, tmp_path, backend):
    """A model that the engine writes as soon as the export gate is opened."""
    for number in range(4):
        controller.labelling.answer(number % 2)
    idle(qtbot, window)
    controller.training.train_now()
    idle(qtbot, window)
    backend.export_gate.clear()
    controller.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    yield tmp_path / "model.pt"
    backend.export_gate.set()


def test_the_program_closes_when_the_model_is_written(qtbot, window, written, backend):
    assert not window.close()
    assert isinstance(window.dialog, LeaveDialog)
    backend.export_gate.set()
    qtbot.waitUntil(window.isHidden)
    assert written.is_file()
    assert no_thread_left(window)


def test_a_window_that_shall_not_wait_for_the_model_is_gone_with_one_click(
    qtbot, window, written, backend
):
    window.close()
    threading.Timer(0.3, backend.export_gate.set).start()  # closing waits for the engine's thread
    qtbot.mouseClick(window.dialog.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.isHidden)
    assert window.dialog is None
    assert written.is_file()
    assert no_thread_left(window)


def test_closing_the_project_tells_of_a_model_that_is_still_being_written(
    qtbot, window, controller, written, backend
):
    controller.close_project()
    assert window.failure.sentence == MODEL_LEFT
    assert not written.exists()
    backend.export_gate.set()
    qtbot.waitUntil(written.is_file)


def test_the_program_closes_when_the_export_is_written(qtbot, window, slow):
    assert not window.close()
    assert window.isVisible()
    assert isinstance(window.dialog, LeaveDialog)
    slow.gate.set()
    qtbot.waitUntil(window.isHidden)
    assert slow.target.is_file()
    assert no_thread_left(window)


def test_the_program_closes_at_once_where_the_export_is_stopped(qtbot, window, slow):
    window.close()
    qtbot.mouseClick(window.dialog.stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.isHidden)
    assert not slow.target.exists()
    assert no_thread_left(window)


@pytest.mark.parametrize("how", ["stays", "fails"])
def test_the_program_stays_open_where_it_shall_or_the_export_fails(qtbot, window, slow, how):
    window.close()
    if how == "stays":
        qtbot.mouseClick(window.dialog.stay, Qt.MouseButton.LeftButton)
    else:
        slow.target = slow.target / "no such folder"
    slow.gate.set()
    qtbot.waitUntil(lambda: not window.controller.exports.is_exporting)
    qtbot.wait(20)
    assert window.isVisible()
    assert window.dialog is None
    assert window.failure.isVisible()  # above what is on screen, since the dialog is closed
    assert window.failure.sentence.startswith("Written: ") == (how == "stays")


def test_what_an_earlier_checkpoint_said_does_not_count_for_the_next(qtbot, window, tmp_path):
    (tmp_path / "good.pt").write_text("bright dark")
    dialog = listed(qtbot, window, folder_spec(draw_folder(tmp_path / "images", 20)))
    dialog.start_from.line.setText(str(tmp_path / "good.pt"))
    for job in dialog.findChildren(Job):
        assert job.wait(10_000)  # what it says is on its way
    dialog.start_from.line.setText(str(tmp_path / "bad.txt"))
    qtbot.waitUntil(lambda: "not a checkpoint" in dialog.start_note.text())
    assert dialog._start is None
    assert not dialog.ok.isEnabled()
    dialog.reject()


@pytest.mark.parametrize("wide", [True, False])
def test_a_wide_screen_shows_labels_and_model_beside_each_other(
    qtbot, window, controller, monkeypatch, wide
):
    room = QSize(3000 if wide else 600, 640)
    monkeypatch.setattr(export_dialog, "fitting", lambda widget, size: size.boundedTo(room))
    window.dialogs.show_export()
    dialog = window.dialog
    labels, model = dialog.buttons["csv"], dialog.buttons["pt"]
    qtbot.waitUntil(lambda: not labels.visibleRegion().isEmpty())
    beside = model.mapTo(dialog, QPoint()).x() > labels.mapTo(dialog, QPoint()).x()
    assert beside is wide
    assert not (wide and model.visibleRegion().isEmpty())
    dialog.reject()
