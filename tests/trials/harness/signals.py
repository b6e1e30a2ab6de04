"""Commands that are asked to end while they hold decoded images in a temporary folder."""

import os
import signal
import subprocess
import time
from pathlib import Path

from tests.support.processes.child import start

COMMANDS: dict[str, tuple[str, ...]] = {
    "simulate": ("simulate", "--data", "demo", "--mode", "random", "--device", "cpu"),
    "benchmark": ("benchmark", "--data", "demo", "--only", "round"),
    "evaluate": ("evaluate", "--data", "demo", "--methods", "random+cold", "--out", "OUT",
                 "--jobs", "1"),
}  # fmt: skip
SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGINT") if hasattr(signal, name)
)


def left_behind(command: tuple[str, ...], number: int, place: Path, pause: float) -> list[str]:
    """Start a command, send it a signal once it has made its folder, and say what is left.

    Args:
        command: arguments of the program; "OUT" becomes a folder.
        number: of the signal.
        place: an empty folder, which the command takes for that of temporary files.
        pause: seconds between the making of its folder and the signal.

    Returns:
        names of what lies in the folder of temporary files, and lines of a traceback.
    """
    temporary = place / "temporary"
    temporary.mkdir(parents=True)
    arguments = [str(place / "out") if word == "OUT" else word for word in command]
    with start(["-m", "autoal_gui", *arguments], {"TMPDIR": str(temporary)}) as process:
        end = time.monotonic() + 100
        while process.poll() is None and time.monotonic() < end:
            if any(temporary.glob("autoal-gui-*")):
                break
            time.sleep(0.05)
        time.sleep(pause)
        process.send_signal(number)
        try:
            told = process.finished(60).stderr
        except subprocess.TimeoutExpired:
            os.killpg(process.process.pid, signal.SIGKILL)
            return ["it did not end"]
    end = time.monotonic() + 10  # its workers end after it
    while any(temporary.glob("autoal-gui-*")) and time.monotonic() < end:
        time.sleep(0.1)
    traces = [line for line in told.splitlines() if line.startswith("Traceback")]
    return [path.name for path in temporary.glob("autoal-gui-*")] + traces
