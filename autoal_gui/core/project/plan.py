"""A project before there is one: what the user chose, and how it is written."""

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from autoal_gui.core.database import image_rows as checks
from autoal_gui.core.database.images.stamp_rows import store_stamps
from autoal_gui.core.database.journal_rows import insert_entry
from autoal_gui.core.database.round_rows import now
from autoal_gui.core.database.setting_rows import insert_settings
from autoal_gui.core.database.side_files import check_links
from autoal_gui.core.errors import FileRefused, ProjectError
from autoal_gui.core.images.source import Listing, SourceSpec, Split
from autoal_gui.core.labels.journal import UNSEALED, Entry
from autoal_gui.core.labels.splits import assign_splits
from autoal_gui.core.language import tr
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.files import PRIVATE, make_private_folder

LabelUse = Literal["labelled", "hidden", "ignore"]
"""What known labels mean: given answers, the truth of a replay, or nothing."""


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


def make_folders(folder: Path) -> Path:
    """Make a project's folders, readable by the user alone; return its workspace.

    Raises:
        ProjectError: they cannot be made, or one of them is a link.
    """
    check_links(folder)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        for path in (folder / "models", folder / "cache"):
            make_private_folder(path)
    except FileRefused as error:
        raise ProjectError(str(error)) from error
    except OSError as error:
        raise ProjectError(tr("The project folder cannot be made there.")) from error
    return folder / "cache"


def _as_understood(spec: SourceSpec, listing: Listing) -> SourceSpec:
    """Return the set under the options by which it is listed in the same way again."""
    return spec if listing.options is None else replace(spec, options=listing.options)


def write_plan(
    db: sqlite3.Connection, plan: ProjectPlan, listing: Listing, annotator: str, near: str = ""
) -> None:
    """Write the first rows of a project, in the transaction that makes its tables.

    `near` is the way from the project's folder to the images, see `Place`.
    """
    salt = secrets.token_hex(16)
    settings = (
        (stored.NAME, plan.name),
        (stored.SOURCE, _as_understood(plan.spec, listing)),
        (stored.NEAR, (near,)),
        (stored.RUN, plan.settings),
        (stored.ANNOTATOR, annotator),
        (stored.SHOW_SUGGESTIONS, False),
        (stored.BATCH, ()),
        (stored.START_FROM, plan.start_from),
        (stored.IDENTITY, checks.identity_of(listing)),
        (stored.COLUMNS, listing.columns),
        (stored.GROUP_SALT, salt),
        (stored.PASSED_OVER, listing.passed_over),
    )
    insert_settings(db, settings)
    db.executemany("INSERT INTO class VALUES (?, ?)", enumerate(plan.classes))
    db.executemany("INSERT INTO unreadable VALUES (?, ?)", listing.unreadable)
    known = plan.label_use != "ignore"
    run = plan.settings
    splits = assign_splits(
        listing, known, plan.evaluation_images, run.seed, run.measures_by_answers
    )
    db.executemany(
        "INSERT INTO image VALUES (?, ?, ?, ?)",
        (
            (image_id, image.key, image.sha256, splits[image_id])
            for image_id, image in enumerate(listing.images, start=1)
        ),
    )
    stamps = ((image_id, image.stamp) for image_id, image in enumerate(listing.images, start=1))
    store_stamps(db, [one for one in stamps if one[1] is not None])
    db.executemany("INSERT INTO metadata VALUES (?, ?, ?, ?)", checks.metadata_of(listing, salt))
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
            entry = Entry(sequence, now(), annotator, 0, "import", image_id, image.label)
            seal = insert_entry(db, entry, seal)
        elif plan.label_use != "ignore" or (own_test_split and splits[image_id] == "evaluation"):
            db.execute("INSERT INTO truth VALUES (?, ?)", (image_id, image.label))
