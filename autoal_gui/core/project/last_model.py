"""The model that the rounds of a project left last: its file, and the round that made it."""

from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.project.project import Project


@dataclass(frozen=True)
class LastModel:
    """A model that is used until a round makes a better one."""

    record: RoundRecord
    """The round that made it, which need not be the last: that may have trained nothing."""
    file: Path


def last_model(project: Project) -> LastModel | None:
    """Return the last model whose file is there, or None before there is one."""
    file = project.rounds.last_checkpoint()
    if file is None:
        return None
    rounds = project.rounds.finished()
    return LastModel(next(r for r in reversed(rounds) if r.checkpoint == file.name), file)
