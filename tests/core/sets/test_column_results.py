"""What a model has right of the parts of a set, and of whole groups."""

import json
from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.core.images.pool import ImagePool, PoolImage
from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.measures.by_part import part_sentence, verdict
from autoal_gui.core.measures.metrics import wilson_interval
from autoal_gui.core.sets.column_results import (
    MeasuredImages,
    by_columns,
    by_group,
    measured_as_plain,
)


def measured(rows, grouped=True):
    """Measured images of (group, right?, column cells); the class of each is 0."""
    images = {
        i: PoolImage(i, f"{i}.png", str(i), "evaluation", group if grouped else "", None, cells)
        for i, (group, _, cells) in enumerate(rows, start=1)
    }
    found = {
        i: np.array([0.9, 0.1]) if right else np.array([0.1, 0.9])
        for i, (_, right, _) in enumerate(rows, start=1)
    }
    return MeasuredImages.of(images, dict.fromkeys(images, 0), found, 2)


def of_sexes(women, men, each=1, grouped=True):
    """`women` and `men` are (right, all), so many groups of `each` images."""
    rows = [
        (f"{sex}{n}", n < right, (sex,))
        for sex, (right, count) in (("F", women), ("M", men))
        for n in range(count)
        for _ in range(each)
    ]
    return measured(rows, grouped)


def test_a_clinician_reads_how_many_are_right_of_each_part():
    (result,) = by_columns(("sex",), of_sexes((41, 50), (47, 50), grouped=False))
    assert result.column == "sex"
    assert [part_sentence(part) for part in result.parts] == [
        "Women: right on 41 of 50 (69 to 90%)",
        "Men: right on 47 of 50 (84 to 98%)",
    ]
    assert verdict(result.parts) == "No difference between them can be told from chance."


def test_a_set_is_measured_without_the_area_of_a_class_that_the_model_never_saw():
    listing = Listing(("a", "b"), tuple(ListedImage(str(n), "", label=n % 2) for n in range(4)))
    images = ImagePool.of_listing(listing, reader=None).images
    found = {i: np.array([0.5, 0.5]) for i in images}
    measures = MeasuredImages.of_listing(listing, images, ("a", "b"), found, unseen=(1,))
    assert measures.metrics.unlearned == (1,)


def test_a_difference_is_told_where_the_intervals_do_not_touch():
    (result,) = by_columns(("sex",), of_sexes((20, 50), (47, 50), grouped=False))
    assert verdict(result.parts) == (
        "The model does worse on “Women” than on “Men”: their intervals do not touch."
    )


def test_of_images_of_few_groups_less_is_said():
    (alone,) = by_columns(("sex",), of_sexes((200, 250), (470, 500), 1, grouped=False))
    (grouped,) = by_columns(("sex",), of_sexes((20, 25), (47, 50), 10))
    for one, other in zip(alone.parts, grouped.parts, strict=True):
        assert one.metrics.confusion == other.metrics.confusion
        low, high = one.metrics.accuracy_interval
        assert other.metrics.accuracy_interval[0] < low
        assert high < other.metrics.accuracy_interval[1]
    assert [part.groups for part in grouped.parts] == [25, 50]
    as_groups = wilson_interval(20, 25)
    assert grouped.parts[0].metrics.accuracy_interval == pytest.approx(as_groups, abs=0.05)


def test_a_part_that_is_too_small_is_not_judged():
    (few,) = by_columns(("sex",), of_sexes((3, 3), (47, 50), grouped=False))
    assert part_sentence(few.parts[0]) == "Women: 3 images, too few to say anything"
    assert verdict(few.parts) == "There are too few images to compare."
    (of_few,) = by_columns(("sex",), of_sexes((2, 3), (47, 50), 20))
    assert part_sentence(of_few.parts[0]) == "Women: 60 images of 3 groups, too few to say anything"


def test_an_image_of_which_the_table_says_nothing_is_told_as_such():
    rows = [(str(n), True, ("7", "F") if n % 2 else ("7",) if n % 4 else ()) for n in range(40)]
    result, _ = by_columns(("ward", "sex"), measured(rows))
    assert [part.name for part in result.parts] == ["Women", "not known"]
    assert [part.metrics.total for part in result.parts] == [20, 20]


def test_a_group_counts_as_one_case_by_the_mean_of_its_images():
    rows = [(f"p{n}", n < 30 or place == 0, ()) for n in range(40) for place in range(3)]
    found = by_group(measured(rows))
    assert (found.metrics.correct, found.metrics.total, found.mixed) == (30, 40, 0)
    assert found.metrics.accuracy_interval == wilson_interval(30, 40)


def test_copies_of_a_file_are_no_group():
    found = measured([("", True, ()) for _ in range(30)])
    copies = tuple(replace(one, sha256=str(place // 2)) for place, one in enumerate(found.images))
    copied = replace(found, images=copies)
    assert copied.units is not None  # they count once
    assert by_group(copied) is None


def test_groups_of_several_classes_are_left_out():
    images = measured([(f"p{n}", True, ()) for n in range(6) for _ in range(2)])
    images.truth[0] = 1
    assert by_group(images).mixed == 1
    images.truth[:] = np.arange(12) % 2
    assert by_group(images) is None
    assert by_group(measured([("", True, ())])) is None


def test_a_class_that_came_after_the_model_is_never_predicted():
    images = {1: PoolImage(1, "a", "a", "evaluation"), 2: PoolImage(2, "b", "b", "evaluation")}
    found = {1: np.array([0.2, 0.8]), 2: np.array([0.7, 0.3]), 9: np.array([1.0, 0.0])}
    one = MeasuredImages.of(images, {1: 1, 2: 2}, found, 3)
    assert one.metrics.confusion == ((0, 0, 0), (0, 1, 0), (1, 0, 0))


def test_everything_measured_is_plain_for_json():
    plain = json.loads(json.dumps(measured_as_plain(of_sexes((20, 25), (47, 50), 2), ("sex",))))
    assert plain["images"] == 150
    assert plain["by_group"]["right"] == 67
    women = plain["by_column"]["sex"]["Women"]
    assert (women["right"], women["images"], women["groups"]) == (40, 50, 25)
    assert women["accuracy"][1] < 0.8 < women["accuracy"][2]
    assert measured_as_plain(MeasuredImages.of({}, {}, {}, 2), ()) == {}
