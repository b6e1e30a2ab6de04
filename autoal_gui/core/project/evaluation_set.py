"""The evaluation set, changed after the project was made: an act that starts a new curve."""

from collections import Counter
from collections.abc import Collection

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.acts import Change
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.language import mark, number, tr, tr_count
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores.label_store import LabelStore
from autoal_gui.core.sets.partition import set_aside, units_of

LARGEST_SHARE = 2  # at most one image in so many measures
TOO_LARGE = mark("At most {count} images can be set aside: half of those that can be used.")
UNCHANGED = mark("The evaluation set stays as it is.")


def largest(project: Project) -> int:
    """Return how many images may measure at most."""
    return len(project.pool.images.keys() - project.checks.unusable) // LARGEST_SHARE


def composition(project: Project) -> str:
    """Say how many images measure, and of which classes as far as that is known."""
    images = project.pool.ids("evaluation")
    if not images:
        return tr("The evaluation set has no images.")
    counts = Counter(index for _, index in project.labels.evaluation())
    names = project.classes.names
    known = [f"{names[index]} {number(counts[index])}" for index in sorted(counts)]
    waiting = len(images) - sum(counts.values())
    if waiting:
        known.append(tr("not known yet {count}", count=number(waiting)))
    return tr_count(
        "The evaluation set has {count} image: {classes}.",
        "The evaluation set has {count} images: {classes}.",
        len(images),
        classes=", ".join(known),
    )


def came_with(labels: LabelStore, images: Collection[int]) -> dict[int, Entry]:
    """Return the classes of evaluation images that came with the data, as answers by nobody.

    Args:
        labels: of the project.
        images: the ids of any images; those that a reader answered, and of which no class is
            known, are missing in what is returned.
    """
    wanted = set(images) - labels.answers.keys()
    return {
        i: Entry(0, "", "", 0, "import", i, known)
        for i, known in labels.evaluation()
        if i in wanted
    }


def draw_evaluation_set(project: Project, wanted: int) -> str:
    """Draw another evaluation set by chance; say what changed. The project is to be opened anew.

    It is drawn from all images that can be used, answered or not, since those that a method asked
    for are harder than others. Groups and identical files stay whole; where the class of each is
    known, every class gives its share. Labels go with their images. Rounds of before were measured
    on other images: the curve begins anew.

    Args:
        project: the open project.
        wanted: about how many images; 0 for none.

    Raises:
        ProjectError: there are too few images, or it could not be saved.
    """
    if wanted > largest(project):
        raise ProjectError(tr(TOO_LARGE, count=number(largest(project))))
    pool, unusable = project.pool, project.checks.unusable
    usable = [i for i in sorted(pool.images) if i not in unusable]
    known = project.files.known_classes()
    classes = {i: known[i] for i in usable} if set(usable) <= known.keys() else {}
    drawn = sum(act.kind == "evaluation" for act in project.files.acts)
    units = dict(zip(usable, units_of(pool.images, usable), strict=True))
    chosen = set_aside(units, classes, wanted, project.settings.run.seed + drawn + 1)
    changes = [
        Change(i, pool.images[i].split, "evaluation" if i in chosen else "pool")
        for i in usable
        if (pool.images[i].split == "evaluation") != (i in chosen)
    ]
    if not changes:
        return tr(UNCHANGED)
    project.change_splits(changes)
    count = len(chosen) + sum(pool.images[i].split == "evaluation" for i in unusable)
    return tr_count(
        "The evaluation set has {count} image from now on; a new curve begins with the next round.",
        "The evaluation set has {count} images from now on; a new curve begins with the next "
        "round.",
        count,
    )
