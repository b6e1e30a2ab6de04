from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.readers.audit_trail import changes
from autoal_gui.core.readers.double_reading import (
    Reading,
    begin,
    candidates,
    compare,
    is_adjudicated,
    to_adjudicate,
)


def say(sequence, action, image, class_index=None, who="A", **more):
    return Entry(sequence, "2026", who, 0, action, image, class_index, **more)


def second(sequence, image, class_index, who="B"):
    return say(sequence, "label", image, class_index, who, purpose="second")


@given(st.sets(st.integers(1, 60), min_size=1), st.floats(0.01, 1), st.integers(0, 9))
def test_a_reading_is_a_share_of_the_images_in_an_order_of_its_own(images, share, seed):
    reading = begin("B", images, share, seed)
    assert reading == begin("B", sorted(images, reverse=True), share, seed)
    assert set(reading.images) <= images
    assert len(set(reading.images)) == len(reading.images) == max(1, round(share * len(images)))


def test_what_was_read_is_not_drawn_again_and_another_reader_gets_another_order():
    images = range(1, 101)
    assert set(begin("B", images, 1, 0, read=range(1, 51)).images) == set(range(51, 101))
    assert begin("B", images, 1, 0).images != begin("C", images, 1, 0).images
    assert begin("B", (), 1, 0).images == ()


@given(st.floats(0.05, 1), st.integers(0, 5))
def test_groups_are_read_whole(share, seed):
    images = range(1, 49)
    groups = {image: f"patient {image % 8}" for image in range(1, 41)}
    reading = begin("B", images, share, seed, groups=groups)
    counts = Counter(groups[image] for image in reading.images if image in groups)
    assert set(counts.values()) <= {5}
    count = max(1, round(share * 48))
    assert count <= len(reading.images) < count + 5
    assert begin("B", images, share, seed, groups={}) == begin("B", images, share, seed)


def test_a_reading_goes_on_where_it_was_left():
    reading, journal = Reading("B", (3, 1, 2)), Journal()
    journal.apply(say(1, "label", 3, 0))
    assert reading.current(journal) == 3
    journal.apply(second(2, 3, 1))
    assert (reading.current(journal), reading.done(journal)) == (1, 1)
    assert Reading("C", (3,)).current(journal) == 3


def test_candidates():
    journal = Journal.of(
        (say(1, "label", 1, 0), say(2, "label", 2, 0), say(3, "unsure", 3), say(4, "flag", 2))
    )
    assert candidates(journal, "all") == candidates(journal, "share") == (1, 2)
    assert candidates(journal, "flagged") == (2,)
    assert candidates(journal, "suspicious", {1, 3}) == (1,)


STORY = [
    say(1, "label", 1, 0), say(2, "label", 2, 1), say(3, "label", 3, 0), say(4, "unsure", 4),
    second(5, 1, 0), second(6, 2, 0), second(7, 4, 1), second(8, 9, 1),
]  # fmt: skip


def test_two_readings_are_compared_where_both_are():
    found = compare(Journal.of(STORY), "B")
    assert [(a.image_id, b.sequence) for a, b in found.pairs] == [(1, 5), (2, 6), (4, 7)]
    assert found.agreement(2).counts == ((1, 0), (1, 0))
    assert [a.image_id for a, _ in found.differing] == [2, 4]
    assert to_adjudicate(Journal.of(STORY), [found, found]) == (2, 4)


def test_settling_takes_an_image_off_the_list_and_leaves_the_agreement_alone():
    before = compare(Journal.of(STORY), "B")
    journal = Journal.of([*STORY, say(9, "label", 2, 0, purpose="adjudicate")])
    after = compare(journal, "B")
    assert journal.answers[2].class_index == 0
    assert after == before
    assert to_adjudicate(journal, [after]) == (4,)
    journal.apply(say(10, "label", 2, 1))
    assert compare(journal, "B") == before
    assert not is_adjudicated(journal, before.pairs[1][1])


def test_a_later_second_answer_opens_the_question_again():
    journal = Journal.of([*STORY, say(9, "label", 2, 1, purpose="adjudicate"), second(10, 2, 0)])
    assert 2 in to_adjudicate(journal, [compare(journal, "B")])


# -- turns ---------------------------------------------------------------------------------------


def test_a_second_reader_takes_back_their_own_answers_alone():
    journal = Journal.of(STORY)
    assert journal.undoable.sequence == 4
    assert journal.undoable_of("B").sequence == 8
    assert journal.undoable_of("C") is None
    journal.apply(say(9, "undo", 9, who="B", target=8))
    assert journal.redoable is None
    journal.apply(say(10, "label", 5, 0))  # clears nobody else's redo
    assert journal.redoable_of("B").sequence == 8
    journal.apply(say(11, "redo", 9, who="B", target=8))
    assert journal.second_answers("B")[9].sequence == 8
    with pytest.raises(ValueError, match="cannot undo"):
        journal.apply(say(12, "undo", 1, target=5))


def test_the_history_of_an_image_is_what_was_said_and_not_taken_back():
    journal = Journal.of([*STORY, say(9, "flag", 1), say(10, "undo", 1, target=9)])
    assert [entry.sequence for entry in journal.history(1)] == [1, 5]


def test_the_audit_trail_says_what_each_line_changed():
    lines = changes(
        [say(1, "label", 1, 0), say(2, "label", 1, 1), say(3, "undo", 1, target=2),
         say(4, "flag", 1), second(5, 1, 1),
         say(6, "comment", 1, comment="x")]
    )  # fmt: skip
    found = [
        (one.before and one.before.sequence, one.after and one.after.sequence) for one in lines
    ]
    assert found == [(None, 1), (1, 2), (2, 1), (None, 4), (None, 5), (None, 6)]


@given(st.lists(st.tuples(st.sampled_from("AB"), st.integers(1, 3), st.integers(0, 1))))
def test_second_readings_never_change_the_projects_answers(told):
    entries = [
        say(n, "label", image, c, who, purpose="second" if who == "B" else "answer")
        for n, (who, image, c) in enumerate(told, start=1)
    ]
    own = [entry for entry in entries if entry.purpose == "answer"]
    assert Journal.of(entries).answers == Journal.of(own).answers == Journal.of(entries).readings
