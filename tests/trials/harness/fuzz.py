"""The fuzzer's process: `fuzz.py KIND FOLDER [options of libFuzzer]`; counts into FOLDER/counts."""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(
    include=["autoal_gui.sources", "autoal_gui.core", "PIL", "pydicom"]
):
    from tests.trials.harness.targets import TARGETS, outcome, watch

kind, place = sys.argv[1], Path(sys.argv[2])
counts = (place / "counts").open("w", buffering=1)
target = TARGETS[kind]


def try_one(data: bytes) -> None:
    verdict = " ".join(outcome(target, data, place / "input").split())
    counts.write(verdict + "\n")
    if not verdict.startswith(("used", "refused")):
        raise AssertionError(verdict)


outcome(target, b"", place / "input")
watch(place)
atheris.Setup([sys.argv[0], *sys.argv[3:]], try_one)
atheris.Fuzz()
