"""Which images of a project are not among those shown, and why: counts that add up."""

from collections.abc import Set

from autoal_gui.core.language import tr_count
from autoal_gui.core.project.project import Project


def left_out_words(project: Project, shown: Set[int], broken: Set[int] = frozenset()) -> str:
    """Say how many images are not shown, by reason; nothing where all are.

    Args:
        project: whose images they are.
        shown: image ids of the project.
        broken: images that turned out to be unreadable when they were to be shown.
    """
    answers, unusable, images = project.labels.answers, project.checks.unusable, project.pool.images
    unreadable = measuring = answered = others = 0
    for image_id in images.keys() - shown:
        if image_id in unusable or image_id in broken:
            unreadable += 1
        elif image_id in answers:
            answered += 1
        elif images[image_id].split == "evaluation":
            measuring += 1
        else:
            others += 1
    said = (
        tr_count("{count} has an answer", "{count} have an answer", answered) if answered else "",
        tr_count(
            "{count} of the evaluation set only measures",
            "{count} of the evaluation set only measure",
            measuring,
        )
        if measuring
        else "",
        tr_count("{count} cannot be read", "{count} cannot be read", unreadable)
        if unreadable
        else "",
        tr_count("{count} is not asked for", "{count} are not asked for", others) if others else "",
    )
    reasons = "; ".join(filter(None, said))
    total = unreadable + answered + measuring + others
    if not total:
        return ""
    return tr_count(
        "{count} image is not shown: {reasons}.",
        "{count} images are not shown: {reasons}.",
        total,
        reasons=reasons,
    )
