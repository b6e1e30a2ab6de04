"""Projects whose settings and rows hold what no program writes, drawn setting by setting."""

import base64
import functools
import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError, ProjectError, SourceError
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.sources.opening import list_images, open_images
from tests.support.project import file_of, new_project, no_progress, result_of

COLUMNS = {
    "class": ("class_index", "name"),
    "image": ("key", "sha256", "split"),
    "unreadable": ("key", "reason"),
    "truth": ("class_index",),
    "round": ("number", "settings", "outcome", "started", "ended", "labels", "sentence", "result"),
    "ranking": ("round_number", "position", "image_id", "suggested", "confidence", "query"),
    "prediction": ("round_number", "probabilities"),
}
SETTINGS = tuple(setting.name for setting in stored.SETTINGS)
PLACES = (
    *(("setting", name) for name in SETTINGS),
    *((table, column) for table, columns in COLUMNS.items() for column in columns),
)
NESTED = "[" * 100_000


def make_project(base: Path) -> Path:
    """Make a closed project that has something in every table; return its folder."""
    project = new_project(base, loose=2, label_use="hidden", evaluation_images=3)
    for image in project.labels.unanswered()[:5]:
        project.labels.answer(image, "label", image % 2)
    result = result_of(project, project.rounds.begin(), "round-0001.pt")
    project.rounds.finish(result)
    project.close()
    with closing(sqlite3.connect(file_of(project))) as db, db:
        db.execute("INSERT INTO unreadable VALUES ('broken.png', 'It is broken.')")
    return project.folder


def texts_of(file: Path) -> dict[tuple[str, str], str]:
    """Return the sound text of every place that holds one."""
    found: dict[tuple[str, str], str] = {}
    with closing(sqlite3.connect(file)) as db:
        for table, column in PLACES:
            query = f"SELECT {column} FROM {table} LIMIT 1"  # noqa: S608 - our names
            values = (column,) if table == "setting" else ()
            if table == "setting":
                query = "SELECT value FROM setting WHERE name=?"
            row = db.execute(query, values).fetchone()
            if row and isinstance(row[0], str):
                found[table, column] = row[0]
    return found


# -- drawing ------------------------------------------------------------------------------------

LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.integers(), st.floats(), st.text(max_size=9),
    st.sampled_from([10**30, -(2**63), 2**63, 10**400, 1e308, "..", "/etc/passwd", "a\0b",
                     "\ud800", "x" * 5000, "\x1b[2J", "nan", [[]], {}]),
)  # fmt: skip
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner,
                                                                max_size=4),
    max_leaves=9,
)  # fmt: skip


@st.composite
def bent(draw: Callable[..., Any], value: Any) -> Any:
    """Return a sound value of which one part is another, is gone, or stands twice."""
    if isinstance(value, dict) and value and draw(st.integers(0, 9)):
        key = draw(st.sampled_from(sorted(value)))
        way = draw(st.integers(0, 5))
        if way == 0:
            return {name: one for name, one in value.items() if name != key}
        if way == 1:
            return {**value, draw(st.text(max_size=9)): draw(VALUES)}
        return {**value, key: draw(bent(value[key]))}
    if isinstance(value, list) and value and draw(st.integers(0, 9)):
        at, way = draw(st.integers(0, len(value) - 1)), draw(st.integers(0, 4))
        if way == 0:
            return value[:at]
        if way == 1:
            return [*value, *value]
        return [*value[:at], draw(bent(value[at])), *value[at + 1 :]]
    return draw(st.one_of(like(value), VALUES))


def like(value: Any) -> st.SearchStrategy[Any]:
    """Return what draws values of the same kind, which get further than others."""
    if isinstance(value, bool) or value is None:
        return st.booleans()
    if isinstance(value, int):
        return st.integers(0, 9) | st.integers()
    if isinstance(value, float):
        return st.floats(0, 1) | st.floats()
    if isinstance(value, str):
        return st.text(max_size=9)
    return VALUES


