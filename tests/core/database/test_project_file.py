import os
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from autoal_gui.core.database import project_file as database
from autoal_gui.core.database.database_errors import DAMAGED
from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import (
    ProjectDamaged,
    ProjectError,
    ProjectInUse,
    ProjectTooNew,
    SourceError,
)
from autoal_gui.core.labels.journal import Journal
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.project import Project
from autoal_gui.exporters import csv_labels
from autoal_gui.sources.opening import open_images
from tests.support.project import (
    as_ordinary_user,
    everything_in,
    file_of,
    needs_permissions,
    new_project,
    reopened,
    result_of,
)
from tests.tools.limits import files_of_at_most

FLIPS = int(os.environ.get("AUTOAL_FLIPS", "300"))  # bytes of a project file that are changed


@pytest.fixture(scope="module")
def rich(tmp_path_factory):
    """A closed project that has something in every table, and its file's bytes."""
    base = tmp_path_factory.mktemp("rich")
    project = new_project(base, loose=2, label_use="hidden", evaluation_images=3)
    project.classes.add("unklar 不明")
    for image_id in project.labels.unanswered()[:5]:
        project.labels.answer(image_id, "label", image_id % 2, comment="Größe")
    project.labels.undo()
    project.labels.undo()
    project.labels.redo()
    project.labels.answer(project.labels.unanswered()[0], "unsure")
    project.rounds.finish(result_of(project, project.rounds.begin()))
    suggestion = project.rounds.suggestion(project.batches.ranking[0])
    project.labels.answer(project.batches.ranking[0], "label", 2, suggestion, shown=True)
    project.batches.save(project.batches.queue.next_batch(project.labels.answers).batch)
    project.rounds.end(project.rounds.begin(), "failed", "A sentence.")
    entries = project.labels.entries()
    project.close()
    return project.folder, file_of(project).read_bytes(), entries


@pytest.fixture
def put(rich):
    """Put other bytes in the place of the project file."""
    folder, whole, _ = rich

    def put(content):
        (folder / FILE_NAME).write_bytes(content)
        return folder

    yield put
    put(whole)


def refused(folder: Path) -> ProjectError:
    """Try to open what cannot be opened, and see that nothing is changed by that."""
    content = (folder / FILE_NAME).read_bytes()
    with pytest.raises(ProjectError) as caught:
        Project.open(folder, open_images)
    assert (folder / FILE_NAME).read_bytes() == content
    return caught.value


# -- damage -----------------------------------------------------------------------------------


def use(project: Project, table: Path) -> None:
    """Do what a user of an open project does; nothing of it may fail."""
    csv_labels.write(table, Snapshot.of(project))
    project.labels.training(), project.labels.evaluation()
    for image_id in (
        *project.batches.queue.batch,
        *project.batches.queue.rest,
        *project.batches.ranking,
    ):
        project.pool.images[image_id]
        project.rounds.suggestion(image_id), project.rounds.query(image_id)
    for record in project.rounds.all():
        assert record.settings.batch_size >= 1
    project.labels.hidden_truth()
    project._file.connection.execute("BEGIN")  # and ROLLBACK, to spare the disk
    assert project.classes.add("another") == len(project.classes.names) - 1
    project.labels.answer(project.labels.unanswered()[0], "label", 0)
    project.labels.undo()
    project._file.connection.execute("ROLLBACK")


def grows_only(file: Path) -> bool:
    with closing(sqlite3.connect(file)) as connection:
        for statement in ("UPDATE journal SET comment='x'", "DELETE FROM journal"):
            try:
                connection.execute(statement)
            except sqlite3.IntegrityError:
                continue
            return False
    return True


def noticed(put, content: bytes, entries, table: Path) -> bool:
    """Say whether a changed file is refused; else it must be whole, and it is used."""
    folder = put(content)
    try:
        project = Project.open(folder, open_images)
    except (ProjectError, SourceError):  # the path of the images is a value too
        assert (folder / FILE_NAME).read_bytes() == content
        return True
    try:
        assert len(project.labels.entries()) == len(entries)
        assert len(project.pool.images) == 14
        assert len(project.rounds.all()) == 2
        use(project, table)
    finally:
        project.close()
    assert grows_only(folder / FILE_NAME)
    return False


def test_a_changed_byte_is_noticed_or_leaves_a_project_that_is_whole(rich, put, tmp_path):
    """A value may become another that it may be, which no file notices; nothing else may."""
    _, whole, entries = rich
    rng = random.Random(1)
    masks = [0xFF, *(1 << bit for bit in range(8))]
    found = []
    for place in (*range(100), *rng.choices(range(len(whole)), k=FLIPS)):
        changed = bytes((whole[place] ^ rng.choice(masks),))
        content = whole[:place] + changed + whole[place + 1 :]
        found.append(noticed(put, content, entries, tmp_path / "labels.csv"))
    assert sum(found) > len(found) / 20  # the pages of a small file are mostly empty


