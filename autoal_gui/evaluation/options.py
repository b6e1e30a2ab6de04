"""What `autoal-gui evaluate` is told on the command line, and what of it all runs share."""

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from autoal_gui.core.settings import DEVICES, PRESETS, WARM_IMAGES
from autoal_gui.evaluation.methods import GROUPS
from autoal_gui.evaluation.paper.claims import FIGURES, REPEATS, PaperSet
from autoal_gui.evaluation.plan import Budget, Percent, Setup
from autoal_gui.evaluation.running.shards import shard

METHODS = ("random", "candidates", "vote", "auto", "random+cold", "vote+cold", "paper")
INITIAL, BATCH, ROUNDS = 20, 20, 10

DESCRIPTION = """\
Replay sets with known labels under every method with every seed, and write what comes out as
results.csv, results.json and report.html. Each finished run is kept: started again with the same
folder, it goes on, and other methods, seeds or sets are added to the same page.
With --paper, methods, budgets and settings are those of AutoAL's paper where nothing else is said,
on those of its sets that are on this computer or that --data names; the page is figure2.html."""


def add_evaluate(
    commands: Any,
    handler: Callable[[argparse.Namespace], int],
    count: Callable[[str], int],
    labels: Callable[[str], int],
    add_set_options: Callable[[argparse.ArgumentParser], None],
) -> None:
    """Add the command to the parser's.

    Args:
        commands: of the parser.
        handler: carries it out.
        count: reads a number from 1.
        labels: reads a number from 0.
        add_set_options: lets it take `set_options`, which hold for each of the sets.
    """
    groups = ", ".join((*GROUPS, "strategies"))
    evaluate = commands.add_parser(
        "evaluate", help="compare methods on sets with known labels", description=DESCRIPTION
    )
    add = evaluate.add_argument
    add("--data", nargs="+", default=(), metavar="DATA",
        help=".npz files, folders, MedMNIST names, demo, synthetic")  # fmt: skip
    add("--out", type=Path, required=True, metavar="DIR", help="folder of the results")
    add("--paper", choices=tuple(FIGURES), help="make an experiment of AutoAL's paper again")
    add("--methods", nargs="+", metavar="METHOD",
        help="MODE[+warm|+cold][:NAME=VALUE]..., or a group: " + groups)  # fmt: skip
    add("--seeds", type=count, default=REPEATS, metavar="N", help="seeds 0 to N - 1")
    add("--rounds", type=count, help=f"points of each curve; by default {ROUNDS}")
    add("--batch", type=_budget_by(count), metavar="N|P%%",
        help=f"images asked for in a round, or per cent; by default {BATCH}")  # fmt: skip
    add("--initial", type=_budget_by(labels), metavar="N|P%%",
        help=f"labels drawn at random first, or per cent; by default {INITIAL}")  # fmt: skip
    add("--scale", type=_share, default=1.0, metavar="S",
        help="take this share of each set's images, such as 0.1")  # fmt: skip
    add("--warm", action=argparse.BooleanOptionalAction, default=None,
        help="begin all methods so; by default each as in the window")  # fmt: skip
    add("--warm-seeds", type=count, default=1, metavar="N", help="warm starts of each set")
    add("--warm-images", type=count, default=WARM_IMAGES, metavar="N",
        help=f"images that a warm start learns from; by default {WARM_IMAGES}")  # fmt: skip
    add("--preset", choices=sorted(PRESETS), help="by default cpu, with --paper paper")
    add("--device", choices=DEVICES, default="auto")
    add("--set", action="append", default=[], metavar="NAME=VALUE", dest="changes",
        help="change one hyper-parameter; may be given several times")  # fmt: skip
    add("--jobs", type=count, default=os.cpu_count() or 1, metavar="N",
        help="processes side by side, of one thread each; by default one a core")  # fmt: skip
    add("--shard", type=shard, metavar="K/N",
        help="do one of N parts of the runs; others do theirs in the same folder")  # fmt: skip
    add("--ray", metavar="auto|ADDRESS",
        help="run on a Ray cluster; auto: this computer's, else this computer alone")  # fmt: skip
    add("--gpu-share", type=_share, default=0.2, metavar="S",
        help="with --ray: of a GPU for each run, where there are any; by default 0.2")  # fmt: skip
    add("--report", action="store_true", help="run nothing; write the page of what has finished")
    add_set_options(evaluate)
    evaluate.set_defaults(handler=handler)


def _budget_by(count: Callable[[str], int]) -> Callable[[str], Budget]:
    """Return what reads a number as `count` does, or per cent such as 4%."""

    def budget(text: str) -> Budget:
        if not text.endswith("%"):
            return count(text)
        value = float(text.removesuffix("%"))
        if not 0 < value <= 100:
            raise argparse.ArgumentTypeError("must be above 0% and at most 100%")
        return Percent(value)

    return budget


def _share(text: str) -> float:
    value = float(text)
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError("must be above 0 and at most 1")
    return value


def setup_of(options: argparse.Namespace, budgets: PaperSet | None = None) -> Setup:
    """Return what the command line asks of all runs.

    Args:
        options: of the command.
        budgets: of the paper; they hold where the command line says nothing else.

    Raises:
        SettingsError: a setting does not exist or has no such value.
    """
    preset = options.preset or ("paper" if options.paper else "cpu")
    base = PRESETS[preset].but(device=options.device)
    initial = _first(options.initial, budgets and budgets.initial, INITIAL)
    batch = _first(options.batch, budgets and budgets.batch, BATCH)
    rounds = _first(options.rounds, budgets and budgets.rounds, ROUNDS)
    share = batch if isinstance(batch, Percent) else None
    base = base if share else base.but(batch_size=batch)
    changes = tuple(options.changes)
    return Setup(
        base,
        initial,
        rounds,
        warm_seeds=options.warm_seeds,
        changes=changes,
        batch=share,
        scale=options.scale,
        warm_images=options.warm_images,
    )


def _first(*values: Any) -> Any:
    """Return the first that is said."""
    return next(value for value in values if value is not None)
