import json
import os
import sqlite3
import stat
import sys
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from autoal_gui.core.database.image_rows import Checked, identity_of
from autoal_gui.core.database.round_rows import RANKING_KEPT, Suggestion
from autoal_gui.core.errors import (
    EarlyAccess,
    ImageUnreadable,
    ProjectDamaged,
    ProjectError,
    SourceError,
)
from autoal_gui.core.images.pool import ImagePool, PoolImage, longest_side
from autoal_gui.core.images.source import ListedImage, Listing, SourceSpec
from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.labels.splits import assign_splits, default_evaluation_size
from autoal_gui.core.messages import WarmStarted
from autoal_gui.core.project.plan import make_folders
from autoal_gui.core.project.project import Project
from autoal_gui.core.project.stores.warm_record import state_file
from autoal_gui.core.queries import Asked, Query
from autoal_gui.core.readers.double_reading import Reading
from autoal_gui.core.system.foreign_files import sha256_of
from autoal_gui.sources.opening import open_images
from tests.support.project import (
    copied,
    create,
    draw_images,
    file_of,
    folder_spec,
    new_project,
    reopened,
    result_of,
    settings_with,
)
from tests.tools.limits import files_of_at_most, needs_limits


@pytest.fixture
def project(tmp_path):
    project = new_project(tmp_path)
    yield project
    project.close()


def contents(project):
    """Everything that a project says of itself and must say again when it is reopened."""
    return {
        "set up": (
            project.settings.name,
            project.settings.spec,
            project.classes.names,
            project.settings.start_from,
        ),
        "choices": (
            project.settings.run,
            project.settings.annotator,
            project.settings.show_suggestions,
        ),
        "images": project.pool.images,
        "unreadable": project.checks.unreadable,
        "journal": project.labels.entries(),
        "answers": dict(project.labels.answers),
        "turns": (project.labels.can_undo, project.labels.can_redo),
        "labels": (project.labels.training(), project.labels.evaluation()),
        "left": (project.labels.unanswered(), project.labels.unanswered_evaluation()),
        "asking": (project.batches.queue, project.batches.ranking),
        "why": [
            (project.rounds.suggestion(i), project.rounds.query(i)) for i in project.pool.images
        ],
        "rounds": project.rounds.all(),
        "warm start": (project.warm_start.record, project.warm_start.checkpoint),
        "asked": project.rounds.history(),
        "model": project.rounds.last_checkpoint(),
        "hidden": len(project.labels.hidden_truth()),
    }


# -- creating, closing, reopening -------------------------------------------------------------


def test_a_project_over_a_folder_comes_back_as_it_was(tmp_path):
    images = draw_images(tmp_path / "images", 3, classes=("gesund", "Läsion ▲"), loose=2)
    (images / "broken.png").write_bytes(b"\x89PNG nothing")
    settings = settings_with(mode="vote", seed=7)
    project = create(
        tmp_path / "Größe 1",
        folder_spec(images),
        annotator="Zoë 山田",
        name="Studie „Größe“ 1",
        classes=("gesund", "Läsion ▲", "unklar 不明"),
        settings=settings,
        label_use="hidden",
        evaluation_images=2,
    )
    assert (project.settings.name, project.settings.annotator) == ("Studie „Größe“ 1", "Zoë 山田")
    assert project.classes.names == ("gesund", "Läsion ▲", "unklar 不明")
    assert (project.settings.spec, project.settings.run) == (folder_spec(images), settings)
    assert sorted(project.pool.images) == list(range(1, 9))
    assert [key for key, _ in project.checks.unreadable] == ["broken.png"]
    assert (
        project.settings.show_suggestions,
        project.labels.can_undo,
        project.labels.can_redo,
    ) == (False,) * 3
    assert (project.rounds.all(), project.rounds.last, project.rounds.last_checkpoint()) == (
        (),
        0,
        None,
    )
    before, pixels = contents(project), {i: project.pool.read(i) for i in project.pool.images}
    project = reopened(project)
    assert contents(project) == before
    for image_id, values in pixels.items():
        np.testing.assert_array_equal(project.pool.read(image_id), values)
    project.close()


def test_a_project_over_an_npz_file_keeps_its_test_split(tmp_path):
    rng = np.random.default_rng(0)
    file = tmp_path / "set.npz"
    train = rng.integers(0, 255, (6, 8, 8), dtype=np.uint8)
    test = rng.integers(0, 255, (3, 8, 8), dtype=np.uint8)
    np.savez(
        file,
        train_images=train,
        train_labels=np.array([[0], [1], [0], [1], [1], [0]], np.uint8),
        test_images=test,
        test_labels=np.array([[1], [0], [1]], np.uint8),
    )
    project = create(tmp_path / "p", SourceSpec("npz", str(file)), label_use="hidden")
    assert (len(project.pool.ids("pool")), len(project.pool.ids("evaluation"))) == (6, 3)
    assert [label for _, label in project.labels.evaluation()] == [1, 0, 1]
    before = contents(project)
    project = reopened(project)
    assert contents(project) == before
    read = [project.pool.read(i) for i in sorted(project.pool.images)]
    np.testing.assert_array_equal(np.stack(read), np.concatenate((train, test)))
    project.close()


def test_no_second_project_is_made_in_a_folder(project):
    before, spec = contents(project), project.settings.spec
    with pytest.raises(ProjectError, match="There is a project in that folder already"):
        create(project.folder, spec)
    assert contents(project) == before
    project.close()
    with pytest.raises(ProjectError, match="There is a project in that folder already"):
        create(project.folder, spec)
    again = Project.open(project.folder, open_images)
    assert contents(again) == before
    again.close()


def test_there_must_be_a_project_to_open(tmp_path):
    with pytest.raises(ProjectError, match="There is no project in that folder"):
        Project.open(tmp_path, open_images)
    assert list(tmp_path.iterdir()) == []