def test_a_lost_or_exchanged_page_is_noticed(rich, put, tmp_path):
    _, whole, entries = rich
    pages = [whole[i : i + 4096] for i in range(0, len(whole), 4096)]
    for number in range(len(pages)):
        lost = [*pages[:number], bytes(4096), *pages[number + 1 :]]
        swapped = [pages[-1], *pages[1:-1], pages[0]] if number == 0 else list(pages)
        if number:
            swapped[number - 1 : number + 1] = swapped[number - 1 : number + 1][::-1]
        for content in (b"".join(lost), b"".join(swapped)):
            if content != whole:  # two tables without rows have pages alike
                assert noticed(put, content, entries, tmp_path / "labels.csv")


def test_a_truncated_file_is_damaged_and_never_opened_empty(rich, put):
    _, whole, _ = rich
    lengths = {1, 15, 16, 99, 100, 101, 511, 4096, len(whole) // 2, len(whole) - 4096}
    for length in sorted(lengths | {len(whole) - 1}):
        assert isinstance(refused(put(whole[:length])), ProjectDamaged)


@pytest.mark.parametrize(
    "content",
    [b"", b"not a project at all", bytes(100_000), b"SQLite format 3\x00", os.urandom(8192)],
    ids=["empty", "text", "zeros", "magic", "noise"],
)
def test_what_is_no_database_is_no_project(put, content):
    assert isinstance(refused(put(content)), ProjectDamaged)


@pytest.mark.parametrize("version", [0, 1, 7])
@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_database_of_another_program_is_left_as_it_is(put, mode, version):
    folder = put(b"")
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute(f"PRAGMA journal_mode={mode}")
        connection.execute(f"PRAGMA user_version={version}")
        connection.executescript("CREATE TABLE journal (x); INSERT INTO journal VALUES (1);")
    error = refused(folder)
    assert isinstance(error, ProjectDamaged)
    assert str(error) == "That file is not a project of this program."
    assert not list(folder.glob(f"{FILE_NAME}-wal"))


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_project_of_a_later_version_is_left_as_it_is(rich, put, mode):
    folder = put(rich[1])
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute(f"PRAGMA user_version={database.SCHEMA_VERSION + 1}")
        connection.execute(f"PRAGMA journal_mode={mode}")
    error = refused(folder)
    assert isinstance(error, ProjectTooNew)
    assert str(error).startswith("A later version of the program wrote this project")


def test_a_version_that_never_was_is_no_project(rich, put):
    folder = put(rich[1])
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.execute("PRAGMA user_version=0")
    assert isinstance(refused(folder), ProjectDamaged)


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM setting WHERE name='settings'",
        "DELETE FROM setting WHERE name='batch'",
        "DELETE FROM setting WHERE name='name'",
        "UPDATE setting SET value='[' WHERE name='annotator'",
        "UPDATE setting SET value='[1]' WHERE name='source'",
        "UPDATE setting SET value='\"{}1\"' WHERE name='settings'",
        "UPDATE setting SET value='5' WHERE name='batch'",
        "UPDATE class SET class_index=9 WHERE class_index=2",
        "PRAGMA foreign_keys=OFF; DELETE FROM image WHERE image_id=1",
        "PRAGMA foreign_keys=OFF; DELETE FROM class WHERE class_index=1",
        "UPDATE round SET result='[]'",
        "UPDATE round SET settings='{\"task_steps\": 0}'",
        "UPDATE round SET result='{\"weights\": [1]}' WHERE number=1",
        "UPDATE ranking SET query='[1]' WHERE position=0",
        "UPDATE ranking SET suggested=77 WHERE position=0",
        "DROP TABLE truth",
        "DROP TABLE journal",
        "DROP TRIGGER journal_keeps",
        "DROP TRIGGER journal_stays",
        "DROP TRIGGER journal_grows",
        "CREATE TRIGGER more AFTER INSERT ON journal BEGIN DELETE FROM setting; END",
        "ALTER TABLE image ADD COLUMN more TEXT",
    ],
)
def test_a_project_that_lacks_something_or_says_nonsense_is_damaged(rich, put, harm):
    folder = put(rich[1])
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection:
        connection.executescript(harm)
    error = refused(folder)
    assert isinstance(error, ProjectDamaged)
    assert str(error) == DAMAGED


