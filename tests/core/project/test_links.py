"""A project folder from elsewhere whose folders lead away is not opened, and nothing is touched."""

import os

import pytest

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support.project import new_project

pytestmark = pytest.mark.skipif(os.name == "nt", reason="links need rights there")


@pytest.mark.parametrize("name", ["models", "cache"])
@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_folder_of_a_project_that_is_a_link_is_refused(name, target, tmp_path):
    project = new_project(tmp_path)
    project.close()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "round-0001.pt").write_bytes(b"mine")
    own = project.folder / name
    if own.exists():
        own.rename(tmp_path / "aside")
    own.symlink_to(tmp_path / target)
    with pytest.raises(ProjectError, match=rf"{name}.* link"):
        Project.open(project.folder, open_images)
    assert [path.name for path in elsewhere.iterdir()] == ["round-0001.pt"]
    assert (elsewhere / "round-0001.pt").read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()
