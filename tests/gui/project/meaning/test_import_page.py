"""What a set means is shown before a project is made, and corrected by hand."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from autoal_gui.core.sets.name_pattern import FIRST_NUMBER
from autoal_gui.gui.project.meaning.set_review import SetReview
from autoal_gui.gui.window.projects.new_projects import dicom_spec, folder_spec
from autoal_gui.sources.opening import list_images
from autoal_gui.sources.understanding.set_options import SetMeaning
from tests.support.dicom import write_dicom
from tests.support.gui import QUIET
from tests.support.paths import SHARED_DATA

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def draw(tmp_path):
    """Write small images of noise under the given names, and return their folder."""
    folder = tmp_path / "set"

    def write(*names: str) -> Path:
        generator = np.random.default_rng(len(names))
        for name in names:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(generator.integers(0, 255, (9, 9), dtype=np.uint8)).save(file)
        return folder

    return write


def listed(qtbot, window, spec):
    window.new_projects.show_dialog(spec)
    settled(qtbot, window.dialog)
    return window.dialog


def settled(qtbot, dialog):
    qtbot.waitUntil(lambda: dialog.meaning.isVisible() and not dialog.meaning.review.running)


def choose(qtbot, dialog, box, value):
    box.setCurrentIndex(box.findData(value))
    settled(qtbot, dialog)


def options_of(window):
    return dict(window.controller.project.settings.spec.options)


def test_a_level_of_folders_is_given_another_meaning(qtbot, window, draw):
    names = [f"{ward}/{kind}/{n}.png" for ward in ("north", "south") for kind in "ab" for n in "12"]
    dialog = listed(qtbot, window, folder_spec(draw(*names)))
    first, second = dialog.meaning.levels.boxes.values()
    assert "north · south" in first.accessibleName()
    assert (first.currentData(), second.currentData()) == ("", "class")
    choose(qtbot, dialog, first, "class")
    assert second.currentData() == ""  # one level names the class
    assert dialog.classes.names() == ("north", "south")
    choose(qtbot, dialog, second, "group")
    assert dialog.meaning.groups.source.currentText().startswith("Folders of level 2")
    assert "2 groups" in dialog.report.meaning.text()
    dialog.accept()
    kept = {"check": "later", "class-level": "1", "group-level": "2"}
    assert options_of(window) == kept
    assert window.controller.project.classes.names == ("north", "south")


def test_a_pattern_shows_at_once_what_it_finds_in_names(qtbot, window, draw):
    names = [f"{kind}/scan{patient}_{n}.png" for kind in "ab" for patient in "34" for n in "12"]
    dialog = listed(qtbot, window, folder_spec(draw(*names)))
    groups = dialog.meaning.groups
    assert groups.source.currentData() == "names"
    assert "scan3_1.png gives scan3" in groups.preview.text()
    choose(qtbot, dialog, groups.part, FIRST_NUMBER)
    assert "scan3_1.png gives 3" in groups.preview.text()
    choose(qtbot, dialog, groups.part, "own")
    assert groups.pattern.isVisible()
    groups.pattern.setText("")
    qtbot.keyClicks(groups.pattern, "n(")
    assert "not a regular expression" in groups.preview.text()
    qtbot.keyClick(groups.pattern, Qt.Key.Key_Return)
    assert dialog.isVisible()  # Enter in the field does not start
    qtbot.keyClicks(groups.pattern, ".)")
    qtbot.keyClick(groups.pattern, Qt.Key.Key_Return)
    settled(qtbot, dialog)
    assert "scan4_1.png gives 4" in groups.preview.text()
    dialog.accept()
    assert options_of(window)["group-pattern"] == "n(.)"


def test_patients_of_dicom_files_are_groups_unless_the_user_says_otherwise(qtbot, window, tmp_path):
    for name, patient in (("0", "a"), ("1", "b"), ("2", "a"), ("3", "b")):
        pixels = np.full((8, 8), int(name), np.uint16)
        write_dicom(tmp_path / "scans" / name, pixels, PatientID=patient)
    dialog = listed(qtbot, window, dicom_spec(tmp_path / "scans"))
    groups = dialog.meaning.groups
    assert groups.source.currentData() == "own"
    assert groups.note.text() == "2 groups."
    choose(qtbot, dialog, groups.source, "")
    assert groups.source.currentData() == ""
    assert dict(dialog.listing.options) == {"group-level": "0"}
    choose(qtbot, dialog, groups.source, "own")
    assert groups.note.text() == "2 groups."


def test_without_groups_it_says_what_that_means(qtbot, window, draw):
    dialog = listed(qtbot, window, folder_spec(draw("a/x.png", "a/y.png", "b/v.png", "b/w.png")))
    assert dialog.meaning.groups.source.currentData() == ""
    assert "better than they are" in dialog.meaning.groups.note.text()


def test_a_table_is_chosen_its_columns_changed_and_the_project_keeps_it(
    qtbot, window, draw, tmp_path, monkeypatch
):
    folder = draw(*(f"pictures/{n}.png" for n in "1234"))
    table = tmp_path / "labels.csv"
    table.write_text("file;dx;who;sex\n1.png;nv;p;F\n2.png;mel;p;M\n3.png;nv;q;F\n9.png;nv;q;F\n")
    dialog = listed(qtbot, window, folder_spec(folder))
    form = dialog.meaning.table
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(table), ""))
    qtbot.mouseClick(form.choose, Qt.MouseButton.LeftButton)
    settled(qtbot, dialog)
    assert dialog.classes.names() == ("mel", "nv")
    assert "3 of 4 images have a row" in form.fit.text()
    assert "1 row names no image of this set: 9.png." in form.fit.text()
    assert form.preview.isVisible()
    assert form.preview.rows.rowCount() == 4
    choose(qtbot, dialog, dialog.meaning.groups.source, "column:who")
    assert form.preview.use.group == "who"
    choose(qtbot, dialog, form.preview.label, "sex")
    assert dialog.classes.names() == ("F", "M")
    choose(qtbot, dialog, form.preview.key, "sex")  # names no image
    assert "No row of the table" in form.fit.text()
    assert "table cannot be used" in dialog.problem.text()
    assert not dialog.ok.isEnabled()
    choose(qtbot, dialog, form.preview.key, "file")
    table.write_text("changed meanwhile, and not read again")
    dialog.accept()
    assert options_of(window) == {
        "check": "later",
        "table": str(table),
        "key-column": "file",
        "label-column": "sex",
        "group-column": "who",
    }


def test_a_column_of_patients_names_images_and_groups(qtbot, window, draw):
    folder = draw(*(f"case{p}/{n}.png" for p in range(3) for n in range(2)))
    (folder / "t.csv").write_text("patient,dx\ncase0,nv\n")
    dialog = listed(qtbot, window, folder_spec(folder))
    form = dialog.meaning.table
    assert "table" not in dict(dialog.listing.options)  # it tells too little to be used by itself
    form.changed.emit(replace(form.meaning, table=str(folder / "t.csv")))
    settled(qtbot, dialog)
    assert "2 of 6 images have a row" in form.fit.text()
    assert form.fit.property("role") == "danger"
    choose(qtbot, dialog, dialog.meaning.groups.source, "column:patient")
    assert dialog.meaning.groups.source.currentData() == "column:patient"
    assert dialog.meaning.groups.note.text() == "3 groups."


def test_a_table_that_cannot_be_read_is_told_and_taken_away(qtbot, window, draw, monkeypatch):
    folder = draw("a/1.png", "a/2.png", "b/3.png", "b/4.png")
    (folder / "broken.xlsx").write_bytes(b"PK")
    dialog = listed(qtbot, window, folder_spec(folder))
    form = dialog.meaning.table
    monkeypatch.setattr(
        QFileDialog, "getOpenFileName", lambda *_: (str(folder / "broken.xlsx"), "")
    )
    qtbot.mouseClick(form.choose, Qt.MouseButton.LeftButton)
    settled(qtbot, dialog)
    assert "cannot be read" in form.fit.text()
    assert not dialog.ok.isEnabled()
    assert dialog.classes.names() == ("a", "b")
    qtbot.mouseClick(form.remove, Qt.MouseButton.LeftButton)
    settled(qtbot, dialog)
    assert dialog.ok.isEnabled()
    assert not form.section.isVisible()


def test_groups_in_several_parts_are_kept_or_the_evaluation_set_is_drawn_anew(qtbot, window, draw):
    names = [f"{part}/{kind}/p{patient}/{n}.png"
             for part, patients in (("train", "123"), ("test", "345"))
             for kind in "ab" for patient in patients for n in "12"]  # fmt: skip
    dialog = listed(qtbot, window, folder_spec(draw(*names)))
    report = dialog.report
    assert report.parts.isVisible()
    assert "1 group is in more than one part of the set; it is kept" in report.doubts.text()
    assert (dialog.evaluation.value(), dialog.evaluation.isEnabled()) == (16, False)
    choose(qtbot, dialog, report.parts, "redrawn")
    assert "a new evaluation set is drawn" in report.doubts.text()
    assert dialog.evaluation.isEnabled()
    dialog.accept()
    project = window.controller.project
    assert options_of(window)["parts"] == "redrawn"
    sides = {(image.group, image.split) for image in project.pool.images.values()}
    assert len(sides) == 5  # a patient is on one side


def test_what_is_doubtful_and_what_is_left_out_is_told(qtbot, window, draw):
    folder = draw("a/1.png", "a/2.png", "a/2_mask.png", "b/3.png", "b/4.png")
    shutil.copy(folder / "a/1.png", folder / "b/5.png")
    (folder / "c").mkdir()
    (folder / "notes.csv").write_text("what,price\nchair,7\n")
    dialog = listed(qtbot, window, folder_spec(folder))
    told = dialog.report.doubts.text()
    assert "1 file has the same content as another one" in told
    assert "1 file stands under more than one class: a/1.png = b/5.png." in told
    assert "Images of each class: a 2, b 3, c 0." in dialog.report.meaning.text()
    assert dialog.report.left_out.button.text() == "What is left out (2)"
    qtbot.mouseClick(dialog.report.left_out.button, Qt.MouseButton.LeftButton)
    assert "Masks that lie beside their images" in dialog.report.files.toPlainText()


def test_of_several_corrections_the_last_one_counts(qtbot, draw, tmp_path):
    spec = folder_spec(draw("x/a/1.png", "x/b/2.png", "y/a/3.png", "y/b/4.png"))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    review, found = SetReview(), []
    review.reviewed.connect(found.append)
    review.begin(spec, listing)
    for options in ((), (("class-level", "2"),), (("class-level", "1"),)):
        review.correct(SetMeaning.of(folder_spec(tmp_path).__class__("folder", "", options)))
    qtbot.waitUntil(lambda: bool(found) and not review.running)
    assert [one.listing.classes for one in found] == [("x", "y")]


def test_tab_comes_from_what_was_found_to_the_levels_and_the_groups(qtbot, window, draw):
    dialog = listed(qtbot, window, folder_spec(draw("x/a/1.png", "x/b/2.png", "y/a/3.png")))
    chain, widget = [], dialog.report.left_out.button
    for _ in range(3):
        widget = widget.nextInFocusChain()
        chain.append(widget)
    assert chain == [*dialog.meaning.levels.boxes.values(), dialog.meaning.groups.source]


needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no folder with real images")


@needs_data
@pytest.mark.parametrize(
    ("way", "name", "classes", "groups"),
    [
        ("folder", "nih1000", ("0_normal", "1_abnormal"), 258),
        ("dicom", "dicom_hippo", ("anterior", "both", "none", "posterior"), 16),
    ],
)
def test_real_sets_are_four_clicks_from_the_start_page(
    qtbot, window, monkeypatch, way, name, classes, groups
):
    """A click on the way, two in the dialog of folders, one on Start."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(SHARED_DATA / name))
    qtbot.mouseClick(window.pages.start_page.buttons[way], Qt.MouseButton.LeftButton)
    settled(qtbot, window.dialog)
    told = window.dialog.report.doubts.text()
    assert ("26 groups are in more than one part" in told) is (way == "folder")
    qtbot.mouseClick(window.dialog.ok, Qt.MouseButton.LeftButton)
    project = window.controller.project
    assert project.classes.names == classes
    assert len({image.group for image in project.pool.images.values()}) == groups
    assert project.settings.columns or way == "dicom"


def test_dicom_files_are_understood_from_their_names_too():
    assert dicom_spec(Path("x")).option("layout") == "infer"
