"""A project: a folder with an SQLite file, the trained models, and memory-mapped images.

The thread that opened a project is the only one to use it. Every answer is committed before the
call that gives it returns, so that closing or killing the program at any moment loses nothing.
"""

import contextlib
import json
import random
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, timezone
from itertools import filterfalse
from pathlib import Path
from typing import Any, Literal

from autoal_gui.core.database import file_check_rows as checks
from autoal_gui.core.database import project_file as database
from autoal_gui.core.database.backups import keep_backup
from autoal_gui.core.database.journal_rows import (
    first_broken,
    insert_entry,
    last_seal,
    read_entries,
)
from autoal_gui.core.database.prediction_rows import (
    Probabilities,
    keep_predictions,
    read_predictions,
)
from autoal_gui.core.errors import ProjectDamaged, ProjectError, SettingsError
from autoal_gui.core.images.pool import HiddenTruth, ImagePool, PoolImage
from autoal_gui.core.images.source import ImageReader, Listing, SourceSpec, Split
from autoal_gui.core.labels.hidden_repeats import EVERY, repeats_for
from autoal_gui.core.labels.journal import (
    OWN,
    UNSEALED,
    Action,
    Entry,
    Journal,
    Purpose,
    together_at,
    turn_of,
)
from autoal_gui.core.labels.label_counts import LabelCounts
from autoal_gui.core.labels.label_queue import LabelQueue
from autoal_gui.core.labels.splits import assign_splits
from autoal_gui.core.language import mark, tr
from autoal_gui.core.measures.metrics import ByChance, Metrics, as_plain, from_plain
from autoal_gui.core.messages import Asked, Query, RoundFinished, WarmStarted
from autoal_gui.core.project.warm_start import WarmRecord, same_input, state_file
from autoal_gui.core.readers.double_reading import Reading
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.foreign_files import sha256_of

LabelUse = Literal["labelled", "hidden", "ignore"]
"""What known labels mean: given answers, the truth of a replay, or nothing."""
Outcome = Literal["running", "finished", "failed", "cancelled", "interrupted"]
OpenImages = Callable[[SourceSpec, Path], ImageReader]

FILE_NAME = "project.autoal"
WARM_FILE = "warm.pt"  # the checkpoint of the warm start
UNANSWERED = mark("The answer could not be saved; is the disk full or read-only?")
RANKING_KEPT = 1000  # images of a ranking that are stored: many batches of labelling ahead


@dataclass(frozen=True)
class ProjectPlan:
    """What the user chose before a project is created."""

    name: str
    spec: SourceSpec
    classes: tuple[str, ...]
    """The listing's classes come first, in their order."""
    settings: RunSettings
    label_use: LabelUse = "hidden"
    evaluation_images: int | None = None
    """Images set aside at random for the evaluation set where the source has none of its own; None
    for the default, 0 for no evaluation set."""
    start_from: str = ""
    """A checkpoint in the project's models folder that every round starts from; or empty."""


@dataclass(frozen=True)
class RoundRecord:
    """One round as the project remembers it; empty fields where it did not finish."""

    number: int
    outcome: Outcome
    settings: RunSettings
    started: str
    ended: str
    labels: int
    sentence: str = ""
    weights: tuple[tuple[str, float], ...] = ()
    plain_weights: tuple[tuple[str, float], ...] = ()
    metrics: Metrics | None = None
    audit: Metrics | None = None
    """Out-of-fold, on the labelled images that were drawn at random."""
    by_chance: ByChance | None = None
    """What the labels of images drawn at random give alone."""
    checkpoint: str = ""
    """File name inside the project's models folder."""
    checkpoint_sha256: str = ""
    seconds: tuple[tuple[str, float], ...] = ()
    device: str = ""
    notices: tuple[str, ...] = ()
    reason: str = ""
    """What chose the batch, in one sentence."""

    @property
    def remarks(self) -> str:
        """What there is to say of the round, in sentences."""
        return " ".join((*self.notices, self.reason)).strip()


@dataclass(frozen=True)
class Suggestion:
    """What the last model makes of an image."""

    class_index: int
    confidence: float


@dataclass
class _Ranking:
    """The last finished ranking, as far as it is stored."""

    order: tuple[int, ...] = ()
    suggestions: dict[int, Suggestion] = field(default_factory=dict)
    queries: dict[int, Query] = field(default_factory=dict)


