"""What goes along with a project's model when it leaves the program."""

from dataclasses import dataclass

from autoal_gui.core.language import mark, number, tr
from autoal_gui.core.measures.operating.decision import Threshold
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.last_model import LastModel, last_model
from autoal_gui.core.project.project import Project
from autoal_gui.exporters.companions.project_part import project_sections

EARLIER = mark(
    "The model handed over with this report is of {model}. The report tells of the whole project, "
    "whose last model is of round {last}."
)


@dataclass(frozen=True)
class Leaving:
    """A model of a project, and what its files say of where it comes from."""

    model: LastModel
    about: str
    """What the project tells of it, see `project_sections`."""
    start_from: str
    """The file of weights that the project starts from; empty where there is none."""
    threshold: Threshold | None
    """From which probability on an image is given a class. Only the last model has one: a
    threshold is chosen for one model's probabilities."""
    remark: str
    """What the report has to say of it first; empty for the last model."""

    @classmethod
    def of(cls, project: Project, model: LastModel, labels: Snapshot) -> "Leaving":
        """Gather it.

        Args:
            project: whose model it is.
            model: of any of its rounds.
            labels: its labels now.
        """
        record, last = model.record, last_model(project) or model
        is_last = record.number == last.record.number
        point = labels.operating_point if is_last else None
        return cls(
            model,
            project_sections(labels, record),
            project.settings.start_from,
            point.threshold if point else None,
            "" if is_last else tr(EARLIER, model=model.name, last=number(last.record.number)),
        )
