"""Only gui/session writes to a project: the guard of every test of the window, and its bite."""

import pytest

from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support.session import label
from tests.support.write_guard import WINDOW


def run_as(module: str, line: str, **names: object) -> None:
    """Run a line as if it stood in a module of the window."""
    exec(compile(line, f"{WINDOW}{module}", "exec"), names)  # noqa: S102 - a planted violation


@pytest.mark.parametrize(
    "line",
    [
        "project.labels.answer(1, 'label', 0)",
        "project.labels.flag(1)",
        "project.labels.comment_on(1, 'odd')",
        "project.settings.run = project.settings.run",
        "project.settings.waited_seconds += 1",
        "project.classes.rename(0, 'pale')",
        "project.rounds.begin()",
        "project.batches.save((1, 2))",
    ],
)
def test_a_page_that_writes_is_caught(controller, folder, write_guard, line):
    run_as("desk/planted.py", line, project=controller.project)
    assert write_guard.trespassers == {"autoal_gui/gui/desk/planted.py"}
    write_guard.trespassers.clear()


def test_a_page_that_makes_or_opens_a_project_is_caught(qtbot, controller, folder, write_guard):
    controller.close_project()
    names = {"Project": Project, "folder": folder, "open_images": open_images}
    run_as("window/planted.py", "Project.open(folder, open_images).close()", **names)
    assert write_guard.trespassers == {"autoal_gui/gui/window/planted.py"}
    write_guard.trespassers.clear()


def test_reading_and_writing_through_the_session_are_free(controller, folder, write_guard):
    run_as(
        "desk/planted.py",
        "label(controller, 2); controller.project.rounds.all(); controller.project.labels.answers",
        controller=controller,
        label=label,
    )
    run_as("session/planted.py", "project.labels.flag(1)", project=controller.project)
    assert not write_guard.trespassers