class Project:
    """An open project. Use `create` or `open`, and `close` it in the end."""

    def __init__(self, folder: Path, connection: sqlite3.Connection, reader: ImageReader) -> None:
        self.folder = folder
        self._db = connection
        identity = str(_setting(connection, "identity", ""))
        self.pool = ImagePool.of(self._load_images(), reader, identity)
        self._unusable = checks.unusable(connection)
        self._moment = ""  # of answers that are given at once
        self._shuffled: tuple[int, tuple[int, ...]] | None = None
        self._journal = Journal.of(read_entries(connection))
        self._label_counts = LabelCounts.of(self.answers, self.pool.images)
        self._ranking = self._load_ranking()
        # As read last; None after a change.
        self._classes: tuple[str, ...] | None = None
        self._rounds: tuple[RoundRecord, ...] | None = None
        self._own_truth = self._load_evaluation_truth()

    # -- opening and closing ------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        folder: Path,
        plan: ProjectPlan,
        listing: Listing,
        open_images: OpenImages,
        annotator: str = "annotator",
    ) -> "Project":
        """Write a new project into `folder` and open it.

        Raises:
            ProjectError: the folder holds a project already or cannot be written.
            SourceError: the images have gone since they were listed.
        """
        reader = open_images(plan.spec, make_folders(folder))
        connection = database.create(
            folder / FILE_NAME, lambda db: _write_plan(db, plan, listing, annotator)
        )
        keep_backup(connection, folder / FILE_NAME)
        return cls(folder, connection, reader)

    @classmethod
    def open(cls, folder: Path, open_images: OpenImages) -> "Project":
        """Open a project, take its lock, and go on where it was left.

        Raises:
            ProjectError: see `database.open_existing`.
            SourceError: the images are no longer where they were.
        """
        connection = database.open_existing(folder / FILE_NAME)
        try:
            spec = _spec_from(_setting(connection, "source"))
            project = cls(folder, connection, open_images(spec, make_folders(folder)))
            project._read_all()
            project._interrupt_rounds()
        except sqlite3.Error as error:
            connection.close()
            raise database.explained(error) from error
        except (SettingsError, ValueError, KeyError, TypeError, AttributeError) as error:
            connection.close()
            raise ProjectDamaged(tr(database.DAMAGED)) from error
        except BaseException:
            connection.close()
            raise
        return project

    def _interrupt_rounds(self) -> None:
        """Note of rounds that run according to the file that they were not brought to their end."""
        self._rounds = None
        self._db.execute("UPDATE round SET outcome='interrupted' WHERE outcome='running'")

    def close(self) -> None:
        """Release the project's lock. Nothing is saved here: all of it is saved already."""
        self._db.close()

    @property
    def models_folder(self) -> Path:
        """Where checkpoints are."""
        return self.folder / "models"

    @property
    def workspace(self) -> Path:
        """Where memory-mapped images are; may be deleted while the program is closed."""
        return self.folder / "cache"

    # -- what was set up ----------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The project's name as the user typed it."""
        return str(_setting(self._db, "name"))

    @property
    def spec(self) -> SourceSpec:
        """Where the images come from."""
        return _spec_from(_setting(self._db, "source"))

    @property
    def start_from(self) -> str:
        """The project's own copy of the checkpoint that every round starts from; or empty."""
        name = Path(str(_setting(self._db, "start_from"))).name
        return str(self.models_folder / name) if name else ""  # the project may have been moved

    @property
    def classes(self) -> tuple[str, ...]:
        """Class names; the position is the class index."""
        if self._classes is None:
            rows = self._db.execute("SELECT name FROM class ORDER BY class_index")
            self._classes = tuple(name for (name,) in rows)
        return self._classes

    def add_class(self, name: str) -> int:
        """Add a class at the end and return its index.

        Raises:
            ProjectError: the name is empty or taken.
        """
        index = len(self.classes)
        self._write_class("INSERT INTO class (name, class_index) VALUES (?, ?)", name, index)
        return index

    def rename_class(self, class_index: int, name: str) -> None:
        """Rename a class; its labels stay.

        Raises:
            ProjectError: the name is empty or taken.
        """
        self._write_class("UPDATE class SET name=? WHERE class_index=?", name, class_index)

    @property
    def removed_classes(self) -> frozenset[int]:
        """Classes taken out of use; one whose labels an undo has brought back is in use again."""
        removed = frozenset(int(i) for i in _setting(self._db, "removed_classes", []))
        if not removed:
            return removed
        return removed - {index for index, count in self._label_counts.classes.items() if count}

    @removed_classes.setter
    def removed_classes(self, removed: Iterable[int]) -> None:
        self._set("removed_classes", sorted(removed))

    def measuring_labels(self, class_index: int) -> int:
        """Return how many images of the evaluation set are known to be of a class."""
        return sum(known == class_index for known in self._own_truth.values())

    def _write_class(self, statement: str, name: str, class_index: int) -> None:
        name = name.strip()
        if not name:
            raise ProjectError(tr("A class needs a name."))
        if name in self.classes[:class_index] + self.classes[class_index + 1 :]:
            raise ProjectError(tr("There is a class named {name} already.", name=name))
        self._classes = None
        self._execute(statement, name, class_index)

    @property
    def settings(self) -> RunSettings:
        """The settings of the next round."""
        return RunSettings.from_json(str(_setting(self._db, "settings")))

    @settings.setter
    def settings(self, settings: RunSettings) -> None:
        self._set("settings", settings.to_json())

    @property
    def annotator(self) -> str:
        """Who labels."""
        return str(_setting(self._db, "annotator"))

    @annotator.setter
    def annotator(self, name: str) -> None:
        self._set("annotator", name)

    @property
    def show_suggestions(self) -> bool:
        """Whether the model's suggestion is visible before the answer; blind first by default."""
        return bool(_setting(self._db, "show_suggestions"))

    @show_suggestions.setter
    def show_suggestions(self, shown: bool) -> None:
        self._set("show_suggestions", shown)

    @property
    def waited_seconds(self) -> float:
        """How long the annotators had nothing to answer because the program made them wait."""
        return float(_setting(self._db, "waited_seconds", 0.0))

    @waited_seconds.setter
    def waited_seconds(self, seconds: float) -> None:
        self._set("waited_seconds", seconds)

    @property
    def unreadable(self) -> tuple[tuple[str, str], ...]:
        """(key, reason) of the files left out at import."""
        return tuple(self._db.execute("SELECT key, reason FROM unreadable ORDER BY key"))

    def unchecked(self) -> tuple[tuple[int, str], ...]:
        """Return (image id, key) of the images whose file has not been read yet."""
        return checks.unchecked(self._db)

    @property
    def unusable(self) -> Set[int]:
        """The images that turned out to be unreadable; nobody is asked for them."""
        return self._unusable

    def store_checks(self, found: Sequence[checks.Checked]) -> None:
        """Store what came of files that were read after the project was made.

        Raises:
            ProjectError: it could not be saved.
        """
        with database.saving(), database.transaction(self._db):
            checks.store(self._db, found)
        self.pool.put_hashes({one.image_id: one.sha256 for one in found if not one.reason})
        self._unusable -= {one.image_id for one in found if not one.reason}
        self._unusable |= {one.image_id for one in found if one.reason}

    # -- answers ------------------------------------------------------------------------------

    @property
    def answers(self) -> Mapping[int, Entry]:
        """The answer that stands for each answered image id."""
        return self._journal.answers

    @property
    def label_counts(self) -> LabelCounts:
        """How many labels there are, without a look at each answer; for reading alone."""
        return self._label_counts

    @property
    def can_undo(self) -> bool:
        """Whether there is an answer to take back."""
        return self._journal.undoable is not None

    @property
    def can_redo(self) -> bool:
        """Whether there is an answer to restore."""
        return self._journal.redoable is not None

    def answer(
        self,
        image_id: int,
        action: Action,
        class_index: int | None = None,
        suggestion: Suggestion | None = None,
        shown: bool = False,
        comment: str = "",
        round_number: int | None = None,
        purpose: Purpose = "answer",
        annotator: str = "",
    ) -> Entry:
        """Commit one answer ("label", "unsure" or "skip") and return its entry.

        `round_number` is that of the round whose ranking asked for the image; by default the last.
        `annotator` is by default the project's.

        Raises:
            ProjectError: it could not be saved; the answer does not stand.
        """
        return self._append(
            action,
            image_id,
            class_index=class_index,
            suggested=suggestion.class_index if suggestion else None,
            confidence=suggestion.confidence if suggestion else None,
            shown=shown and suggestion is not None,
            comment=comment,
            round_number=self.last_round if round_number is None else round_number,
            purpose=purpose,
            annotator=annotator or self.annotator,
        )

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Commit the answers that the block gives at once, or none of them.

        They carry one time, by which they are one step for `undo_together`.

        Raises:
            ProjectError: they could not be saved.
        """
        self._moment = self._free_moment()
        try:
            with database.saving(UNANSWERED), database.transaction(self._db):
                yield
        except BaseException:
            self._journal = Journal.of(read_entries(self._db))  # without what was taken back
            self._label_counts = LabelCounts.of(self.answers, self.pool.images)
            raise
        finally:
            self._moment = ""

    def _free_moment(self) -> str:
        """Return a time that the last answers were not given at, should the clock stand still."""
        now, last = datetime.now(timezone.utc), self._journal.undoable
        while last is not None and together_at(now) == last.at:
            now += timedelta(microseconds=1)
        return together_at(now)

    def add_readings(self, readings: Sequence[Entry]) -> None:
        """Append second readings from another project, all or none; each gets a sequence here.

        Raises:
            ProjectError: they could not be saved.
        """
        entries = []
        with database.saving(), database.transaction(self._db):
            last, seal = last_seal(self._db)
            for sequence, reading in enumerate(readings, start=last + 1):
                entries.append(replace(reading, sequence=sequence, purpose="second"))
                seal = insert_entry(self._db, entries[-1], seal)
        for entry in entries:
            self._journal.apply(entry)

    def flag(self, image_id: int, flagged: bool = True) -> Entry:
        """Put a flag on an image, or take it off; its answer stays as it is.

        Raises:
            ProjectError: it could not be saved.
        """
        action: Action = "flag" if flagged else "unflag"
        return self._append(action, image_id, round_number=self.last_round)

    def comment_on(self, image_id: int, comment: str) -> Entry:
        """Put a comment on an image in the place of the last one; an empty one removes it.

        Raises:
            ProjectError: it could not be saved.
        """
        return self._append("comment", image_id, round_number=self.last_round, comment=comment)

    @property
    def journal(self) -> Journal:
        """What the answers, flags, comments and readings add up to; for reading alone."""
        return self._journal

    @property
    def readings(self) -> tuple[Reading, ...]:
        """The second readings that were begun, in that order."""
        rows = _setting(self._db, "readings", ())
        return tuple(Reading(str(name), tuple(map(int, images))) for name, images in rows)

    def save_reading(self, reading: Reading) -> None:
        """Remember a second reading, so that it can be left and taken up again."""
        unfinished = [one for one in self.readings if one.current(self._journal) is not None]
        self._set("readings", [(one.annotator, one.images) for one in (*unfinished, reading)])

    def first_broken_seal(self) -> int | None:
        """Return the first line of the journal that was changed from outside; None if none was."""
        return first_broken(self._db)

    def undo(self, turn: str = OWN) -> Entry | None:
        """Take back the last answer that stands; return it, or None if there is none.

        `turn` names a second reader, who takes back their own answers alone.
        """
        answer = self._journal.undoable_of(turn)
        if answer is not None:
            self._append_turn("undo", answer)
        return answer

    def redo(self, turn: str = OWN) -> Entry | None:
        """Restore the answer last taken back; return it, or None if there is none."""
        answer = self._journal.redoable_of(turn)
        if answer is not None:
            self._append_turn("redo", answer)
        return answer

    def undo_together(self) -> tuple[Entry, ...]:
        """Take back the last answer and all that were given with it, at once or not at all.

        Raises:
            ProjectError: it could not be saved; the answers stand.
        """
        return self._turn_together(self.undo, self._journal.undoable_together)

    def redo_together(self) -> tuple[Entry, ...]:
        """Restore the answer taken back last and all that were given with it.

        Raises:
            ProjectError: it could not be saved.
        """
        return self._turn_together(self.redo, self._journal.redoable_together)

    def _turn_together(self, turn: Callable[[], Entry | None], count: int) -> tuple[Entry, ...]:
        if count < 2:
            entry = turn()
            return () if entry is None else (entry,)
        with self.together():
            return tuple(entry for _ in range(count) if (entry := turn()) is not None)

    def _append_turn(self, action: Action, answer: Entry) -> None:
        image_id, target = answer.image_id, answer.sequence
        who = turn_of(answer) or self.annotator
        self._append(action, image_id, round_number=self.last_round, target=target, annotator=who)

    def _append(self, action: Action, image_id: int, **values: Any) -> Entry:
        with database.saving(tr(UNANSWERED)):
            last, before = last_seal(self._db)
            who = values.pop("annotator", "") or self.annotator
            at = self._moment or _now()
            entry = Entry(last + 1, at, who, action=action, image_id=image_id, **values)
            insert_entry(self._db, entry, before)
        split = self.pool.images[image_id].split
        self._label_counts.add(self.answers.get(image_id), split, -1)
        self._journal.apply(entry)
        self._label_counts.add(self.answers.get(image_id), split, 1)
        return entry

    def entries(self) -> tuple[Entry, ...]:
        """Return the whole journal, ascending by sequence."""
        return tuple(read_entries(self._db))

    def entries_of(self, image_id: int) -> tuple[Entry, ...]:
        """Return what the journal says of one image, ascending by sequence."""
        return tuple(read_entries(self._db, image_id))

    def training_labels(self) -> tuple[tuple[int, int], ...]:
        """Return (image id, class index) of the labelled pool images, ascending by id."""
        return self._labels_in("pool")

    def evaluation_labels(self) -> tuple[tuple[int, int], ...]:
        """Return (image id, class index) of the evaluation set: known truth, else answers."""
        known = {**self._own_truth, **dict(self._labels_in("evaluation"))}
        return tuple(sorted(known.items()))

    def _labels_in(self, split: Split) -> tuple[tuple[int, int], ...]:
        images = self.pool.images
        return tuple(
            (image_id, entry.class_index)
            for image_id, entry in sorted(self.answers.items())
            if entry.class_index is not None and images[image_id].split == split
        )

    def unanswered(self) -> tuple[int, ...]:
        """Return the pool images without an answer, ascending by id."""
        answers, unusable = self.answers, self._unusable
        return tuple(i for i in self.pool.ids("pool") if i not in answers and i not in unusable)

    def unanswered_evaluation(self) -> tuple[int, ...]:
        """Return the evaluation images whose label must come from the annotator, ascending."""
        passed_over = (self._own_truth, self.answers, self._unusable)
        ids = self.pool.ids("evaluation")
        return tuple(i for i in ids if not any(i in one for one in passed_over))

    @property
    def waiting(self) -> int:
        """How many images still wait for an answer, without looking at each of them."""
        known, answers = self._own_truth, self.answers
        unusable = sum(i not in known and i not in answers for i in self._unusable)
        answered = sum(i not in known for i in answers)
        return len(self.pool.images) - len(known) - answered - unusable

    def hidden_truth(self) -> HiddenTruth:
        """Return the known labels of the pool for a replay; each reachable only once asked for."""
        rows = self._db.execute(
            "SELECT image_id, class_index FROM truth JOIN image USING (image_id) WHERE split='pool'"
        )
        return HiddenTruth(dict(rows.fetchall()))

    # -- the queue ----------------------------------------------------------------------------

    @property
    def queue(self) -> LabelQueue:
        """The batch in work and the rest of the last ranking."""
        saved = json.loads(str(_setting(self._db, "batch")))
        batch = tuple(i for i in saved if i in self.pool.images and i not in self._unusable)
        inside = set(batch)
        rest = tuple(filterfalse(inside.__contains__, self.ranking))
        again = inside.intersection(_setting(self._db, "repeats", ()), self.answers)
        return LabelQueue(batch, rest, self.settings.batch_size, frozenset(again))

    def save_batch(self, batch: Sequence[int], repeats: Iterable[int] = ()) -> None:
        """Remember the images in the strip, so that reopening goes on at the same one.

        `repeats` are those of them that are put to the reader a second time.

        Raises:
            ProjectError: it could not be saved.
        """
        again = sorted(repeats)
        with database.saving():
            before = _setting(self._db, "repeats", [])
        if again != before:
            self._set("repeats", again)  # first: without its batch it means nothing
        self._set("batch", json.dumps(list(batch)))

    @property
    def repeat_every(self) -> int:
        """One answer in so many is to an image that the reader has answered before; 0 for none."""
        return int(_setting(self._db, "repeat_every", EVERY))

    @repeat_every.setter
    def repeat_every(self, every: int) -> None:
        self._set("repeat_every", every)

    def repeats(self) -> tuple[tuple[int, int], ...]:
        """Return (place, image) of what the next batch puts to the reader a second time."""
        settings = self.settings
        size, every, seed = settings.batch_size, self.repeat_every, settings.seed
        return repeats_for(self._journal, self.annotator, size, every, seed)

    @property
    def ranking(self) -> tuple[int, ...]:
        """Image ids in the order to ask: evaluation images, then the last ranking.

        Before the first ranking, and behind what is stored of the last, the order is random.
        """
        ranked = filterfalse(self._unusable.__contains__, self._ranking.order)
        passed_over = {*self._ranking.order, *self.answers, *self._unusable}
        others = filterfalse(passed_over.__contains__, self._random_order(self.settings.seed))
        return (*self.unanswered_evaluation(), *ranked, *others)

    def _random_order(self, seed: int) -> tuple[int, ...]:
        """Return the ids of the pool in the order of a seed; shuffled once, pools are large."""
        if self._shuffled is None or self._shuffled[0] != seed:
            order = list(self.pool.ids("pool"))
            random.Random(seed).shuffle(order)  # noqa: S311 - no secret
            self._shuffled = (seed, tuple(order))
        return self._shuffled[1]

    def suggestion(self, image_id: int) -> Suggestion | None:
        """Return what the last model makes of an image, where that is known."""
        return self._ranking.suggestions.get(image_id)

    def query(self, image_id: int) -> Query | None:
        """Return why an image was asked for, by the last round or by chance before the first."""
        drawn = _drawn_query(image_id) if self._is_drawn(image_id) else None
        return self._ranking.queries.get(image_id, drawn)

    def _is_drawn(self, image_id: int) -> bool:
        """Say whether an image was answered because the random order before any ranking had it.

        Each image answered then counts, and none that was only near: an image that a strategy
        asks for later is no random one.
        """
        answer = self._journal.first_answers.get(image_id)
        if answer is None or answer.action == "import" or answer.round_number:
            return False
        return self.pool.images[image_id].split == "pool"

    # -- the warm start -----------------------------------------------------------------------

    @property
    def wants_warm_start(self) -> bool:
        """Whether the settings ask for one, and no checkpoint that was given takes its place."""
        settings = self.settings
        return settings.warm_start and settings.mode != "paper" and not self.start_from

    @property
    def warm_file(self) -> Path:
        """Where the warm start is written."""
        return self.models_folder / WARM_FILE

    @property
    def warm_start(self) -> WarmRecord | None:
        """What the warm start has left; None before it, or where it was for other settings."""
        return self._warm_start_under(self.settings)

    def _warm_start_under(self, settings: RunSettings) -> WarmRecord | None:
        record = self._load_warm_start()
        return record if record is not None and same_input(record, settings) else None

    @property
    def warm_checkpoint(self) -> str:
        """The checkpoint of the warm start that the next round uses; or empty."""
        record = self.warm_start if self.wants_warm_start else None
        return str(self.models_folder / record.checkpoint) if record and record.checkpoint else ""

    def finish_warm_start(self, result: WarmStarted, settings: RunSettings) -> None:
        """Store what a warm start under `settings` has brought."""
        self._set_warm_start(WarmRecord.of(result, self.warm_file.name, settings))
        if result.complete:
            with contextlib.suppress(OSError):
                state_file(self.warm_file).unlink(missing_ok=True)

    def stop_warm_start(self, settings: RunSettings) -> None:
        """Note that the user stopped one under `settings` before it brought anything new."""
        record = self._warm_start_under(settings) or WarmRecord.of_nothing(settings)
        self._set_warm_start(replace(record, stopped=True))

    def continue_warm_start(self) -> None:
        """Note that it goes on by itself again whenever the project is opened."""
        record = self.warm_start
        if record is not None:
            self._set_warm_start(replace(record, stopped=False))

    def forget_lost_warm_start(self) -> bool:
        """Forget a warm start whose file is missing or damaged; say whether that was so."""
        record = self.warm_start
        if record is None or record.pending or not record.checkpoint:
            return False
        try:
            sound = sha256_of(self.models_folder / record.checkpoint) == record.checkpoint_sha256
        except OSError:
            sound = False
        if not sound:
            self._set("warm_start", None)
        return not sound

    def _set_warm_start(self, record: WarmRecord) -> None:
        self._set("warm_start", asdict(record))

    def _load_warm_start(self) -> WarmRecord | None:
        values = _setting(self._db, "warm_start", None)  # version 0.1 had no such setting
        if values is None:
            return None
        record = WarmRecord.from_json(values)
        return replace(record, checkpoint=Path(record.checkpoint).name)

    # -- rounds -------------------------------------------------------------------------------

    def history(self) -> tuple[Asked, ...]:
        """Return what was asked for: by chance before any ranking, round 0, then by the rounds."""
        rows = self._db.execute(
            "SELECT round_number, image_id, suggested, query FROM ranking WHERE query!=''"
            " ORDER BY round_number, position"
        )
        drawn = filter(self._is_drawn, self._journal.first_answers)
        return (
            *(Asked(0, _drawn_query(image_id), None) for image_id in drawn),
            *(Asked(n, query_from(i, text), suggested) for n, i, suggested, text in rows),
        )

    @property
    def last_round(self) -> int:
        """Number of the last round that finished; 0 before the first."""
        query = "SELECT coalesce(max(number), 0) FROM round WHERE outcome='finished'"
        return int(self._db.execute(query).fetchone()[0])

    def begin_round(self) -> int:
        """Note that a round starts with the labels and settings of now; return its number."""
        self._rounds = None
        number = self._db.execute("SELECT coalesce(max(number), 0) + 1 FROM round").fetchone()[0]
        self._execute(
            "INSERT INTO round (number, settings, outcome, started, labels) VALUES (?,?,?,?,?)",
            number,
            self.settings.to_json(),
            "running",
            _now(),
            len(self.training_labels()),
        )
        return int(number)

    def finish_round(self, result: RoundFinished) -> None:
        """Store what a round brought."""
        self._rounds = None
        with database.saving(), database.transaction(self._db):
            self._db.execute(
                "UPDATE round SET outcome='finished', ended=?, labels=?, result=? WHERE number=?",
                (_now(), result.labels, json.dumps(_result_json(result)), result.round_number),
            )
            # Earlier rankings are kept only as far as they were asked for.
            self._db.execute("DELETE FROM ranking WHERE query=''")
            self._db.executemany("INSERT INTO ranking VALUES (?,?,?,?,?,?)", _ranking_rows(result))
            if result.checkpoint:
                labelled = {image_id for image_id, _ in self.training_labels()}
                keep_predictions(self._db, result, labelled, RANKING_KEPT)
        self._ranking = self._load_ranking()

    def end_round(self, number: int, outcome: Outcome, sentence: str = "") -> None:
        """Note that a round ended without a result."""
        self._rounds = None
        self._execute(
            "UPDATE round SET outcome=?, ended=?, sentence=? WHERE number=?",
            outcome,
            _now(),
            sentence,
            number,
        )

    def rounds(self) -> tuple[RoundRecord, ...]:
        """Return every round, ascending by number."""
        if self._rounds is None:
            rows = self._db.execute(
                "SELECT number, outcome, settings, started, ended, labels, sentence, result "
                "FROM round ORDER BY number"
            ).fetchall()
            self._rounds = tuple(round_record(row) for row in rows)
        return self._rounds

    def finished_rounds(self) -> tuple[RoundRecord, ...]:
        """Return the rounds that brought a result, ascending by number."""
        return tuple(record for record in self.rounds() if record.outcome == "finished")

    def predictions(self) -> dict[int, Probabilities]:
        """Return what a model makes of answered and evaluation images, (C,) by image id.

        It is the last model that never saw the image's label, see `keep_predictions`; an image
        that no such model has predicted is missing. C is the number of classes at that time.
        """
        images, answers = self.pool.images, self.answers
        found = read_predictions(self._db)
        return {
            image_id: row
            for image_id, row in found.items()
            if image_id in answers or images[image_id].split == "evaluation"
        }

    def last_checkpoint(self) -> Path | None:
        """Return the last good model's file, or None before there is one."""
        for record in reversed(self.finished_rounds()):
            if record.checkpoint and (self.models_folder / record.checkpoint).is_file():
                return self.models_folder / record.checkpoint
        return None

    # -- reading the file ---------------------------------------------------------------------

    # Each reads to the end at once: a statement left half read would outlive `close`, and with it
    # the lock, where what was read turns out to be damaged.

    def _load_images(self) -> Iterable[PoolImage]:
        rows = self._db.execute("SELECT image_id, key, sha256, split FROM image").fetchall()
        return (PoolImage(*row) for row in rows)

    def _load_ranking(self) -> _Ranking:
        rows = self._db.execute(
            "SELECT image_id, suggested, confidence, query FROM ranking WHERE round_number=?"
            " ORDER BY position",
            (self.last_round,),
        ).fetchall()
        return _Ranking(
            order=tuple(row[0] for row in rows),
            suggestions={i: Suggestion(c, p) for i, c, p, _ in rows if c is not None},
            queries={i: query_from(i, text) for i, _, _, text in rows if text},
        )

    def _read_all(self) -> None:
        """Read what is read only when it is needed, so that damage shows before labelling.

        Raises:
            ValueError, KeyError, TypeError, AttributeError, SettingsError: it is damaged.
        """
        indices = [i for (i,) in self._db.execute("SELECT class_index FROM class ORDER BY 1")]
        if indices != list(range(len(indices))):
            raise ValueError("a class is missing")
        for name in ("name", "annotator", "show_suggestions", "start_from"):
            _setting(self._db, name)
        self.rounds()
        _ = self.queue, self.warm_start

    def _load_evaluation_truth(self) -> dict[int, int]:
        rows = self._db.execute(
            "SELECT image_id, class_index FROM truth JOIN image USING (image_id) "
            "WHERE split='evaluation'"
        )
        return dict(rows.fetchall())

    # -- writing ------------------------------------------------------------------------------

    def _execute(self, statement: str, *values: object) -> None:
        with database.saving():
            self._db.execute(statement, values)

    def _set(self, name: str, value: object) -> None:
        self._execute("INSERT OR REPLACE INTO setting VALUES (?, ?)", name, json.dumps(value))


