import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import ImageUnreadable, ProjectDamaged, ProjectError, ProjectInUse
from autoal_gui.core.images.pool import PoolImage
from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.project.files.findings import look
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.project_merge import (
    Other,
    matches,
    merge,
    read_other,
    report,
    with_hashes,
)
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.sources.opening import open_images
from tests.support.paths import FIXTURES, ROOT
from tests.support.project import copied, draw_images, everything_in, file_of, folder_spec
from tests.support.project import create as create_project


def study(base, name, annotator, **choices):
    """Make a project over the images in `base`/images, drawn once."""
    images = base / "images"
    if not images.exists():
        draw_images(images, 6)
    choices = {"name": name, "evaluation_images": 0, **choices}
    return create_project(base / name, folder_spec(images), annotator, **choices)


def label(project, images, class_index=0):
    for image in images:
        project.labels.answer(image, "label", class_index)


def take_in(project, folder):
    """Merge another project as the window does."""
    found = merge(
        read_other(folder, project.folder),
        project.pool.images.values(),
        project.classes.names,
        project.labels.entries(),
    )
    project.labels.add_readings(found.new)
    return found


@pytest.fixture
def ours(tmp_path):
    project = study(tmp_path, "ours", "Dr A")
    yield project
    project.close()


def test_another_readers_answers_come_in_as_second_readings(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr B")
    label(ours, range(1, 6))
    label(other, range(3, 9), 1)
    other.labels.answer(9, "unsure")
    other.close()
    before = sha256_of(file_of(other)), dict(ours.labels.answers), ours.labels.training()
    found = take_in(ours, other.folder)
    assert (sha256_of(file_of(other)), dict(ours.labels.answers), ours.labels.training()) == before
    second = ours.labels.journal.second_answers("Dr B")
    assert {i: e.class_index for i, e in second.items()} == {
        **dict.fromkeys(range(3, 9), 1),
        9: None,
    }
    assert (found.matched, found.known, found.readers) == (7, 0, ("Dr B",))
    assert "7 answers came in as second readings, by Dr B." in report(found)
    assert ours.labels.first_broken_seal() is None
    again = take_in(ours, other.folder)
    assert (again.new, again.known) == ((), 7)


def test_an_image_is_known_by_its_content_whatever_it_is_called(ours, tmp_path):
    moved = tmp_path / "elsewhere" / "images"
    for file in sorted((tmp_path / "images").rglob("*.png")):
        place = moved / file.parent.name / f"renamed-{file.name}"
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, place)
    other = create_project(
        tmp_path / "theirs", folder_spec(moved), "Dr B", name="theirs", evaluation_images=0
    )
    label(other, other.pool.ids("pool"))
    other.close()
    assert len(take_in(ours, other.folder).new) == 12


def test_files_of_the_same_name_with_another_content_are_not_the_same_image(ours, tmp_path):
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    draw_images(elsewhere / "images", 6, classes=("normal", "abnormal"))
    for file in (elsewhere / "images").rglob("*.png"):
        file.write_bytes((tmp_path / "images" / "normal" / "000.png").read_bytes())
    other = create_project(
        tmp_path / "theirs", folder_spec(elsewhere / "images"), "Dr B", evaluation_images=0
    )
    label(other, [4])
    other.close()
    found = take_in(ours, other.folder)
    assert {e.image_id for e in found.new} == {
        next(i for i, one in ours.pool.images.items() if one.key == "normal/000.png")
    }


def test_a_copy_of_the_project_brings_only_what_was_answered_in_it(ours, tmp_path):
    label(ours, range(1, 5))
    shutil.copytree(ours.folder, tmp_path / "copy", ignore=shutil.ignore_patterns(FILE_NAME))
    copied(file_of(ours), tmp_path / "copy" / FILE_NAME)
    other = Project.open(tmp_path / "copy", open_images)
    other.settings.annotator = "Dr B"
    label(other, range(4, 7), 1)
    other.labels.answer(1, "label", 1, purpose="second", annotator="Dr C")
    other.close()
    found = take_in(ours, other.folder)
    assert (len(found.new), found.known) == (4, 3)
    assert ours.labels.journal.second_readers == ("Dr B", "Dr C")
    assert take_in(ours, other.folder).new == ()


