"""The fault table: what hurts a program in a hospital, how often it was tried, and what was lost.

`python -m tests.trials.faults` prints it; `--short` is the form of the test suite. After each try
the project must open, or say in one sentence why not and open once the cause is gone; every
answer that was acknowledged must be there; and nothing else may be.
"""

import argparse
import os
import random
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.trials.faults import command_line, disks, kills, programs, small_disks
from tests.trials.faults.bench import Tally, Trial
from tests.trials.harness.mounts import can_mount

Make = Callable[[Path, random.Random], Trial]
SHORT = {
    "label": 6, "train": 1, "export": 3, "import": 3, "migrate": 3, "merge": 3, "full": 3,
    "locked": 1, "images": 2, "bytes": 3, "two": 1, "stopped": 1, "clock": 1, "cancel": 1,
    "odd": 30, "exporters": 3, "recovery": 2, "remount": 1, "outputs": 1, "signals": 1,
}  # fmt: skip
LONG = {
    "label": 160, "train": 60, "export": 60, "import": 60, "migrate": 60, "merge": 40,
    "full": 40, "locked": 20, "images": 30, "bytes": 300, "two": 20, "stopped": 1, "clock": 20,
    "cancel": 10**6, "odd": 2000, "exporters": 30, "recovery": 40, "remount": 40, "outputs": 28,
    "signals": 28,
}  # fmt: skip
NEEDS_MOUNTS = ("exporters", "recovery", "remount")


def trials(short: bool) -> dict[str, Make]:
    """Return every kind; those that compute or start programs are last: none may fork after."""
    commands = command_line.LIGHT_COMMANDS if short else command_line.ALL_COMMANDS
    return {
        "label": kills.kill_while_labelling,
        "export": kills.kill_while_exporting,
        "import": kills.kill_while_importing,
        "migrate": kills.kill_while_migrating,
        "merge": kills.kill_while_merging,
        "full": disks.full_disk,
        "locked": disks.read_only_folder,
        "images": disks.images_gone,
        "bytes": disks.damaged_byte,
        "recovery": small_disks.full_for_recovery,
        "remount": small_disks.made_read_only,
        "two": programs.two_programs,
        "clock": programs.clock_set_back,
        "stopped": partial(programs.stopped, seconds=1.0 if short else 60.0),
        "exporters": small_disks.full_for_exporters,
        "train": kills.kill_while_training,  # after torch is loaded, before it has computed
        "odd": programs.odd_places,
        "outputs": partial(command_line.failing_outputs, names=commands),
        "signals": partial(command_line.asked_to_end, names=commands),
    }


def tally_of(make: Make, base: Path, draw: random.Random, tries: int) -> Tally:
    tally, attempt = make(base, draw)
    for _ in range(tries):
        with tally.trying():
            attempt()
    return tally


def run_all(base: Path, seed: int, tries: dict[str, int], short: bool) -> list[Tally]:
    """Try every kind of fault so often, and print its line; what is not borne is counted."""
    draw, tallies = random.Random(seed), []
    known = trials(short)
    if os.geteuid() != 0:  # else what is locked is locked for an ordinary user alone
        del known["locked"]
    if not can_mount(base):
        print("full and read-only disks are not tried: mounting is not allowed here")
        known = {name: make for name, make in known.items() if name not in NEEDS_MOUNTS}
    for name, make in known.items():
        if tries.get(name):
            tallies.append(tally_of(make, base / name, draw, tries[name]))
            print(row(tallies[-1]), flush=True)
    if tries.get("cancel"):
        for tally in programs.cancelled_everywhere(base / "cancel", draw, tries["cancel"]):
            tallies.append(tally)
            print(row(tally), flush=True)
    return tallies


HEAD = ("kind", "tries", "answers", "lost", "crashed", "hung", "escaped", "touched", "slowest s")
WIDTHS = (44, 7, 9, 6, 9, 6, 9, 9, 11)


def row(tally: Tally) -> str:
    values = (tally.kind, tally.tries, tally.acknowledged, tally.lost, tally.crashed, tally.hung,
              tally.escaped, tally.touched, f"{tally.worst:.2f}")  # fmt: skip
    return aligned(values)


def aligned(values: tuple[object, ...]) -> str:
    first, *rest = (str(value) for value in values)
    return first.ljust(WIDTHS[0]) + "".join(
        value.rjust(width) for value, width in zip(rest, WIDTHS[1:], strict=True)
    )


def main() -> int:
    """Print the table; the exit status says whether every fault was borne."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the form of the test suite")
    parser.add_argument("--share", type=float, default=1.0, help="of the tries of each kind")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--only", nargs="*", choices=sorted(LONG), help="kinds of faults")
    options = parser.parse_args()
    most = SHORT if options.short else LONG
    names = options.only or list(most)
    tries = {name: max(1, round(options.share * most[name])) for name in names}
    print(f"seed {options.seed}\n{aligned(HEAD)}")
    with tempfile.TemporaryDirectory(prefix="autoal-faults-") as base:
        tallies = run_all(Path(base), options.seed, tries, options.short)
    for tally in tallies:
        print(*tally.reasons, sep="\n", end="\n" if tally.reasons else "")
    killed = sum(tally.tries for tally in tallies if tally.kind.startswith("killed"))
    print(f"{killed} kills; {sum(tally.lost for tally in tallies)} times something was lost")
    return 0 if all(tally.is_clean for tally in tallies) else 1


if __name__ == "__main__":
    sys.exit(main())
