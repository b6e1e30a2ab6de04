from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.labels.label_errors import (
    KINDS,
    SORTS,
    Filter,
    chosen,
    counts,
    label_quality,
    refreshed,
    table_of,
)

IMAGES = {n: PoolImage(n, f"{n}.png", "", "evaluation" if n > 8 else "pool") for n in range(1, 11)}


def say(sequence, action, image, class_index=None, who="A", round_number=0, **more):
    return Entry(sequence, "2026", who, round_number, action, image, class_index, **more)


STORY = (
    say(1, "label", 1, 0),
    say(2, "label", 2, 1, round_number=1),
    say(3, "unsure", 3, round_number=1),
    say(4, "skip", 4, who="B", round_number=2),
    say(5, "import", 5, 1),
    say(6, "label", 9, 0, who="B", suggested=1, confidence=0.9),
    say(7, "flag", 2),
    say(8, "comment", 3, comment="blurred"),
    say(9, "label", 1, 1, who="C", purpose="second"),
    say(10, "label", 2, 1, who="C", purpose="second"),
)


@pytest.fixture
def table():
    return table_of(Journal.of(STORY), IMAGES, {}, 2)


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        (Filter(), [1, 2, 3, 4, 5, 9]),
        (Filter(class_index=1), [2, 5]),
        (Filter(kind="unsure"), [3]),
        (Filter(kind="label"), [1, 2, 5, 9]),
        (Filter(round_number=1), [2, 3]),
        (Filter(annotator="B"), [4, 9]),
        (Filter(annotator="nobody"), []),
        (Filter(flagged=True), [2]),
        (Filter(flagged=False, class_index=1), [5]),
        (Filter(commented=True), [3]),
        (Filter(evaluation=True), [9]),
        (Filter(differs=True), [1]),
    ],
)
def test_each_condition_lets_through_what_meets_it(table, wanted, ids):
    assert chosen(table, wanted, "time").tolist() == ids
    assert wanted.is_empty == (wanted == Filter())


def test_orders(table):
    assert chosen(table, Filter(), "newest").tolist() == [9, 5, 4, 3, 2, 1]
    assert chosen(table, Filter(), "round").tolist() == [1, 5, 9, 2, 3, 4]
    assert chosen(table, Filter(), "suspicion").tolist()[0] == 9
    assert chosen(table, Filter(), "probability").tolist()[0] == 9
    assert chosen(table, Filter(), "time", among=(5, 2, 7)).tolist() == [2, 5]
    assert table.place(5) == 4
    assert table.place(6) is None
    assert table.place(99) is None


def test_without_a_model_nothing_is_suspicious_and_the_stored_suggestion_takes_its_place():
    plain = table_of(Journal.of(STORY[:5]), IMAGES, {}, 2)
    assert not plain.suspicious.any()
    assert np.isnan(plain.quality).all()
    told = table_of(Journal.of(STORY), IMAGES, {}, 2)
    assert told.quality[told.place(9)] == pytest.approx(0.1)
    assert told.model_class[told.place(9)] == 1


def test_probabilities_of_a_model_that_knew_fewer_classes_still_count():
    shares = {1: np.array([0.1, 0.9], np.float32)}
    table = table_of(Journal.of(STORY), IMAGES, shares, 3)
    assert table.quality[0] == pytest.approx(0.1)
    assert table.model_class[0] == 1


def test_a_label_of_a_class_that_the_model_had_not_learned_is_not_judged():
    """Image 5, a class of its own, comes after an image that the model would call an error."""
    shares = {i: np.array([0.03, 0.96, 0.01], np.float32) for i in (1, 2, 5)}
    learned = {i: np.array([True, True, False]) for i in (1, 2, 5)}
    journal = Journal.of([*STORY, say(11, "label", 5, 2)])
    found = table_of(journal, IMAGES, shares, 3, learned)
    blind = table_of(journal, IMAGES, shares, 3)
    assert blind.suspicious.tolist()[4]
    assert not found.suspicious[4]
    assert found.not_learned == (2,)
    assert chosen(blind, Filter(), "suspicion").tolist()[0] == 5
    assert chosen(found, Filter(), "suspicion").tolist().index(5) > 1
    again = refreshed(found, Journal.of([*STORY, say(11, "label", 5, 0, who="A")]), (5,))
    assert again.not_learned == ()
    assert again.suspicious[4]


