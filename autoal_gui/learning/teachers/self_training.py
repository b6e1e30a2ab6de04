"""Self-training: what a head fitted to the labels makes of the pool is taken for its labels.

Lee, "Pseudo-Label", ICML workshop 2013, with chances in place of hard labels. Each class is held to
the share of the pool that the head gives it on the whole, so that sharpening moves no class's size
(Berthelot et al., "ReMixMatch", ICLR 2020).
"""

from autoal_gui.core.language import mark
from autoal_gui.learning.teachers.contract import Floats, Lesson
from autoal_gui.learning.teachers.neighbours import as_chances

NAME = "self_training"
LABEL = mark("Self-training")
SOURCE = "Lee 2013"
ORDER = 30
SHARPNESS = 2.0  # the power that chances are raised to; MixMatch's


def guess(lesson: Lesson) -> Floats:
    """Return (p, C) chances of the classes of the unlabelled images."""
    sharp = as_chances(lesson.chances**SHARPNESS)
    return as_chances(sharp * lesson.chances.mean(0) / sharp.mean(0).clip(1e-12))
