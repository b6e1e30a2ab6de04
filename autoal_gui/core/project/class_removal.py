"""Taking a class out of use: never silently, and never out of the journal, which only grows."""

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.language import mark, tr, tr_count
from autoal_gui.core.project.project import Project

FEWEST = 2
TOO_FEW = mark("A project needs at least two classes.")


def labelled_with(project: Project, class_index: int) -> tuple[int, ...]:
    """Return the images whose answer is a class, ascending."""
    given = project.labels.answers.items()
    return tuple(sorted(image for image, entry in given if entry.class_index == class_index))


def why_not(project: Project, class_index: int) -> str:
    """Say in one sentence why a class has to stay, or return ""."""
    if len(project.classes.names) - len(project.classes.removed) <= FEWEST:
        return tr(TOO_FEW)
    known = project.labels.measuring(class_index)
    if known:
        return tr_count(
            "The class has to stay: {count} image of the evaluation set is known to be of it.",
            "The class has to stay: {count} images of the evaluation set are known to be of it.",
            known,
        )
    return ""


def remove_class(project: Project, class_index: int, heir: int | None) -> int:
    """Take a class out of use and return how many labels were given another answer or none.

    Its index stays its own, so that older labels, models and exports keep their meaning; undo
    brings its labels back, and the class with them.

    Args:
        project: the open project.
        class_index: the class.
        heir: the class that its images get; None: they are "unsure".

    Raises:
        ProjectError: it has to stay, or the change could not be saved.
    """
    if reason := why_not(project, class_index):
        raise ProjectError(reason)
    images = labelled_with(project, class_index)
    confirmed = project.labels.journal.confirmed
    with project.labels.together():
        for image in images:
            if image in confirmed:  # nobody has read it: it waits for an answer again
                entry = confirmed[image]
                project.labels.answer(image, "withdraw", withdraws=entry, purpose="confirm")
            else:
                project.labels.answer(image, "unsure" if heir is None else "label", heir)
    project.classes.removed = project.classes.removed | {class_index}
    return len(images)


def restore_class(project: Project, class_index: int) -> None:
    """Take a removed class into use again."""
    project.classes.removed = project.classes.removed - {class_index}
