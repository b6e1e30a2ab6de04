"""What the window says of a set of volumes, and in which sizes it offers one."""

import numpy as np
import pytest

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.gui.project.import_report import ImportReportDialog
from autoal_gui.gui.project.set_chooser import SetChooser
from tests.support.gui import QUIET
from tests.support.project import new_project

pytestmark = pytest.mark.qt_log_ignore(QUIET)

TOLD = "Each volume is one image: it is shown as nine slices around its middle."


def write_volumes(file):
    volumes = np.random.default_rng(0).integers(0, 256, (12, 10, 6, 7), dtype=np.uint8)
    np.savez(file, train_images=volumes, train_labels=np.arange(12) % 2)
    return SourceSpec("npz", str(file))


def test_a_new_project_and_its_report_say_how_volumes_are_shown(qtbot, window, tmp_path):
    window.new_projects.show_dialog(write_volumes(tmp_path / "set.npz"))
    dialog = window.dialog
    qtbot.waitUntil(lambda: dialog.listing is not None)
    assert TOLD in dialog.report.meaning.text()
    assert not dialog.report.meaning.isHidden()
    dialog.accept()
    project = window.controller.project
    assert project.pool.read(window.controller.images.current).shape == (18, 21)
    report = ImportReportDialog(project)
    qtbot.addWidget(report)
    assert report.sentence.text().startswith(TOLD)


def test_the_report_of_images_says_nothing_of_volumes(qtbot, tmp_path):
    project = new_project(tmp_path)
    report = ImportReportDialog(project)
    qtbot.addWidget(report)
    assert "olume" not in report.sentence.text()
    project.close()


def test_a_set_is_offered_in_the_sizes_that_it_has(qtbot):
    chooser = SetChooser()
    qtbot.addWidget(chooser)

    def sizes():
        return [chooser.side.itemData(place) for place in range(chooser.side.count())]

    assert sizes() == ["28", "64", "128", "224"]
    chooser.side.setCurrentIndex(1)
    chooser.set.setCurrentIndex(chooser.set.findData("organmnist3d"))
    assert sizes() == ["28", "64"]
    assert chooser.side.currentData() == "64"  # as chosen before
    assert "CT" in chooser.about.text()
    with qtbot.waitSignal(chooser.wanted) as caught:
        chooser.load.click()
    (spec,) = caught.args
    assert (spec.location, spec.option("size")) == ("organmnist3d", "64")
    chooser.set.setCurrentIndex(chooser.set.findData("breastmnist"))
    chooser.side.setCurrentIndex(3)
    chooser.set.setCurrentIndex(chooser.set.findData("adrenalmnist3d"))
    assert chooser.side.currentData() == "28"  # the other is not to be had
