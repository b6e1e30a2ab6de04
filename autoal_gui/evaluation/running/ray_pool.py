"""Ray in the place of the worker pool: the same tasks on all nodes of a cluster.

The program runs where the cluster can be reached, best on its head node. Folder of the results,
sets and program lie in the same places on all nodes, as in a shared home. A run whose process or
node dies is tried again elsewhere; what it has written by then is in nobody's way.
"""

import os
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from types import TracebackType
from typing import Any

from autoal_gui.core.errors import AutoALError
from autoal_gui.evaluation.running.worker_pool import (
    LOST,
    Outcome,
    Task,
    carried_out,
    use_one_thread,
)

AUTO = "auto"
RETRIES = 3  # of a task whose process or node died; an error of the task itself is none
AHEAD = 2  # tasks handed over for each that can run: so no node waits, and plans may be long
HERE = "127.0.0.1"
UNKNOWN = (
    "The Ray cluster asks for its token. On its head node, `ray get-auth-token` prints it; here, "
    "set RAY_AUTH_MODE=token and put it into RAY_AUTH_TOKEN."
)


class RayPool:
    """Has as many tasks carried out side by side as the cluster has room for."""

    def __init__(self, address: str, size: int, gpu_share: float) -> None:
        """Take down where to.

        Args:
            address: of a cluster; `AUTO` for the one that this computer belongs to, or else for
                one of this computer alone, which answers to this computer and its token alone.
            size: processes of a cluster of this computer alone.
            gpu_share: of a GPU for each task, where the cluster has any; 0 for none.
        """
        self._address, self._own_size, self._gpu_share = address, size, gpu_share
        self._ray: Any = None
        self._running: dict[Any, Any] = {}
        self.size = size

    def __enter__(self) -> "RayPool":
        """Connect.

        Raises:
            AutoALError: Ray is not installed, or the cluster cannot be reached or asks for a token.
        """
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # before Ray is loaded
        if sys.modules.get("requests", self) is None:  # as `sources` leaves it, for speed
            del sys.modules["requests"]
        try:
            self._ray = import_module("ray")
        except ImportError:
            raise AutoALError("Ray is not installed: pip install 'autoal-gui[ray]'.") from None
        self._connect()
        room = self._ray.cluster_resources()
        self._gpu_share = self._gpu_share if room.get("GPU") else 0.0
        self.size = max(1, int(room.get("CPU", 1)))
        if self._gpu_share:
            self.size = max(1, min(self.size, int(room["GPU"] / self._gpu_share)))
        return self

    def _connect(self) -> None:
        quiet = {"logging_level": "ERROR", "log_to_driver": False}
        try:
            self._ray.init(address=self._address, **quiet)
        except self._ray.exceptions.AuthenticationError as error:
            raise AutoALError(UNKNOWN) from error
        except (ConnectionError, RuntimeError, ValueError) as error:
            if self._address != AUTO:
                raise AutoALError(f"No Ray cluster answers at {self._address}.") from error
            self._ray.init(  # of itself it asks all who come for a token, which it makes
                address="local",
                num_cpus=self._own_size,
                include_dashboard=False,
                _node_ip_address=HERE,
                **quiet,
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._running:
            self._ray.cancel(task, force=True)
        self._ray.shutdown()

    def run(self, task: Task, arguments: Sequence[Any]) -> Iterator[Outcome]:
        """Yield the outcome of each call as it ends, in no fixed order."""
        remote = self._ray.remote(
            num_cpus=1, num_gpus=self._gpu_share, max_retries=RETRIES, retry_exceptions=False
        )(_carried_out_on_a_node)
        waiting, place = iter(arguments), os.getcwd()  # noqa: PTH109 - a plain text travels
        for argument in waiting:
            self._running[remote.remote(task, argument, place)] = argument
            while len(self._running) >= AHEAD * self.size:
                yield from self._finished()
        while self._running:
            yield from self._finished()

    def _finished(self) -> Iterator[Outcome]:
        """Wait for one task."""
        for ended in self._ray.wait(list(self._running), num_returns=1)[0]:
            argument = self._running.pop(ended)
            try:
                value, sentence = self._ray.get(ended)
            except self._ray.exceptions.RayError:
                value, sentence = None, LOST
            yield Outcome(argument, value, sentence)


def _carried_out_on_a_node(task: Task, argument: Any, place: str) -> tuple[Any, str]:
    """Carry out a task with one thread, which is set before torch is loaded."""
    use_one_thread()
    try:
        os.chdir(place)  # names that the user gave may count from there
    except OSError:
        return None, f"The folder {place} is not there on every node."
    return carried_out(task, argument)