def test_images_that_have_gone_are_said_to_have_gone_and_can_come_back(tmp_path):
    project = new_project(tmp_path)
    project.labels.answer(1, "label", 0)
    before = contents(project)
    project.close()
    images = tmp_path / "images"
    images.rename(tmp_path / "elsewhere")
    for _ in range(2):  # the lock of the first attempt is not kept
        project = Project.open(project.folder, open_images)
        assert list(project.absent.values()) == [f"There is no folder {images}."]
        project.close()
    (tmp_path / "elsewhere").rename(images)
    project = Project.open(project.folder, open_images)
    assert contents(project) == before
    project.close()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such permissions")
def test_what_is_made_is_the_users_alone(tmp_path):
    made = new_project(tmp_path / "a")
    own = tmp_path / "own"
    own.mkdir(mode=0o755)  # a folder of the user's, shared as the user wants it
    chosen = create(own, folder_spec(tmp_path / "a" / "images"))
    made.labels.answer(1, "label", 0)
    chosen.labels.answer(1, "label", 0)
    assert stat.S_IMODE(made.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(own.stat().st_mode) == 0o755
    for project in (made, chosen):
        inside = [p for p in project.folder.iterdir() if p.name != "cache"]
        assert file_of(project) in inside
        assert [p.name for p in inside if p.stat().st_mode & 0o077] == []
        project.close()
    assert stat.S_IMODE((made.folder / "cache").stat().st_mode) == 0o700


def test_the_workspace_may_be_deleted_in_between(tmp_path):
    project = new_project(tmp_path)
    before = contents(project)
    project.close()
    (project.folder / "cache").rmdir()
    project = Project.open(project.folder, open_images)
    assert project.workspace.is_dir()
    assert contents(project) == before
    project.close()


# -- answers ----------------------------------------------------------------------------------


def journal_in(file: Path):
    """Read answers as any other program may, from a copy taken while the project is open."""
    with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT sequence, action, image_id, class_index FROM journal")
        return rows.fetchall()


def test_an_answer_is_in_the_file_before_the_call_returns(project, tmp_path):
    taken = []
    for step, give in enumerate(
        (
            lambda: project.labels.answer(3, "label", 1),
            lambda: project.labels.answer(4, "unsure"),
            project.labels.undo,
            project.labels.redo,
            lambda: project.labels.answer(5, "skip"),
        ),
        start=1,
    ):
        give()
        taken.append(journal_in(copied(file_of(project), tmp_path / f"copy-{step}")))
    assert taken[-1] == [
        (1, "label", 3, 1),
        (2, "unsure", 4, None),
        (3, "undo", 4, None),
        (4, "redo", 4, None),
        (5, "skip", 5, None),
    ]
    assert taken == [taken[-1][:step] for step in range(1, 6)]


def test_another_connection_sees_the_answers_after_closing(project):
    project.labels.answer(2, "label", 0)
    project.close()
    assert journal_in(file_of(project)) == [(1, "label", 2, 0)]


def test_an_entry_says_who_when_in_which_round_and_what_was_suggested(project):
    first = project.labels.answer(1, "label", 1, comment="blurred, 第一")
    project.settings.annotator = "Dr. Ngũgĩ"
    number = project.rounds.begin()
    project.rounds.finish(result_of(project, number))
    shown = project.labels.answer(2, "label", 0, Suggestion(1, 0.75), shown=True)
    blind = project.labels.answer(3, "unsure", suggestion=Suggestion(0, 0.5))
    nothing = project.labels.answer(4, "skip", shown=True)
    project = reopened(project)
    assert project.labels.entries() == (first, shown, blind, nothing)
    assert (first.annotator, first.round_number, first.comment) == ("reader", 0, "blurred, 第一")
    assert (shown.annotator, shown.round_number) == ("Dr. Ngũgĩ", number)
    assert (shown.suggested, shown.confidence, shown.shown) == (1, 0.75, True)
    assert (blind.suggested, blind.confidence, blind.shown) == (0, 0.5, False)
    assert (nothing.suggested, nothing.confidence, nothing.shown) == (None, None, False)
    assert all(entry.at.endswith("+00:00") for entry in project.labels.entries())
    project.close()


@pytest.mark.parametrize(
    ("image", "action", "class_index"),
    [(1, "label", 2), (1, "label", None), (1, "unsure", 0), (99, "label", 0), (99, "skip", None)],
)
def test_an_answer_that_means_nothing_is_refused(project, image, action, class_index):
    project.labels.answer(2, "label", 1)
    before = contents(project)
    with pytest.raises(ProjectError):
        project.labels.answer(image, action, class_index)
    assert contents(project) == before
    project = reopened(project)
    assert contents(project) == before
    project.close()


class Labelling(RuleBasedStateMachine):
    """Answers, undo and redo, with the project closed and reopened at any point."""

    @initialize()
    def begin(self):
        self.base = TemporaryDirectory()
        self.project = new_project(Path(self.base.name), per_class=2)
        self.given = []  # entries as the calls returned or implied them

    @rule(image=st.integers(1, 4), class_index=st.integers(0, 1))
    def label(self, image, class_index):
        self.given.append(self.project.labels.answer(image, "label", class_index))

    @rule(image=st.integers(1, 4), action=st.sampled_from(("unsure", "skip")))
    def set_aside(self, image, action):
        self.given.append(self.project.labels.answer(image, action))

    @rule()
    def undo(self):
        turn = Journal.of(self.given).undoable
        assert self.project.labels.undo() == turn
        self.given = list(self.project.labels.entries())
        if turn:
            assert (self.given[-1].action, self.given[-1].target) == ("undo", turn.sequence)

    @rule()
    def redo(self):
        turn = Journal.of(self.given).redoable
        assert self.project.labels.redo() == turn
        self.given = list(self.project.labels.entries())
        if turn:
            assert (self.given[-1].action, self.given[-1].target) == ("redo", turn.sequence)

    @rule()
    def reopen(self):
        before = contents(self.project)
        self.project = reopened(self.project)
        assert contents(self.project) == before

    @precondition(lambda self: self.given)
    @rule()
    def undo_everything(self):
        while self.project.labels.can_undo:
            self.project.labels.undo()
        assert dict(self.project.labels.answers) == {}
        self.given = list(self.project.labels.entries())

    @invariant()
    def it_is_what_was_given(self):
        assert list(self.project.labels.entries()) == self.given
        assert dict(self.project.labels.answers) == dict(Journal.of(self.given).answers)
        answered = set(self.project.labels.answers)
        assert (
            set(self.project.labels.unanswered()) == set(self.project.pool.ids("pool")) - answered
        )

    def teardown(self):
        if hasattr(self, "project"):
            self.project.close()
            self.base.cleanup()


TestLabelling = Labelling.TestCase
TestLabelling.settings = settings(max_examples=12, stateful_step_count=15)


def test_one_more_of_ten_thousand_answers_costs_no_more_than_the_first(project):
    def cost():
        """Count the statements and SQLite's own steps of one answer; a clock would waver."""
        statements, steps = [], []
        project._file.connection.set_trace_callback(statements.append)
        project._file.connection.set_progress_handler(lambda: steps.append(1), 1)
        project.labels.answer(1, "label", 0)
        project._file.connection.set_trace_callback(None)
        project._file.connection.set_progress_handler(None, 1)
        return len(statements), len(steps)

    project.labels.answer(2, "label", 1)
    first = cost()
    project._file.connection.execute("BEGIN")  # one commit for all of them, to spare the disk
    for number in range(10_000):
        project.labels.answer(2 + number % 10, "label", number % 2)
    project._file.connection.execute("COMMIT")
    statements, steps = cost()
    assert statements == first[0] <= 5
    assert steps <= 2 * first[1]
    assert len(reopened(project).labels.entries()) == 10_003


# -- classes and settings ---------------------------------------------------------------------


def test_classes_are_added_at_the_end_and_renamed_under_their_labels(project):
    project.labels.answer(1, "label", 1)
    assert project.classes.add("  unklar 不明 ") == 2
    project.labels.answer(2, "label", 2)
    project.classes.rename(1, "Läsion")
    assert project.classes.names == ("abnormal", "Läsion", "unklar 不明")
    assert project.labels.training() == ((1, 1), (2, 2))
    before = contents(project)
    project = reopened(project)
    assert contents(project) == before
    project.close()


def test_a_class_may_keep_its_name(project):
    project.classes.rename(0, " abnormal ")
    assert project.classes.names == ("abnormal", "normal")


@pytest.mark.parametrize("name", ["", "   ", "normal", " normal "])
def test_a_class_needs_a_name_of_its_own(project, name):
    sentence = "There is a class named normal already." if name.strip() else "A class needs a name."
    for change in (lambda: project.classes.add(name), lambda: project.classes.rename(0, name)):
        with pytest.raises(ProjectError) as caught:
            change()
        assert str(caught.value) == sentence
    assert project.classes.names == ("abnormal", "normal")


def test_settings_annotator_and_suggestions_are_kept(project):
    changed = settings_with(mode="margin", task_steps=3, candidates=("bald", "entropy"))
    project.settings.run, project.settings.annotator, project.settings.show_suggestions = (
        changed,
        "Ünal",
        True,
    )
    project = reopened(project)
    assert (project.settings.run, project.settings.annotator) == (changed, "Ünal")
    assert project.settings.show_suggestions is True
    project.close()


# -- splits and known labels ------------------------------------------------------------------


def listing_of(splits="", labels=()):
    images = tuple(
        ListedImage(str(n), "", "evaluation" if splits[n : n + 1] == "e" else "pool", label)
        for n, label in enumerate(labels)
    )
    return Listing(("a", "b"), images)


@given(st.integers(0, 5000))
def test_how_many_images_are_set_aside(images):
    for by_answers in (False, True):
        assert default_evaluation_size(images, known=True, by_answers=by_answers) == images // 5
    assert default_evaluation_size(images, known=False, by_answers=True) == 0
    size = default_evaluation_size(images, known=False, by_answers=False)
    assert size <= images / 4
    assert size <= 100
    assert size >= min(20, images // 4)


labels = st.lists(st.none() | st.integers(0, 1), min_size=1, max_size=60)


@given(labels, st.none() | st.integers(0, 70), st.integers(0, 9), st.booleans(), st.booleans())
def test_only_images_with_a_label_are_set_aside_where_labels_are_known(
    given_, size, seed, known, by_answers
):
    listing = listing_of(labels=given_)
    splits = assign_splits(listing, known, size, seed, by_answers)
    assert splits == assign_splits(listing, known, size, seed, by_answers)
    assert sorted(splits) == list(range(1, len(given_) + 1))
    aside = [i for i, split in splits.items() if split == "evaluation"]
    with_label = [i for i, label in enumerate(given_, start=1) if label is not None]
    trusted = known and bool(with_label)
    eligible = with_label if trusted else list(splits)
    assert set(aside) <= set(eligible)
    preset = default_evaluation_size(len(eligible), trusted, by_answers)
    wanted = preset if size is None else size
    if not trusted:
        assert len(aside) == min(wanted, len(eligible))
        return
    learned = [given_[i - 1] for i in eligible if i not in aside]
    classes = {given_[i - 1] for i in eligible}
    assert set(learned) == classes  # none is lost to the evaluation set
    assert abs(len(aside) - min(wanted, len(eligible))) <= len(classes)


@given(labels, st.integers(0, 70), st.booleans(), st.data())
def test_a_test_split_of_the_sets_own_is_kept(given_, size, known, data):
    own = "".join(data.draw(st.sampled_from("pe")) for _ in given_)
    splits = assign_splits(listing_of(own, given_), known, size, 0)
    if "e" in own:
        assert [split[0] for split in splits.values()] == list(own)


def test_other_seeds_set_other_images_aside():
    listing = listing_of(labels=[0] * 50)
    chosen = {
        tuple(i for i, s in assign_splits(listing, True, 10, seed).items() if s == "evaluation")
        for seed in range(5)
    }
    assert len(chosen) == 5


def truth_of(project):
    return {
        i: int(image.key.startswith("normal"))
        for i, image in project.pool.images.items()
        if "/" in image.key
    }


def test_known_labels_that_are_given_count_as_answers(tmp_path):
    project = new_project(tmp_path, loose=2, label_use="labelled", evaluation_images=4)
    truth, evaluation = truth_of(project), project.pool.ids("evaluation")
    assert len(evaluation) == 4
    assert dict(project.labels.training()) == {
        i: label for i, label in truth.items() if i not in evaluation
    }
    assert {entry.action for entry in project.labels.entries()} == {"import"}
    assert tuple(project.labels.answers) == tuple(i for i, _ in project.labels.training())
    assert project.labels.evaluation() == tuple((i, truth[i]) for i in evaluation)
    assert set(project.labels.unanswered()) == set(project.pool.images) - set(truth)
    assert not project.labels.can_undo
    assert project.labels.undo() is None
    assert len(project.labels.hidden_truth()) == 0
    project.close()


def test_an_imported_label_may_be_corrected_and_comes_back_by_undo(tmp_path):
    project = new_project(tmp_path, label_use="labelled")
    image, label = project.labels.training()[0]
    project.labels.answer(image, "label", 1 - label)
    assert project.labels.training()[0] == (image, 1 - label)
    project.labels.undo()
    project = reopened(project)
    assert project.labels.training()[0] == (image, label)
    assert not project.labels.can_undo
    project.close()


def test_hidden_labels_are_out_of_reach_until_their_image_is_asked_for(tmp_path):
    project = new_project(tmp_path, loose=2, label_use="hidden", evaluation_images=4)
    truth = truth_of(project)
    assert dict(project.labels.answers) == {}
    assert project.labels.training() == ()
    hidden = project.labels.hidden_truth()
    pool = [i for i in project.pool.ids("pool") if i in truth]
    assert len(hidden) == len(pool) == 8
    for image_id in project.pool.images:
        with pytest.raises(EarlyAccess):
            hidden.label(image_id)
    hidden.ask(pool[:3])
    assert [hidden.label(i) for i in pool[:3]] == [truth[i] for i in pool[:3]]
    with pytest.raises(EarlyAccess):
        hidden.label(pool[3])
    evaluation = project.pool.ids("evaluation")
    assert project.labels.evaluation() == tuple((i, truth[i]) for i in evaluation)
    assert project.labels.unanswered_evaluation() == ()
    project.close()


def test_ignored_labels_are_forgotten_and_the_evaluation_set_is_asked_for_by_turns(tmp_path):
    project = new_project(tmp_path, label_use="ignore", evaluation_images=3)
    evaluation = project.pool.ids("evaluation")
    assert len(project.labels.hidden_truth()) == len(project.labels.evaluation()) == 0
    assert project.labels.unanswered_evaluation() == evaluation
    assert set(project.batches.ranking[1:6:2]) == set(evaluation)
    assert sorted(project.batches.ranking) == sorted(project.pool.images)
    project.labels.answer(evaluation[0], "label", 1)
    project.labels.answer(evaluation[1], "unsure")
    assert project.labels.evaluation() == ((evaluation[0], 1),)
    assert project.labels.unanswered_evaluation() == evaluation[2:]
    assert project.labels.training() == ()
    assert not set(project.labels.unanswered()) & set(evaluation)
    project.close()


def test_an_image_that_is_not_of_the_project_cannot_be_read(project):
    with pytest.raises(ImageUnreadable, match="Image 99 is not part of this project"):
        project.pool.read(99)


def test_the_longest_side_is_that_of_the_first_image_that_can_be_read(project):
    assert longest_side(project.pool) == 20
    first, *others = (
        Path(project.settings.spec.location, project.pool.images[i].key)
        for i in sorted(project.pool.images)
    )
    first.unlink()
    assert longest_side(project.pool) == 20
    for file in others:
        file.write_bytes(b"broken")
    with pytest.raises(SourceError, match="None of the images can be read"):
        longest_side(project.pool)


def test_the_data_hash_depends_on_the_images_and_their_order_alone():
    def pool(hashes, ids=(1, 2)):
        images = [PoolImage(i, f"k{i}", sha, "pool") for i, sha in zip(ids, hashes, strict=True)]
        return ImagePool.of(images, reader=None)

    assert pool(("a", "b")).data_hash == pool(("b", "a"), ids=(2, 1)).data_hash
    assert pool(("a", "b")).data_hash != pool(("b", "a")).data_hash
    assert len(pool(("a", "b")).data_hash) == 64


# -- the warm start ---------------------------------------------------------------------------

WARM = settings_with(mode="margin", warm_start=True)


def learned(project, sha256: str = "", complete: bool = True) -> WarmStarted:
    """Write a file as a warm start does, and return what it says of it."""
    project.warm_start.file.write_bytes(b"weights")
    sha256 = sha256 or sha256_of(project.warm_start.file)
    return WarmStarted(1, str(project.warm_start.file), sha256, 12.5, 181.5, complete)


@pytest.fixture
def warm(tmp_path):
    project = new_project(tmp_path, settings=WARM)
    yield project
    project.close()


def test_a_warm_start_is_remembered_with_all_it_brought(warm):
    assert warm.warm_start.wanted
    assert (warm.warm_start.record, warm.warm_start.checkpoint) == (None, "")
    result = learned(warm)
    warm.warm_start.finish(result, warm.settings.run)
    warm = reopened(warm)
    record = warm.warm_start.record
    assert (record.checkpoint_sha256, record.epochs) == (result.checkpoint_sha256, 12.5)
    assert (record.seconds, record.complete, record.stopped) == (181.5, True, False)
    assert Path(warm.warm_start.checkpoint).read_bytes() == b"weights"
    assert not record.pending
    warm.close()


def test_one_that_was_stopped_goes_on_only_when_it_is_told_to(warm):
    warm.warm_start.finish(learned(warm, complete=False), warm.settings.run)
    assert warm.warm_start.record.stopped
    assert not warm.warm_start.record.pending
    assert warm.warm_start.checkpoint
    warm.warm_start.go_on()
    warm = reopened(warm)
    assert warm.warm_start.record.pending
    warm.warm_start.stop(warm.settings.run)  # before it brought anything new
    assert warm.warm_start.record.seconds == 181.5
    assert not warm.warm_start.record.pending
    warm.close()


def test_one_that_was_stopped_before_it_began_leaves_nothing_to_use(warm):
    warm.warm_start.stop(warm.settings.run)
    assert not warm.warm_start.record.pending
    assert warm.warm_start.checkpoint == ""
    assert not warm.warm_start.forget_lost()


@pytest.mark.parametrize("change", [{"stem": "3x3"}, {"input_size": 32}])
def test_for_networks_that_see_other_images_it_does_not_count(warm, change):
    warm.warm_start.finish(learned(warm), warm.settings.run)
    before = warm.settings.run
    warm.settings.run = before.but(**change)
    assert (warm.warm_start.record, warm.warm_start.checkpoint) == (None, "")
    warm.settings.run = before.but(mode="vote", batch_size=9, train_batch=7)
    assert warm.warm_start.record is not None


@pytest.mark.parametrize("complete", [True, False])
def test_where_a_warm_start_was_goes_once_it_is_remembered_as_complete(warm, complete):
    state = state_file(warm.warm_start.file)
    state.write_bytes(b"where it was")
    warm.warm_start.finish(learned(warm, complete=complete), warm.settings.run)
    assert state.exists() != complete


@pytest.mark.parametrize("change", [{"mode": "paper"}, {"warm_start": False}])
def test_settings_that_do_without_it_do_not_use_it(warm, change):
    warm.warm_start.finish(learned(warm), warm.settings.run)
    warm.settings.run = warm.settings.run.but(**change)
    assert not warm.warm_start.wanted
    assert warm.warm_start.checkpoint == ""


@pytest.mark.parametrize("loss", [Path.unlink, lambda file: file.write_bytes(b"Weights")])
def test_one_whose_file_is_lost_is_forgotten(warm, loss):
    warm.warm_start.finish(learned(warm), warm.settings.run)
    assert not warm.warm_start.forget_lost()
    loss(warm.warm_start.file)
    assert warm.warm_start.forget_lost()
    assert warm.warm_start.record is None
    assert not warm.warm_start.forget_lost()


def test_a_project_of_the_first_version_has_had_none(warm):
    warm._file.connection.execute("DELETE FROM setting WHERE name='warm_start'")
    warm = reopened(warm)
    assert warm.warm_start.record is None
    warm.warm_start.finish(learned(warm), warm.settings.run)
    assert reopened(warm).warm_start.record is not None


@pytest.mark.parametrize("text", ["[1]", "{}", '{"stem": 3}', "7"])
def test_a_damaged_record_of_it_is_refused(warm, text):
    warm.warm_start.finish(learned(warm), warm.settings.run)
    warm._file.connection.execute("UPDATE setting SET value=? WHERE name='warm_start'", (text,))
    with pytest.raises(ProjectDamaged):
        reopened(warm)


def test_the_images_that_the_random_order_showed_are_part_of_the_history(warm):
    first, second, third, fourth, fifth = warm.batches.ranking[:5]
    warm.labels.answer(first, "label", 0)
    warm.labels.answer(second, "unsure")
    warm.labels.answer(third, "label", 1)
    warm.labels.undo()
    result = result_of(warm, warm.rounds.begin())
    warm.rounds.finish(result)
    warm.labels.answer(
        fourth, "label", 0, round_number=0
    )  # it was on screen before the ranking came
    warm.labels.answer(fifth, "label", 0)
    warm.labels.answer(first, "label", 1)  # corrected: it was drawn at random all the same
    warm = reopened(warm)
    drawn = tuple(Asked(0, Query(i, 0.0, audit=True), None) for i in (first, second, third, fourth))
    asked = tuple(Asked(1, query, None) for query in result.queries)
    history = warm.rounds.history()
    assert history[:4] == drawn
    assert [a.query for a in history[4:]] == [a.query for a in asked]
    assert warm.rounds.query(first).audit
    assert warm.rounds.query(fifth) in (None, *result.queries)
    warm.close()


def test_labels_that_came_with_the_images_were_not_drawn(tmp_path):
    project = new_project(tmp_path, label_use="labelled", loose=4)
    imported = next(iter(project.labels.answers))
    project.labels.answer(imported, "label", 1)
    drawn = project.batches.ranking[0]
    project.labels.answer(drawn, "label", 1)
    assert [asked.query.image_id for asked in project.rounds.history()] == [drawn]
    project.close()


def test_answers_that_measure_were_not_drawn_to_train(tmp_path):
    project = new_project(tmp_path, evaluation_images=2)
    given = project.batches.ranking[:3]
    for image_id in given:
        project.labels.answer(image_id, "label", 0)
    pool = [i for i in given if project.pool.images[i].split == "pool"]
    assert 0 < len(pool) < 3
    assert [asked.query.image_id for asked in project.rounds.history()] == pool
    project.close()


# -- rounds, rankings and the queue -----------------------------------------------------------


def test_a_finished_round_is_remembered_with_all_it_brought(project):
    project.labels.answer(1, "label", 0)
    number = project.rounds.begin()
    running = project.rounds.all()[0]
    assert (number, running.outcome, running.labels) == (1, "running", 1)
    assert project.rounds.last == 0
    checkpoint = project.models_folder / "round-0001.pt"
    checkpoint.write_bytes(b"weights")
    result = result_of(project, number, str(checkpoint))
    project.labels.answer(2, "label", 1)  # given while the round ran
    project.rounds.finish(result)
    project = reopened(project)
    record = project.rounds.finished()[0]
    assert project.rounds.all() == (record,)
    assert (record.number, record.outcome, record.labels) == (1, "finished", 1)
    assert (record.settings, record.metrics) == (project.settings.run, result.metrics)
    assert (record.weights, record.plain_weights) == (result.weights, result.plain_weights)
    assert (record.checkpoint, record.checkpoint_sha256) == ("round-0001.pt", "0" * 64)
    assert (record.seconds, record.device) == (result.seconds, result.device)
    assert record.notices == result.notices
    assert record.reason == result.reason
    assert record.remarks() == "One image cannot be read. Auto spreads the batch."
    assert record.started <= record.ended
    assert (project.rounds.last, project.rounds.last_checkpoint()) == (1, checkpoint)
    project.close()


@pytest.mark.parametrize("outcome", ["failed", "cancelled", "interrupted"])
def test_a_round_that_brought_nothing_leaves_the_last_good_one(project, outcome):
    good = project.models_folder / "round-0001.pt"
    good.write_bytes(b"weights")
    project.rounds.begin()
    project.rounds.finish(result_of(project, 1, str(good)))
    ranking = project.batches.ranking
    number = project.rounds.begin()
    (project.models_folder / "round-0002.pt").write_bytes(b"half")
    project.rounds.end(number, outcome, "What happened.")
    project = reopened(project)
    last = project.rounds.all()[-1]
    assert (last.number, last.outcome, last.sentence) == (2, outcome, "What happened.")
    assert (project.rounds.last, project.rounds.last_checkpoint()) == (1, good)
    assert project.batches.ranking == ranking
    assert project.rounds.begin() == 3
    project.close()


def test_a_round_that_was_running_is_interrupted_on_reopening(project):
    project.rounds.begin()
    project = reopened(project)
    assert [record.outcome for record in project.rounds.all()] == ["interrupted"]
    project.close()


def test_the_last_checkpoint_is_one_whose_file_is_there(project):
    for number in (1, 2):
        file = project.models_folder / f"round-{number:04d}.pt"
        file.write_bytes(b"weights")
        project.rounds.finish(result_of(project, project.rounds.begin(), str(file)))
    project.rounds.finish(result_of(project, project.rounds.begin()))  # nothing was trained
    assert project.rounds.last_checkpoint().name == "round-0002.pt"
    project.rounds.last_checkpoint().unlink()
    assert project.rounds.last_checkpoint().name == "round-0001.pt"
    project.rounds.last_checkpoint().unlink()
    assert project.rounds.last_checkpoint() is None


def test_a_ranking_its_suggestions_and_its_reasons_survive_reopening(project):
    result = result_of(project, project.rounds.begin())
    project.rounds.finish(result)
    project = reopened(project)
    assert project.batches.ranking == tuple(result.ranking.tolist())
    for image_id, row in zip(result.ranking.tolist(), result.probabilities, strict=True):
        suggestion = project.rounds.suggestion(image_id)
        assert suggestion == Suggestion(int(row.argmax()), float(row.max()))
    reasons = {query.image_id: query for query in result.queries}
    assert {
        i: project.rounds.query(i) for i in project.pool.images if project.rounds.query(i)
    } == reasons
    project.close()


def test_an_image_that_still_waits_keeps_the_reason_it_was_asked_for(project):
    first = result_of(project, project.rounds.begin())
    project.rounds.finish(first)
    second = result_of(project, project.rounds.begin())
    project.rounds.finish(replace(second, queries=second.queries[:1]))
    waits = next(q for q in first.queries if q.image_id != second.queries[0].image_id)
    assert project.rounds.query(waits.image_id) == waits
    assert project.rounds.query(second.queries[0].image_id) == second.queries[0]


def test_a_new_ranking_replaces_the_last(project):
    first = result_of(project, project.rounds.begin())
    project.rounds.finish(first)
    second = result_of(project, project.rounds.begin())
    project.rounds.finish(second)
    project = reopened(project)
    assert project.batches.ranking == tuple(second.ranking.tolist())
    wanted = {q.image_id: q for q in (*first.queries, *second.queries)}  # a later reason wins
    assert wanted == {i: q for i in project.pool.images if (q := project.rounds.query(i))}
    project.close()


def test_of_earlier_rankings_only_what_was_asked_for_is_kept(project):
    for _ in range(3):
        project.rounds.finish(result_of(project, project.rounds.begin()))
    rows = "SELECT round_number, count(*), count(nullif(query, '')) FROM ranking GROUP BY 1"
    asked = project.settings.run.batch_size
    assert project._file.connection.execute(rows).fetchall() == [
        (1, asked, asked),
        (2, asked, asked),
        (3, 12, asked),
    ]


def test_nothing_is_suggested_where_nothing_was_trained(project):
    empty = np.empty((0, 2), np.float32)
    cold = result_of(project, project.rounds.begin(), probabilities=empty, metrics=None)
    project.rounds.finish(cold)
    project = reopened(project)
    assert project.batches.ranking == tuple(cold.ranking.tolist())
    assert [project.rounds.suggestion(i) for i in project.pool.images] == [None] * 12
    assert project.rounds.all()[0].metrics is None
    project.close()


def test_images_behind_the_stored_ranking_are_asked_in_a_fixed_order(tmp_path):
    count = RANKING_KEPT + 30
    values = np.arange(count * 4, dtype=np.uint16).reshape(count, 2, 2)
    file = tmp_path / "many.npz"
    np.savez(file, images=values)
    project = create(
        tmp_path / "p", SourceSpec("npz", str(file)), classes=("a", "b"), evaluation_images=0
    )
    unranked = project.batches.ranking
    assert unranked != tuple(sorted(unranked))
    result = result_of(project, project.rounds.begin())
    project.rounds.finish(result)
    ranking = project.batches.ranking
    assert ranking[:RANKING_KEPT] == tuple(result.ranking[:RANKING_KEPT].tolist())
    assert sorted(ranking) == sorted(project.pool.images)
    project = reopened(project)
    assert project.batches.ranking == ranking
    project.close()


def test_labelling_goes_on_at_the_same_image(project):
    queue = project.batches.queue.next_batch(project.labels.answers)
    project.batches.save(queue.batch)
    for image_id in queue.batch[:2]:
        project.labels.answer(image_id, "label", 0)
    project = reopened(project)
    assert project.batches.queue.batch == queue.batch
    assert project.batches.queue.current(project.labels.answers) == queue.batch[2]
    assert sorted((*project.batches.queue.batch, *project.batches.queue.rest)) == sorted(
        project.pool.images
    )
    assert project.batches.queue.size == project.settings.run.batch_size
    project.close()


# -- when it cannot be saved ------------------------------------------------------------------


def fill(project):
    """Leave the file no room to grow: SQLite's own limit answers like a full disk."""
    pages = project._file.connection.execute("PRAGMA page_count").fetchone()[0]
    project._file.connection.execute(f"PRAGMA max_page_count={pages}")


def make_room(project):
    project._file.connection.execute("PRAGMA max_page_count=1000000")


LONG = "x" * 100_000  # needs pages of its own


def long_reasons(project):
    return tuple(Query(i, 1.0, ((LONG, 1.0, 1.0),)) for i in project.labels.unanswered()[3:5])


def test_an_answer_that_cannot_be_saved_does_not_stand(project):
    project.labels.answer(1, "label", 0)
    project.labels.answer(2, "label", 1)
    project.labels.undo()
    before = contents(project)
    fill(project)
    with pytest.raises(ProjectError, match="could not be saved"):
        project.labels.answer(3, "label", 1, comment=LONG)
    assert contents(project) == before
    make_room(project)
    project.labels.answer(3, "label", 1, comment=LONG)
    project = reopened(project)
    assert [entry.action for entry in project.labels.entries()] == [
        "label",
        "label",
        "undo",
        "label",
    ]
    project.close()


def test_a_full_disk_stops_labelling_at_an_answer_and_loses_none(project):
    given_ = []

    def label_on():
        for number in range(100_000):
            given_.append(project.labels.answer(1 + number % 12, "label", number % 2))

    def undo_all():
        while project.labels.can_undo:
            project.labels.undo()

    fill(project)
    for act in (label_on, undo_all):
        with pytest.raises(ProjectError, match="could not be saved"):
            act()
        assert list(project.labels.entries())[: len(given_)] == given_
    last = given_[-1]
    answers = dict(project.labels.answers)
    make_room(project)
    project = reopened(project)
    assert dict(project.labels.answers) == answers
    assert project.labels.entries()[: len(given_)] == tuple(given_)
    assert project.labels.answer(last.image_id, "skip").sequence > last.sequence
    project.close()


def test_a_batch_that_cannot_be_saved_is_said_in_a_sentence_whatever_fails(project):
    project.close()  # even to read fails now
    with pytest.raises(ProjectError, match="could not be saved"):
        project.batches.save((1, 2))


@pytest.mark.parametrize(
    "write",
    [
        lambda project: project.classes.add(LONG),
        lambda project: project.classes.rename(0, LONG),
        lambda project: setattr(project.settings, "annotator", LONG),
        lambda project: setattr(project.settings, "run", settings_with(mode=LONG)),
        lambda project: project.batches.save(range(20_000)),
        lambda project: project.rounds.end(1, "failed", LONG),
        lambda project: project.rounds.finish(result_of(project, 1, device=LONG)),
        lambda project: project.rounds.finish(result_of(project, 1, queries=long_reasons(project))),
        lambda project: project.warm_start.finish(learned(project, LONG), WARM),
        lambda project: [project.rounds.begin() for _ in range(100_000)],
    ],
    ids=[
        *("add", "rename", "annotator", "settings", "batch"),
        *("end", "finish", "rank", "warm", "begin"),
    ],
)
def test_whatever_cannot_be_saved_is_said_in_a_sentence_and_undone(project, write):
    project.labels.answer(1, "label", 0)
    project.rounds.begin()
    before = contents(project)
    fill(project)
    with pytest.raises(ProjectError) as caught:
        write(project)
    assert "disk" in str(caught.value)
    after = contents(project)
    rounds, begun = before.pop("rounds"), after.pop("rounds")
    assert begun[: len(rounds)] == rounds
    assert after == before
    make_room(project)
    project.labels.answer(2, "label", 1)
    assert not project._file.connection.in_transaction
    project = reopened(project)
    assert project.labels.training() == ((1, 0), (2, 1))
    project.close()


@needs_limits
def test_an_answer_that_the_system_will_not_write_does_not_stand(project):
    for image_id in (1, 2, 3):
        project.labels.answer(image_id, "label", 0)
    before = contents(project)
    with files_of_at_most(1024), pytest.raises(ProjectError, match="could not be saved"):
        project.labels.answer(3, "label", 1)
    assert contents(project) == before
    project.labels.answer(3, "label", 1)
    project = reopened(project)
    assert [entry.class_index for entry in project.labels.entries()] == [0, 0, 0, 1]
    project.close()


def test_a_failed_creation_leaves_the_folder_free(tmp_path):
    images = draw_images(tmp_path / "images", 2)
    spec = folder_spec(images)
    with pytest.raises(ProjectError):
        create(tmp_path / "p", spec, classes=("abnormal", "normal", "normal"))
    assert not list((tmp_path / "p").glob("project.autoal*"))
    create(tmp_path / "p", spec).close()


def test_settings_in_the_file_are_plain_json(project):
    project.close()
    with closing(sqlite3.connect(file_of(project))) as connection:
        rows = dict(connection.execute("SELECT name, value FROM setting"))
    assert {name: json.loads(text) for name, text in rows.items()}["name"] == "Study"
    assert os.fspath(project.folder) not in "".join(rows.values())


def test_the_tally_follows_every_answer_undo_and_failed_group(project):
    pool = project.pool.ids("pool")

    def counted() -> tuple[dict[int, int], int, int]:
        given = [
            e.class_index for e in project.labels.answers.values() if e.class_index is not None
        ]
        classes = {index: given.count(index) for index in set(given)}
        return classes, len(project.labels.training()), len(given) - len(project.labels.training())

    def contents() -> tuple[dict[int, int], int, int]:
        label_counts = project.labels.counts
        classes = {index: count for index, count in label_counts.classes.items() if count}
        return classes, label_counts.labels["pool"], label_counts.labels["evaluation"]

    steps = [
        lambda: project.labels.answer(pool[0], "label", 1),
        lambda: project.labels.answer(pool[0], "label", 0),
        lambda: project.labels.answer(pool[1], "unsure"),
        lambda: project.labels.flag(pool[0]),
        project.labels.undo,
        project.labels.undo,
        project.labels.redo,
        lambda: project.labels.answer(pool[1], "label", 1, purpose="repeat"),
    ]
    for step in steps:
        step()
        assert contents() == counted()
    with pytest.raises(ProjectError), project.labels.together():
        [project.labels.answer(image, "label", 1) for image in (pool[2], 10**6)]
    assert contents() == counted()


# -- what is counted and what is one step -----------------------------------------------------


def test_two_groups_stay_two_steps_though_the_clock_stands_still(tmp_path, monkeypatch):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None):
            return datetime(2026, 1, 2, 3, 4, 5, 678901, tz)

    monkeypatch.setattr("autoal_gui.core.project.stores.label_store.datetime", Stopped)
    project = new_project(tmp_path)
    first, second = project.labels.unanswered()[:2], project.labels.unanswered()[2:4]
    for group in (first, second):
        with project.labels.together():
            for image in group:
                project.labels.answer(image, "label", 0)
    assert {entry.image_id for entry in project.labels.undo_together()} == {*second}
    assert set(project.labels.answers) == {*first}
    assert {entry.image_id for entry in project.labels.redo_together()} == {*second}
    assert {entry.image_id for entry in project.labels.undo_together()} == {*second}
    project = reopened(project)
    assert {entry.image_id for entry in project.labels.undo_together()} == {*first}
    project.close()


def test_nothing_waits_once_only_unreadable_images_are_left(tmp_path):
    project = new_project(tmp_path)
    first, second, *others = project.labels.unanswered()
    keys = {i: image.key for i, image in project.pool.images.items()}
    for image in (first, *others):
        project.labels.answer(image, "label", 0)
    assert project.labels.waiting == 1
    project.store_checks([Checked(i, keys[i], "", "The file is gone.") for i in (first, second)])
    assert project.labels.waiting == 0
    project.close()


# -- small things that last --------------------------------------------------------------------


def test_what_was_waited_and_read_by_others_is_kept(project):
    assert (project.settings.waited_seconds, project.readings.all(), project.checks.unusable) == (
        0.0,
        (),
        frozenset(),
    )
    project.settings.waited_seconds = 12.5
    begun, other = Reading("Dr B", (3, 1)), Reading("Dr C", (2,))
    project.readings.save(begun)
    project.readings.save(other)
    again = reopened(project)
    assert again.settings.waited_seconds == 12.5
    assert again.readings.all() == (begun, other)
    again.labels.add_readings([Entry(1, "2026", "Dr C", 0, "label", 2, 0, purpose="second")])
    again.readings.save(Reading("Dr D", (1,)))  # what is finished needs no taking up
    assert again.readings.all() == (begun, Reading("Dr D", (1,)))
    assert [entry.annotator for entry in again.labels.entries_of(2)] == ["Dr C"]
    assert again.labels.entries_of(3) == ()
    again.close()


def test_answers_that_were_given_together_turn_together_and_others_alone(project):
    assert (project.labels.undo_together(), project.labels.redo_together()) == ((), ())
    project.labels.answer(1, "label", 0)
    with project.labels.together():
        for image in (2, 3):
            project.labels.answer(image, "label", 1)
    assert [entry.image_id for entry in project.labels.undo_together()] == [3, 2]
    assert [entry.image_id for entry in project.labels.undo_together()] == [1]
    assert set(project.labels.answers) == set()
    assert [entry.image_id for entry in project.labels.redo_together()] == [1]
    assert [entry.image_id for entry in project.labels.redo_together()] == [2, 3]
    assert project.labels.redo_together() == ()
    assert set(project.labels.answers) == {1, 2, 3}


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"no folder")
    with pytest.raises(ProjectError, match="cannot be made there"):
        make_folders(tmp_path / "file" / "project")
    assert (tmp_path / "file").read_bytes() == b"no folder"


