"""Confirming in bulk without a window: what is offered, read alone, confirmed and told."""

import pytest

from autoal_gui.core.labels.bulk_text import check_words
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.gui.desk.image_bar import position_text
from tests.support.gui import draw_folder
from tests.support.session import create, failures_of, idle


@pytest.fixture
def confirming(qtbot, controller, tmp_path, backend):
    """A project of 60 images whose model tells the two classes apart, and a lenient limit."""
    create(controller, tmp_path, draw_folder(tmp_path / "images", 60))
    idle(qtbot, controller)
    for class_index in (0, 1):
        known = [i for i in controller.project.pool.images if is_class(controller, i, class_index)]
        controller.labelling.select(tuple(known[:3]))
        controller.labelling.answer(class_index)
    controller.labelling.select(None)
    controller.images.show_following()
    controller.training.train_now()
    idle(qtbot, controller)
    controller.confirming.set_limit(0.2)
    return controller.confirming


def is_class(controller, image, class_index):
    project = controller.project
    return project.pool.images[image].key.startswith(project.classes.names[class_index])


def answer_truly(controller, wrongly=False):
    dark = is_class(controller, controller.images.current, 1)
    controller.labelling.answer(int(dark) ^ wrongly)


def read_due(controller, wrongly=False, most=100):
    """Read what is due alone, as the desk puts it."""
    confirming = controller.confirming
    sure = confirming.sure()
    due = confirming.due(sure, 6, 0)[:most]
    assert confirming.read_alone(sure, due)
    for image in due:
        assert controller.images.current == image
        assert controller.images.visible_suggestion(image) is None  # blind, whatever the settings
        answer_truly(controller, wrongly)
        assert controller.images.visible_suggestion(image) is not None
    return due


def test_images_are_read_alone_and_blind_before_a_page_is_confirmed(qtbot, confirming, controller):
    controller.project.settings.show_suggestions = True
    sure = confirming.sure()
    assert len(sure) > 30
    assert not set(sure.ids.tolist()) & set(controller.images.batch)
    assert not confirming.confirm(sure, 0, sure.to_confirm(0)[:6], ())
    said = []
    confirming.all_read.connect(said.append)
    due = read_due(controller)
    (sentence,) = said
    assert sentence.startswith("All images drawn by lot have been read. 0 of ")
    assert sentence.endswith("whole pages may be confirmed now.")
    entries = {e.image_id: e for e in controller.project.labels.journal.checks}
    assert set(due) <= entries.keys()
    assert not any(entry.shown for entry in entries.values())
    idle(qtbot, controller)
    sure = confirming.sure()
    page = sure.to_confirm(0)[:6]
    confirming.note_shown(page)
    assert confirming.confirm(sure, 0, page[1:], page[:1])
    assert set(controller.project.bulk.confirmed) == set(page[1:])
    assert page[0] not in confirming.sure().ids  # taken out: it is asked singly now
    controller.images.go_to(page[0])
    answer_truly(controller)
    assert controller.project.labels.answers[page[0]].shown  # and is not blind any more
    controller.training.train_now()
    idle(qtbot, controller)
    assert controller.project.bulk.training()


def test_what_is_taken_back_waits_behind_all_others_and_the_desk_stays(
    qtbot, confirming, controller
):
    read_due(controller)
    idle(qtbot, controller)
    sure = confirming.sure()
    current, batch = controller.images.current, controller.images.batch
    page = sure.to_confirm(1)[:6]
    assert confirming.confirm(sure, 1, page, ())
    controller.labelling.undo()
    assert (controller.images.current, controller.images.batch) == (current, batch)
    assert set(page) <= set(controller.images.rest)
    controller.labelling.redo()
    assert set(controller.project.bulk.confirmed) == set(page)
    controller.labelling.answer(0)
    assert confirming.take_back_all()
    assert not confirming.take_back_all()
    assert not controller.project.bulk.confirmed
    assert set(page) <= {*controller.images.rest, *controller.images.batch}


def test_a_check_that_fails_is_told_at_once_and_stops_all(qtbot, confirming, controller, backend):
    read_due(controller)
    idle(qtbot, controller)
    sure = confirming.sure()
    assert confirming.confirm(sure, 0, sure.to_confirm(0)[:6], ())
    told = []
    controller.told.connect(told.append)
    controller.confirming.set_limit(0.01)  # a hundred are wanted then
    sure = confirming.sure()
    assert confirming.read_alone(sure, confirming.due(sure, 6, 0))
    while confirming.check.verdict != "fails":
        answer_truly(controller, wrongly=True)
    assert any("no longer teaches" in sentence for sentence in told)
    assert confirming.check.verdict == "fails"
    idle(qtbot, controller)
    controller.training.train_now()
    idle(qtbot, controller)
    assert backend.commands[-1].confirmed == ()
    sure = confirming.sure()
    assert confirming.due(sure, 6, 0) == ()
    assert not confirming.confirm(sure, 0, sure.to_confirm(0)[:6], ())
    confirming.begin_anew()
    assert confirming.check.whole.asked == 0
    assert confirming.due(confirming.sure(), 6, 0)