@st.composite
def changed(draw: Callable[..., Any], sound: str | None) -> str | bytes:
    """Return another text for a place, or what is none."""
    way = draw(st.integers(0, 23))
    if way == 0:
        return draw(st.binary(max_size=20))
    if way == 1:
        return draw(st.text(max_size=30))
    if way == 2:
        return draw(st.sampled_from([NESTED, NESTED + "]" * len(NESTED), "9" * 5000, "1e999", ""]))
    if way == 3 and sound:
        at = draw(st.integers(0, len(sound)))
        return sound[:at] + draw(st.text(max_size=5)) + sound[at + draw(st.integers(0, 9)) :]
    try:
        value = json.loads(sound or "null")
    except ValueError:
        value = None
    return json.dumps(draw(bent(value) if value is not None else VALUES))


@st.composite
def changes(draw: Callable[..., Any], texts: dict[tuple[str, str], str]) -> bytes:
    """Return one to three changes of a project, for `apply`."""
    made = []
    for _ in range(draw(st.sampled_from((1, 1, 1, 2, 3)))):
        table, column = draw(st.sampled_from(PLACES))
        value: Any = draw(changed(texts.get((table, column))))
        if table != "setting" and (table, column) not in texts and draw(st.booleans()):
            value = draw(LEAVES)
        if isinstance(value, str):
            value = value.encode("utf-8", "surrogatepass")
            made.append([table, column, "text", base64.b64encode(value).decode()])
        elif isinstance(value, bytes):
            made.append([table, column, "blob", base64.b64encode(value).decode()])
        else:
            made.append([table, column, "number", value])
    return json.dumps(made).encode()


def apply(data: bytes, file: Path) -> None:
    """Make changes in a project file; what SQLite itself refuses is left out."""
    with closing(sqlite3.connect(file)) as db:
        db.execute("PRAGMA ignore_check_constraints=ON")
        for table, column, kind, given in json.loads(data):
            value = base64.b64decode(given) if kind in ("text", "blob") else given
            new = "CAST(? AS TEXT)" if kind == "text" else "?"
            # Into the queries go names of ours alone.
            query = (
                f"INSERT OR REPLACE INTO setting SELECT '{column}', {new}"
                if table == "setting"
                else f"UPDATE {table} SET {column}={new} WHERE {column}="  # noqa: S608
                f"(SELECT max({column}) FROM {table})"
            )
            with suppress(sqlite3.Error, OverflowError), db:
                db.execute(query, (value if not isinstance(value, list | dict) else str(value),))


# -- reading ------------------------------------------------------------------------------------


def told_or_used(folder: Path) -> None:
    """Open a project; what it holds is refused there, or nothing of it harms later."""
    with suppress(ProjectError, SourceError):
        project = Project.open(folder, open_images)
        try:
            use(project)
        finally:
            project.close()


def use(project: Project) -> None:
    """Use of a project all that the window shows."""
    Snapshot.of(project)
    project.rounds.predictions(), project.rounds.history(), project.rounds.last_checkpoint()
    assert project.batches.queue.size >= 1
    project.batches.repeats(), project.readings.all()
    assert isinstance(project.warm_start.checkpoint + project.settings.start_from, str)
    for record in project.rounds.all():
        for metrics in filter(None, (record.metrics, record.audit)):
            assert metrics.balanced_accuracy_interval[0] <= 1
            assert isinstance(metrics.macro_f1 + metrics.macro_auroc, float)
            for index, _ in enumerate(project.classes.names[: len(metrics.confusion)]):
                metrics.sensitivity_interval(index), metrics.specificity_interval(index)
    for image in project.pool.images:
        project.rounds.suggestion(image), project.rounds.query(image)
    project.classes.add("another")
    project.labels.answer(project.labels.unanswered()[0], "label", 0)
    project.labels.undo()
    project.settings.annotator = project.settings.annotator
    project.rounds.end(project.rounds.begin(), "failed", "A sentence.")


@functools.cache
def sound_file(base: Path) -> bytes:
    """Return the bytes of a project file; the images that it names are made in a folder."""
    shutil.rmtree(base, ignore_errors=True)
    return (make_project(base) / FILE_NAME).read_bytes()


def read_values(data: bytes, place: Path) -> None:
    """Change a sound project, open and use it; where it is refused, recover it and use that."""
    (place / FILE_NAME).write_bytes(sound_file(place.with_name("sound")))
    apply(data, place / FILE_NAME)
    try:
        project = Project.open(place, open_images)
    except AutoALError:
        with suppress(AutoALError):
            recover(place, list_images, no_progress)
            told_or_used(place)
        raise
    try:
        use(project)
    finally:
        project.close()
