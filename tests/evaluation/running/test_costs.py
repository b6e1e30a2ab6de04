"""What an evaluation will take is told before its first run, or after it: never made up."""

import json

import pytest

from autoal_gui.evaluation.methods import method_of
from autoal_gui.evaluation.plan import Job
from autoal_gui.evaluation.running.costs import Costs, duration, plan_words
from autoal_gui.evaluation.running.runs import Folders, run_all
from autoal_gui.evaluation.running.worker import RunJob
from autoal_gui.evaluation.running.worker_pool import Outcome
from tests.support.evaluation import SETUP, data_set, record_of

SCORES = [0.5, 0.6, 0.7]


def job_of(method, seed, found=None):
    return Job(SETUP, found or data_set(), method_of(method), seed)


def jobs_of(*methods, seeds=4):
    return [job_of(method, seed) for seed in range(seeds) for method in methods]


def finish(runs, method, seed, wall):
    """Leave the result of a run, each of whose three rounds took so many seconds."""
    runs.mkdir(parents=True, exist_ok=True)
    record = record_of(method, seed, SCORES, wall=wall)
    job_of(method, seed).target(runs).write_text(json.dumps(record))


def as_runs(jobs, runs):
    return [RunJob(job, job.target(runs), None) for job in jobs]


def test_a_run_takes_what_others_of_its_kind_took_else_those_of_its_set(tmp_path):
    for seed, wall in ((0, 10.0), (1, 20.0)):
        finish(tmp_path, "random+cold", seed, wall)
    finish(tmp_path, "margin+cold", 0, 100.0)
    jobs = jobs_of("random+cold", "margin+cold", "vote+cold")
    missing = [job for job in jobs if not job.target(tmp_path).is_file()]
    costs = Costs.of_finished(jobs, missing, tmp_path, 1)
    assert costs.left([job_of("random+cold", 2)]) == 45.0
    assert costs.left([job_of("margin+cold", 2)]) == 300.0
    assert costs.left([job_of("vote+cold", 2)]) == pytest.approx((30 + 60 + 300) / 3)
    elsewhere = job_of("random+cold", 2, data_set("other", content="7"))
    assert costs.left([elsewhere]) == pytest.approx((30 + 60 + 300) / 3)


def test_runs_side_by_side_take_no_less_than_the_longest(tmp_path):
    finish(tmp_path, "random+cold", 0, 10.0)
    jobs = jobs_of("random+cold", seeds=9)
    costs = Costs.of_finished(jobs, jobs[1:], tmp_path, 4)
    assert costs.left(jobs[1:]) == 8 * 30 / 4
    assert costs.left(jobs[1:2]) == 30


def test_the_plan_tells_runs_time_and_room_as_far_as_they_are_known(tmp_path):
    jobs = jobs_of("random+cold", "margin+cold", seeds=5)
    folders = Folders(tmp_path)
    nothing = Costs.of_finished(jobs, jobs, folders.runs, 2)
    told = plan_words(jobs, as_runs(jobs, folders.runs), nothing, tmp_path)
    assert told.startswith("1 set, 2 methods, 5 seeds: 10 runs, 10 to do, 2 side by side. How long")
    assert "is told once the first has ended" in told
    assert "are free" in told
    finish(folders.runs, "random+cold", 0, 200.0)
    known = Costs.of_finished(jobs, jobs[1:], folders.runs, 2)
    told = plan_words(jobs, as_runs(jobs[1:], folders.runs), known, tmp_path)
    assert "9 to do" in told
    assert "By the runs that are there, the others take about 45 min here" in told
    assert plan_words(jobs, [], known, tmp_path).endswith("10 runs, none to do.")


class Immediate:
    """Test double of the workers: what is asked for has ended at once."""

    size = 1

    def run(self, task, arguments):
        for one in arguments:
            record = record_of(one.job.method.name, one.job.seed, SCORES, wall=60.0)
            yield Outcome(one, record)


def test_after_the_first_run_the_others_are_estimated_where_nothing_was_known(tmp_path, capsys):
    jobs = jobs_of("random+cold", seeds=3)
    folders = Folders(tmp_path)
    missing = as_runs(jobs, folders.runs)
    assert run_all(Immediate(), missing, folders, Costs(1)) == 0
    first, estimate, *others = capsys.readouterr().err.splitlines()
    assert first.endswith("180 s  (6 min left)")
    assert estimate.startswith("By this run, the others take about 6 min here")
    assert [line.rpartition("  ")[2] for line in others] == ["(3 min left)", "(0 min left)"]


def test_a_short_time_is_told_in_seconds():
    assert [duration(s) for s in (0.2, 59, 60, 3700)] == ["1 s", "59 s", "1 min", "1 h 2 min"]
