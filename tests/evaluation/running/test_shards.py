"""Several computers at one folder: which runs are whose, and that nothing comes twice."""

import argparse

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.evaluation.methods import methods_of
from autoal_gui.evaluation.plan import jobs_of
from autoal_gui.evaluation.running.shards import Shard, shard
from tests.support.evaluation import SETUP, data_set

METHODS = methods_of(["random", "margin", "entropy", "paper"])


@given(st.integers(1, 30), st.integers(1, 3), st.integers(1, 5))
def test_shards_are_all_runs_none_is_in_two_and_each_method_is_dealt_evenly(count, sets, seeds):
    found = [data_set(str(number), content=str(number)) for number in range(sets)]
    jobs = list(jobs_of(SETUP, found, METHODS, seeds))
    parts = [Shard(number, count).of(jobs) for number in range(count)]
    assert sorted(jobs.index(job) for part in parts for job in part) == list(range(len(jobs)))
    for part in parts:
        places = list(map(jobs.index, part))
        assert places == sorted(places)  # a seed is finished before the next begins
    for method in METHODS:
        sizes = [sum(job.method == method for job in part) for part in parts]
        assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("first", [0, 1])
def test_a_clusters_task_numbers_may_count_from_0_or_from_1(first):
    parts = [shard(f"{number}/4") for number in range(first, first + 4)]
    assert {part.number for part in parts} == {0, 1, 2, 3}
    assert {part.count for part in parts} == {4}


@pytest.mark.parametrize("text", ["", "3", "5/4", "1/0", "0/0", "-1/4", "1/4/5", "a/b", "1.5/2"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(argparse.ArgumentTypeError):
        shard(text)
