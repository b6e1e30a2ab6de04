"""The table of predictions: filters, counts and orders agree with a plain reading."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.measures.caution import NO_REASON, Caution
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.messages import Predicted
from autoal_gui.core.prediction_table import ORDERS, Captions, PredictionTable

CLASSES = ("a", "b", "c")
rows = st.lists(st.lists(st.integers(1, 100), min_size=3, max_size=3), min_size=0, max_size=12)


def whole_percent(words):
    return 100 if words == ">99%" else int(words.rstrip("%"))


def table_of(counts):
    shares = np.array(counts, np.float64).reshape(-1, 3)
    shares /= shares.sum(1, keepdims=True)
    ids = np.arange(len(counts), dtype=np.int64)[::-1] + 5
    names = {int(i): f"image {int(i) % 4}" for i in ids}
    return PredictionTable.of(Predicted.of(ids, shares), names), names


@given(rows, st.none() | st.integers(0, 2), st.integers(0, 100), st.integers(0, 100))
def test_what_is_chosen_is_what_the_captions_say(counts, index, low, high):
    table, names = table_of(counts)
    captions = Captions(table, CLASSES)
    told = {image: captions[image].split(" ") for image in captions}
    expected = {
        image
        for image, (name, share) in told.items()
        if index in (None, CLASSES.index(name))
        and low <= int(share.rstrip("%").replace(">99", "100")) <= high
    }
    for order in ORDERS:
        found = table.chosen(index, low, high, order).tolist()
        assert set(found) == expected
        assert len(found) == len(expected)
    by_name = [names[image] for image in table.chosen(index, low, high, "name").tolist()]
    assert by_name == sorted(by_name)
    sure = [table.confidence[table.rows[i]] for i in table.chosen(None, 0, 100, "sure").tolist()]
    assert sure == sorted(sure, reverse=True)
    classes = [told[i][0] for i in table.chosen(None, 0, 100, "class").tolist()]
    assert classes == sorted(classes)
    bounds = table.counts(3, low, high)
    assert sum(bounds) == len(table.chosen(None, low, high, "name"))
    assert bounds[0] == len(table.chosen(0, low, high, "name"))


def test_captions_are_one_for_each_image():
    table, _ = table_of([[1, 2, 3], [4, 1, 1]])
    captions = Captions(table, CLASSES)
    assert list(captions) == list(table.rows)
    assert len(captions) == len(table.ids) == len(dict(captions))


@given(rows, st.randoms(use_true_random=False))
def test_what_needs_a_look_most_comes_first_and_is_marked(counts, chance):
    table, _ = table_of(counts)
    reasons = np.array([chance.randint(0, NO_REASON) for _ in counts], np.int8)
    judged = table.judged(Caution(reasons))
    captions = Captions(judged, CLASSES)
    found = [judged.rows[i] for i in judged.chosen(None, 0, 100, "look").tolist()]
    told = [(reasons[row], judged.confidence[row]) for row in found]
    assert told == sorted(told)
    marked = [image for image in captions if captions[image].startswith("? ")]
    only = judged.chosen(None, 0, 100, "name", look=True).tolist()
    assert sorted(marked) == sorted(only)
    assert len(only) == int((reasons < NO_REASON).sum())


def test_a_class_that_a_threshold_gives_is_told_with_the_likelier_one():
    shares = np.array([[0.3, 0.7], [0.1, 0.9]], np.float32)
    found = Predicted(np.array([1, 2]), shares)
    table = PredictionTable.of(found, {1: "a", 2: "b"}, Threshold(0, 0.2))
    captions = Captions(table, ("sick", "well"))
    assert captions[1] == "sick (well: 70%)"
    assert captions[2] == "well 90%"
