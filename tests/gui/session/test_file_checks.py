"""A large folder is listed at once; its files are read beside the labelling."""

from collections import deque
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from autoal_gui.core.database.image_rows import Checked
from autoal_gui.core.errors import Cancelled, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.project_merge import matches
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.session.file_checks import check_files
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources import folder
from autoal_gui.sources.opening import list_images, open_images
from tests.support.gui import QUIET, draw_folder

pytestmark = pytest.mark.qt_log_ignore(QUIET)
SETTINGS = PRESETS["cpu"].in_mode("paper").but(batch_size=4)


@pytest.fixture(autouse=True)
def few_files_are_read_first(monkeypatch):
    monkeypatch.setattr(folder, "CHECKED_FIRST", 3)


def quiet(done: int, total: int) -> None:
    pass


def images_with_two_broken(tmp_path: Path) -> SourceSpec:
    spec = folder_spec(draw_folder(tmp_path / "images", 20))
    (tmp_path / "images" / "bright" / "016.png").write_bytes(b"no image")
    (tmp_path / "images" / "dark" / "019.png").write_bytes(b"")
    return spec


def plan(spec, listing, **values) -> ProjectPlan:
    chosen = {"label_use": "ignore", "evaluation_images": 0, **values}
    return ProjectPlan("cells", spec, listing.classes, SETTINGS, **chosen)


def test_only_the_first_files_are_read_when_a_folder_is_listed(tmp_path):
    spec = images_with_two_broken(tmp_path)
    listing = list_images(spec, tmp_path, quiet)
    assert [bool(image.sha256) for image in listing.images] == [True] * 3 + [False] * 17
    assert listing.unreadable == ()
    whole = SourceSpec(spec.kind, spec.location, (("labels", "classes"),))
    complete = list_images(whole, tmp_path, quiet)
    assert (len(complete.images), len(complete.unreadable)) == (18, 2)
    with pytest.raises(SourceError, match='"all" or "later"'):
        list_images(SourceSpec("folder", spec.location, (("check", "never"),)), tmp_path, quiet)


def test_files_are_read_beside_the_labelling_and_broken_ones_reported(
    qtbot, window, tmp_path, backend
):
    spec = images_with_two_broken(tmp_path)
    listing = list_images(spec, tmp_path, quiet)
    controller = window.controller
    home = tmp_path / "projects" / "cells"
    with qtbot.waitSignal(controller.checks.ended) as ended:
        assert controller.create_project(home, plan(spec, listing), listing)
        identity = controller.project.pool.data_hash
        for _ in range(2):  # labelling does not wait
            qtbot.keyClick(window, Qt.Key.Key_1)
    project = controller.project
    broken = {i for i, image in project.pool.images.items() if image.key[-7:-4] in ("016", "019")}
    assert ended.args == [broken] == [project.checks.unusable]
    assert len(project.labels.answers) == 2
    assert {i for i, image in project.pool.images.items() if not image.sha256} == broken
    assert project.pool.data_hash == identity
    other = [replace(image, sha256="f" * 64) for image in project.pool.images.values()]
    assert set(matches(other, project.pool.images.values())) == broken  # a name proves nothing
    assert {key for key, _ in project.checks.unreadable} == {"bright/016.png", "dark/019.png"}
    assert not broken & ({*project.labels.unanswered()} - {controller.images.current})
    assert not broken & {*controller.images.batch} - {controller.images.current}
    assert "2 cannot be used" in window.status.text()
    while controller.images.current is not None:
        controller.labelling.answer(0)
    assert len(project.labels.answers) >= 18

    controller.close_project()
    again = Project.open(home, open_images)
    try:
        assert again.pool.data_hash == identity  # what was learned from these images stays usable
        sound = [image.sha256 for i, image in again.pool.images.items() if i not in broken]
        complete = list_images(SourceSpec("folder", spec.location), tmp_path, quiet)
        assert sound == [image.sha256 for image in complete.images]
        assert {i for i, _ in again.checks.unchecked()} == broken == again.checks.unusable
    finally:
        again.close()


class Panicking:
    """A reader whose decoder, like one in Rust, panics at the first file."""

    def check(self, key: str) -> str:
        if key == "first":
            raise GeneratorExit  # no Exception
        return "hash"


def test_a_decoder_that_panics_leaves_the_other_files_checked():
    found: deque[Checked] = deque()
    assert check_files(Panicking(), [(1, "first"), (2, "second")], found, quiet) == 2
    assert [(one.sha256, one.reason) for one in found] == [
        ("", "The image cannot be decoded."),
        ("hash", ""),
    ]


def test_a_file_that_came_back_is_asked_for_again(qtbot, window, tmp_path):
    spec = images_with_two_broken(tmp_path)
    listing = list_images(spec, tmp_path, quiet)
    home = tmp_path / "projects" / "cells"
    with qtbot.waitSignal(window.controller.checks.ended):
        assert window.controller.create_project(home, plan(spec, listing), listing)
    window.controller.close_project()
    good = (tmp_path / "images" / "bright" / "000.png").read_bytes()
    (tmp_path / "images" / "bright" / "016.png").write_bytes(good)
    with qtbot.waitSignal(window.controller.checks.ended):
        assert window.controller.open_project(home)
    project = window.controller.project
    assert [key for key, _ in project.checks.unreadable] == ["dark/019.png"]
    assert len(project.checks.unusable) == 1


def test_closing_a_project_stops_the_check_and_keeps_what_was_read(tmp_path):
    spec = images_with_two_broken(tmp_path)
    listing = list_images(spec, tmp_path, quiet)
    project = Project.create(tmp_path / "project", plan(spec, listing), listing, open_images)
    found = []

    def stop(done: int, total: int) -> None:
        assert total == 17
        if done == 5:
            raise Cancelled("Stop.")

    with pytest.raises(Cancelled):
        check_files(project.pool.reader, project.checks.unchecked(), found, stop)
    project.store_checks(found)
    assert len(project.checks.unchecked()) == 12
    project.close()


def test_an_answer_that_was_given_to_an_unreadable_image_stays(tmp_path):
    spec = images_with_two_broken(tmp_path)
    listing = list_images(spec, tmp_path, quiet)
    project = Project.create(tmp_path / "project", plan(spec, listing), listing, open_images)
    image, key = project.checks.unchecked()[0]
    project.labels.answer(image, "skip")
    project.store_checks([Checked(image, key, "", "The file is gone.")])
    assert project.labels.answers[image].action == "skip"
    assert image not in project.batches.ranking
    project.store_checks([Checked(image, key, "0" * 64)])
    assert project.checks.unusable == set()
    assert project.checks.unreadable == ()
    project.close()
