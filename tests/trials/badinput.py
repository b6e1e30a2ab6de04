"""The bad-input table: how many odd files of each kind were refused, and how many used.

`python -m tests.trials.badinput` prints it; `--short` is the form of the test suite. Inputs are
drawn by hypothesis from sound files that are cut, spliced and bent, and, where atheris is
installed, by a fuzzer that is guided by the code that an input reaches. They are read by processes
of their own with little memory; one that takes over 5 s is counted as hung, and killed.
"""

import argparse
import contextlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from autoal_gui.core.database.schema import FILE_NAME
from tests.support.paths import ROOT
from tests.support.processes.child import loaded
from tests.trials.harness.bombs import bomb_seeds
from tests.trials.harness.hostile_projects import changes, make_project, texts_of
from tests.trials.harness.seeds import SEEDS
from tests.trials.harness.targets import TARGETS, mutations, outcome, watch

SECONDS = 5.0
MEMORY = 2 << 30  # bytes beyond what a process has once its libraries are loaded
FUZZED = ("image", "npz", "dicom")
LARGE = {"model": 10, "bomb": 20}  # a part of the tries: each takes a second and more
PATIENCE = {"bomb": 24}  # times as long: eight threads unpack a hundred megapixels each
CPU_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


@dataclass
class Tally:
    """A line of the table."""

    kind: str
    tries: int = 0
    refused: int = 0
    used: int = 0
    crashed: int = 0
    """The process that read it has ended."""
    hung: int = 0
    escaped: int = 0
    """What went wrong was not told in a sentence."""
    touched: int = 0
    """Something was written elsewhere, or code was run."""
    reasons: set[str] = field(default_factory=set)

    def count(self, verdict: str) -> None:
        self.tries += 1
        word = verdict.split()[0]
        setattr(self, word, getattr(self, word) + 1)
        if word not in ("refused", "used"):
            self.reasons.add(verdict)

    @property
    def is_clean(self) -> bool:
        return self.refused + self.used == self.tries


class Reader:
    """A process that reads one input after the other, and is started anew after a bad end."""

    def __init__(self, kind: str, place: Path) -> None:
        self.kind, self.place = kind, place
        self.process: BaseProcess | None = None
        self.line: Connection | None = None

    def start(self) -> None:
        self.line, theirs = Pipe()
        self.process = loaded().Process(target=be_reader, args=(self.kind, self.place, theirs))
        self.process.start()
        theirs.close()
        self.line.recv()  # it is ready

    def verdict(self, data: bytes) -> str:
        if self.process is None:
            self.start()
        process, line = self.process, self.line
        before = cpu_seconds(process.pid)
        try:
            line.send_bytes(data)
        except BrokenPipeError:
            return self.ended(data)
        longest = SECONDS * PATIENCE.get(self.kind, 1)
        end = time.monotonic() + 12 * longest  # a busy machine is slow without hanging
        while not line.poll(0.5):
            if cpu_seconds(process.pid) - before > longest or time.monotonic() > end:
                self.close()
                self.keep(data, "hung")
                return "hung"
        try:
            told = line.recv()
        except (EOFError, ConnectionResetError):
            return self.ended(data)
        if told.split()[0] not in ("used", "refused"):
            self.keep(data, told.split()[0])
        return told

    def ended(self, data: bytes) -> str:
        self.process.join()
        status = self.process.exitcode
        self.close()
        self.keep(data, "crashed")
        return f"crashed the process ended with {status}"

    def keep(self, data: bytes, what: str) -> None:
        folder = Path(tempfile.gettempdir()) / "autoal-badinput"
        folder.mkdir(exist_ok=True)
        (folder / f"{self.kind}-{what}-{abs(hash(data)) % 10**8}").write_bytes(data)

    def close(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.join()
            self.process.close()
            self.line.close()
            self.process = None


def cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / CPU_TICKS


def be_reader(kind: str, place: Path, line: Connection) -> None:
    """Read inputs that come along a line, and say of each what came of it."""
    import resource

    target = TARGETS[kind]
    outcome(target, b"", place / "first")
    watch(place)
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (size + MEMORY, size + MEMORY))
    line.send("ready")
    with contextlib.suppress(EOFError):
        while True:
            data = line.recv_bytes()
            line.send(" ".join(outcome(target, data, place / "input").split()))


