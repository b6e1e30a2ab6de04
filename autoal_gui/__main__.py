"""Entry point: the command line first, the window by default. Costly imports stay out of here."""

import os
import signal
import sys


def main() -> int:
    """Run the program and return its exit status."""
    # Python would print a traceback of the imports that are to come.
    signal.signal(signal.SIGINT, _interrupted)
    # Spinning OpenMP threads starve the window; this only counts before torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("KMP_BLOCKTIME", "0")
    # NumPy's threads spin too: 32 components of 512 took 3 s instead of 15 ms beside a busy core.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # scikit-learn would run a system program to count cores, and complain where there is none.
    os.environ.setdefault("LOKY_MAX_CPU_COUNT", str(os.cpu_count() or 1))
    # A built program without a console has no standard streams to write to.
    sys.stdout = sys.stdout or open(os.devnull, "w")  # noqa: PTH123, SIM115 - kept open
    sys.stderr = sys.stderr or sys.stdout
    from autoal_gui.core.system.memory import keep_freed_memory

    keep_freed_memory()
    from autoal_gui.cli import run
    from autoal_gui.commands.terminal import ended_by_signals, on_terminals
    from autoal_gui.core.system.scratch import remove_own, sweep

    on_terminals()
    sweep()
    try:
        with ended_by_signals():
            return run(sys.argv[1:])
    except KeyboardInterrupt:  # before the command's own work has begun
        return 130
    finally:
        remove_own()


def _interrupted(number: int, frame: object) -> None:
    os.write(2, b"autoal-gui: interrupted\n")
    os._exit(130)  # nothing has been begun yet


if __name__ == "__main__":
    import multiprocessing

    multiprocessing.freeze_support()
    sys.exit(main())