def make_folders(folder: Path) -> Path:
    """Make a project's folders, readable by the user alone; return its workspace.

    Raises:
        ProjectError: they cannot be made.
    """
    try:
        for path in (folder, folder / "models", folder / "cache"):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise ProjectError(tr("The project folder cannot be made there.")) from error
    return folder / "cache"


def _write_plan(
    db: sqlite3.Connection, plan: ProjectPlan, listing: Listing, annotator: str
) -> None:
    settings = {
        "name": plan.name,
        "source": [plan.spec.kind, plan.spec.location, plan.spec.options],
        "settings": plan.settings.to_json(),
        "annotator": annotator,
        "show_suggestions": False,
        "batch": "[]",
        "start_from": plan.start_from,
        "identity": checks.identity_of(listing),
    }
    rows = [(name, json.dumps(value)) for name, value in settings.items()]
    db.executemany("INSERT INTO setting VALUES (?, ?)", rows)
    db.executemany("INSERT INTO class VALUES (?, ?)", enumerate(plan.classes))
    db.executemany("INSERT INTO unreadable VALUES (?, ?)", listing.unreadable)
    known = plan.label_use != "ignore"
    splits = assign_splits(listing, known, plan.evaluation_images, plan.settings.seed)
    db.executemany(
        "INSERT INTO image VALUES (?, ?, ?, ?)",
        (
            (image_id, image.key, image.sha256, splits[image_id])
            for image_id, image in enumerate(listing.images, start=1)
        ),
    )
    _write_known_labels(db, plan, listing, splits, annotator)


