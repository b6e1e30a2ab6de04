"""The laws of confirming in bulk: lots, verdicts, and what taking back restores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoal_gui.core.labels.bulk import (
    AT_ONCE,
    OWN,
    TENTH,
    Check,
    SureImages,
    Tally,
    checks_of,
    lots_of,
)
from autoal_gui.core.labels.bulk_text import check_words, end_words, left_words, own_words
from autoal_gui.core.labels.journal import Entry, Journal


def sure(count, classes=None, certainty=None, seed=0, **changes):
    ids = np.arange(1, count + 1)
    classes = np.zeros(count, np.int64) if classes is None else classes
    certainty = np.full(count, 0.99) if certainty is None else certainty
    return SureImages.of(ids, classes, certainty, seed, **changes)


def read(count, wrong=0, model=0, first=1):
    """Return answers that check, the first of them wrong."""
    return [
        Entry(first + n, "", "", 1, "label", first + n, model + (n < wrong), model, purpose="check")
        for n in range(count)
    ]


# -- what is drawn ----------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(0, 2**31 - 1), st.integers(0, 1000))
def test_which_images_are_read_alone_has_nothing_to_do_with_what_the_model_says(seed, said):
    says = np.random.default_rng(said)
    certainty, classes = says.uniform(0.95, 1, 200), says.integers(0, 3, 200)
    told = sure(200, classes, certainty, seed)
    due = told.to_check(Check(), 0, 20)
    lots = lots_of(np.arange(1, 201), seed)
    lowest = (np.argsort(lots, kind="stable")[:50] + 1).tolist()
    assert list(due[:50]) == lowest  # a class of few may add some behind them
    kept = {i for c in range(3) for i in told.to_confirm(c)}
    assert kept == set((np.flatnonzero(lots >= TENTH) + 1).tolist())


def test_lots_are_spread_evenly_and_differ_between_projects():
    lots = lots_of(np.arange(1, 20_001), 7)
    assert abs((lots < TENTH).mean() - TENTH) < 0.01
    assert np.histogram(lots, 20, (0, 1))[0].min() > 850
    assert abs(np.corrcoef(lots, lots_of(np.arange(1, 20_001), 8))[0, 1]) < 0.03
    assert abs(np.corrcoef(lots[:-1], lots[1:])[0, 1]) < 0.03


def test_only_what_the_model_is_sure_of_is_offered_the_surest_of_a_class_first():
    found = sure(40, np.arange(40) % 2, np.linspace(0.9, 1, 40), left_out={39})
    assert 39 not in found.ids
    assert found.certainty.min() >= 0.95
    for class_index in (0, 1):
        certainties = [found.certainties()[i] for i in found.to_confirm(class_index)]
        assert certainties == sorted(certainties, reverse=True)


def test_a_tenth_of_all_that_is_confirmed_is_read_alone_and_a_few_of_every_class():
    classes = np.array([0] * 990 + [1] * 10)
    told = sure(1000, classes)
    assert len(told.to_check(Check(), 0, 20)) >= 50
    enough = Check(classes={0: Tally(0, 57), 1: Tally(0, OWN)})
    assert told.to_check(enough, 450, 20) == ()
    assert len(told.to_check(enough, 900, 20)) == 43  # 103 to 920
    assert len(told.to_check(enough, 530, 20)) == AT_ONCE
    without = Check(classes={0: Tally(0, 200)})
    assert told.to_check(without, 0, 20, 0) == ()  # enough for the class that is confirmed
    lacking = told.to_check(without, 0, 20, 1)
    assert sum(i > 990 for i in lacking) >= OWN
    assert len(lacking) >= AT_ONCE  # mixed with others, so that nobody can tell the class


def test_an_image_that_was_seen_as_the_models_class_is_read_alone_last():
    first = sure(200).to_check(Check(), 0, 20)
    told = sure(200, seen=set(first[10:20]))
    due = told.to_check(Check(), 0, 20)
    assert not set(first[10:20]) & set(due)
    assert len(due) == len(first)


def test_few_sure_images_are_not_worth_a_check():
    for count, worth in ((99, False), (100, True)):
        told = sure(count)
        assert told.is_worth(told.to_check(Check(), 0, 20)) == worth


def test_what_is_saved_is_what_is_neither_read_nor_of_the_tenth():
    some = sure(100)
    due = some.to_check(Check(), 0, 20)
    saved = some.saved(due)
    assert saved == len({*some.to_confirm(0), *some.to_confirm(1)} - {*due})
    assert 0 < saved <= 100 - len(due)


# -- what the check says ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "asked", "limit", "verdict"),
    [
        (0, 49, 0.02, "unknown"),
        (0, 50, 0.02, "holds"),
        (1, 20, 0.02, "unknown"),
        (1, 50, 0.02, "holds"),
        (2, 20, 0.02, "fails"),  # it would be more even if thirty more were right
        (2, 100, 0.02, "holds"),
        (3, 100, 0.02, "fails"),
        (1, 20, 0.05, "holds"),
        (0, 20, 0.05, "holds"),
    ],
)
def test_the_check_holds_while_no_more_is_wrong_than_the_limit(wrong, asked, limit, verdict):
    check = Check.of(read(asked, wrong), limit)
    assert check.verdict == verdict
    assert check_words(check)


def test_a_check_that_holds_says_that_the_share_found_counts_and_how_large_the_true_one_may_be():
    assert check_words(Check.of(read(50), 0.02)) == (
        "All classes together: of 50 images read alone 0 had another class than the model's, 0.0%. "
        "That is not more than the limit of 2.0%, so that whole pages may be confirmed. By chance "
        "the true share may still be as high as 7.1%; the more are read alone, the surer it gets."
    )


def test_a_class_of_its_own_errors_is_left_out_while_the_others_go_on():
    check = Check.of(
        [*read(60), *read(8, 1, model=1, first=100), *read(2, model=2, first=200)], 0.02
    )
    assert [check.verdict_of(c) for c in range(4)] == ["holds", "fails", "unknown", "unknown"]
    said = own_words(check, 1, "monocyte", confirmed=False)
    assert said == (
        "monocyte by itself: 1 of 8 had another class. That is more than the limit of 2.0% allows: "
        "nothing more is confirmed as monocyte. It holds again after 42 more of it, read alone and "
        "all right: label on, and begin another check once the model is sure of more."
    )
    more = Check.of([*read(60), *read(10, 1, model=1, first=100)], 0.02)
    assert "1 of 10 had another class, 10.0%." in own_words(more, 1, "monocyte")
    assert own_words(check, 1, "monocyte") == (
        said.replace(
            "It holds", "What was confirmed as monocyte no longer teaches the model. It holds"
        )
    )
    end = end_words(check, ("neutrophil", "monocyte", "basophil"), ())
    assert "1 of 70 had another class than the model's: whole pages may be confirmed now." in end
    assert end.endswith(said)
    worse = Check.of([*read(60), *read(8, 4, model=1, first=100)], 0.02)
    assert {worse.verdict_of(c) for c in range(3)} == {"fails"}
    assert "check the other classes, and all together" in left_words(check, 4)
    assert "Wrong were" not in end
    told = end_words(worse, ("neutrophil", "monocyte"), ())
    assert "Wrong were 0 of 60 as neutrophil, 4 of 8 as monocyte. They count together: of" in told
    assert told.endswith("Label on: a better model may pass another check.")
    assert "You go on with the usual images" in left_words(worse, 4)
    assert left_words(worse, 0) == ""


def test_what_was_confirmed_is_only_told_of_where_there_is_some():
    check = Check.of(read(20, 2), 0.02)
    assert "no longer teaches" in check_words(check)
    assert "no longer teaches" not in check_words(check, confirmed=False)


def test_an_image_whose_class_the_reader_cannot_tell_is_no_word_for_the_models():
    unsure = Entry(9, "", "", 1, "unsure", 9, None, 0, purpose="check")
    assert Check.of([*read(3), unsure], 0.02).whole == Tally(1, 4)


def test_each_check_judges_by_the_answers_that_came_after_it_began():
    first, second = checks_of([*read(5, 2), *read(4, first=9)], (8,), 0.1)
    assert (first.whole, second.whole) == (Tally(2, 5), Tally(0, 4))


# -- taking back ------------------------------------------------------------------------------


def state(journal):
    slots = {key: tuple(entries) for key, entries in journal._history.items() if entries}
    return dict(journal.answers), dict(journal.confirmed), slots, journal.undoable


class Reader:
    """Appends to a journal as a project does."""

    def __init__(self):
        self.journal, self.entries = Journal(), []

    def say(self, action, image, class_index=None, target=None, at="", purpose="answer"):
        number = len(self.entries) + 1
        entry = Entry(
            number, at or f"2026-01-01T00:00:00.{number:03d}Z", "reader", 1, action, image,
            class_index, target=target, purpose=purpose,
        )  # fmt: skip
        self.entries.append(entry)
        self.journal.apply(entry)

    def moment(self):
        return f"2026-01-01T00:00:00.{len(self.entries):06d}+00:00"

    def confirm(self, images):
        at = self.moment()
        for image in images:
            self.say("label", image, 0, at=at, purpose="confirm")

    def withdraw(self):
        at = self.moment()
        for entry in self.journal.confirmed.values():
            target = entry.sequence
            self.say("withdraw", entry.image_id, target=target, at=at, purpose="confirm")

    def turn(self, action):
        one = self.journal.undoable if action == "undo" else self.journal.redoable
        together = (
            self.journal.undoable_together if action == "undo" else self.journal.redoable_together
        )
        for _ in range(together if one else 0):
            one = self.journal.undoable if action == "undo" else self.journal.redoable
            self.say(action, one.image_id, target=one.sequence)


steps = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.integers(1, 6)),
        st.tuples(st.just("confirm"), st.sets(st.integers(1, 6), min_size=2)),
        st.tuples(st.sampled_from(["withdraw", "undo", "redo"]), st.none()),
    ),
    max_size=14,
)


def played(script):
    reader = Reader()
    for what, which in script:
        if what == "answer":
            reader.say("label", which, 1)
        elif what == "confirm":
            reader.confirm(i for i in which if i not in reader.journal.answers)
        elif what == "withdraw":
            reader.withdraw()
        else:
            reader.turn(what)
    return reader


@given(steps, st.sampled_from(["confirm", "withdraw"]))
def test_taking_back_restores_exactly_what_was_whatever_was_said_before(script, what):
    reader = played(script)
    before = state(reader.journal)
    reader.confirm([7, 8, 9]) if what == "confirm" else reader.withdraw()
    changed = state(reader.journal)
    if changed == before:
        return  # nothing was confirmed, so that nothing was withdrawn
    reader.turn("undo")
    assert state(reader.journal) == before
    reader.turn("redo")
    assert state(reader.journal) == changed
    assert state(Journal.of(reader.entries)) == changed


@given(steps)
def test_withdrawing_takes_back_every_label_of_bulk_and_no_other(script):
    reader = played(script)
    kept = {i: e for i, e in reader.journal.answers.items() if e.purpose != "confirm"}
    reader.withdraw()
    left = reader.journal.answers
    assert not reader.journal.confirmed
    assert {i: left[i] for i in kept} == kept
    assert all(entry.purpose != "confirm" for entry in left.values())


def test_what_a_round_drew_at_random_while_sure_images_were_missing_is_told():
    reader = Reader()
    reader.confirm([1, 2])
    assert [reader.journal.was_thinned(number) for number in (0, 1, 2, 9)] == [0, 0, 1, 1]
    reader.turn("undo")
    assert [reader.journal.was_thinned(number) for number in (1, 2, 3)] == [False, True, False]


def test_an_answer_that_checked_counts_though_it_is_taken_back():
    reader = Reader()
    reader.say("label", 1, 1, purpose="check")
    reader.turn("undo")
    reader.say("label", 1, 0, purpose="check")
    assert [entry.class_index for entry in reader.journal.checks] == [1]


def test_what_does_not_stand_cannot_be_withdrawn():
    reader = Reader()
    reader.confirm([1, 2])
    reader.say("label", 1, 1)
    with pytest.raises(ValueError, match="withdraw"):
        reader.say("withdraw", 1, target=1, purpose="confirm")


@given(st.floats(0.01, 0.2))
def test_so_many_wrong_ones_among_the_first_end_a_check_and_no_fewer(limit):
    fewest, wrong = Check(limit).fewest, Check(limit).too_many
    for asked in (wrong, fewest):
        assert Check(limit, {0: Tally(wrong, asked)}).verdict == "fails"
        assert Check(limit, {0: Tally(wrong - 1, asked)}).verdict != "fails"
