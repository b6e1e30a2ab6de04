"""Asks PyPI's advisory service for known faults of every locked version; `make check_advisories`.

pip-audit says "no known vulnerabilities" of packages that the service does not know, as a mirror
without advisories knows none, and ends with a stack trace where there is no network. Here both end
in one sentence and a status of 2; a known fault is a 1, and only a whole check is a 0.
"""

import json
import subprocess
import sys

from tests.support.paths import ROOT

LOCK = ROOT / "requirements.lock"
SECONDS = 180  # for some hundred short questions
COMMAND = (
    sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes",
    "--disable-pip", "--progress-spinner", "off", "--timeout", "10", "--format", "json",
)  # fmt: skip
UNREACHED = "The advisory service cannot be reached; nothing was checked."


def check_advisories(
    command: tuple[str, ...] = COMMAND, seconds: float = SECONDS
) -> tuple[str, int]:
    """Return what to print and the exit status."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return f"The advisory service gave no answer within {seconds:g} s; nothing was checked.", 2
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        reason = done.stderr.strip().rpartition("\n")[2][:300]
        return f"{UNREACHED} The last that was said: {reason or 'nothing'}", 2
    return outcome(packages)


def outcome(packages: list[dict]) -> tuple[str, int]:
    """Say what came of the packages of a report."""
    faults = [
        f"{one['name']} {one['version']}: {fault['id']}, mended in "
        f"{', '.join(fault['fix_versions']) or 'no version yet'}"
        for one in packages
        for fault in one.get("vulns", ())
    ]
    unknown = [one["name"] for one in packages if "skip_reason" in one]
    if faults:
        return "\n".join([*faults, f"Known faults: {len(faults)}."]), 1
    if len(unknown) == len(packages):
        return f"{UNREACHED} What answered in its place knows none of the packages.", 2
    if unknown:
        names = ", ".join(unknown)
        return f"Of {len(unknown)} of {len(packages)} packages nothing is known: {names}.", 2
    return f"{len(packages)} packages; none has a known fault.", 0


if __name__ == "__main__":
    words, status = check_advisories()
    print(words)
    sys.exit(status)
