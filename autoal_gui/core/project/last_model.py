"""The models that the rounds of a project left: each one's file, and the round that made it."""

from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.project.project import Project

FIRST_MODEL = mark(
    "It is of round {number}: before there are labels, a round only chooses which images to ask "
    "for."
)
WHAT_A_ROUND_IS = mark(
    "A round trains a model on the labels that there are by then. As long as they are too few, it "
    "only chooses which images to ask for; so the first model may be of round 2."
)


def learned_from(record: RoundRecord) -> str:
    """Say from how many labels a round has learned, those confirmed in bulk apart."""
    labels = tr_count("{count} label", "{count} labels", record.labels)
    if not record.confirmed:
        return labels
    return tr("{labels} + {confirmed} in bulk", labels=labels, confirmed=number(record.confirmed))


@dataclass(frozen=True)
class LastModel:
    """The model that a round made; the last is used until a round makes a better one."""

    record: RoundRecord
    """The round that made it, which need not be the last: that may have trained nothing."""
    file: Path

    @property
    def name(self) -> str:
        """What it is called wherever models are offered: numbers of rounds alone tell little.

        It has learned from two labels at least.
        """
        values = {"number": number(self.record.number), "labels": learned_from(self.record)}
        return tr("round {number} ({labels})", **values)


def last_model(project: Project) -> LastModel | None:
    """Return the last model whose file is there, or None before there is one."""
    file = project.rounds.last_checkpoint()
    if file is None:
        return None
    rounds = project.rounds.finished()
    return LastModel(next(r for r in reversed(rounds) if r.checkpoint == file.name), file)


def model_of(project: Project, number: int | None = None) -> LastModel | None:
    """Return the model of a round whose file is there, the last one if no round is named.

    None where there is none.
    """
    if number is None:
        return last_model(project)
    return next((one for one in kept_models(project) if one.record.number == number), None)


def trained_rounds(project: Project) -> list[RoundRecord]:
    """Return the rounds that made a model, whether or not its file is there, in their order."""
    return [record for record in project.rounds.finished() if record.checkpoint]


def kept_models(project: Project) -> tuple[LastModel, ...]:
    """Return the model of each round whose file is there, ascending by round."""
    return tuple(
        LastModel(record, project.models_folder / record.checkpoint)
        for record in trained_rounds(project)
        if (project.models_folder / record.checkpoint).is_file()
    )
