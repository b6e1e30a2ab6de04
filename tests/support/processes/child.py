"""The program in a process of its own, without loading its libraries anew for each.

A server that has loaded them, and done nothing with them, forks a child for every call. That saves
the seconds which the loading takes. What is about the loading itself starts Python as usual.
"""

import os
import runpy
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerContext, ForkServerProcess
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from tests.support.paths import ROOT
from tests.support.processes.small_network import choose, is_small

PATIENCE = 280  # seconds
STREAMS = ("out", "error")
Environment = Mapping[str, str | None]


@dataclass
class Child:
    """A running child; its streams go to files."""

    process: BaseProcess
    folder: Path
    _read: int = 0

    def line(self) -> str:
        """Return the next line that it writes, or what is left of it once it has ended."""
        while True:
            ended = self.poll() is not None
            content = self._out().read_bytes()[self._read :]
            line, end, _ = content.partition(b"\n")
            if end or ended:
                self._read += len(line + end)
                return (line + end).decode()
            time.sleep(0.002)

    def rest(self) -> str:
        """Return what it has written beyond the lines that were asked for; it has ended."""
        content = self._out().read_bytes()[self._read :]
        self._read += len(content)
        return content.decode()

    def _out(self) -> Path:
        return self.folder / "out"

    def poll(self) -> int | None:
        """Return how it ended, a signal as a negative number; None while it runs."""
        return self.process.exitcode

    def kill(self) -> None:
        """End it at once."""
        self.process.kill()

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.process.pid, number)

    def finished(self, patience: float = PATIENCE) -> "subprocess.CompletedProcess[str]":
        """Wait for its end.

        Raises:
            subprocess.TimeoutExpired: it goes on.
        """
        self.process.join(patience)
        if self.process.exitcode is None:
            raise subprocess.TimeoutExpired(self.process.name, patience)
        out, error = ((self.folder / name).read_text(errors="replace") for name in STREAMS)
        return subprocess.CompletedProcess([], self.process.exitcode, out, error)

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *exception: object) -> None:
        """End it, and take its streams away."""
        self.process.kill()
        self.process.join(PATIENCE)
        self.process.close()
        shutil.rmtree(self.folder)


class _Process(ForkServerProcess):
    """A process whose networks are as small as those of the one that starts it."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._small = is_small()

    def run(self) -> None:
        choose(self._small)
        super().run()


class _Context(ForkServerContext):
    Process = _Process


def loaded() -> ForkServerContext:
    """Return how processes are started that have the libraries loaded."""
    context = _Context()
    context.set_forkserver_preload(["tests.support.processes.libraries"])
    return context


def start(
    words: Sequence[object], environment: Environment | None = None, folder: Path = ROOT
) -> Child:
    """Start what `python` followed by these words would do: `-m module ...` or `-c code ...`.

    Args:
        words: of the command line.
        environment: what differs from this process's; None for what is not to be in it.
        folder: to run in.
    """
    streams = Path(tempfile.mkdtemp(prefix="child-"))
    for name in STREAMS:
        (streams / name).touch()
    mixed = {**os.environ, **(environment or {})}
    everything = {name: value for name, value in mixed.items() if value is not None}
    process = loaded().Process(
        target=_do,
        args=([str(word) for word in words], everything, str(folder), str(streams)),
    )
    process.start()
    return Child(process, streams)


def run_child(
    words: Sequence[object], environment: Environment | None = None, folder: Path = ROOT
) -> "subprocess.CompletedProcess[str]":
    """Do what `python` followed by these words would do; return how it ended and what it wrote."""
    with start(words, environment, folder) as child:
        return child.finished()


def _do(words: list[str], environment: dict[str, str], folder: str, streams: str) -> None:
    os.setsid()
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.default_int_handler)
    encoding = environment.get("PYTHONIOENCODING")
    for number, name in enumerate(STREAMS, start=1):
        os.dup2(os.open(Path(streams) / name, os.O_WRONLY | os.O_APPEND), number)
        errors = "strict" if name == "out" else "backslashreplace"
        stream = open(number, "w", encoding=encoding, errors=errors, closefd=False)  # noqa: SIM115
        setattr(sys, "stdout" if name == "out" else "stderr", stream)
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - kept open
    way, what, *arguments = words
    sys.argv = [what, *arguments]
    if way == "-c":
        sys.argv[0] = "-c"
        exec(compile(what, "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102
    else:
        runpy.run_module(what, run_name="__main__", alter_sys=False)
