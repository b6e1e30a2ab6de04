"""The command that says which images measure, and draws others."""

from autoal_gui.cli import run
from tests.support.project import new_project


def test_the_evaluation_set_is_told_and_drawn_anew(tmp_path, capsys):
    project = new_project(tmp_path, label_use="hidden", evaluation_images=2)
    project.close()
    assert run(["evaluation-set", str(project.folder)]) == 0
    assert capsys.readouterr().out.startswith("The evaluation set has 2 images: ")
    assert run(["evaluation-set", str(project.folder), "--images", "6"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "The evaluation set has 6 images from now on; a new curve begins with the next round.",
        "The evaluation set has 6 images: abnormal 3, normal 3.",
    ]
    assert run(["evaluation-set", str(project.folder), "--images", "60"]) == 1
    assert "At most 6 images can be set aside" in capsys.readouterr().err
