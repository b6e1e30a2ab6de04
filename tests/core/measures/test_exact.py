import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from autoal_gui.core.measures.exact import exact_interval


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_is_that_of_clopper_and_pearson(drawn):
    found, total = drawn
    low = beta.ppf(0.025, found, total - found + 1) if found else 0.0
    high = beta.ppf(0.975, found + 1, total - found) if found < total else 1.0
    np.testing.assert_allclose(exact_interval(found, total), (low, high), atol=1e-9)


def test_nothing_is_known_of_no_image_and_none_wrong_of_fifty_is_not_certainty():
    assert exact_interval(0, 0) == (0.0, 1.0)
    assert exact_interval(0, 50) == (0.0, pytest.approx(1 - 0.025 ** (1 / 50)))
