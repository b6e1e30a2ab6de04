"""When training every layer is tried, and when it is said to be tried next."""

from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.labels.layer_trial import FIRST_COMPARED, due, next_trial

LABELS = st.integers(0, 10**6)


@given(LABELS, st.integers(0, 10**4))
def test_the_next_trial_is_due_at_the_number_of_labels_that_was_said_and_not_before(labels, more):
    told = next_trial(labels)
    assert due(told + more, labels)
    assert not due(told - 1, labels)
    assert labels < told <= max(FIRST_COMPARED, 2 * labels)
