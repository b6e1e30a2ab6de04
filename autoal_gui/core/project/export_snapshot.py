"""What leaves a project: its labels as they stand at one moment, and the choices of an export.

A snapshot is frozen and holds no database, so that another thread can write it while labelling
goes on.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.errors import ImageUnreadable
from autoal_gui.core.images.acts import Act
from autoal_gui.core.images.pixels import picture_to_uint8
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import Pixels
from autoal_gui.core.labels.bulk import Check
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.measures.operating.point import OperatingPoint
from autoal_gui.core.project.kept_point import kept_point
from autoal_gui.core.project.learned_classes import rare_class, short_names
from autoal_gui.core.project.measured_images import measured_images, weighed_images
from autoal_gui.core.project.measured_rounds import measured_rounds
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.result_in_use import ResultInUse, result_in_use
from autoal_gui.core.sets.column_results import MeasuredImages


@dataclass(frozen=True)
class Choices:
    """What the user may choose about an export; each exporter names in `OPTIONS` what it reads."""

    de_identified: bool = False
    """Image ids stand in the place of file names, and numbers in that of annotators; hashes,
    comments and the project's name are left out."""
    unlabelled: bool = False
    """Images without any answer go into a folder of their own."""
    side: int = 0
    """Pixels a side that every image is scaled to; 0 leaves them as they are."""


NO_CHOICES = Choices()
"""Where the user chose nothing."""


@dataclass(frozen=True)
class Snapshot:
    """A project's labels at one moment."""

    name: str
    classes: tuple[str, ...]
    pool: ImagePool = field(repr=False)
    answers: Mapping[int, Entry] = field(repr=False)
    """The answer that stands for each answered image id."""
    flags: frozenset[int] = field(repr=False)
    """Image ids that carry a flag."""
    comments: Mapping[int, str] = field(repr=False)
    """The comment on each image id that has one."""
    entries: tuple[Entry, ...] = field(repr=False)
    """The whole journal, ascending by sequence."""
    training: tuple[tuple[int, int], ...] = field(repr=False)
    """(image id, class index) of the labelled pool images, ascending."""
    evaluation: tuple[tuple[int, int], ...] = field(repr=False)
    """The same of the evaluation set: known truth, else answers."""
    confirmed: tuple[tuple[int, int], ...] = field(default=(), repr=False, kw_only=True)
    """The same of what was confirmed in bulk and holds; nothing is measured by it."""
    check: Check = field(default_factory=Check, kw_only=True)
    """What single answers say of what is confirmed in bulk."""
    rounds: tuple[RoundRecord, ...] = field(repr=False)
    """Those that brought a result."""
    unreadable: tuple[tuple[str, str], ...] = field(repr=False)
    """(key, reason) of the files left out at import."""
    mode: str = ""
    """What asks for images: the setting of the next round."""
    curve_start: int = 0
    """The last round before the evaluation set was changed; 0 if it never was."""
    acts: tuple[Act, ...] = field(default=(), repr=False)
    """What became of the images since the project was made."""
    other_pixels: Mapping[int, str] = field(default_factory=dict, repr=False)
    """The SHA-256 of what was labelled, by image id, where the file is another now."""
    columns: tuple[str, ...] = ()
    """What the set's table says of each image besides class and group."""
    measured: MeasuredImages = field(default_factory=MeasuredImages.nothing, repr=False)
    """The images that performance was measured on, with what the last model makes of each."""
    weighed: MeasuredImages = field(default_factory=MeasuredImages.nothing, repr=False)
    """The images that chose the operating point."""
    short: Mapping[str, int] = field(default_factory=dict)
    """How many labels each class has that has too few, see `short_names`."""
    rare: str = ""
    """The class that has few labels against the others, see `rare_class`."""
    operating_point: OperatingPoint | None = None
    """At which the last model is used; None: an image is given the likeliest class."""
    result: ResultInUse | None = None
    """Of the last measured round, as its model is used; None where nothing was measured."""

    @classmethod
    def of(cls, project: Project) -> "Snapshot":
        """Take one; in the thread that owns the project.

        The journal is read from its file, all of it: some 5 ms for a thousand answers.
        """
        measured, rounds = measured_images(project), project.rounds.finished()
        weighed = weighed_images(project)
        point = kept_point(project, weighed)
        by_round = measured_rounds(rounds, project.files.curve_start)
        return cls(
            name=project.settings.name,
            classes=project.classes.names,
            pool=project.pool,
            answers=dict(project.labels.answers),
            flags=project.labels.journal.flags,
            comments=dict(project.labels.journal.comments),
            entries=project.labels.entries(),
            training=project.labels.training(),
            evaluation=project.labels.evaluation(),
            confirmed=project.bulk.training(),
            check=project.bulk.check,
            rounds=rounds,
            unreadable=project.checks.unreadable,
            mode=project.settings.run.mode,
            curve_start=project.files.curve_start,
            acts=project.files.acts,
            other_pixels={
                i: sha256
                for i in project.files.replaced
                if (sha256 := project.labels.hash_labelled(i)) is not None
            },
            columns=project.settings.columns,
            measured=measured,
            weighed=weighed,
            short=short_names(project),
            rare=rare_class(project),
            operating_point=point,
            result=result_in_use(project, by_round, weighed, point) if by_round else None,
        )

    def hash_labelled(self, image_id: int) -> str:
        """Return the SHA-256 of the file that an image's label was given to; lower-case hex."""
        return self.other_pixels.get(image_id, self.pool.images[image_id].sha256)

    @property
    def labelled(self) -> tuple[tuple[int, int], ...]:
        """(image id, class index) of every image whose label is known, pool and evaluation set.

        Without those confirmed in bulk.
        """
        return tuple(sorted((*self.training, *self.evaluation)))

    @property
    def handed_over(self) -> tuple[tuple[int, int], ...]:
        """The same with those confirmed in bulk, as far as they hold."""
        return tuple(sorted((*self.labelled, *self.confirmed)))

    def is_in_bulk(self, image_id: int) -> bool:
        """Say whether the answer that stands for an image was confirmed in bulk."""
        answer = self.answers.get(image_id)
        return answer is not None and answer.purpose == "confirm"

    @property
    def unanswered(self) -> tuple[int, ...]:
        """The images that nobody has answered and whose label is not known, ascending."""
        known = dict(self.labelled).keys() | self.answers.keys()
        return tuple(i for i in sorted(self.pool.images) if i not in known)

    @property
    def waiting(self) -> tuple[int, ...]:
        """Those of them that wait for an answer: nobody is asked for a file that is broken."""
        broken = dict(self.unreadable)
        return tuple(i for i in self.unanswered if self.pool.images[i].key not in broken)

    def read(self, image_id: int) -> Pixels | None:
        """Decode an image; None where that cannot be done."""
        try:
            return self.pool.read(image_id)
        except ImageUnreadable:
            return None

    def read_in_8_bits(self, image_id: int) -> npt.NDArray[np.uint8] | None:
        """Decode an image as the networks read it, by its file's window; None where it cannot be.

        (H, W) or (H, W, 3), uint8.
        """
        try:
            return picture_to_uint8(self.pool.picture(image_id))
        except ImageUnreadable:
            return None


def no_progress(done: int, total: int) -> None:
    """Take no notice of how far an export is."""


def pseudonyms(entries: tuple[Entry, ...]) -> dict[str, str]:
    """Return "annotator 1", "annotator 2", ... for the names in the order of their first answer."""
    names = dict.fromkeys(entry.annotator for entry in entries)
    return {name: f"annotator {number}" for number, name in enumerate(names, start=1)}
