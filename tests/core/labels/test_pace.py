"""How long an answer takes: the median, without breaks."""

from datetime import datetime, timedelta, timezone

import pytest

from autoal_gui.core.labels.journal import Entry, together_at
from autoal_gui.core.labels.pace import BREAK, FEWEST, seconds_an_answer

START = datetime(2026, 1, 1, tzinfo=timezone.utc)


def answers(gaps, annotator="a", action="label", purpose="answer", first=1):
    at, found = START, []
    for n, gap in enumerate([0.0, *gaps], start=first):
        at += timedelta(seconds=gap)
        when = at.isoformat(timespec="milliseconds")
        found.append(Entry(n, when, annotator, 0, action, n, 0, purpose=purpose))
    return found


def test_the_time_of_an_answer_is_the_median_of_those_since_the_one_before():
    gaps = [3.0, 4.0, 5.0] * 4
    assert seconds_an_answer(answers(gaps)) == pytest.approx(4.0)
    assert seconds_an_answer(reversed(answers(gaps))) == pytest.approx(4.0)


def test_breaks_and_a_clock_that_was_set_back_are_left_out():
    gaps = [4.0, 5.0, 6.0] * 4
    assert seconds_an_answer(answers([*gaps, *[BREAK, -3600.0, 9e4] * 20])) == pytest.approx(5.0)


def test_few_answers_and_what_readers_did_not_say_one_by_one_have_no_time():
    assert seconds_an_answer([]) is None
    assert seconds_an_answer(answers([4.0] * (FEWEST - 1))) is None
    assert seconds_an_answer(answers([4.0] * 20, action="import")) is None
    assert seconds_an_answer(answers([4.0] * 20, purpose="adjudicate")) is None


def test_each_reader_has_a_clock_of_their_own():
    one, other = answers([4.0] * 9, "a"), answers([4.0] * 9, "b", first=100)
    assert seconds_an_answer([*one, *other]) == pytest.approx(4.0)


def test_answers_given_at_once_share_their_time():
    found = answers([6.0] * 2)
    at = together_at(START + timedelta(seconds=72.5))
    found += [Entry(10 + n, at, "a", 0, "label", 10 + n, 0) for n in range(12)]
    assert seconds_an_answer(found) == pytest.approx(60.5 / 12)