def _write_known_labels(
    db: sqlite3.Connection,
    plan: ProjectPlan,
    listing: Listing,
    splits: Mapping[int, Split],
    annotator: str,
) -> None:
    """Store known labels as truth, or as answers where the user says that they are given."""
    own_test_split = any(image.split == "evaluation" for image in listing.images)
    sequence, seal = 0, UNSEALED
    for image_id, image in enumerate(listing.images, start=1):
        if image.label is None:
            continue
        if plan.label_use == "labelled" and splits[image_id] == "pool":
            sequence += 1
            entry = Entry(sequence, _now(), annotator, 0, "import", image_id, image.label)
            seal = insert_entry(db, entry, seal)
        elif plan.label_use != "ignore" or (own_test_split and splits[image_id] == "evaluation"):
            db.execute("INSERT INTO truth VALUES (?, ?)", (image_id, image.label))


def _setting(db: sqlite3.Connection, name: str, *default: Any) -> Any:
    row = db.execute("SELECT value FROM setting WHERE name=?", (name,)).fetchone()
    if row is not None:
        return json.loads(row[0])
    if not default:
        raise KeyError(name)
    return default[0]


def _spec_from(value: Any) -> SourceSpec:
    kind, location, options = value
    return SourceSpec(kind, location, tuple((str(k), str(v)) for k, v in options))


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