def test_a_name_that_its_index_does_not_know_is_damage(rich, put):
    whole = rich[1]
    assert whole.count(b"abnormal/000.png") == 2  # in the table and in its index
    error = refused(put(whole.replace(b"abnormal/000.png", b"abnormal/0O0.png", 1)))
    assert isinstance(error, ProjectDamaged)


def test_an_undo_out_of_turn_is_damage(rich, put):
    folder, _, entries = rich
    put(rich[1])
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute(
            "INSERT INTO journal (at, annotator, round_number, action, image_id, shown, target,"
            " comment, purpose, seal) VALUES ('', '', 0, 'undo', ?, 0, ?, '', 'answer', '')",
            (entries[0].image_id, entries[0].sequence),
        )
    assert isinstance(refused(folder), ProjectDamaged)


def test_a_batch_may_name_an_image_that_is_not_there(rich, put):
    folder = put(rich[1])
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute("UPDATE setting SET value='\"[999, 2, 1]\"' WHERE name='batch'")
    project = Project.open(folder, open_images)
    assert project.batches.queue.batch == (2, 1)
    project.close()


# -- the journal only grows -------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE journal SET class_index=0 WHERE sequence=1",
        "UPDATE journal SET sequence=100 WHERE sequence=1",
        "DELETE FROM journal WHERE sequence=1",
        "DELETE FROM journal",
        "REPLACE INTO journal VALUES (1,'','',0,'label',2,0,NULL,NULL,0,NULL,'','answer','')",
        "INSERT INTO journal VALUES (1,'','',0,'label',2,0,NULL,NULL,0,NULL,'','answer','')"
        " ON CONFLICT DO UPDATE SET class_index=0",
    ],
)
def test_the_file_itself_keeps_every_entry(rich, put, statement):
    folder = put(rich[1])
    with (
        closing(sqlite3.connect(folder / FILE_NAME)) as connection,
        pytest.raises(sqlite3.IntegrityError, match="the journal only grows"),
    ):
        connection.execute(statement)
    project = Project.open(folder, open_images)
    assert project.labels.entries() == rich[2]
    project.close()


# -- one program at a time --------------------------------------------------------------------

HOLD = """
import sys
from pathlib import Path
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
project = Project.open(Path(sys.argv[1]), open_images)
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that has the project open."""
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    project.close()
    command = (sys.executable, "-c", HOLD, str(project.folder))
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout.readline() == "open\n"
        yield project.folder, process
        process.kill()


def test_a_second_program_is_refused_in_one_sentence(holder):
    folder, process = holder
    for _ in range(3):
        with pytest.raises(ProjectInUse) as caught:
            Project.open(folder, open_images)
        assert str(caught.value) == "The project is open in another window or program."
    process.stdin.close()
    assert process.wait(60) == 0
    project = Project.open(folder, open_images)
    assert project.labels.training() == ((1, 0),)
    project.close()


def test_a_killed_program_leaves_no_lock(holder):
    folder, process = holder
    process.kill()
    process.wait(60)
    project = Project.open(folder, open_images)
    assert project.labels.training() == ((1, 0),)
    project.close()


def test_the_same_program_does_not_open_a_project_twice(tmp_path):
    project = new_project(tmp_path)
    with pytest.raises(ProjectInUse):
        Project.open(project.folder, open_images)
    project.labels.answer(1, "label", 1)
    with pytest.raises(ProjectInUse):
        Project.open(project.folder, open_images)
    project = reopened(project)
    assert project.labels.training() == ((1, 1),)
    project.close()


# -- folders that cannot be written -----------------------------------------------------------


@pytest.fixture
def place():
    """A folder that any user may reach, unlike pytest's own."""
    with TemporaryDirectory() as folder:
        yield Path(folder).resolve()


@needs_permissions
@pytest.mark.parametrize("modes", [(0o500, 0o400), (0o700, 0o400), (0o700, 0)])
def test_a_project_that_cannot_be_written_is_not_called_damaged(place, modes):
    project = new_project(place)
    project.labels.answer(1, "label", 0)
    project.close()
    file = file_of(project)
    content = file.read_bytes()
    with as_ordinary_user(*everything_in(place)):
        project.folder.chmod(modes[0])
        file.chmod(modes[1])
        with pytest.raises(ProjectError) as caught:
            Project.open(project.folder, open_images)
        project.folder.chmod(0o700)
        file.chmod(0o600)
        assert file.read_bytes() == content
        again = Project.open(project.folder, open_images)
        assert again.labels.training() == ((1, 0),)
        again.close()
    assert type(caught.value) is ProjectError
    assert "read-only" in str(caught.value)


