"""Processes that carry out tasks side by side; one that is killed loses its own task alone.

`concurrent.futures` would give up every task of a pool when one of its processes dies.
"""

import os
import signal
import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import TracebackType
from typing import Any, Protocol, cast

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.system.processes import begin_process, spawning

Task = Callable[[Any], Any]
"""A function of a module; what it takes and gives can be pickled."""
LOST = "The process was killed; perhaps the computer's memory is too small for so many at once."
FAULT = "A fault of the program:"


@dataclass(frozen=True)
class Outcome:
    """What became of one task."""

    argument: Any
    value: Any = None
    sentence: str = ""
    """Why there is no value; empty where there is one."""


class Workers(Protocol):
    """Who carries out tasks, wherever: `WorkerPool`, `ray_pool.RayPool`."""

    size: int
    """How many tasks at once."""

    def run(self, task: Task, arguments: Sequence[Any]) -> Iterator[Outcome]:
        """Yield the outcome of each call as it ends, in no fixed order."""


@dataclass
class _Worker:
    process: BaseProcess
    connection: Connection = field(repr=False)

    @classmethod
    def start(cls) -> "_Worker":
        context = spawning()
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs,), daemon=True)
        process.start()
        theirs.close()  # so that the process's death is the end of the pipe
        return cls(process, ours)

    def end(self) -> None:
        self.connection.close()
        self.process.terminate()
        self.process.join()


class WorkerPool:
    """Up to `size` processes of one thread each, started when there is work for them."""

    def __init__(self, size: int) -> None:
        self.size = size
        self._idle: list[_Worker] = []
        self._busy: dict[Connection, tuple[_Worker, Any]] = {}

    def __enter__(self) -> "WorkerPool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in (*self._idle, *(worker for worker, _ in self._busy.values())):
            worker.end()

    def run(self, task: Task, arguments: Sequence[Any]) -> Iterator[Outcome]:
        """Yield the outcome of each call as it ends, in no fixed order."""
        waiting = list(reversed(arguments))
        while waiting or self._busy:
            while waiting and len(self._busy) < self.size:
                self._begin(task, waiting.pop())
            for connection in wait(list(self._busy)):
                yield self._finish(cast(Connection, connection))

    def _begin(self, task: Task, argument: Any) -> None:
        worker = self._idle.pop() if self._idle else _Worker.start()
        self._busy[worker.connection] = (worker, argument)
        try:
            worker.connection.send((task, argument))
        except OSError:  # it died while it was idle; `_finish` will find that out
            return

    def _finish(self, connection: Connection) -> Outcome:
        worker, argument = self._busy.pop(connection)
        try:
            value, sentence = connection.recv()
        except (EOFError, OSError):
            worker.end()
            return Outcome(argument, sentence=LOST)
        self._idle.append(worker)
        return Outcome(argument, value, sentence)


def _serve(connection: Connection) -> None:
    """Carry out tasks until the other end is closed, or the process behind it is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever started this process ends it
    begin_process()
    use_one_thread()
    while True:
        try:
            task, argument = connection.recv()
            connection.send(carried_out(task, argument))
        except (EOFError, OSError):
            return


def carried_out(task: Task, argument: Any) -> tuple[Any, str]:
    """Return what a task gives, and why it gives nothing; one of the two is empty."""
    try:
        return task(argument), ""
    except AutoALError as error:
        return None, str(error)
    except Exception:
        return None, f"{FAULT}\n{traceback.format_exc()}"


def use_one_thread() -> None:
    """Keep every library to one thread, and that one from spinning while it waits."""
    from threadpoolctl import threadpool_limits

    # For what is loaded from now on, and for what is loaded already.
    os.environ.update(OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE", KMP_BLOCKTIME="0")
    threadpool_limits(1)
