"""The command `autoal-gui evaluate`: from words to runs, and from runs to the page.

What it leaves in its folder: runs/ (a file a run), failed/ (a file a run that failed), warm/
(checkpoints), sets/ (caches, which can be deleted at any time), and from these results.csv,
results_by_column.csv (of sets with columns), results.json and report.html; of an experiment of the
paper, tables and page of its own. Of MedMNIST sets their own result files lie in medmnist/.
"""

import argparse
import contextlib
import sys
from contextlib import AbstractContextManager

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.system.files import write_json, write_text
from autoal_gui.core.system.scratch import ScratchFolder
from autoal_gui.evaluation.failures import read_failures
from autoal_gui.evaluation.methods import Method, methods_of
from autoal_gui.evaluation.options import METHODS, setup_of
from autoal_gui.evaluation.paper.claims import ALWAYS, FIGURES
from autoal_gui.evaluation.plan import Setup, jobs_of
from autoal_gui.evaluation.running.costs import Costs, plan_words
from autoal_gui.evaluation.running.ray_pool import RayPool
from autoal_gui.evaluation.running.runs import (
    Folders,
    NamedSet,
    missing_runs,
    open_sets,
    run_all,
)
from autoal_gui.evaluation.running.worker_pool import WorkerPool, Workers
from autoal_gui.exporters.csv_labels import ENCODING


def evaluate_command(options: argparse.Namespace) -> int:
    """Run what has not been run yet, write the page; 1 if a run failed."""
    if not options.data and not options.paper:
        raise AutoALError("Name the sets to compare the methods on with --data.")
    setup_of(options)  # refuse what does not exist before anything is read
    failed = 0 if options.report else _run(options)
    folders = Folders(options.out)
    if options.paper:
        from autoal_gui.evaluation.paper.results import write_paper

        runs, page = write_paper(options.paper, _paper_setups(options), methods(options), folders)
    else:
        runs, page = write_results(setup_of(options), folders), folders.report
    print(f"{runs} runs are in {page}")
    if failed:
        print("Start again to try once more what failed.", file=sys.stderr)
    return 1 if failed else 0


def methods(options: argparse.Namespace) -> tuple[Method, ...]:
    """Return the methods to compare; those of the paper begin from scratch."""
    if not options.paper:
        return methods_of(options.methods or METHODS, options.warm)
    words = (*ALWAYS, *(options.methods or FIGURES[options.paper].methods))
    return methods_of(words, options.warm or False)


def _run(options: argparse.Namespace) -> int:
    """Run what has not been run yet; return how many runs failed."""
    compared, named = methods(options), _named_sets(options)
    with contextlib.ExitStack() as stack:
        # What others decode at the same time in the same folder must not come in between.
        scratch = stack.enter_context(ScratchFolder()) if options.shard else None
        folders = Folders(options.out, scratch)
        workers = stack.enter_context(_pool(options))
        sets = open_sets(workers, named, compared, folders)
        pairs = zip(named, sets, strict=True)
        jobs = [j for one, s in pairs for j in jobs_of(one.setup, [s], compared, options.seeds)]
        jobs.sort(key=lambda job: job.seed)  # what is finished early can be compared in pairs
        missing = missing_runs(jobs, folders, options.shard)
        open_runs = [run.job for run in missing]
        costs = Costs.of_finished(jobs, open_runs, folders.runs, workers.size)
        if options.paper:
            from autoal_gui.evaluation.paper.estimate import announcement

            said = announcement(options.paper, workers, jobs, open_runs)
        else:
            said = plan_words(jobs, missing, costs, folders.out)
        print(said, file=sys.stderr, flush=True)
        return run_all(workers, missing, folders, costs)


def _pool(options: argparse.Namespace) -> AbstractContextManager[Workers]:
    if not options.ray:
        return WorkerPool(options.jobs)
    share = 0.0 if options.device == "cpu" else options.gpu_share
    return RayPool(options.ray, options.jobs, share)


def _named_sets(options: argparse.Namespace) -> list[NamedSet]:
    if not options.paper:
        setup = setup_of(options)
        return [NamedSet(text, setup, options.set_options) for text in dict.fromkeys(options.data)]
    from autoal_gui.evaluation.paper.sets import lacking, sets_there

    there = sets_there(options.data)
    if words := lacking([one.data for one in there]):
        print(words, file=sys.stderr)
    return [
        NamedSet(one.data, setup_of(options, one.budgets), options.set_options) for one in there
    ]


def _paper_setups(options: argparse.Namespace) -> list[Setup]:
    """Return every set-up that a set of the paper may have been run with."""
    from autoal_gui.evaluation.paper.claims import SETS

    return list(dict.fromkeys(setup_of(options, budgets) for budgets in SETS.values()))


def write_results(setup: Setup, folders: Folders) -> int:
    """Write the tables and the page of all finished runs of a set-up; return how many there are.

    Raises:
        AutoALError: there is none, or they cannot be written.
    """
    from autoal_gui.evaluation.page import page
    from autoal_gui.evaluation.results import read_results
    from autoal_gui.evaluation.tables import as_csv, as_json, columns_as_csv

    records, results = read_results(folders.runs, setup.key)
    if not records:
        raise AutoALError("No run with these settings has finished yet.")
    programs = [record["program"] for record in records]
    failures = read_failures(folders.failed, setup.key, {record["key"] for record in records})
    write_text(folders.out / "results.csv", as_csv(results), ENCODING)
    if any(run.parts for result in results for m in result.methods.values() for run in m.runs):
        write_text(folders.out / "results_by_column.csv", columns_as_csv(results), ENCODING)
    write_json(folders.out / "results.json", as_json(setup, results, programs, failures))
    write_text(folders.report, page(setup, results, programs, failures))
    return len(records)
