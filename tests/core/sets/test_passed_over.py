"""What systems leave in folders, and masks beside their images, are no images to label."""

import pytest

from autoal_gui.core.errors import SourceError
from autoal_gui.core.sets.layout import Layout
from autoal_gui.core.sets.name_pattern import checked_pattern, suggested_pattern
from autoal_gui.core.sets.passed_over import is_system_file, is_system_folder, masks_among


@pytest.mark.parametrize("name", ["@eaDir", "$RECYCLE.BIN", "__MACOSX", ".thumbnails", "Thumbs"])
def test_folders_of_systems(name):
    assert is_system_folder(name)


@pytest.mark.parametrize("name", ["Thumbs.db", ".DS_Store", "._a.jpg", "SYNOPHOTO_THUMB_M.jpg"])
def test_files_of_systems(name):
    assert is_system_file(name)


@pytest.mark.parametrize("name", ["a.png", "thumb.png", "NORMAL", "recycle", "macosx.png"])
def test_what_users_name_so_is_theirs(name):
    assert not is_system_file(name)
    assert not is_system_folder(name)


@pytest.mark.parametrize(
    ("keys", "masks"),
    [
        (["b/benign (1).png", "b/benign (1)_mask.png", "b/benign (1)_mask_1.png"], {1, 2}),
        (["ISIC_1.jpg", "ISIC_1_superpixels.png"], {1}),
        (["x/images/1.png", "x/masks/1.png", "y/images/2.png"], {1}),
        (["masks/1.png", "masks/2.png"], set()),
        (["1_mask.png", "2_mask.png"], set()),
        (["mask.png", "a.png"], set()),
        (["p1/img.png", "p1/Segmentation/img.png"], {1}),
        (["benign/1.png", "lesion/2.png"], set()),
    ],
)
def test_masks_are_those_of_images_that_are_there(keys, masks):
    assert masks_among(keys) == {keys[place] for place in masks}


@pytest.mark.parametrize(
    ("keys", "groups"),
    [
        (["00000002_000.png", "00000002_001.png", "00000005_000.png"], 2),
        (
            ["a/BloodImage_00010_00.png", "a/BloodImage_00010_01.png", "b/BloodImage_00012_00.png"],
            2,
        ),
        (["cell_1.png", "cell_2.png"], 0),
        (["1.png", "2.png"], 0),
        (["p1_x.png", "p2_x.png"], 0),
        (["p1_1.png", "p1_2.png", "other.png"], 0),
    ],
)
def test_groups_are_suggested_from_names(keys, groups):
    layout = Layout(group_pattern=suggested_pattern(keys))
    assert len({layout.group_of(key) for key in keys} - {""}) == groups


@pytest.mark.parametrize("pattern", ["(", "x" * 201, "(?P<a>)(?P<a>)", "*"])
def test_a_pattern_that_is_none_is_one_sentence(pattern):
    with pytest.raises(SourceError, match="pattern for groups"):
        checked_pattern(pattern)