def test_a_project_in_which_a_class_is_missing_is_damaged(project):
    project.labels.answer(1, "label", 1)
    project.close()
    with closing(sqlite3.connect(file_of(project))) as db:
        db.execute("PRAGMA foreign_keys=OFF")
        db.execute("DELETE FROM class WHERE class_index=0")
        db.commit()
    with pytest.raises(ProjectDamaged):
        Project.open(project.folder, open_images)


def test_there_is_no_warm_start_to_go_on_with_before_there_was_one(project):
    project.warm_start.go_on()
    assert project.warm_start.record is None


def test_images_that_were_listed_unread_keep_the_name_that_they_had_then():
    images = (ListedImage("a.png", "1" * 64), ListedImage("b.png", "2" * 64))
    read = Listing(classes=("x",), images=images)
    unread = replace(read, images=(read.images[0], ListedImage("b.png", "")))
    other = replace(read, images=(read.images[0], ListedImage("c.png", "")))
    assert identity_of(read) == ""
    assert identity_of(unread) != identity_of(other)
    images = {1: PoolImage(1, "a.png", "1" * 64, "pool"), 2: PoolImage(2, "b.png", "", "pool")}
    pool = ImagePool(images, None, identity_of(unread))
    before = pool.data_hash
    assert before == identity_of(unread)
    later = pool.with_hashes({2: "2" * 64})
    assert later.data_hash == before
    assert (pool.images[2].sha256, later.images[2].sha256) == ("", "2" * 64)
