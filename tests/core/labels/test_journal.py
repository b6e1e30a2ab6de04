from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from autoal_gui.core.labels.journal import UNSEALED, Entry, Journal, sealed

images = st.integers(1, 4)  # few, so that answers meet on the same image


def entry(sequence, action, image, class_index=None, target=None):
    return Entry(sequence, "2026-01-01", "reader", 0, action, image, class_index, target=target)


def told_plainly(entries):
    """What entries add up to, from one list of the answers in the order they came to stand."""
    stood, given_answers, taken_back = [], [], []
    for item in entries:
        if item.action == "undo":
            stood.remove(given_answers[-1])
            taken_back.append(given_answers.pop())
        elif item.action == "redo":
            given_answers.append(taken_back.pop())
            stood.append(given_answers[-1])
        else:
            stood.append(item)
            if item.action != "import":
                given_answers.append(item)
                taken_back = []
    return {answer.image_id: answer for answer in stood}, given_answers, taken_back


def state(journal):
    return dict(journal.answers), journal.undoable, journal.redoable


class Annotator(RuleBasedStateMachine):
    """Any sequence of answers, imports, undo and redo."""

    def __init__(self):
        super().__init__()
        self.journal = Journal()
        self.entries = []

    def append(self, action, image, class_index=None, target=None, gap=1):
        last = self.entries[-1].sequence if self.entries else 0
        self.entries.append(entry(last + gap, action, image, class_index, target))
        self.journal.apply(self.entries[-1])

    def undo_one(self):
        answer = self.journal.undoable
        self.append("undo", answer.image_id, target=answer.sequence)
        return answer

    def redo_one(self):
        answer = self.journal.redoable
        self.append("redo", answer.image_id, target=answer.sequence)
        return answer

    @rule(image=images, class_index=st.integers(0, 2), gap=st.integers(1, 3))
    def label(self, image, class_index, gap):
        self.append("label", image, class_index, gap=gap)
        assert self.journal.answers[image] == self.journal.undoable == self.entries[-1]
        assert self.journal.redoable is None

    @rule(image=images, action=st.sampled_from(("unsure", "skip")))
    def set_aside(self, image, action):
        self.append(action, image)
        assert self.journal.answers[image].class_index is None
        assert self.journal.redoable is None

    @rule(image=images, class_index=st.integers(0, 2))
    def import_label(self, image, class_index):
        _, undoable, redoable = state(self.journal)
        self.append("import", image, class_index)
        assert self.journal.answers[image] == self.entries[-1]
        assert (self.journal.undoable, self.journal.redoable) == (undoable, redoable)

    @precondition(lambda self: self.journal.undoable)
    @rule()
    def undo(self):
        answer = self.undo_one()
        assert self.journal.redoable == answer

    @precondition(lambda self: self.journal.redoable)
    @rule()
    def redo(self):
        answer = self.redo_one()
        assert self.journal.undoable == self.journal.answers[answer.image_id] == answer

    @precondition(lambda self: self.journal.undoable)
    @rule()
    def undo_then_redo_gives_the_same_answers(self):
        standing = dict(self.journal.answers)
        undoable, redoable = self.journal.undoable, self.journal.redoable
        image = self.undo_one().image_id
        imported_since = self.imported_over(undoable)
        self.redo_one()
        assert (self.journal.undoable, self.journal.redoable) == (undoable, redoable)
        if imported_since:  # what is restored stands in front of an import in between
            standing[image] = undoable
        assert dict(self.journal.answers) == standing

    def imported_over(self, answer):
        standing = self.journal.answers.get(answer.image_id)
        return standing is not None and standing.sequence > answer.sequence

    @precondition(lambda self: self.journal.redoable)
    @rule()
    def redo_then_undo_gives_the_same_state(self):
        before = state(self.journal)
        self.redo_one()
        self.undo_one()
        assert state(self.journal) == before

    @invariant()
    def it_is_what_the_entries_say(self):
        answers, given_answers, taken_back = told_plainly(self.entries)
        assert dict(self.journal.answers) == answers
        assert self.journal.undoable == (given_answers[-1] if given_answers else None)
        assert self.journal.redoable == (taken_back[-1] if taken_back else None)

    @invariant()
    def replaying_it_any_number_of_times_gives_the_same(self):
        assert Journal.of(self.entries) == Journal.of(self.entries) == self.journal

    @invariant()
    def a_wrong_turn_is_refused_and_changes_nothing(self):
        before = state(self.journal)
        for action, answer in (("undo", before[1]), ("redo", before[2])):
            wrong = answer.sequence + 1 if answer else 1
            with pytest.raises(ValueError, match=f"cannot {action} {wrong}"):
                self.journal.apply(entry(10_000, action, 1, target=wrong))
        assert state(self.journal) == before

    def teardown(self):
        """Undo has no limit: back to what was imported, and forward again."""
        given_answers = told_plainly(self.entries)[1]
        while self.journal.undoable:
            self.undo_one()
        imports = [item for item in self.entries if item.action == "import"]
        assert dict(self.journal.answers) == {item.image_id: item for item in imports}
        for answer in given_answers:
            assert self.redo_one() == answer
        assert dict(self.journal.answers) == {
            item.image_id: item for item in (*imports, *given_answers)
        }


TestAnnotator = Annotator.TestCase


