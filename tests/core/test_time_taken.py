"""The time that a round is said to have taken is that which passed, and not that of its steps."""

import pytest

from autoal_gui.core.time_taken import time_taken

STEPS = (("task model", 1.5), ("scoring", 0.5))
START = "2024-05-01T10:00:00.000+00:00"


@pytest.mark.parametrize(
    ("started", "ended", "seconds"),
    [
        (START, "2024-05-01T10:00:06.400+00:00", 6.4),
        ("2024-05-01T23:59:59.000+00:00", "2024-05-02T00:01:00.000+00:00", 61.0),
        (START, "2024-05-01T09:00:00.000+00:00", 2.0),  # the clock was set back
        ("", "", 2.0),
        (START, "2024-05-01T10:00:06.400", 2.0),
        (START, "soon", 2.0),
    ],
)
def test_the_whole_time_counts_where_it_is_known(started, ended, seconds):
    assert time_taken(started, ended, STEPS) == pytest.approx(seconds)
