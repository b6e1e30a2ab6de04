"""Images of a folder that a project has already are found by their place and by their content."""

from pathlib import Path

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.images.source import ListedImage, SourceSpec
from autoal_gui.core.project.files.known_files import known_images
from autoal_gui.core.project.files.new_images import Known
from autoal_gui.core.project.files.places import Place


def known(tmp_path: Path) -> Known:
    """Return a project of one folder, and of a further one that is called `more` in it."""
    places = (
        Place(SourceSpec("folder", str(tmp_path / "own"))),
        Place(SourceSpec("folder", str(tmp_path / "other")), "more"),
    )
    images = {
        1: PoolImage(1, "a/one.png", "11", "pool"),
        2: PoolImage(2, "more/two.png", "22", "pool"),
        3: PoolImage(3, "film.dcm#1", "33", "pool"),
        4: PoolImage(4, "film.dcm#2", "33", "pool"),
    }
    return Known(places, images, frozenset(), frozenset(), (), (), "salt", tmp_path)


def test_a_file_is_known_by_its_place_wherever_the_listing_begins(tmp_path):
    found = known_images(known(tmp_path), str(tmp_path / "own" / "a"), [ListedImage("one.png", "")])
    assert found == {"one.png": 1}
    above = [
        ListedImage("own/a/one.png", ""),
        ListedImage("other/two.png", ""),
        ListedImage("two.png", ""),
    ]
    assert known_images(known(tmp_path), str(tmp_path), above) == {
        "own/a/one.png": 1,
        "other/two.png": 2,
    }


def test_a_copy_elsewhere_is_known_by_its_content_unless_that_is_of_several(tmp_path):
    copies = [ListedImage("copy.png", "22"), ListedImage("film.dcm#1", "33")]
    assert known_images(known(tmp_path), str(tmp_path / "far"), copies) == {"copy.png": 2}
