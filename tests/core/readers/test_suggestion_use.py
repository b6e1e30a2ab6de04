from dataclasses import replace

import pytest

from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.readers.suggestion_use import Share, suggestion_use

AWAY, TOWARDS, ASIDE, KEPT = (1, 0), (0, 1), (0, 2), (0, 0)


class Story:
    """Writes a journal."""

    def __init__(self):
        self.entries = []

    def add(self, action, image, class_index=None, **more):
        entry = Entry(len(self.entries) + 1, "2026", "reader", 1, action, image, class_index)
        self.entries.append(replace(entry, **more))
        return self.entries[-1]

    def blind(self, image, class_index, suggested, action="label", **more):
        return self.add(action, image, class_index, suggested=suggested, confidence=0.8, **more)

    def undo(self, entry):
        self.add("undo", entry.image_id, target=entry.sequence)


@pytest.fixture
def story():
    return Story()


def counts(story):
    found = suggestion_use(Journal.of(story.entries), 3)
    return found.blind, found.changed.found, found.towards.found, found.away.found


def test_an_answer_that_stays_is_no_change(story):
    story.blind(1, 0, 0)
    story.blind(2, 0, 1)
    found = suggestion_use(Journal.of(story.entries), 3)
    assert found.agreed == Share(1, 2)
    assert counts(story) == (2, 0, 0, 0)


@pytest.mark.parametrize(
    ("answers", "expected"), [((0, 1), (1, 0, 0)), ((1, 0), (0, 1, 0)), ((0, 2), (0, 0, 1))]
)
def test_a_change_has_a_direction_whether_by_undo_or_by_going_back(story, answers, expected):
    first, second = answers
    story.blind(1, first, 1)
    story.add("label", 1, second, shown=True)
    taken = story.blind(2, first, 1)
    story.undo(taken)
    story.blind(2, second, 1, shown=True)
    found = suggestion_use(Journal.of(story.entries), 3)
    assert (found.changed, found.blind) == (Share(2, 2), 2)
    sums = found.towards.found, found.away.found, found.aside.found
    assert sums == tuple(2 * one for one in expected)
    habit = found.classes[first]
    assert (habit.blind, habit.changed) == (2, 2)
    assert habit.agreed == (2 if first == 1 else 0)


def test_a_change_before_the_models_class_was_on_screen_is_none_after_seeing_it(story):
    taken = story.blind(1, 0, 1)
    story.undo(taken)
    story.blind(1, 1, 1)
    assert counts(story) == (1, 0, 0, 0)


def test_there_and_back_is_no_change(story):
    for class_index in (0, 1, 0):
        story.blind(1, class_index, 1)
    assert counts(story) == (1, 0, 0, 0)


def test_unsure_that_becomes_the_models_class_is_towards_it(story):
    story.blind(1, None, 1, "unsure")
    story.add("label", 1, 1, shown=True)
    found = suggestion_use(Journal.of(story.entries), 3)
    assert (found.undecided.towards, found.agreed.count) == (1, 0)


def test_what_another_reader_says_is_no_change_of_mind(story):
    story.blind(1, 0, 1)
    story.add("label", 1, 1, annotator="someone else", shown=True)
    story.blind(2, 0, 1)
    story.add("label", 2, 1, purpose="second", annotator="someone else")
    story.add("label", 2, 1, purpose="adjudicate")
    story.blind(3, 0, 1)
    story.add("label", 3, 1, purpose="repeat")
    assert counts(story) == (3, 0, 0, 0)


def test_answers_with_the_suggestion_in_sight_are_counted_apart(story):
    story.blind(1, 1, 1, shown=True)
    story.blind(2, 0, 1, shown=True)
    found = suggestion_use(Journal.of(story.entries), 3)
    assert (found.shown, found.blind) == (Share(1, 2), 0)
    assert found.changed.interval == (0.0, 1.0)


def test_without_a_suggestion_there_is_nothing_to_follow(story):
    story.add("label", 1, 0)
    story.add("label", 1, 1)
    assert counts(story) == (0, 0, 0, 0)
