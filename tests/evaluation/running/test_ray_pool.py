"""A real Ray of several local nodes, one of which is killed: the same results as without."""

import secrets
import sys
import threading
import time
from importlib.util import find_spec
from types import SimpleNamespace

import pytest

from autoal_gui.cli import run
from autoal_gui.evaluation.running import ray_pool
from tests.support.evaluation import records, small_set, without_times, words_of

RUNS = 24
METHODS = ("random", "margin")
SMALL = ("--rounds", "2", "--set", "task_steps=1", "--set", "stochastic_passes=2")


def words(data, out, jobs):
    return [*words_of(data, out, METHODS, RUNS // len(METHODS), jobs), *SMALL]


def test_without_ray_one_sentence_says_how_to_have_it(tmp_path, capsys, monkeypatch):
    def missing(name):
        raise ImportError(name)

    monkeypatch.setattr(ray_pool, "import_module", missing)
    assert run([*words(small_set(tmp_path), tmp_path / "out", 1), "--ray", "auto"]) == 1
    assert "pip install 'autoal-gui[ray]'" in capsys.readouterr().err


def test_a_cluster_that_asks_for_a_token_is_told_in_a_sentence(tmp_path, capsys, monkeypatch):
    class AuthenticationError(Exception):
        pass

    def init(**options):
        raise AuthenticationError("no token")

    ray = SimpleNamespace(
        init=init, exceptions=SimpleNamespace(AuthenticationError=AuthenticationError)
    )
    monkeypatch.setattr(ray_pool, "import_module", lambda name: ray)
    assert run([*words(small_set(tmp_path), tmp_path / "out", 1), "--ray", "10.0.0.1:6379"]) == 1
    assert "ray get-auth-token" in capsys.readouterr().err


@pytest.mark.long
@pytest.mark.timeout(3000)
def test_a_cluster_that_loses_a_node_two_shards_and_one_process_give_the_same(
    tmp_path, monkeypatch
):
    if find_spec("ray") is None:  # to import it now would settle what it asks of who comes
        pytest.skip("Ray is not installed: pip install 'autoal-gui[ray]'")
    data, alone = small_set(tmp_path), tmp_path / "alone"
    assert run(words(data, alone, 1)) == 0
    expected = {which: without_times(found) for which, found in records(alone).items()}
    assert len(expected) == RUNS

    for number in (0, 1):
        assert run([*words(data, tmp_path / "shards", 1), "--shard", f"{number}/2"]) == 0
    assert {w: without_times(r) for w, r in records(tmp_path / "shards").items()} == expected

    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    monkeypatch.setenv("RAY_AUTH_MODE", "token")
    monkeypatch.setenv("RAY_AUTH_TOKEN", secrets.token_hex())
    monkeypatch.setenv("RAY_raylet_start_wait_time_s", "300")  # a busy machine is slow, not wrong
    sys.modules.pop("requests", None)  # which the program's own sources have no use for
    from ray.cluster_utils import Cluster

    cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": 1})
    try:
        lost = [cluster.add_node(num_cpus=1) for _ in range(2)][-1]
        shared = tmp_path / "ray"
        killer = threading.Thread(target=_kill_in_the_middle, args=(cluster, lost, shared / "runs"))
        killer.start()
        assert run([*words(data, shared, 1), "--ray", cluster.address]) == 0
        killer.join()
        assert lost not in cluster.list_all_nodes()
    finally:
        cluster.shutdown()
    assert {w: without_times(r) for w, r in records(shared).items()} == expected


def _kill_in_the_middle(cluster, node, runs):
    """Kill a node as soon as some runs have finished, and others have not."""
    while len(list(runs.glob("*.json"))) < RUNS // 4:
        time.sleep(0.02)
    assert len(list(runs.glob("*.json"))) < RUNS
    cluster.remove_node(node, allow_graceful=False)