@needs_permissions
def test_no_project_is_made_where_nothing_can_be_written(place):
    project = new_project(place)
    project.close()
    closed = place / "closed"
    closed.mkdir()
    with as_ordinary_user(*everything_in(place)):
        closed.chmod(0o500)
        with pytest.raises(ProjectError):
            database.create(closed / FILE_NAME, lambda connection: None)
        assert list(closed.iterdir()) == []
        closed.chmod(0o700)


@needs_permissions
def test_a_folder_that_cannot_be_written_stops_labelling_and_loses_nothing(place):
    project = new_project(place)
    project.labels.answer(1, "label", 0)
    project.close()
    file = file_of(project)
    file.with_name(f"{FILE_NAME}-journal").unlink()  # gone where the file alone was copied
    with as_ordinary_user(*everything_in(place)):
        project.folder.chmod(0o500)
        project = Project.open(project.folder, open_images)
        with pytest.raises(ProjectError, match="could not be saved"):
            project.labels.answer(2, "label", 1)
        project.folder.chmod(0o700)
        assert project.labels.training() == ((1, 0),)
        project.labels.answer(3, "label", 1)
        project = reopened(project)
        assert project.labels.training() == ((1, 0), (3, 1))
        project.close()


@needs_permissions
def test_a_disk_that_fails_on_opening_is_not_called_damage(tmp_path):
    project = new_project(tmp_path)
    project.rounds.begin()  # opening will note that it was interrupted
    project.close()
    content = file_of(project).read_bytes()
    with files_of_at_most(1024), pytest.raises(ProjectError) as caught:
        Project.open(project.folder, open_images)
    assert type(caught.value) is ProjectError
    assert "disk" in str(caught.value)
    assert file_of(project).read_bytes() == content
    project = Project.open(project.folder, open_images)
    assert [record.outcome for record in project.rounds.all()] == ["interrupted"]
    project.close()


@pytest.mark.parametrize("reopen", [False, True])
def test_what_a_power_cut_would_need_is_set(tmp_path, reopen):
    """No test can cut the power: SQLite's own promise rests on these."""
    project = new_project(tmp_path)
    if reopen:
        project = reopened(project)
    names = ("synchronous", "journal_mode", "locking_mode", "foreign_keys", "trusted_schema")
    values = [project._file.connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]
    assert values == [2, "truncate", "exclusive", 1, 0]
    project.close()


# -- all or nothing ---------------------------------------------------------------------------


def test_a_file_that_could_not_be_filled_is_taken_away(tmp_path):
    def fill(connection):
        connection.execute("INSERT INTO class VALUES (0, 'a')")
        raise RuntimeError("a fault of the program")

    with pytest.raises(RuntimeError):
        database.create(tmp_path / FILE_NAME, fill)
    assert list(tmp_path.iterdir()) == []


def test_a_commit_that_fails_leaves_no_transaction_open(tmp_path):
    file = database.create(tmp_path / FILE_NAME, lambda connection: None)

    def write():
        with file.transaction() as connection:
            connection.execute("PRAGMA defer_foreign_keys=ON")
            connection.execute("INSERT INTO truth VALUES (5, 5)")

    with pytest.raises(ProjectError) as caught:
        write()
    assert isinstance(caught.value.__cause__, sqlite3.IntegrityError)
    assert not file.connection.in_transaction
    assert file.connection.execute("SELECT count(*) FROM truth").fetchone() == (0,)
    file.close()


def test_a_transaction_fails_with_the_reason_and_not_with_its_own_end(tmp_path):
    file = database.create(tmp_path / FILE_NAME, lambda connection: None)
    file.connection.execute("PRAGMA max_page_count=1")  # SQLite then ends the transaction itself

    def write():
        with file.transaction() as connection:
            connection.execute("INSERT INTO unreadable VALUES ('a', ?)", ("x" * 10**6,))

    with pytest.raises(ProjectError) as caught:
        write()
    assert "full" in str(caught.value.__cause__)
    file.close()


def test_replaying_a_reopened_journal_changes_neither_file_nor_state(rich, put):
    folder, whole, entries = rich
    put(whole)
    states = []
    for _ in range(3):
        project = Project.open(folder, open_images)
        assert project.labels.entries() == entries
        states.append(
            (dict(project.labels.answers), project.labels.can_undo, project.labels.can_redo)
        )
        project.close()
        assert (folder / FILE_NAME).read_bytes() == whole
    assert states == [states[0]] * 3
    assert states[0][0] == dict(Journal.of(entries).answers)
