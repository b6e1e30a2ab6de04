"""`autoal-gui evaluate` from words to files, on a tiny set: the same numbers whatever happens."""

import csv
import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from autoal_gui.cli import build_parser, run
from autoal_gui.core.errors import EarlyAccess
from autoal_gui.evaluation.methods import methods_of
from autoal_gui.evaluation.options import setup_of
from autoal_gui.evaluation.page import page
from autoal_gui.evaluation.plan import jobs_of
from autoal_gui.evaluation.results import read_results
from autoal_gui.evaluation.running import worker, worker_pool
from autoal_gui.evaluation.running.runs import Folders
from tests.support.evaluation import (
    METHODS,
    SETTINGS,
    SHAPE,
    records,
    small_set,
    without_times,
    words_of,
)
from tests.support.processes.child import loaded, start

pytestmark = pytest.mark.small_network

WITH_LOADED_WORKERS = """
import sys
from autoal_gui.cli import run
from autoal_gui.evaluation.running import worker_pool
from tests.support.processes.child import loaded
worker_pool.spawning = loaded
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture(scope="module", autouse=True)
def workers_that_have_loaded_torch():
    """The pool's own tests start its processes as the program does."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(worker_pool, "spawning", loaded)
        yield


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    """A set, and the folder of its evaluation with two jobs."""
    folder = tmp_path_factory.mktemp("evaluated")
    data = small_set(folder)
    assert run(words_of(data, folder / "out")) == 0
    return data, folder / "out"


def test_every_run_is_there_and_begins_where_its_rivals_do(evaluated):
    _, out = evaluated
    found = records(out)
    names = ("random+cold", "margin+cold", "paper")
    assert set(found) == {(name, seed) for name in names for seed in (0, 1)}
    for seed in (0, 1):
        firsts = [found[name, seed]["rounds"][0] for name in names]
        assert len({json.dumps(first["confusion"]) for first in firsts}) == 1
    assert found["paper", 0]["rounds"][0]["queried"] != found["paper", 1]["rounds"][0]["queried"]
    for record in found.values():
        assert [r["labels"] for r in record["rounds"]] == [12, 17, 22]
        assert sum(map(sum, record["rounds"][2]["confusion"])) == 20
        assert {"torch", "numpy", "code"} < set(record["program"])
        assert str(out) not in json.dumps(record)  # nothing of whose computer it was


def test_a_run_is_what_simulate_does(evaluated, tmp_path):
    data, out = evaluated
    words = ["simulate", "--data", str(data), "--mode", "paper", "--seed", "1"]
    assert run([*words, *SHAPE, *SETTINGS, "--json", str(tmp_path / "one.json")]) == 0
    alone = json.loads((tmp_path / "one.json").read_text())
    rounds = without_times(records(out)["paper", 1])["rounds"]
    for ours in rounds:
        confusion = np.array(ours.pop("confusion"))
        assert confusion.trace() / confusion.sum() == pytest.approx(ours["accuracy"])
    assert without_times(alone)["rounds"] == rounds


def test_the_tables_and_the_page_are_written(evaluated):
    _, out = evaluated
    with (out / "results.csv").open(newline="", encoding="utf-8-sig") as file:
        assert len(list(csv.DictReader(file))) == 3 * 2 * 3
    (content,) = json.loads((out / "results.json").read_text())["sets"]
    assert content["facts"]["pool"] == [20, 20]
    assert content["facts"]["evaluation"] == [10, 10]
    assert content["starts_agree"]
    assert "random+cold" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_what_is_there_is_not_run_again_and_more_is_added(evaluated, capsys):
    data, out = evaluated
    before = {file: file.stat().st_mtime_ns for file in (out / "runs").iterdir()}
    assert run(words_of(data, out, ["vote", *METHODS], seeds=1, jobs=1)) == 0
    after = {file: file.stat().st_mtime_ns for file in (out / "runs").iterdir()}
    assert before.items() < after.items()
    assert len(after) == len(before) + 1
    output = capsys.readouterr()
    assert "3 runs are there already" in output.err
    assert "7 runs are in" in output.out
    assert "vote+cold" in (out / "report.html").read_text(encoding="utf-8")
    # The page alone is made without a run, and is the same.
    page = (out / "report.html").read_bytes()
    (out / "report.html").unlink()
    assert run([*words_of(data, out), "--report"]) == 0
    assert (out / "report.html").read_bytes() == page


@pytest.mark.slow
def test_a_killed_evaluation_goes_on_and_gives_the_same_numbers(evaluated, tmp_path):
    """The same too as those of two jobs side by side."""
    data, whole = evaluated
    out = tmp_path / "out"
    words = words_of(data, out, ["random", "paper"], jobs=1)
    with start(["-c", WITH_LOADED_WORKERS, *words]) as killed:
        end = time.monotonic() + 200
        while not list((out / "runs").glob("*.json")):
            assert killed.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)
        killed.kill()
    finished = {file: file.stat().st_mtime_ns for file in (out / "runs").glob("*.json")}
    assert run(words) == 0
    after = {file: file.stat().st_mtime_ns for file in (out / "runs").iterdir()}
    assert finished.items() < after.items()
    assert len(after) == 4
    found, first = records(out), records(whole)
    assert set(found) == {(name, seed) for name in ("random+cold", "paper") for seed in (0, 1)}
    for which, record in found.items():
        assert without_times(record) == without_times(first[which]), which


