"""What became of the images and their files, and which labels were given to other pixels."""

import hashlib
import json
import sqlite3
from collections.abc import Sequence

from autoal_gui.core.database import image_rows
from autoal_gui.core.database.image_rows import Checked
from autoal_gui.core.database.images.act_rows import add_act, read_acts
from autoal_gui.core.database.images.stamp_rows import read_stamps, store_stamps
from autoal_gui.core.database.journal_rows import insert_entry, last_seal
from autoal_gui.core.database.project_file import ProjectFile
from autoal_gui.core.database.round_rows import now
from autoal_gui.core.images.acts import Act, ActKind, Change, LabelledPixels
from autoal_gui.core.images.source import Stamp
from autoal_gui.core.labels.journal import Entry
from autoal_gui.core.project.files.new_images import NewImages
from autoal_gui.core.project.stores.project_settings import ProjectSettings


class ImageFiles:
    """The acts of a project, and how its files were."""

    def __init__(self, file: ProjectFile, settings: ProjectSettings) -> None:
        """Read them.

        Raises:
            ProjectDamaged: one is not what this program writes.
            sqlite3.Error: the file cannot be read.
        """
        self._file, self._settings = file, settings
        self._acts = read_acts(file.connection)
        self._labelled = LabelledPixels(self._acts)

    @property
    def acts(self) -> tuple[Act, ...]:
        """What became of the images since the project was made, in order."""
        return self._acts

    @property
    def curve_start(self) -> int:
        """The last round before the evaluation set was changed last; 0 if it never was."""
        return max((a.round_number for a in self._acts if a.kind == "evaluation"), default=0)

    def stamps(self) -> dict[int, Stamp]:
        """Return how the file of each image was, as far as that is known."""
        with self._file.reading() as db:
            return read_stamps(db)

    def hash_labelled(self, entry: Entry) -> str | None:
        """Return the SHA-256 of what an answer was given to, if the image shows another now."""
        return self._labelled.hash_before(entry.image_id, entry.sequence)

    def hash_of_truth(self, image_id: int) -> str | None:
        """Return the SHA-256 of what a known label belongs to, if the image shows another now."""
        return self._labelled.hash_before(image_id, 0)

    @property
    def replaced(self) -> frozenset[int]:
        """The images whose file was replaced since the project was made."""
        return frozenset(self._labelled.images)

    def note(self, kind: ActKind, changes: Sequence[Change]) -> None:
        """Write an act; with what it changes, in one transaction of the caller's.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.saving() as db:
            act = add_act(db, now(), self._settings.annotator, kind, changes)
        self._acts = (*self._acts, act)
        self._labelled.apply(act)

    def put_hashes(self, changes: Sequence[Change]) -> None:
        """Give replaced images their new hashes; what a model made of them is forgotten.

        Raises:
            ProjectError: it could not be saved.
        """
        ids = [(one.image_id,) for one in changes]
        with self._file.saving() as db:
            db.executemany(
                "UPDATE image SET sha256=? WHERE image_id=?",
                [(one.after, one.image_id) for one in changes],
            )
            db.executemany("DELETE FROM prediction WHERE image_id=?", ids)
            db.executemany(
                "UPDATE ranking SET suggested=NULL, confidence=NULL WHERE image_id=?", ids
            )

    def add(self, new: NewImages) -> list[Change]:
        """Write new images behind the others, in the pool; and the new names of others.

        Their known labels become what those of the others are: answers that came with the set,
        the hidden truth of a replay, or nothing.

        Returns:
            What is to be noted of those that were added.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.saving() as db:
            (last,) = db.execute("SELECT max(image_id) FROM image").fetchone()
            rows = list(enumerate(new.images, start=last + 1))
            db.executemany(
                "INSERT INTO image VALUES (?, ?, ?, 'pool')",
                [(i, one.key, one.sha256) for i, one in rows],
            )
            db.executemany(
                "INSERT INTO metadata VALUES (?, ?, ?, ?)",
                [(i, one.group, json.dumps(one.columns), one.part or "") for i, one in rows
                 if one.group or one.part or any(one.columns)],
            )  # fmt: skip
            store_stamps(db, [(i, one.stamp) for i, one in rows if one.stamp])
            self._add_labels(db, [(i, one.label) for i, one in rows if one.label is not None])
            broken = [*new.unreadable, *((key, "") for key in new.renamed.values())]
            taken = [(one.key,) for one in new.images] + [(key,) for key, _ in broken]
            db.executemany("DELETE FROM unreadable WHERE key=?", taken)
            db.executemany("INSERT INTO unreadable VALUES (?, ?)", new.unreadable)
            for image_id, key in new.renamed.items():
                before = db.execute("SELECT key FROM image WHERE image_id=?", (image_id,))
                db.execute("DELETE FROM unreadable WHERE key=?", before.fetchone())
                db.execute("UPDATE image SET key=? WHERE image_id=?", (key, image_id))
        return [Change(i, after=one.sha256) for i, one in rows]

    def _add_labels(self, db: sqlite3.Connection, labels: Sequence[tuple[int, int]]) -> None:
        hidden = db.execute(
            "SELECT 1 FROM truth JOIN image USING (image_id) WHERE split='pool' LIMIT 1"
        ).fetchone()
        if _labels_are_given(db):
            self._import(db, labels)
        elif hidden:
            db.executemany("INSERT INTO truth VALUES (?, ?)", labels)

    def _import(self, db: sqlite3.Connection, labels: Sequence[tuple[int, int]]) -> None:
        """Write labels that came with the set as answers."""
        sequence, seal = last_seal(db)
        for number, (image_id, label) in enumerate(labels, start=sequence + 1):
            who = self._settings.annotator
            entry = Entry(number, now(), who, 0, "import", image_id, label)
            seal = insert_entry(db, entry, seal)

    def known_classes(self) -> dict[int, int]:
        """Return the class of each image that came with the set, by image id, hidden ones too.

        To divide the set by, and for nothing that chooses or learns.
        """
        with self._file.reading() as db:
            given = db.execute("SELECT image_id, class_index FROM journal WHERE action='import'")
            return {
                **dict(given.fetchall()),
                **image_rows.read_truth(db, "pool"),
                **image_rows.read_truth(db, "evaluation"),
            }

    def put_splits(self, changes: Sequence[Change]) -> None:
        """Move images between pool and evaluation set.

        Where labels came with the set as answers, an image that leaves the evaluation set brings
        its own along.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.saving() as db:
            db.executemany(
                "UPDATE image SET split=? WHERE image_id=?",
                [(one.after, one.image_id) for one in changes],
            )
            leaving = {one.image_id for one in changes if one.after == "pool"}
            answered = {i for (i,) in db.execute("SELECT DISTINCT image_id FROM journal")}
            truth = db.execute("SELECT image_id, class_index FROM truth ORDER BY image_id")
            known = [row for row in truth.fetchall() if row[0] in leaving - answered]
            if _labels_are_given(db):
                self._import(db, known)

    def put_stamps(self, stamps: Sequence[tuple[int, Stamp | None]]) -> None:
        """Note how files are now; None forgets it.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.saving() as db:
            store_stamps(db, stamps)

    def put_checks(self, found: Sequence[Checked]) -> None:
        """Note which images can be used, in one transaction of the caller's.

        Raises:
            ProjectError: it could not be saved.
        """
        with self._file.saving() as db:
            image_rows.store(db, found)


def _labels_are_given(db: sqlite3.Connection) -> bool:
    """Say whether the labels that came with the set count as answers."""
    found = db.execute("SELECT 1 FROM journal WHERE action='import' LIMIT 1").fetchone()
    return found is not None


def changed_identity(before: str, changes: Sequence[Change]) -> str:
    """Return what tells the images from those of before, some of which were replaced or added."""
    digest = hashlib.sha256(before.encode())
    for one in changes:
        digest.update(f"{one.image_id} {one.after}\0".encode())
    return digest.hexdigest()
