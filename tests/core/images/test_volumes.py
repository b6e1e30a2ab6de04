"""The law of the mosaic that stands for a volume."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.images.volumes import SLICES, grid, mosaic, shown_slices

SHAPES = st.tuples(
    st.integers(1, 40), st.integers(1, 6), st.integers(1, 6), st.sampled_from(((), (3,)))
)


def drawn(shape, kind):
    depth, height, width, colour = shape
    values = np.random.default_rng(depth).integers(0, 2**16, (depth, height, width, *colour))
    return values.astype(kind)


@given(SHAPES, st.sampled_from(("<u2", ">u2", "u1")))
def test_each_tile_is_the_slice_it_stands_for_and_nothing_else_is_shown(shape, kind):
    volume = drawn(shape, kind)
    depth, height, width = volume.shape[:3]
    rows, columns = grid(depth)
    picture = mosaic(volume)
    assert picture.shape == (rows * height, columns * width, *volume.shape[3:])
    assert picture.dtype == volume.dtype.newbyteorder("=")
    assert picture.flags.c_contiguous
    wanted = [*shown_slices(depth), *([None] * (rows * columns - min(depth, SLICES)))]
    for place, number in enumerate(wanted):
        top, left = place // columns * height, place % columns * width
        tile = picture[top : top + height, left : left + width]
        np.testing.assert_array_equal(tile, 0 if number is None else volume[number])


@given(st.integers(1, 3000))
def test_slices_are_different_in_order_and_evenly_spaced(depth):
    shown = shown_slices(depth)
    assert len(shown) == min(depth, SLICES)
    assert list(shown) == sorted(set(shown))
    assert 0 <= shown[0] <= shown[-1] < depth
    steps = np.diff(shown)
    assert steps.size == 0 or steps.max() - steps.min() <= 1
    if depth > SLICES:
        assert shown[SLICES // 2] == depth // 2
    if depth >= 14:  # there is enough of it without the ends
        assert depth // 6 <= shown[0]
        assert shown[-1] <= depth - depth // 6


@given(st.integers(1, 3000))
def test_the_grid_has_a_place_for_each_slice_and_no_empty_row(depth):
    rows, columns = grid(depth)
    assert rows <= columns <= 3
    assert (rows - 1) * columns < min(depth, SLICES) <= rows * columns


def test_the_slices_of_the_volumes_of_medmnist():
    assert shown_slices(28) == (5, 7, 9, 11, 14, 16, 18, 20, 22)
    assert shown_slices(64) == (13, 17, 22, 27, 32, 36, 41, 46, 50)
    assert grid(28) == (3, 3)


def test_only_the_slices_that_are_shown_are_read():
    class Watched(np.ndarray):
        read = ()

        def __getitem__(self, place):
            Watched.read = (*Watched.read, place)
            return np.asarray(self)[place]

    mosaic(drawn((28, 4, 5, ()), "u1").view(Watched))
    assert Watched.read == shown_slices(28)