def drawn(kind: str, tries: int, number: int, place: Path, short: bool) -> Tally:
    """Let hypothesis draw inputs; the sound ones and the odd ones come first, as they are."""
    tally, reader = Tally(f"{kind}, drawn"), Reader(kind, place)
    make = {**SEEDS, "bomb": partial(bomb_seeds, short)}.get(kind, list)
    seeds: list[bytes] = make()
    inputs = st.integers(0, 2**40).map(lambda which: mutations(seeds, which))
    if kind == "values":
        folder = make_project(place / "sound")
        inputs = changes(texts_of(folder / FILE_NAME))

    @seed(number)
    @settings(
        max_examples=tries, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(inputs)
    def read(data: bytes) -> None:
        tally.count(reader.verdict(data))

    try:
        for data in seeds:
            tally.count(reader.verdict(data))
        read()
    finally:
        reader.close()
    return tally


def fuzzed(kind: str, tries: int, number: int, place: Path) -> Tally:
    """Let the fuzzer look for inputs that reach new code."""
    tally = Tally(f"{kind}, guided by coverage")
    corpus, counts = place / "corpus", place / "counts"
    corpus.mkdir(parents=True)
    for index, data in enumerate(SEEDS[kind]()):
        (corpus / f"{index:03d}").write_bytes(data)
    command = [
        sys.executable, "-m", "tests.trials.harness.fuzz", kind, str(place), f"-runs={tries}",
        f"-seed={number}", "-timeout=10", "-rss_limit_mb=4096", "-max_len=30000", "-verbosity=0",
        f"-artifact_prefix={place}/", str(corpus),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=False, cwd=ROOT)
    for line in counts.read_text().splitlines():
        tally.count(line)
    if done.returncode:
        word = "hung" if b"timeout" in done.stderr else "crashed"
        tally.count(f"{word} {done.stderr.decode(errors='replace')[-1500:]}")
    return tally


HEAD = ("kind", "tries", "refused", "used", "crashed", "hung", "escaped", "touched")
KINDS = sorted((*SEEDS, "bomb", "values"))


def row(values: tuple[object, ...]) -> str:
    first, *rest = map(str, values)
    return first.ljust(36) + "".join(value.rjust(9) for value in rest)


def main() -> int:
    """Print the table; the exit status says whether every input was borne."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="the form of the test suite")
    parser.add_argument("--tries", type=int, help="of each kind and way")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(3), "big"))
    parser.add_argument("--only", nargs="*", choices=KINDS, default=KINDS)
    options = parser.parse_args()
    tries = options.tries or (25 if options.short else 500)
    print(f"seed {options.seed}\n{row(HEAD)}", flush=True)
    tallies = []
    with tempfile.TemporaryDirectory(prefix="autoal-badinput-") as base:
        for kind in options.only:
            most = tries // LARGE.get(kind, 1)
            tallies.append(drawn(kind, most, options.seed, Path(base) / kind, options.short))
            print(row_of(tallies[-1]), flush=True)
        fuzzer = importlib.util.find_spec("atheris") is not None
        if not (options.short or fuzzer):
            print("nothing was guided by coverage: atheris is not installed (pip install .[fuzz])")
        for kind in FUZZED if fuzzer and not options.short else ():
            if kind in options.only:
                tallies.append(fuzzed(kind, 10 * tries, options.seed, Path(base) / f"fuzz-{kind}"))
                print(row_of(tallies[-1]), flush=True)
    for tally in tallies:
        for reason in sorted(tally.reasons):
            print(f"{tally.kind}: {reason}")
    print(f"{sum(tally.tries for tally in tallies)} inputs")
    return 0 if all(tally.is_clean for tally in tallies) else 1


def row_of(tally: Tally) -> str:
    return row(tuple(getattr(tally, name) for name in HEAD))


if __name__ == "__main__":
    sys.exit(main())
