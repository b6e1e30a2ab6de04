from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from autoal_gui.core.labels.hidden_repeats import GAP, Answered, pairs, repeats_for
from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.labels.label_queue import LabelQueue
from tests.support.project import new_project, reopened

POOL = tuple(range(1, 61))


def label(sequence, image, class_index=0, annotator="reader", **more):
    return Entry(sequence, "2026", annotator, 0, "label", image, class_index, **more)


def labelled(count):
    return Journal.of(label(n, n) for n in range(1, count + 1))


@given(
    st.lists(st.integers(1, 40), unique=True, max_size=30),
    st.lists(st.tuples(st.integers(0, 9), st.integers(41, 50)), max_size=4),
    st.integers(1, 8),
)
def test_a_repeat_neither_lengthens_a_batch_nor_comes_first_nor_loses_an_image(
    waiting, again, size
):
    queue = LabelQueue((), tuple(waiting), size).next_batch((), again)
    plain = LabelQueue((), tuple(waiting), size).next_batch(())
    assert len(queue.batch) <= size
    assert queue.batch[:1] == plain.batch[:1]
    assert queue.repeats <= set(queue.batch) & {image for _, image in again}
    new = [image for image in queue.batch + queue.rest if image not in queue.repeats]
    assert new == waiting
    assert not queue.next_batch(()).repeats


def test_nothing_is_asked_twice_where_nothing_else_is_left():
    assert LabelQueue((1, 2), (), 4).next_batch({1, 2}, [(1, 1)]).batch == ()


def test_a_repeat_on_screen_stays_one_under_a_new_ranking():
    queue = LabelQueue((9, 1, 8), (2,), 3, frozenset({9, 8}))
    after = queue.rerank((2, 8, 1), frozenset(), 9)
    assert (after.batch, after.repeats) == ((9, 2, 1), {9})
    assert queue.rerank((2, 1), frozenset(), 1).repeats == frozenset()


def test_repeats_begin_when_there_is_something_to_forget():
    assert repeats_for(labelled(GAP), "reader", 20, 25, 0) == ()
    (((place, image),)) = (repeats_for(labelled(GAP + 5), "reader", 20, 25, 0),)[0]
    assert 1 <= place < 20
    assert image <= 5


@given(st.integers(0, 50), st.integers(2, 40), st.integers(1, 30), st.integers(0, 9))
def test_what_is_put_again_was_labelled_by_this_reader_long_ago(count, size, every, seed):
    journal = labelled(count)
    found = repeats_for(journal, "reader", size, every, seed)
    assert found == repeats_for(labelled(count), "reader", size, every, seed)
    assert len(found) <= size // every + 1
    assert all(image <= count - GAP and 1 <= place < size for place, image in found)
    assert len({image for _, image in found}) == len(found)
    assert repeats_for(journal, "someone else", size, every, seed) == ()
    assert repeats_for(journal, "reader", size, 0, seed) == ()


def test_an_image_is_put_again_once():
    journal = labelled(GAP + 1)
    assert repeats_for(journal, "reader", 30, 25, 0)[0][1] == 1
    journal.apply(label(50, 1, 1, purpose="repeat"))
    assert repeats_for(journal, "reader", 30, 25, 0) == ()


def test_an_image_with_a_flag_or_a_comment_would_give_itself_away():
    journal = labelled(GAP + 2)
    journal.apply(Entry(50, "2026", "reader", 0, "flag", 1))
    journal.apply(Entry(51, "2026", "reader", 0, "comment", 2, comment="odd"))
    assert repeats_for(journal, "reader", 30, 25, 0) == ()
    journal.apply(Entry(52, "2026", "reader", 0, "unflag", 1))
    assert [image for _, image in repeats_for(journal, "reader", 30, 25, 0)] == [1]


def test_unsure_and_labels_that_came_with_the_images_are_not_put_again():
    journal = Journal.of(
        Entry(n, "2026", "reader", 0, action, n, 0 if action == "import" else None)
        for n, action in enumerate(["import", "unsure", "skip"] * 20, start=1)
    )
    assert repeats_for(journal, "reader", 30, 25, 0) == ()


def test_a_pair_is_the_answer_that_stood_and_the_answer_to_the_repeat():
    journal = Journal.of(
        (label(1, 7, 0), label(2, 7, 1), label(3, 7, 0, purpose="repeat"), label(4, 7, 2))
    )
    ((first, repeat),) = pairs(journal)
    assert (first.sequence, repeat.sequence) == (2, 3)
    assert journal.answers[7].class_index == 2
    other = Journal.of((label(1, 7, 0), label(2, 7, 0, "someone else", purpose="repeat")))
    assert pairs(other) == ()


