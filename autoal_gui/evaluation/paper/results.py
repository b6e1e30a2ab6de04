"""The page and the tables of an experiment of the paper, from all of its finished runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.system.files import write_json, write_text
from autoal_gui.evaluation.failures import Failure, read_failures
from autoal_gui.evaluation.methods import Method
from autoal_gui.evaluation.paper.agreement import agreement
from autoal_gui.evaluation.paper.claims import FIGURES, SETS, paper_set
from autoal_gui.evaluation.paper.page import page
from autoal_gui.evaluation.plan import Setup
from autoal_gui.evaluation.results import SetResult, read_results
from autoal_gui.evaluation.running.runs import Folders
from autoal_gui.evaluation.tables import as_csv, as_json
from autoal_gui.exporters.csv_labels import ENCODING


@dataclass(frozen=True)
class Found:
    """The finished runs of a set-up."""

    setup: Setup
    results: tuple[SetResult, ...]
    programs: tuple[Mapping[str, str], ...]
    failures: tuple[Failure, ...]


def write_paper(
    figure: str, setups: Sequence[Setup], methods: Sequence[Method], folders: Folders
) -> tuple[int, Path]:
    """Write page, table and JSON of an experiment; return how many runs it has, and the page.

    Args:
        figure: of `claims.FIGURES`.
        setups: with which sets may have been run.
        methods: of the experiment; what else lies in the folder is left out.
        folders: of the results.

    Raises:
        AutoALError: no run has finished, or they cannot be written.
    """
    found = [one for setup in setups if (one := _read(setup, methods, folders)).results]
    runs = sum(len(m.runs) for one in found for r in one.results for m in r.methods.values())
    if not runs:
        raise AutoALError("No run of this experiment has finished yet.")
    results = sorted((r for one in found for r in one.results), key=_place)
    pairs = [(one.setup, result) for one in found for result in one.results]
    target = folders.out / f"{figure}.html"
    write_text(target.with_suffix(".csv"), as_csv(results), ENCODING)
    write_json(target.with_suffix(".json"), _as_plain(figure, found))
    programs = [program for one in found for program in one.programs]
    failures = [failure for one in found for failure in one.failures]
    pairs.sort(key=lambda pair: _place(pair[1]))
    write_text(target, page(figure, pairs, programs, failures))
    return runs, target


def _read(setup: Setup, methods: Sequence[Method], folders: Folders) -> Found:
    records, results = read_results(folders.runs, setup.key)
    kept = [
        replace(result, methods={m: result.methods[m] for m in methods if m in result.methods})
        for result in results
    ]
    names = {method.name for method in methods}
    failures = read_failures(folders.failed, setup.key, {record["key"] for record in records})
    return Found(
        setup,
        tuple(result for result in kept if result.methods),
        tuple(r["program"] for r in records if r["method"]["name"] in names),
        tuple(failure for failure in failures if failure.method in names),
    )


def _place(result: SetResult) -> tuple[int, str]:
    """Return where a set stands: as in the paper, others behind."""
    titles = [one.title for one in SETS.values()]
    known = paper_set(result.name)
    return (titles.index(known.title) if known else len(titles), result.name)


def _as_plain(figure: str, found: Sequence[Found]) -> dict[str, Any]:
    said = {}
    for one in found:
        for result in one.results:
            held = agreement(figure, result)
            said[result.name] = {"claim": held.word, "sentences": held.sentences}
    return {
        "experiment": figure,
        "claim": FIGURES[figure].claim,
        "agreement": said,
        "set_ups": [as_json(one.setup, one.results, one.programs, one.failures) for one in found],
    }
