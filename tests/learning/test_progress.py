"""The time that is said to be left: from the pace of the last part, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.learning import progress
from autoal_gui.learning.progress import DOUBTFUL, RECENT, SHORTEST, Pace, ProgressTracker

PACES = st.floats(0.1, 1000)  # units in a second


def worked(pace, parts, every=0.25, start=0.0):
    """Work (seconds, units in a second) parts one after the other; return time and units by now."""
    now, done = start, 0.0
    pace.note(now, done)
    for seconds, speed in parts:
        for _ in range(round(seconds / every)):
            now, done = now + every, done + every * speed
            pace.note(now, done)
    return now, done


@given(PACES, st.floats(SHORTEST + 0.5, 60), st.floats(0.01, 1e5))
def test_at_an_even_pace_the_time_left_is_exact(speed, seconds, left):
    pace = Pace(0.0)
    _, done = worked(pace, [(seconds, speed)])
    assert pace.seconds_left(done, left) == pytest.approx(left / speed)


@given(PACES, st.floats(0.5, DOUBTFUL - 0.1), st.floats(1, 120), st.floats(0.01, 1e4))
def test_what_was_slow_or_fast_before_the_last_part_counts_no_more(speed, factor, before, left):
    pace = Pace(0.0)
    _, done = worked(pace, [(before, speed * factor), (RECENT + 0.5, speed)])
    assert pace.seconds_left(done, left) == pytest.approx(left / speed)


@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 1000)), max_size=6),
    st.just(0.0) | st.floats(1e-6, 1e6),  # the least of all floats would be rounded to 0
)
def test_no_time_is_told_without_ground_nor_more_than_a_few_times_the_usual(parts, left):
    pace = Pace(0.0)
    now, done = worked(pace, parts)
    told = pace.seconds_left(done, left)
    if left == 0:
        assert told == 0
    elif told is not None:
        assert 0 < told <= DOUBTFUL * now * left / done * (1 + 1e-9)
        assert now >= SHORTEST


def test_a_standstill_or_a_first_moment_tells_no_time():
    pace = Pace(0.0)
    assert pace.seconds_left(0.0, 5.0) is None
    _, done = worked(pace, [(SHORTEST / 2, 4)])
    assert pace.seconds_left(done, 5.0) is None
    pace = Pace(0.0)
    _, done = worked(pace, [(20, 4), (RECENT + 1, 0)])
    assert pace.seconds_left(done, 5.0) is None


def test_each_step_has_a_pace_of_its_own(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    tracker = ProgressTracker(1, lambda: False, "cpu", 100.0)

    def told(step, seconds):
        now[0] += seconds
        return tracker.advance(step, 1, 2, 10.0).seconds_left

    assert [told("features", 2.0) for _ in range(3)] == [None, 16.0, 14.0]
    assert told("scoring", 2.0) is None  # nothing is known yet of what this costs
    assert told("scoring", 4.0) == pytest.approx(20.0)
    tracker.skip(50.0)
    assert told("scoring", 4.0) == 0


@given(PACES, st.integers(2, 50), st.just(0.0) | st.floats(0.01, 1e4))
def test_reading_tells_a_time_only_where_nothing_follows_it(speed, images, after):
    now = [0.0]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(progress.time, "monotonic", lambda: now[0])
        tracker = ProgressTracker(1, lambda: False, "cpu", images + after)
        for done in range(1, images):
            now[0] += max(SHORTEST, 1 / speed)
            told = tracker.advance("reading", done, images, 1.0).seconds_left
        if after:
            assert told is None
        elif images > 2:
            assert told == pytest.approx(max(SHORTEST, 1 / speed))


def test_reading_tells_no_time_where_a_trial_is_still_to_come(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    tracker = ProgressTracker(1, lambda: False, "cpu", 10.0)
    tracker.ahead = 400.0
    for done in range(1, 10):
        now[0] += SHORTEST
        assert tracker.advance("reading", done, 10, 1.0).seconds_left is None


def test_a_trial_that_is_still_to_come_counts_until_it_begins_or_is_left_out(monkeypatch):
    now, unwanted = [0.0], [False]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    tracker = ProgressTracker(1, lambda: False, "cpu", 100.0)
    tracker.ahead, tracker.unwanted = 400.0, lambda: unwanted[0]

    def told(step):
        now[0] += SHORTEST
        return tracker.advance(step, 1, 2, 10.0).seconds_left

    assert [told("features") for _ in range(2)] == [None, 400 + 8 * SHORTEST]
    unwanted[0] = True
    assert told("features") == 7 * SHORTEST
    tracker.ahead, unwanted[0] = 400.0, False
    tracker.expect(100.0)  # as the trial does when it begins
    assert [told("comparison") for _ in range(2)] == [None, 15 * SHORTEST]
    assert [told("evaluation") for _ in range(2)] == [None, 13 * SHORTEST]