class Reader(RuleBasedStateMachine):
    """A reader who answers, takes back, restores, and gets new rankings."""

    def __init__(self):
        super().__init__()
        self.entries, self.journal = [], Journal()
        self.queue = LabelQueue((), POOL, 6)
        self.go_on()

    def go_on(self):
        again = repeats_for(self.journal, "reader", 6, 10, 0)
        self.queue = self.queue.next_batch(self.journal.answers, again)

    @property
    def answered(self):
        return Answered(self.journal, self.queue.repeats)

    def append(self, entry):
        self.entries.append(entry)
        self.journal.apply(entry)

    @precondition(lambda self: self.queue.current(self.answered) is not None)
    @rule(times=st.integers(1, 12), class_index=st.integers(0, 1))
    def answer(self, times, class_index):
        for _ in range(times):
            image = self.queue.current(self.answered)
            if image is None:
                return
            purpose = "repeat" if image in self.queue.repeats else "answer"
            before = dict(self.journal.answers)
            self.append(label(len(self.entries) + 1, image, class_index, purpose=purpose))
            if purpose == "repeat":
                assert self.journal.answers == before
                since = [e for e in before.values() if e.sequence > before[image].sequence]
                assert len(since) >= GAP
            if self.queue.current(self.answered) is None:
                self.go_on()

    @precondition(lambda self: self.journal.undoable)
    @rule(times=st.sampled_from((1, 1, 1, 30)))
    def undo(self, times):
        for _ in range(times):
            if self.journal.undoable:
                self.undo_one()

    def undo_one(self):
        taken = self.journal.undoable
        turn = Entry(
            len(self.entries) + 1, "2026", "reader", 0, "undo", taken.image_id,
            target=taken.sequence,
        )  # fmt: skip
        self.append(turn)
        self.queue = self.queue.brought_back(taken.image_id, taken.purpose == "repeat")
        assert self.queue.current(self.answered) is not None
        assert taken.image_id not in self.answered or taken.image_id in self.journal.answers

    @rule(seed=st.randoms(use_true_random=False))
    def new_ranking(self, seed):
        shown = self.queue.current(self.answered)
        left = [image for image in POOL if image not in self.journal.answers]
        seed.shuffle(left)
        again = () if shown in self.queue.repeats else repeats_for(
            self.journal, "reader", 6, 10, 0
        )  # fmt: skip
        self.queue = self.queue.rerank(left, self.answered, shown, again)
        if shown is not None and shown not in self.journal.answers:
            assert self.queue.batch[0] == shown

    @invariant()
    def labels_are_those_of_the_journal_without_its_repeats(self):
        repeats = {e.sequence for e in self.entries if e.purpose == "repeat"}
        own = [e for e in self.entries if not {e.sequence, e.target} & repeats]
        assert Journal.of(own).answers == self.journal.answers

    @invariant()
    def every_image_is_answered_or_waits(self):
        waiting = {i for i in self.queue.batch + self.queue.rest if i not in self.answered}
        assert {*waiting, *self.journal.answers} == set(POOL)


TestReader = Reader.TestCase
TestReader.settings = settings(stateful_step_count=30)


def test_a_project_remembers_what_it_puts_again(tmp_path):
    project = new_project(tmp_path, per_class=15)
    assert project.settings.repeat_every == 25
    for image in range(1, 26):
        project.labels.answer(image, "label", 0)
    again = repeats_for(project.labels.journal, "reader", 4, 25, project.settings.run.seed)
    assert project.batches.repeats() == again
    queue = project.batches.queue.next_batch(project.labels.answers, again)
    project.batches.save(queue.batch, queue.repeats)
    project = reopened(project)
    assert project.batches.queue.repeats == queue.repeats == {again[0][1]}
    assert project.batches.queue.batch == queue.batch
    labels = project.labels.training()
    project.labels.answer(again[0][1], "label", 1, purpose="repeat")
    assert project.labels.training() == labels
    project.settings.repeat_every = 0
    project = reopened(project)
    assert project.batches.repeats() == ()
    assert len(pairs(project.labels.journal)) == 1
    project.close()


def test_of_a_group_one_image_is_put_again_and_none_while_another_is_remembered():
    journal = labelled(100)
    groups = {image: f"patient {(image - 1) // 10}" for image in range(1, 101)}
    found = [image for _, image in repeats_for(journal, "reader", 60, 5, 0, groups)]
    assert len(found) == len({groups[image] for image in found}) == 8
    assert not {groups[image] for image in found} & {"patient 8", "patient 9"}


def test_without_groups_the_same_images_are_put_again_as_ever():
    journal = labelled(60)
    assert repeats_for(journal, "reader", 40, 10, 3, {}) == repeats_for(
        journal, "reader", 40, 10, 3
    )