def test_an_answer_that_was_given_to_other_pixels_is_about_those(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr B")
    label(other, [1], 1)
    file = Path(other.settings.spec.location) / other.pool.images[1].key
    content = file.read_bytes()
    Image.new("L", (20, 16), 7).save(file)
    images, reader = other.pool.images.values(), other.pool.reader
    other.note_files(look(images, reader, other.files.stamps(), set(), lambda done, total: None))
    assert other.other_pixels == {1}
    other.close()
    file.write_bytes(content)  # where both projects share their images
    assert [entry.image_id for entry in take_in(ours, other.folder).new] == [1]


def test_a_reader_of_the_same_name_stays_apart(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr A")
    label(ours, [1])
    label(other, [1], 1)
    other.close()
    assert take_in(ours, other.folder).readers == ("Dr A (theirs)",)
    assert take_in(ours, other.folder).new == ()


def test_classes_are_matched_by_name_and_unknown_ones_are_told(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr B")
    other.classes.rename(0, "odd")
    other.classes.add(ours.classes.names[0])
    label(other, [1], 0)
    label(other, [2], 2)
    label(other, [3], 1)
    other.close()
    found = take_in(ours, other.folder)
    second = ours.labels.journal.second_answers("Dr B")
    assert {i: e.class_index for i, e in second.items()} == {2: 0, 3: 1}
    assert dict(found.unknown_classes) == {"odd": 1}
    assert "Left out: 1 answer odd, a class that this project does not have." in report(found)


def test_a_project_of_version_1_comes_in_and_stays_one(ours, tmp_path):
    old = tmp_path / "old"
    shutil.copytree(FIXTURES / "project-1", old)
    before = sha256_of(old / FILE_NAME)
    found = read_other(old, ours.folder)
    assert found.answers
    assert sha256_of(old / FILE_NAME) == before
    with closing(sqlite3.connect(old / FILE_NAME)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
    told = merge(found, ours.pool.images.values(), ours.classes.names, ours.labels.entries())
    assert told.new == ()
    assert told.unknown_images == len({entry.image_id for entry in found.answers})
    assert "not in this project" in report(told)


def test_reading_leaves_no_file_behind(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr B")
    other.close()
    before = everything_in(other.folder)
    read_other(other.folder, ours.folder)
    assert everything_in(other.folder) == before


def test_what_cannot_be_merged_is_refused_in_a_sentence(ours, tmp_path):
    with pytest.raises(ProjectError, match="no project"):
        read_other(tmp_path, ours.folder)
    with pytest.raises(ProjectError, match="this project"):
        read_other(ours.folder, ours.folder)
    link = tmp_path / "link"
    link.symlink_to(ours.folder, target_is_directory=True)
    with pytest.raises(ProjectError, match="this project"):
        read_other(link, ours.folder)
    assert ours.labels.answer(1, "label", 0)  # the lock is still held
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / FILE_NAME).write_bytes(b"SQLite format 3\0" + bytes(range(256)) * 40)
    with pytest.raises(ProjectDamaged):
        read_other(damaged, ours.folder)


def test_rows_that_make_no_sense_are_a_damaged_project(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr B")
    label(other, [1])
    other.close()
    with closing(sqlite3.connect(file_of(other))) as db:
        db.execute("UPDATE setting SET value='no JSON' WHERE name='name'")
        db.commit()
    with pytest.raises(ProjectDamaged):
        read_other(other.folder, ours.folder)


def test_what_a_killed_program_had_half_written_is_not_merged(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr B")
    label(other, [1, 2])
    other.close()
    code = (
        "import os, sqlite3, sys\n"
        "db = sqlite3.connect(sys.argv[1], isolation_level=None)\n"
        "for word in ('PRAGMA journal_mode=TRUNCATE', 'PRAGMA cache_size=1', 'BEGIN'):\n"
        "    db.execute(word)\n"
        "db.execute('UPDATE class SET name = name || ?', ('!',))\n"
        "db.executemany('INSERT INTO unreadable VALUES (?, ?)',\n"
        "               [(str(n), 'x' * 3000) for n in range(100)])\n"
        "os._exit(9)\n"
    )
    subprocess.run([sys.executable, "-c", code, file_of(other)], check=False, timeout=60)
    hot = file_of(other).with_name(f"{FILE_NAME}-journal")
    assert hot.stat().st_size > 0
    before = sha256_of(file_of(other)), sha256_of(hot)
    found = take_in(ours, other.folder)
    assert [entry.image_id for entry in found.new] == [1, 2]
    assert found.unknown_classes == {}  # the new names were never committed
    assert (sha256_of(file_of(other)), sha256_of(hot)) == before


def test_a_project_that_is_open_elsewhere_is_refused(ours, tmp_path):
    other = study(tmp_path, "theirs", "Dr B")
    other.labels.answer(1, "label", 0)
    code = (
        "import sys; from pathlib import Path\n"
        "from autoal_gui.core.project.project_merge import read_other;"
        "read_other(Path(sys.argv[1]), Path(sys.argv[2]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, other.folder, FIXTURES / "project-1"],
        capture_output=True, text=True, timeout=60, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert ProjectInUse.__name__ in done.stderr
    other.close()


# -- laws ----------------------------------------------------------------------------------------

IMAGES = tuple(PoolImage(n, f"{n}.png", f"hash{n}", "pool") for n in range(1, 5))
CLASSES = ("a", "b")
answers = st.lists(
    st.tuples(
        st.sampled_from(("Dr B", "Dr C")),
        st.integers(1, 4),
        st.integers(0, 1),
        st.integers(1, 9),
    ),
    max_size=8,
)


def other_of(told):
    entries = tuple(
        Entry(n, f"2026-01-0{day}", who, 0, "label", image, class_index)
        for n, (who, image, class_index, day) in enumerate(told, start=1)
    )
    return Other("theirs", CLASSES, IMAGES, entries)


def merged(own, other):
    found = merge(other, IMAGES, CLASSES, own)
    start = len(own) + 1
    return [*own, *(replace(e, sequence=n) for n, e in enumerate(found.new, start=start))]


def what_stands(entries):
    journal = Journal.of(entries)
    return {
        name: {i: (e.class_index, e.at) for i, e in journal.second_answers(name).items()}
        for name in journal.second_readers
    }


@given(answers, answers)
def test_merging_twice_changes_nothing_and_the_order_does_not_matter(first, second):
    one, two = other_of(first), other_of(second)
    own = [Entry(1, "2026", "Dr A", 0, "label", 1, 0)]
    both = merged(merged(own, one), two)
    assert merged(both, one) == merged(both, two) == both
    assert what_stands(both) == what_stands(merged(merged(own, two), one))
    assert Journal.of(both).answers == Journal.of(own).answers


def test_of_images_that_a_set_has_twice_the_key_tells():
    twice = (PoolImage(1, "a", "same", "pool"), PoolImage(2, "b", "same", "pool"))
    assert matches(twice, twice) == {1: 1, 2: 2}
    assert matches((PoolImage(7, "c", "same", "pool"),), twice) == {7: 1}


def test_the_key_counts_only_where_a_hash_is_missing():
    ours = (PoolImage(1, "a", "hash", "pool"), PoolImage(2, "b", "", "pool"))
    theirs = (
        PoolImage(5, "a", "", "pool"), PoolImage(6, "b", "hash2", "pool"),
        PoolImage(7, "a", "hash3", "pool"),
    )  # fmt: skip
    assert matches(theirs, ours) == {5: 1, 6: 2}


class Files:
    """Reads files that have been listed only."""

    def __init__(self, hashes):
        self.hashes, self.read_keys = hashes, []

    def read(self, key):
        raise AssertionError

    def check(self, key):
        self.read_keys.append(key)
        if key not in self.hashes:
            raise ImageUnreadable("It is gone.")
        return self.hashes[key]


def test_files_that_a_name_alone_would_match_are_read_first():
    listed = tuple(PoolImage(n, f"{n}.png", "", "pool") for n in range(1, 5))
    files = Files({"1.png": "hash1", "2.png": "anyone's"})
    other = other_of([("Dr B", 1, 0, 1), ("Dr B", 2, 0, 1), ("Dr B", 3, 0, 1)])
    images = with_hashes(other, listed, files, lambda done, total: None)
    assert files.read_keys == ["1.png", "2.png", "3.png"]  # nobody answered the fourth
    found = merge(other, images, CLASSES, [])
    assert [(entry.image_id, entry.class_index) for entry in found.new] == [(1, 0), (3, 0)]
    assert (found.matched, found.by_name, found.unknown_images, found.unread) == (2, 1, 1, 2)
    assert "1 of them was told by its file name alone" in report(found)
    assert "2 files of this project have not been read yet and may be among them" in report(found)


def test_where_all_is_known_by_content_nothing_is_read_or_told():
    files = Files({})
    other = other_of([("Dr B", 1, 0, 1)])
    images = with_hashes(other, IMAGES, files, lambda done, total: None)
    assert (images, files.read_keys) == (IMAGES, [])
    listed = tuple(replace(image, sha256="") for image in IMAGES)  # nobody can read these
    assert with_hashes(other, listed, object(), lambda done, total: None) == listed
    found = merge(other, images, CLASSES, [])
    assert (found.by_name, found.unread) == (0, 0)
    assert report(found) == (
        "1 answer came in as a second reading, by Dr B. "
        "1 image that they answered is in this project."
    )
