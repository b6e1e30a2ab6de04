"""Models are compared on the images whose class all of them know and could read."""

from dataclasses import replace

import numpy as np

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.sets.comparison import (
    ModelAnswers,
    compared,
    comparison_as_plain,
    differing,
)

LABELS = (0, 1, 2, None, 0, 1)
LISTING = Listing(
    ("cat", "dog", "owl"),
    tuple(ListedImage(f"{n}.png", "", label=label) for n, label in enumerate(LABELS)),
)
IMAGES = ImagePool.of_listing(LISTING, reader=None).images


def model(name, classes, answers):
    """Return a model that is certain of each answer; one of "" could not be read."""
    rows = {
        place: np.eye(len(classes))[classes.index(answer)]
        for place, answer in enumerate(answers, start=1)
        if answer
    }
    return ModelAnswers(name, tuple(classes), rows)


FIRST = model("first", ["dog", "cat"], ["cat", "cat", "cat", "dog", "dog", "dog"])
SECOND = model("second", ["cat", "dog", "owl"], ["cat", "dog", "owl", "dog", "dog", ""])


def test_only_what_all_models_know_and_have_read_is_compared():
    found = compared(LISTING, IMAGES, [FIRST, SECOND])
    assert [one.image_id for one in found.measured[0].images] == [1, 2, 5]
    assert [one.metrics.correct for one in found.measured] == [1, 2]
    (pair,) = found.paired
    assert (pair.first_only, pair.second_only, pair.images) == (0, 1, 3)
    plain = comparison_as_plain(found)
    assert [one["name"] for one in plain["models"]] == ["first", "second"]
    (against,) = plain["against_the_first"]
    assert (against["name"], against["p"]) == ("second", 1.0)


def test_a_class_that_a_model_has_not_learned_has_no_auroc():
    names, answers = ["cat", "dog", "owl"], ["cat", "dog", "owl", "dog", "cat", "dog"]
    rare = replace(model("rare", names, answers), unseen=(2,))
    found = compared(LISTING, IMAGES, [rare, model("all", names, answers)])
    assert [one.metrics.unlearned for one in found.measured] == [(2,), ()]


def test_models_without_a_labelled_image_in_common_are_not_compared():
    stranger = model("stranger", ["owl"], ["owl"] * 6)
    assert compared(LISTING, IMAGES, [FIRST, stranger]) is None


def test_models_differ_where_they_name_another_class():
    told = differing([FIRST, SECOND], [1, 2, 4, 6])
    assert told.tolist() == [False, True, False, False]
