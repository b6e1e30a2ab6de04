"""Which of the paper's sets are on this computer, and with which budgets they are run."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.errors import AutoALError
from autoal_gui.evaluation.paper.claims import OTHERS, SETS, PaperSet, paper_set
from autoal_gui.sources.opening import spec_of


@dataclass(frozen=True)
class Asked:
    """A set to run on, and the budgets that the paper gives it."""

    data: str
    budgets: PaperSet


def sets_there(data: Sequence[str]) -> list[Asked]:
    """Return the sets to run on: those named, else those of the paper that are on this computer.

    Nothing is downloaded. A set that the paper lacks has the budgets of OrganCMNIST.

    Raises:
        AutoALError: no set of the paper is there.
    """
    found = [name for name in SETS if _is_there(name)] if not data else list(dict.fromkeys(data))
    if not found:
        raise AutoALError(
            "No set of the paper is on this computer. Put the file of one, such as "
            "organcmnist.npz, into this folder, or name other sets with --data."
        )
    return [Asked(text, paper_set(Path(text).stem) or OTHERS) for text in found]


def _is_there(name: str) -> bool:
    try:
        spec_of(name)
    except AutoALError:
        return False
    return True


def lacking(names: Sequence[str]) -> str:
    """Say which sets of the paper are not among some that were run; empty where none is lacking."""
    known = [paper_set(Path(name).stem) for name in names]
    titles = [one.title for one in SETS.values() if one not in known]
    if not titles:
        return ""
    *others, last = titles
    listed = f"{', '.join(others)} and {last}" if others else last
    return f"Not run, since not asked for or not on this computer: {listed}."