@pytest.mark.slow
def test_two_shards_at_one_folder_give_what_one_process_gives(evaluated, tmp_path, capsys):
    data, whole = evaluated
    words = words_of(data, tmp_path / "out", jobs=1)
    assert run([*words, "--shard", "1/2"]) == 0
    assert "Part 1/2: 3 of 6 runs" in capsys.readouterr().err
    assert len(records(tmp_path / "out")) == 3
    assert run([*words, "--shard", "2/2"]) == 0
    assert not (tmp_path / "out" / "sets").exists()  # what they decode is their own
    found, expected = records(tmp_path / "out"), records(whole)
    names = {"random+cold", "margin+cold", "paper"}  # a test before this one may have added more
    assert set(found) == {(name, seed) for name in names for seed in (0, 1)}
    for which, record in found.items():
        assert without_times(record) == without_times(expected[which]), which
    assert run([*words, "--shard", "0/2"]) == 0
    assert "3 runs are there already" in capsys.readouterr().err
    areas = [
        {method["name"]: method["areas"] for method in content["sets"][0]["methods"]}
        for content in (
            json.loads((o / "results.json").read_text()) for o in (tmp_path / "out", whole)
        )
    ]
    assert areas[0] == {name: areas[1][name] for name in names}


def test_budgets_in_per_cent_of_a_share_of_the_set(tmp_path):
    """Half of 40 images are 20, of which 30 % are 6 and 15 % are 3."""
    data = small_set(tmp_path)
    words = words_of(data, tmp_path / "out", ["random"], seeds=1, jobs=1)
    words += ["--initial", "30%", "--batch", "15%", "--scale", "0.5"]
    assert run(words) == 0
    (record,) = records(tmp_path / "out").values()
    assert [r["labels"] for r in record["rounds"]] == [6, 9, 12]
    assert (record["set"]["pool"], record["set"]["evaluation"]) == ([10, 10], [5, 5])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "15% of the pool at a time, from 30% to 60%, of 50% of each set" in page


@pytest.mark.slow
def test_an_experiment_of_the_paper_says_first_how_long_it_takes(tmp_path, capsys):
    words = ["evaluate", "--paper", "table2", "--data", str(small_set(tmp_path)), *SETTINGS]
    words += ["--out", str(tmp_path / "out"), "--preset", "cpu", "--device", "cpu", "--jobs", "1"]
    words += ["--rounds", "2", "--initial", "30%", "--batch", "15%", "--seeds", "1"]
    assert run(words) == 0
    told = capsys.readouterr().err
    assert "table2: 1 set, 4 methods, 1 repeat: 4 runs, 4 still to do. By a short run" in told
    assert told.index("side by side") < told.index("1/4  small")
    assert "Not run, since not asked for or not on this computer: CIFAR-10," in told
    found = records(tmp_path / "out")
    assert {name for name, _ in found} == {"random+cold", "vote+cold", "entropy+cold", "paper"}
    assert [r["labels"] for r in found["paper", 0]["rounds"]] == [12, 18]
    content = json.loads((tmp_path / "out" / "table2.json").read_text())
    (said,) = content["agreement"]["small"]["sentences"]
    assert "times as long as entropy sampling" in said
    assert run(words) == 0
    assert "4 runs, all of them done" in capsys.readouterr().err


@pytest.mark.slow
def test_a_run_that_fails_is_told_and_the_others_go_on(evaluated, tmp_path, capsys):
    data, whole = evaluated
    (file,) = (whole / "runs").glob("small-random+cold-0-*")
    out = tmp_path / "out"
    (out / "runs" / file.name / "in the way").mkdir(parents=True)
    assert run(words_of(data, out, ["random"], jobs=1)) == 1
    output = capsys.readouterr()
    assert "could not be written" in output.err
    assert "1 of 2 runs failed" in output.err
    assert "1 runs are in" in output.out
    assert list(records(out)) == [("random+cold", 1)]
    assert "small, random+cold: seed 0" in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_a_warm_start_is_learned_once_and_shared(evaluated, tmp_path):
    data, _ = evaluated
    out = tmp_path / "out"
    methods = ["margin", "random", "random+cold"]
    assert run(words_of(data, out, methods, seeds=1, jobs=1, warm=())) == 0
    (checkpoint,) = (out / "warm").glob("*.pt")
    assert not list((out / "warm").glob("*.state"))
    notes = json.loads(checkpoint.with_suffix(".json").read_text())
    assert notes["epochs"] >= 1
    found = records(out)
    used = {name: record["warm"] for (name, _), record in found.items()}
    assert used == {"margin": notes, "random": notes, "random+cold": None}
    first = {name: record["rounds"][0]["confusion"] for (name, _), record in found.items()}
    assert first["margin"] == first["random"] != first["random+cold"]
    assert "Learned without labels" in (out / "report.html").read_text(encoding="utf-8")

    # Learned anew elsewhere, the same numbers come out; where it is there, it is not learned again.
    plan = plan_in_process(tmp_path / "again", data, "margin", 12, 3)
    learned = worker.start_warm(plan.warm)
    assert learned["sha256"] == notes["sha256"]
    assert worker.start_warm(plan.warm) == learned
    worker.carry_out(plan)
    (again,) = records(tmp_path / "again").values()
    assert without_times(again) == without_times(found["margin", 0])


