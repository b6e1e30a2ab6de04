"""What `make check_advisories` says: a fault, a whole check, or that there was none."""

import json
import sys

import pytest

from tests.tools.advisories import LOCK, UNREACHED, check_advisories

SOUND = {"name": "numpy", "version": "2.0", "vulns": []}
FAULT = {"id": "PYSEC-1", "fix_versions": ["3.0"], "aliases": [], "description": ""}
FAULTY = {"name": "pillow", "version": "11.0", "vulns": [FAULT]}
UNKNOWN = {"name": "scipy", "skip_reason": "Dependency not found on PyPI"}


def answering(text: str, error: str = "") -> tuple[str, ...]:
    program = f"import sys; sys.stdout.write({text!r}); sys.stderr.write({error!r})"
    return (sys.executable, "-c", program)


@pytest.mark.parametrize(
    ("packages", "words", "status"),
    [
        ([SOUND, SOUND], "2 packages; none has a known fault.", 0),
        ([SOUND, FAULTY, UNKNOWN], "pillow 11.0: PYSEC-1, mended in 3.0\nKnown faults: 1.", 1),
        ([SOUND, UNKNOWN], "Of 1 of 2 packages nothing is known: scipy.", 2),
        ([UNKNOWN], f"{UNREACHED} What answered in its place knows none of the packages.", 2),
    ],
)
def test_only_a_whole_audit_is_a_sound_one(packages, words, status):
    report = json.dumps({"dependencies": packages, "fixes": []})
    assert check_advisories(answering(report)) == (words, status)


def test_no_network_and_no_answer_end_in_a_sentence():
    words, status = check_advisories(answering("", "Traceback\nProxyError: refused"))
    assert (words, status) == (f"{UNREACHED} The last that was said: ProxyError: refused", 2)
    waiting = (sys.executable, "-c", "import time; time.sleep(600)")
    assert check_advisories(waiting, 0.5) == (
        "The advisory service gave no answer within 0.5 s; nothing was checked.", 2
    )  # fmt: skip
    assert LOCK.is_file()