def test_what_was_drawn_for_a_check_that_failed_is_left_and_does_not_come_first_again(
    qtbot, confirming, controller
):
    told = []
    confirming.told.connect(told.append)
    sure = confirming.sure()
    due = confirming.due(sure, 6, 0)
    assert confirming.read_alone(sure, due)
    while confirming.check.verdict != "fails":
        answer_truly(controller, wrongly=True)
    waiting = set(controller.project.bulk.waiting)
    assert waiting
    assert "the others that were drawn by lot come later" in told[-1]
    idle(qtbot, controller)
    images = controller.images
    assert not waiting.intersection(images.batch)
    assert waiting < {*images.batch, *images.rest}
    before = images.current
    images.rerank()
    assert images.current == before
    ranking = [i for i in controller.project.batches.ranking if i != before]
    assert list(images.batch)[1:] == ranking[: len(images.batch) - 1]  # in their turn, not first
    assert images.checks >= waiting  # and blind
    folder = controller.project.folder
    controller.close_project()
    assert controller.open_project(folder)
    controller.images.show_following()
    assert controller.images.current == before


def test_a_limit_that_was_raised_over_what_the_check_found_says_so(confirming, controller):
    read_due(controller)
    controller.confirming.set_limit(0.04)
    told, anew = [], []
    confirming.told.connect(told.append)
    confirming.judged_anew.connect(lambda: anew.append(True))
    read_due(controller, wrongly=True, most=2)
    assert confirming.check.verdict == "fails"
    confirming.set_limit(0.05)
    assert confirming.check.verdict == "fails"
    assert all("check holds" not in sentence for sentence in told)
    confirming.set_limit(0.3)
    asked = confirming.check.whole.asked
    assert confirming.check.verdict == "holds"
    assert told[-1].startswith("By the new limit of 30.0% the check holds. But you set it after")
    assert f"after {asked} images had been read" in told[-1]
    before = len(told)
    confirming.set_limit(0.29)
    confirming.begin_anew()
    assert (len(told), len(anew)) == (before, 4)


def test_a_limit_that_was_moved_after_reading_is_kept_and_told_by_the_report(
    confirming, controller
):
    confirming.set_limit(0.04)
    read_due(controller, most=10)
    read_due(controller, wrongly=True, most=2)
    assert confirming.check.verdict == "fails"
    confirming.set_limit(0.2)
    asked = confirming.check.whole.asked
    assert confirming.check.verdict == "holds"
    folder = controller.project.folder
    controller.close_project()
    assert controller.open_project(folder)
    late = f"This limit was set after {asked} of its images had been read"
    assert late in check_words(Snapshot.of(controller.project).check)  # as the report tells it
    confirming.set_limit(0.04)  # as it was before the first was read
    assert "was set after" not in check_words(confirming.check)
    confirming.set_limit(0.2)
    assert late in check_words(confirming.check)
    confirming.begin_anew()
    assert "was set after" not in check_words(confirming.check)


def test_images_that_wait_to_be_read_alone_still_do_after_the_project_was_closed(
    qtbot, confirming, controller
):
    folder = controller.project.folder
    sure = confirming.sure()
    due = confirming.due(sure, 6, 0)
    confirming.read_alone(sure, due)
    answer_truly(controller)
    controller.close_project()
    assert controller.open_project(folder)
    assert controller.images.current == due[1]
    assert controller.images.checks >= set(due[1:])
    failures = failures_of(controller)
    answer_truly(controller)
    assert not failures
    assert [e.image_id for e in controller.project.labels.journal.checks] == list(due[:2])


def test_what_was_drawn_stays_drawn_and_blind_until_it_is_answered_also_after_a_round(
    qtbot, confirming, controller
):
    confirming.set_limit(0.04)  # 25 are read alone then, more than a batch
    sure = confirming.sure()
    due = confirming.due(sure, 6, 0)
    assert len(due) >= 25
    assert confirming.waiting(0, due) == ()
    assert confirming.read_alone(sure, due)
    said = []
    confirming.all_read.connect(said.append)
    for _ in range(3):
        answer_truly(controller)
    controller.training.train_now()
    idle(qtbot, controller)
    controller.images.rerank()  # as the desk does once a round has ended
    assert controller.images.batch == due  # the fourth of as many as before
    assert position_text(controller.images.current, due, len(due) - 3) == f"4 of {len(due)}"
    controller.images.leave_alone()
    assert controller.images.current not in due

    sure = confirming.sure()
    more = confirming.due(sure, 6, 0)
    assert not set(due) & set(sure.ids.tolist())
    assert set(confirming.waiting(0, more)) == set(due[3:])
    assert confirming.waiting(None, ()) == confirming.waiting(0, more)
    assert not confirming.read_alone(sure, more)  # none are drawn beside them
    controller.images.go_on_alone()
    assert controller.images.batch == due
    assert controller.images.current == due[3]
    for _ in due[3:]:
        assert not said
        answer_truly(controller)
    assert len(said) == 1
    assert confirming.waiting(0, more) == ()
    controller.images.go_on_alone()  # where none waits, the desk stays
    assert controller.images.current not in due