def _result_json(result: RoundFinished) -> dict[str, Any]:
    return {
        "weights": result.weights,
        "plain_weights": result.plain_weights,
        **(as_plain(result.metrics) if result.metrics else {"confusion": None}),
        "audit": result.audit.confusion if result.audit else None,
        "by_chance": _chance_json(result.by_chance),
        "checkpoint": Path(result.checkpoint).name,
        "checkpoint_sha256": result.checkpoint_sha256,
        "seconds": result.seconds,
        "device": result.device,
        "notices": result.notices,
        "reason": result.reason,
    }


def _chance_json(found: ByChance | None) -> dict[str, Any] | None:
    return {"labels": found.labels, **as_plain(found.metrics)} if found else None


def _ranking_rows(result: RoundFinished) -> Iterable[tuple[object, ...]]:
    queries = {query.image_id: _query_json(query) for query in result.queries}
    trained = len(result.probabilities) > 0
    for position, image_id in enumerate(result.ranking[:RANKING_KEPT].tolist()):
        suggested, confidence = None, None
        if trained:
            suggested = int(result.probabilities[position].argmax())
            confidence = float(result.probabilities[position].max())
        text = queries.get(image_id, "")
        yield result.round_number, position, image_id, suggested, confidence, text


def _drawn_query(image_id: int) -> Query:
    return Query(image_id, 0.0, audit=True)