def plan_in_process(folder: Path, data: Path, method: str, initial: int, rounds: int = 2):
    """Look at a set and plan one run of it, in this process."""
    words = words_of(data, folder, [method], seeds=1, warm=())
    words += ["--initial", str(initial), "--rounds", str(rounds)]
    setup = setup_of(build_parser().parse_args(words))
    methods, folders = methods_of([method]), Folders(folder)
    job = worker.SetJob("small", str(data), str(folder / "cache"), setup, methods)
    (planned,) = jobs_of(setup, [worker.open_set(job)], methods, 1)
    return worker.RunJob(planned, planned.target(folders.runs), planned.warm_job(folders.warm))


@pytest.mark.parametrize(("initial", "points"), [(1, [1, 6]), (0, [5])])
def test_one_class_and_no_label_are_legal(tmp_path, initial, points):
    """Who knows one class alone always says it; who knows none has no point on the curve."""
    plan = plan_in_process(tmp_path, small_set(tmp_path), "random+cold", initial)
    record = worker.carry_out(plan)
    _, (result,) = read_results(plan.target.parent, plan.job.setup.key)
    (found,) = result.methods.values()
    assert list(found.curve().labels) == points
    first = record["rounds"][0]
    assert first["accuracy"] is None
    if initial:
        assert found.curve().spreads[0].mean == 0.5
        assert sorted(map(sum, np.array(first["confusion"]).T.tolist())) == [0, 20]
    else:
        assert first["confusion"] is None


def test_weights_that_nothing_has_moved_are_shown_as_equal(tmp_path):
    """Times their scores they look unequal: in auto k-means scores every image as high."""
    method = "auto+cold:candidates=entropy,kmeans"
    plan = plan_in_process(tmp_path, small_set(tmp_path), method, 12)
    record = worker.carry_out(plan)
    assert record["rounds"][0]["weights"]["kmeans"] > 0.6
    _, results = read_results(plan.target.parent, plan.job.setup.key)
    (found,) = results[0].methods.values()
    assert found.weights == {name: {12: 0.5, 17: 0.5} for name in ("kmeans", "entropy")}
    text = page(plan.job.setup, results, [record["program"]])
    (table,) = re.findall('<table class="heat">.*?</table>', text, re.DOTALL)
    assert re.findall(r"<td[^>]*>(\d+)</td>", table) == ["50"] * 4
    assert "mean weight over the pool" in text


def test_labels_are_out_of_reach_again_in_the_next_run(tmp_path):
    plan = plan_in_process(tmp_path, small_set(tmp_path), "margin+cold", 12)
    worker.carry_out(plan)
    data = worker._replay_set(plan.job.data_set, 0)
    for image_id in data.pool.ids("pool"):
        with pytest.raises(EarlyAccess):
            data.truth.label(image_id)


def test_a_set_is_known_by_its_content(tmp_path):
    (tmp_path / "moved").mkdir()
    sets = [small_set(tmp_path), small_set(tmp_path / "moved"), small_set(tmp_path, "x", 4)]
    first, same, other = (
        plan_in_process(tmp_path / str(number), data, "random+cold", 5).job
        for number, data in enumerate(sets)
    )
    assert first.key == same.key != other.key
    assert first.data_set.content == same.data_set.content


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--data", "no/such/file.npz"], "There is no such file or folder"),
        (["--data", "SMALL", "--methods", "nonsense"], "no mode or strategy named nonsense"),
        (["--data", "demo", "--methods", "vote:nonsense=1"], "no setting named nonsense"),
        (["--data", "demo", "--set", "dropout=2"], "dropout is 2.0"),
        ([], "Name the sets to compare the methods on with --data"),
        (["--data", "demo", "--report"], "No run with these settings has finished yet"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(tmp_path, capsys, words, sentence):
    data = str(small_set(tmp_path))
    words = [data if word == "SMALL" else word for word in words]
    assert run(["evaluate", *words, "--jobs", "1", "--out", str(tmp_path / "out")]) == 1
    error = capsys.readouterr().err
    assert sentence in error
    assert len(error.strip().splitlines()) == 1


def test_the_evaluation_plans_and_tells_without_torch():
    code = (
        "import importlib, pkgutil, sys, autoal_gui.evaluation as package\n"
        "for module in pkgutil.iter_modules(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
        "print(sorted({'torch', 'sklearn', 'PySide6', 'scipy.stats'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    )
    assert done.stdout.strip() == "[]"