@given(st.lists(st.tuples(images, st.integers(0, 2)), min_size=1, max_size=12), st.data())
def test_a_journal_may_be_cut_and_taken_up_anywhere(labels, data):
    entries = [entry(n, "label", i, c) for n, (i, c) in enumerate(labels, start=1)]
    cut = data.draw(st.integers(0, len(entries)))
    journal = Journal.of(entries[:cut])
    for item in entries[cut:]:
        journal.apply(item)
    assert journal == Journal.of(entries)


def test_relabelling_and_undoing_restores_the_earlier_answer():
    first, second = entry(1, "label", 7, 0), entry(2, "label", 7, 1)
    undo = entry(3, "undo", 7, target=2)
    assert Journal.of([first, second]).answers == {7: second}
    assert Journal.of([first, second, undo]).answers == {7: first}
    assert Journal.of([first, second, undo, entry(4, "undo", 7, target=1)]).answers == {}


def test_undoing_a_correction_of_an_imported_label_restores_the_import():
    imported, mine = entry(1, "import", 7, 0), entry(2, "label", 7, 1)
    journal = Journal.of([imported, mine, entry(3, "undo", 7, target=2)])
    assert journal.answers == {7: imported}
    assert journal.undoable is None


def test_an_answer_is_taken_back_from_under_an_import():
    mine, imported = entry(1, "label", 7, 1), entry(2, "import", 7, 0)
    journal = Journal.of([mine, imported, entry(3, "undo", 7, target=1)])
    assert journal.answers == {7: imported}


def test_a_new_answer_ends_what_could_be_redone():
    entries = [entry(1, "label", 1, 0), entry(2, "undo", 1, target=1), entry(3, "label", 2, 0)]
    journal = Journal.of(entries)
    assert journal.redoable is None
    with pytest.raises(ValueError, match="entry 4 cannot redo 1"):
        journal.apply(entry(4, "redo", 1, target=1))


@pytest.mark.parametrize("action", ["undo", "redo"])
def test_there_is_nothing_to_take_back_or_restore_at_first(action):
    with pytest.raises(ValueError, match=f"entry 1 cannot {action} None"):
        Journal().apply(entry(1, action, 1))


def test_answers_cannot_be_changed_from_outside():
    journal = Journal.of([entry(1, "label", 1, 0)])
    with pytest.raises(TypeError):
        journal.answers[1] = replace(journal.answers[1], class_index=1)
    with pytest.raises(AttributeError):
        journal.answers[1].class_index = 1


# -- what stands beside the answer -------------------------------------------------------------


def beside(sequence, action, image, **values):
    return replace(entry(sequence, action, image), **values)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("label"), images, st.integers(0, 2), st.just("answer")),
            st.tuples(
                st.just("label"), images, st.integers(0, 2), st.sampled_from(("repeat", "second"))
            ),
            st.tuples(
                st.sampled_from(("flag", "unflag", "comment")), images, st.none(), st.just("answer")
            ),
        ),
        max_size=20,
    )
)
def test_what_stands_beside_an_answer_never_changes_it(steps):
    entries = [
        beside(n, action, image, class_index=c, purpose=purpose)
        for n, (action, image, c, purpose) in enumerate(steps, start=1)
    ]
    alone = [e for e in entries if e.action == "label" and e.purpose == "answer"]
    assert dict(Journal.of(entries).answers) == dict(Journal.of(alone).answers)
    assert dict(Journal.of(entries).first_answers) == dict(Journal.of(alone).first_answers)


def test_a_flag_and_a_comment_come_off_by_undo():
    journal = Journal.of([beside(1, "flag", 7), beside(2, "comment", 7, comment="blurred")])
    assert (journal.flags, journal.comments) == ({7}, {7: "blurred"})
    journal.apply(beside(3, "comment", 7, comment=""))
    assert (journal.comments, journal.comment(7)) == ({}, "")
    journal.apply(beside(4, "undo", 7, target=3))
    assert journal.comment(7) == "blurred"
    journal.apply(beside(5, "undo", 7, target=2))
    journal.apply(beside(6, "undo", 7, target=1))
    assert (journal.flags, journal.comments, journal.undoable) == (frozenset(), {}, None)
    assert not journal.is_flagged(7)


def test_second_readers_are_kept_apart():
    journal = Journal.of(
        [
            beside(1, "label", 7, class_index=0, purpose="second", annotator="Ada"),
            beside(2, "label", 7, class_index=1, purpose="second", annotator="Bo"),
            beside(3, "unsure", 7, purpose="second", annotator="Bo"),
        ]
    )
    assert journal.second_readers == ("Ada", "Bo")
    assert journal.second_answers("Ada")[7].class_index == 0
    assert journal.second_answers("Bo")[7].action == "unsure"
    assert journal.answers == {}
    for sequence, target in ((4, 3), (5, 2), (6, 1)):
        journal.apply(beside(sequence, "undo", 7, target=target))
    assert journal.second_readers == ()


def test_settling_a_disagreement_gives_the_answer():
    journal = Journal.of(
        [entry(1, "label", 7, 0), beside(2, "label", 7, class_index=1, purpose="adjudicate")]
    )
    assert journal.answers[7].class_index == 1


@pytest.mark.parametrize("change", [{"comment": "x"}, {"class_index": 1}, {"sequence": 2}])
def test_a_seal_covers_every_field_and_what_came_before(change):
    line = entry(1, "label", 7, 0)
    assert sealed(replace(line, **change), UNSEALED) != sealed(line, UNSEALED)
    assert sealed(line, "1" * 64) != sealed(line, UNSEALED)