def _query_json(query: Query) -> str:
    return json.dumps([query.score, query.strategies, query.predicted_loss, query.audit])


def query_from(image_id: int, text: str) -> Query:
    """Return why an image was asked for, from its text in the file; raises the like."""
    score, strategies, loss, *rest = json.loads(text)  # version 0.1 knew no audit
    audit = bool(rest and rest[0])
    return Query(image_id, score, tuple(tuple(row) for row in strategies), loss, audit)


def round_record(row: tuple[Any, ...]) -> RoundRecord:
    """Return a round from its row; raises what `Project.open` takes for damage."""
    number, outcome, settings, started, ended, labels, sentence, text = row
    result = json.loads(text)
    return RoundRecord(
        number,
        outcome,
        RunSettings.from_json(settings),
        started,
        ended,
        labels,
        sentence,
        weights=_pairs(result.get("weights", ())),
        plain_weights=_pairs(result.get("plain_weights", ())),
        metrics=from_plain(result) if result.get("confusion") else None,
        audit=from_plain({"confusion": result["audit"]}) if result.get("audit") else None,
        by_chance=_by_chance(result.get("by_chance")),
        checkpoint=result.get("checkpoint", ""),
        checkpoint_sha256=result.get("checkpoint_sha256", ""),
        seconds=_pairs(result.get("seconds", ())),
        device=result.get("device", ""),
        notices=tuple(result.get("notices", ())),
        reason=result.get("reason", ""),
    )


def _by_chance(values: Any) -> ByChance | None:
    return ByChance(int(values["labels"]), from_plain(values)) if values else None


def _pairs(rows: Iterable[Any]) -> tuple[tuple[str, float], ...]:
    return tuple((str(name), float(value)) for name, value in rows)
