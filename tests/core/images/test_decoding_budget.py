"""All threads together decode no more than the budget at a time, and none waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoal_gui.core.images.decoding_budget import DecodingBudget


@settings(deadline=None, max_examples=30)
@given(sizes=st.lists(st.integers(0, 250), min_size=1, max_size=30), threads=st.integers(1, 8))
def test_no_more_than_the_budget_is_in_work(sizes, threads):
    budget, lock = DecodingBudget(100), threading.Lock()
    in_work: list[int] = []
    most: list[list[int]] = []

    def decode(size):
        with budget.spend(size), budget.spend(size):  # a picture within a picture
            with lock:
                in_work.append(size)
                most.append(list(in_work))
            with lock:
                in_work.remove(size)

    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(decode, sizes))
    for sizes_at_once in most:
        assert sum(min(size, 100) for size in sizes_at_once) <= 100


def test_what_fails_gives_its_share_back():
    budget = DecodingBudget(10)
    for _ in range(3):
        with pytest.raises(ValueError, match="damaged"), budget.spend(10):
            raise ValueError("damaged")
    with budget.spend(10):
        pass
