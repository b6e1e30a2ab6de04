"""The rounds that run until the warm start has brought something, by a network with weights."""

from autoal_gui.backbones.weight_files import is_usable
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.pool import longest_side
from autoal_gui.core.project.project import Project
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import RunSettings

MOST_MEASURING = 10_000  # evaluation images that a first round describes in less than a minute


def uses_before(project: Project) -> bool:
    """Say whether a network with weights is used as long as the warm start has brought nothing."""
    if not project.warm_start.wanted or project.warm_start.checkpoint:
        return False
    plug_in = discover("autoal_gui.backbones").get(project.settings.run.before)
    return plug_in is not None and plug_in.WEIGHTS is not None and is_usable(plug_in)


def lacks_a_model(project: Project) -> bool:
    """Say whether a first model is not to wait for the warm start.

    A network that comes with weights makes one in seconds, where images are not too many.
    """
    classes = {class_index for _, class_index in project.labels.training()}
    few = len(project.labels.evaluation()) <= MOST_MEASURING
    return project.rounds.last_checkpoint() is None and len(classes) > 1 and few


def at_once(project: Project) -> RunSettings:
    """Return what a round runs with until the warm start has brought something."""
    run = project.settings.run
    try:
        return run.at_once(longest_side(project.pool))
    except AutoALError:  # the round itself will say that no image can be read
        return run
