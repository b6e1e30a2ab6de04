"""`python -m tests.trials.estimates --data SET ... --runs 200`: the table of docs/RESULTS.md.

Features are kept in the folder `--keep`; a set is then run in minutes on one core. `--first` starts
at another seed, so that processes can share the runs; what `--json` wrote of them is put together
by `--join`.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from tests.trials.estimates.kept import kept_set
from tests.trials.estimates.runs import points_of

HEAD = (
    "| set, answers | true | estimate less truth | covers | covers, truth's own noise told | width "
    "| balanced: covers | width | a part held out: answers | covers | width | model gains |\n"
    + "| --- " * 12
    + "|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", nargs="+", default=[], metavar="SET")
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--answers", type=int, nargs="+", default=[40, 100, 200])
    parser.add_argument("--backbone", default="efficientnet_lite0")
    parser.add_argument("--keep", type=Path, default=Path("kept-features"), metavar="DIR")
    parser.add_argument("--json", type=Path, metavar="OUT")
    parser.add_argument("--join", type=Path, nargs="+", default=[], metavar="JSON")
    options = parser.parse_args()
    found: dict[str, list[dict[str, Any]]] = {}
    for path in options.join:
        for name, rows in json.loads(path.read_text()).items():
            found.setdefault(name, []).extend(rows)
    with threadpool_limits(limits=1):
        for data in options.data:
            kept = kept_set(data, options.backbone, options.keep)
            seeds = range(options.first, options.first + options.runs)
            for seed in seeds:
                points = points_of(kept, seed, tuple(options.answers))
                found.setdefault(kept.name, []).extend(map(asdict, points))
                if options.json:
                    options.json.write_text(json.dumps(found))
    print(HEAD)
    for name, rows in found.items():
        for answers in sorted({row["answers"] for row in rows}):
            print(line(name, [row for row in rows if row["answers"] == answers]))


def line(name: str, rows: list[dict[str, Any]]) -> str:
    """Return one line of the table: a set at one number of answers, over all runs."""
    accuracy, balanced, held = (
        Summary([row[key] for row in rows]) for key in ("accuracy", "balanced", "held_out")
    )
    gain = np.mean([row["accuracy"]["truth"] - row["held_out_model"] for row in rows])
    cells = (
        f"{name} {rows[0]['answers']} ({len(rows)} runs)",
        f"{accuracy.truth:.3f}",
        f"{accuracy.bias:+.3f} (sd {accuracy.scatter:.3f})",
        f"{accuracy.covers:.3f}",
        f"{accuracy.covers_noise:.3f}",
        f"{accuracy.width:.3f}",
        f"{balanced.covers_noise:.3f}",
        f"{balanced.width:.3f}",
        f"{np.mean([row['set_aside'] for row in rows]):.0f}",
        f"{held.covers_noise:.3f}",
        f"{held.width:.3f}",
        f"{gain:+.3f}",
    )
    return f"| {' | '.join(cells)} |"


class Summary:
    """Values of many runs against what is true."""

    def __init__(self, values: list[dict[str, Any]]) -> None:
        value, truth, unsure = (
            np.array([one[key] for one in values]) for key in ("value", "truth", "unsure")
        )
        low, high = np.array([one["interval"] for one in values]).T
        self.truth, self.width = float(truth.mean()), float((high - low).mean())
        self.bias, self.scatter = float((value - truth).mean()), float((value - truth).std())
        self.covers = float(((low <= truth) & (truth <= high)).mean())
        far = np.where(truth < value, value - low, high - value)
        self.covers_noise = float((abs(truth - value) <= np.hypot(far, unsure)).mean())


if __name__ == "__main__":
    main()
