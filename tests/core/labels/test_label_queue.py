from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from autoal_gui.core.labels.label_queue import LabelQueue

images = st.lists(st.integers(1, 30), unique=True, max_size=25)
answers = st.sets(st.integers(1, 30))


@st.composite
def queues(draw):
    order = tuple(draw(images))
    size = draw(st.integers(1, 8))
    cut = draw(st.integers(0, min(size, len(order))))
    return LabelQueue(order[:cut], order[cut:], size)


def everything(queue):
    return queue.batch + queue.rest


def is_sound(queue, answered):
    """No image twice, none with an answer, and a full batch as long as there are images."""
    order = everything(queue)
    assert len(set(order)) == len(order)
    assert not answered & set(order)
    assert len(queue.batch) == min(queue.size, len(order))


@given(queues(), answers)
def test_current_is_the_first_unanswered_of_the_batch(queue, answered):
    left = [image for image in queue.batch if image not in answered]
    assert queue.current(answered) == (left[0] if left else None)


@given(queues(), answers)
def test_the_next_batch_asks_the_rest_in_order_and_loses_nothing(queue, answered):
    after = queue.next_batch(answered)
    is_sound(after, answered)
    assert set(everything(after)) == set(everything(queue)) - answered
    waiting = tuple(image for image in queue.rest if image not in answered)
    assert everything(after)[: len(waiting)] == waiting


@given(queues(), images, answers, st.none() | st.integers(1, 30))
def test_a_new_ranking_keeps_the_image_on_screen_in_front_and_loses_nothing(
    queue, ranking, answered, shown
):
    after = queue.rerank(ranking, answered, shown)
    is_sound(after, answered)
    screen = [] if shown is None or shown in answered else [shown]
    assert set(everything(after)) == {*everything(queue), *ranking, *screen} - answered
    ranked = [image for image in ranking if image not in answered and image not in screen]
    assert list(everything(after))[: len(screen) + len(ranked)] == screen + ranked


def test_a_ranking_may_be_an_iterator_and_name_an_image_twice():
    queue = LabelQueue((1, 2), (3,), 2).rerank(iter([3, 2, 3, 1, 2]), {1}, None)
    assert (queue.batch, queue.rest) == ((3, 2), ())


def test_an_answer_taken_back_while_a_round_ran_is_asked_again():
    queue = LabelQueue((1, 2), (3, 4), 2)
    ranking = (4, 3)  # 1 and 2 had answers when the round began
    assert everything(queue.rerank(ranking, {2}, None)) == (4, 3, 1)


def test_a_new_ranking_leaves_the_batch_that_is_read_alone_as_it_is():
    queue = LabelQueue((1, 2), (3, 4, 5, 6), 2).with_checks((3, 4, 5))
    after = queue.rerank((6, 5, 2, 1), {3}, 4)
    assert (after.batch, after.rest) == ((3, 4, 5), (6, 2, 1))
    elsewhere = queue.rerank((6, 5, 2, 1), {3}, 1)  # another image is on screen
    assert (elsewhere.batch, elsewhere.rest) == ((1, 3, 4, 5), (6, 2))
    done = queue.rerank((6, 2, 1), {3, 4, 5}, None)
    assert (done.batch, done.rest) == ((6, 2), (1,))


def test_an_empty_queue_asks_nothing():
    queue = LabelQueue()
    assert queue.current(()) is None
    assert queue.next_batch(()) == queue
    assert queue.rerank((), (), None) == queue


class Labelling(RuleBasedStateMachine):
    """An annotator who answers, takes back and gets new rankings, in any order."""

    def __init__(self):
        super().__init__()
        self.pool = tuple(range(1, 13))
        self.answered = set()
        self.queue = LabelQueue((), self.pool, 3).next_batch(self.answered)

    @precondition(lambda self: self.queue.current(self.answered) is not None)
    @rule()
    def answer(self):
        self.answered.add(self.queue.current(self.answered))

    @precondition(lambda self: self.queue.current(self.answered) is None)
    @rule()
    def go_on(self):
        self.queue = self.queue.next_batch(self.answered)

    @precondition(lambda self: self.answered & set(self.queue.batch))
    @rule(data=st.data())
    def take_back(self, data):
        self.answered.remove(
            data.draw(st.sampled_from(sorted(self.answered & {*self.queue.batch})))
        )

    @rule(data=st.data())
    def new_ranking(self, data):
        shown = self.queue.current(self.answered)
        unlabelled = sorted(set(self.pool) - self.answered)
        self.queue = self.queue.rerank(data.draw(st.permutations(unlabelled)), self.answered, shown)
        assert self.queue.current(self.answered) == (shown or next(iter(self.queue.batch), None))

    @invariant()
    def every_image_is_answered_or_waits_once(self):
        waiting = [image for image in everything(self.queue) if image not in self.answered]
        assert sorted([*waiting, *self.answered]) == list(self.pool)

    @invariant()
    def an_answered_image_is_never_asked(self):
        assert self.queue.current(self.answered) not in self.answered


TestLabelling = Labelling.TestCase
TestLabelling.settings = settings(stateful_step_count=30)


def test_an_image_whose_answer_is_taken_back_is_no_repeat_any_more():
    queue = LabelQueue((5, 1, 6), (7,), 3, frozenset({1}))
    assert queue.brought_back(1, again=True).repeats == {1}
    assert queue.brought_back(1, again=False).repeats == frozenset()
    assert queue.brought_back(2, again=False) == LabelQueue((2, 5, 1, 6), (7,), 3, frozenset({1}))


def test_images_that_cannot_be_read_are_in_the_queue_no_more():
    queue = LabelQueue((1, 2, 3), (4, 5), 3, frozenset({2, 3}))
    assert queue.without({2, 5}) == LabelQueue((1, 3), (4,), 3, frozenset({3}))


def test_a_batch_grows_and_shrinks_to_what_is_left_and_no_image_is_lost():
    queue = LabelQueue((1, 2, 3, 4), (5, 6, 7), 4)
    smaller = queue.with_left(2, {1}, shown=4)
    assert (smaller.batch, smaller.rest) == ((1, 2, 4), (3, 5, 6, 7))
    larger = queue.with_left(4, {1, 5})
    assert (larger.batch, larger.rest) == ((2, 3, 4, 6), (5, 7))  # it is of the usual size
    assert queue.with_left(3, {1}) is queue
    assert queue.with_left(9, {1}).batch == (2, 3, 4, 5, 6, 7)


def test_a_batch_that_shrinks_puts_a_repeat_another_time():
    queue = LabelQueue((1, 2, 3), (4,), 3, frozenset({3}))
    smaller = queue.with_left(1, set())
    assert (smaller.batch, smaller.rest, smaller.repeats) == ((1,), (2, 4), frozenset())