def test_a_table_is_refreshed_as_if_it_were_made_anew():
    story = [*STORY, say(11, "label", 2, 0, who="B"), say(12, "unflag", 2), say(13, "skip", 1)]
    story.append(say(14, "comment", 5, comment="x"))
    table = table_of(Journal.of(STORY), IMAGES, {}, 2)
    journal = Journal.of(story)
    found, anew = refreshed(table, journal, (1, 2, 5)), table_of(journal, IMAGES, {}, 2)
    same = ("ids", "class_index", "kind", "sequence", "flagged", "commented", "suspicious")
    for name in same:
        assert getattr(found, name).tolist() == getattr(anew, name).tolist(), name
    assert refreshed(table, journal, (7,)) is None
    journal.apply(say(15, "label", 2, 0, who="somebody new"))
    assert refreshed(table, journal, (2,)) is None


def test_an_empty_project_has_an_empty_table():
    table = table_of(Journal(), IMAGES, {}, 2)
    assert chosen(table, Filter(flagged=True), "suspicion").tolist() == []
    assert counts(table, Filter(), "class_index") == {}


conditions = {
    "class_index": st.sampled_from([None, -1, 0, 1]),
    "kind": st.sampled_from([None, *KINDS]),
    "round_number": st.sampled_from([None, 0, 1]),
    "annotator": st.sampled_from([None, "A", "B"]),
    "flagged": st.sampled_from([None, True]),
    "evaluation": st.sampled_from([None, False]),
}


@given(st.builds(Filter, **conditions), st.sampled_from(sorted(conditions)), st.sampled_from(SORTS))
def test_a_count_is_what_its_choice_would_show(wanted, name, sort):
    table = table_of(Journal.of(STORY), IMAGES, {}, 2)
    found = counts(table, wanted, name)
    for value in found:
        shown = chosen(table, replace(wanted, **{name: value}), sort)
        assert len(shown) == found[value]
    assert sum(found.values()) == len(chosen(table, replace(wanted, **{name: None}), sort))


def noisy(seed, count=400, classes=4, wrong=40):
    """Return labels of which some are wrong, what a good model says, and which are wrong."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, classes, count)
    logits = rng.normal(0, 1, (count, classes))
    logits[np.arange(count), truth] += 3
    shares = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    labels = truth.copy()
    labels[:wrong] = (truth[:wrong] + 1) % classes
    return labels, shares, np.arange(count) < wrong


@pytest.mark.parametrize("seed", range(3))
def test_label_errors_are_those_of_cleanlab(seed):
    cleanlab_filter = pytest.importorskip("cleanlab.filter")
    cleanlab_rank = pytest.importorskip("cleanlab.rank")
    labels, shares, wrong = noisy(seed)
    quality, suspicious = label_quality(labels, shares)
    assert quality == pytest.approx(
        cleanlab_rank.get_label_quality_scores(
            labels, shares, method="self_confidence", adjust_pred_probs=False
        )
    )
    theirs = cleanlab_filter.find_label_issues(
        labels, shares, filter_by="confident_learning", n_jobs=1
    )
    assert (suspicious == theirs).mean() > 0.99
    assert suspicious[wrong].mean() > 0.6 > 0.1 > suspicious[~wrong].mean()


def test_an_image_whose_label_the_model_prefers_is_never_suspicious():
    labels = np.array([1, 1, 1, 0])
    first = np.array([0.0001, 0.0003, 0.0003, 0.0002])  # the only label of class 0 is wrong
    shares = np.stack([first, 1 - first], 1)
    _, suspicious = label_quality(labels, shares)
    assert not suspicious[:3].any()


def test_images_without_label_or_probabilities_are_left_alone():
    labels, shares, _ = noisy(0)
    labels[100:110] = -1
    shares[110:120] = np.nan
    quality, suspicious = label_quality(labels, shares)
    assert np.isnan(quality[100:120]).all()
    assert not suspicious[100:120].any()
    assert not np.isnan(quality[120:]).any()


def test_ten_thousand_images_are_filtered_at_once():
    journal = Journal.of(
        say(n, "label", n, n % 3, suggested=n % 2, confidence=0.7) for n in range(1, 10_001)
    )
    images = {n: PoolImage(n, str(n), "", "pool") for n in range(1, 10_001)}
    table = table_of(journal, images, {}, 3)
    assert len(chosen(table, Filter(class_index=1), "suspicion")) == 3334
    assert sum(counts(table, Filter(), "class_index").values()) == 10_000
