"""Rows that are alike, found as NumPy finds them."""

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis.extra.numpy import array_shapes, arrays
from hypothesis.strategies import floats

from autoal_gui.strategies.geometry import distinct_rows


@given(arrays(np.float64, array_shapes(min_dims=2, max_dims=2), elements=floats(-1, 1).map(abs)))
def test_distinct_rows_are_those_of_numpy_in_another_order(points: npt.NDArray[np.float64]) -> None:
    first, places = distinct_rows(points)
    _, expected, inverse = np.unique(points, axis=0, return_index=True, return_inverse=True)
    assert sorted(first) == sorted(expected)
    np.testing.assert_array_equal(points[first][places], points)
    np.testing.assert_array_equal(first[places], expected[inverse.reshape(-1)])


def test_minus_zero_is_zero() -> None:
    first, places = distinct_rows(np.array([[0.0, 1.0], [-0.0, 1.0]], np.float32))
    assert first.tolist() == [0]
    assert places.tolist() == [0, 0]
