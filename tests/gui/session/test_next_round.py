"""After how many answers the next round starts: what is told, and what happens."""

from types import SimpleNamespace

import pytest

from autoal_gui.core.registry import discover
from autoal_gui.engine.state import State
from autoal_gui.gui.desk import round_words
from autoal_gui.gui.panels.performance.empty_state import next_words
from autoal_gui.gui.session.rounds.next_round_words import is_busy
from tests.support.gui import CLASSES, QUIET, begun, draw_folder, start_project
from tests.support.session import BATCH, WARM, create, idle, kinds, label
from tests.tools.seen import cut_off

pytestmark = pytest.mark.qt_log_ignore(QUIET)


@pytest.fixture
def told(qtbot, window, tmp_path, backend):
    """A window over a warm start that is held; returns what its three places tell."""
    backend.gate.clear()
    create(window.controller, tmp_path, draw_folder(tmp_path / "images", 40), settings=WARM)
    desk = window.desk

    def now():
        desk.performance._show_next()
        desk.side.strip.refresh()
        return (desk.training.awaited.text(), desk.performance.empty.next.text())

    return now


def test_what_the_first_model_waits_for_never_grows_by_itself(qtbot, window, told, backend):
    controller, panel = window.controller, window.desk.training
    counts = []
    for given in range(BATCH):
        counts.append(controller.training.answers_left)
        assert panel.awaited.text().startswith(f"{BATCH - given} more answer")
        controller.labelling.answer(given % 2)
    assert counts == [3, 2, 1]
    for _ in range(BATCH + 1):  # another batch is shown, and answered: the model comes anyway
        awaited, numbers = told()
        assert awaited.startswith("Your batch is complete: the first model is trained next.")
        assert numbers == "Numbers come with the next round."
        assert controller.training.answers_left == 0
        controller.labelling.answer(0)
    backend.gate.set()
    qtbot.waitUntil(lambda: not controller.training.is_warming)
    idle(qtbot, controller)
    assert kinds(backend) == ["WarmStart", "RunRound"]
    assert len(backend.commands[-1].labelled) == 2 * BATCH + 1
    assert told()[0] == f"The next round starts by itself after {BATCH} more answers."


def test_images_put_in_order_between_two_answers_set_no_count_back(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    size, panel = controller.project.settings.run.batch_size, window.desk.training
    controller.labelling.answer(0)
    controller.training.train_now()  # there is one class: it only ranks, and deals anew
    idle(qtbot, controller)
    assert len(controller.images.batch) == size - 1
    assert panel.awaited.text().startswith(f"{size - 1} more answer")


def test_that_the_end_of_learning_starts_a_round_is_told_while_it_runs(
    qtbot, window, told, backend
):
    controller, sooner = window.controller, "Sooner if learning from your images ends first."
    qtbot.waitUntil(lambda: controller.training.is_warming)
    assert told()[0].endswith(sooner)
    label(controller, BATCH - 1)
    assert told()[0].endswith(sooner)
    backend.gate.set()
    qtbot.waitUntil(lambda: not controller.training.is_warming)
    idle(qtbot, controller)
    assert kinds(backend)[-1] == "RunRound"  # though an answer was missing
    assert sooner not in told()[0]


def test_while_the_first_model_is_trained_nothing_else_is_asked_for(qtbot, window, told, backend):
    controller = window.controller
    label(controller, BATCH)
    backend.hold_at = "task model"
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.training.trains)
    backend.gate.clear()
    awaited, numbers = told()
    assert awaited.startswith("The first model is being trained. The next one follows by itself")
    assert numbers == "Numbers come with the round that runs now."
    backend.gate.set()
    idle(qtbot, controller)


def test_answers_that_were_not_asked_for_by_the_batch_count(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    asked = controller.images.batch
    others = controller.images.rest[: BATCH - 1]
    controller.labelling.select(others)
    controller.labelling.answer(0)
    assert controller.training.answers_left == 1
    controller.labelling.select((asked[0],))
    controller.labelling.answer(1)
    assert controller.training.round_waits
    idle(qtbot, controller)
    assert {i for i, _ in backend.commands[-1].labelled} == {*others, asked[0]}
    assert controller.training.answers_left == BATCH


def test_images_found_after_a_round_are_of_that_round_though_the_desk_shows_one_of_before(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    label(controller, 1)
    stays, before = controller.images.current, controller.project.rounds.last
    backend.gate.set()
    idle(qtbot, controller)
    assert controller.images.current == stays
    assert controller.images.asked_in(stays) == before
    found = tuple(i for i in controller.images.rest if i != stays)[:1]
    controller.labelling.select(found)
    controller.labelling.answer(0)
    answers = controller.project.labels.journal.answers
    assert answers[found[0]].round_number == before + 1


def test_answers_given_while_a_round_runs_count_towards_the_next(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    label(controller, BATCH - 1)
    backend.gate.set()
    idle(qtbot, controller)
    assert controller.training.answers_left == 1  # though a batch has been dealt anew
    label(controller, 1)
    idle(qtbot, controller)
    assert len(backend.commands[-1].labelled) == 2 * BATCH


def test_an_answer_taken_back_and_given_again_counts_once(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    label(controller, BATCH - 1)
    controller.labelling.undo()
    assert controller.training.answers_left == 2
    controller.labelling.redo()
    assert controller.training.answers_left == 1
    label(controller, 1)
    idle(qtbot, controller)
    rounds = len(backend.commands)
    controller.labelling.undo()
    assert controller.training.answers_left == BATCH
    label(controller, 1)
    assert controller.training.answers_left == BATCH - 1
    idle(qtbot, controller)
    assert len(backend.commands) == rounds


def test_the_count_is_the_same_after_opening(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    label(controller, BATCH)
    idle(qtbot, controller)
    label(controller, BATCH - 1)
    place = controller.project.folder
    controller.close_project()
    assert controller.open_project(place)
    assert controller.training.answers_left == 1


@pytest.mark.parametrize("how", ["cancelled", "failed"])
def test_a_round_that_was_given_up_begins_by_itself_neither_before_nor_after_opening(
    qtbot, controller, folder, backend, how
):
    idle(qtbot, controller)
    label(controller, BATCH)
    idle(qtbot, controller)
    if how == "failed":
        backend.fail = RuntimeError()
    else:
        backend.gate.clear()
    label(controller, BATCH)
    if how == "cancelled":
        begun(qtbot, controller)
        controller.cancel()
    idle(qtbot, controller)
    backend.gate.set()
    backend.fail = None
    assert controller.project.rounds.all()[-1].outcome == how
    assert controller.training.answers_left == BATCH
    label(controller, 1)
    place, rounds = controller.project.folder, len(controller.project.rounds.all())
    controller.close_project()
    assert controller.open_project(place)
    assert controller.training.answers_left == BATCH - 1
    idle(qtbot, controller)
    assert len(controller.project.rounds.all()) == rounds
    label(controller, BATCH - 1)
    idle(qtbot, controller)
    assert len(controller.project.rounds.all()) == rounds + 1


def test_a_round_that_closing_interrupted_begins_again(qtbot, controller, folder, backend):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    place = controller.project.folder
    controller.close_project()
    backend.gate.set()
    assert controller.open_project(place)
    idle(qtbot, controller)
    last = controller.project.rounds.all()[-1]
    assert (last.outcome, last.labels) == ("finished", BATCH)


def test_a_complete_batch_of_one_class_has_had_its_round_after_opening_too(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    for _ in range(BATCH):
        controller.labelling.answer(0)
    idle(qtbot, controller)
    assert controller.training.answers_left == BATCH
    place = controller.project.folder
    controller.close_project()
    assert controller.open_project(place)
    assert controller.training.answers_left == BATCH


@pytest.mark.parametrize("labels", [0, 1])
def test_a_complete_batch_that_was_unsure_has_no_round_after_opening_either(
    qtbot, controller, folder, backend, labels
):
    idle(qtbot, controller)
    for _ in range(BATCH + 1 - labels):
        controller.labelling.unsure()
    label(controller, labels)
    idle(qtbot, controller)
    rounds = len(controller.project.rounds.all())
    assert controller.training.answers_left == BATCH - 1
    place = controller.project.folder
    controller.close_project()
    assert controller.open_project(place)
    idle(qtbot, controller)
    assert controller.training.answers_left == BATCH - 1
    assert len(controller.project.rounds.all()) == rounds


def test_the_last_images_of_all_get_a_round_though_they_are_few(
    qtbot, controller, tmp_path, backend
):
    create(controller, tmp_path, draw_folder(tmp_path / "images", BATCH + 1))
    idle(qtbot, controller)
    label(controller, BATCH)
    idle(qtbot, controller)
    assert controller.training.answers_left == 1
    label(controller, 1)
    idle(qtbot, controller)
    assert len(backend.commands[-1].labelled) == BATCH + 1
    assert controller.training.answers_left == 0


def waiting_in_batch(controller) -> int:
    images = controller.images
    return sum(image not in images.answered for image in images.batch)


def test_the_batch_has_as_many_images_left_as_the_round_needs_answers(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    label(controller, 1)
    backend.gate.set()
    idle(qtbot, controller)  # another batch was dealt
    assert waiting_in_batch(controller) == controller.training.answers_left == BATCH - 1
    controller.labelling.select(controller.images.rest[:1])
    controller.labelling.answer(0)  # one that the batch has not
    controller.labelling.select(None)
    assert waiting_in_batch(controller) == controller.training.answers_left == BATCH - 2
    controller.labelling.undo()
    assert waiting_in_batch(controller) == controller.training.answers_left == BATCH - 1
    controller.training.train_now()  # with what there is: a whole batch comes after it
    assert waiting_in_batch(controller) == controller.training.answers_left == BATCH
    idle(qtbot, controller)
    assert waiting_in_batch(controller) == controller.training.answers_left == BATCH


def test_a_grid_that_is_looked_at_keeps_its_images_until_it_is_left(
    qtbot, controller, folder, backend
):
    idle(qtbot, controller)
    controller.images.look_at("all")
    batch = controller.images.batch
    controller.labelling.select(controller.images.rest[:1])
    controller.labelling.answer(0)
    assert controller.images.batch == batch
    controller.labelling.select(None)
    with qtbot.waitSignal(controller.notice) as said:
        controller.images.look_at(None)
    assert said.args[0].endswith("1 image of the batch is asked later.")
    assert waiting_in_batch(controller) == controller.training.answers_left == BATCH - 1


def test_the_count_stands_there_while_other_work_runs(qtbot, window, tmp_path, backend):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    size, panel = controller.project.settings.run.batch_size, window.desk.training
    label(controller, size)
    idle(qtbot, controller)
    backend.map_gate.clear()
    controller.likeness.want()
    assert panel.headline.text() == "Comparing your images with each other"
    label(controller, 1)
    told = f"The next round starts by itself after {size - 1} more answers."
    assert panel.awaited.isVisibleTo(panel)
    assert panel.awaited.text() == told
    assert told in window.desk.image_bar.position.toolTip()
    backend.map_gate.set()
    idle(qtbot, controller)


def test_a_round_that_waits_says_for_what(qtbot, window, tmp_path, backend):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    size, desk = controller.project.settings.run.batch_size, window.desk
    label(controller, size)
    idle(qtbot, controller)
    backend.export_gate.clear()
    controller.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    desk.side.toggle() if not desk.side.folded else None
    label(controller, size)
    told = "The next round is due. It waits until this has ended: Writing the model."
    assert desk.training.awaited.text().startswith(told)
    strip = desk.side.strip
    qtbot.waitUntil(strip.isVisible)
    assert strip.to_come.text() == "The next round waits for an export"
    assert strip.to_come.toolTip().startswith("The next round is due.")
    assert strip.left.isHidden()
    backend.export_gate.set()
    idle(qtbot, controller)
    assert desk.training.awaited.text().startswith("The next round starts by itself")


def test_a_round_that_waits_for_another_says_so_on_the_folded_panel(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    size, desk = controller.project.settings.run.batch_size, window.desk
    desk.side.toggle() if not desk.side.folded else None
    label(controller, size)
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, size)
    begun(qtbot, controller)
    label(controller, size)
    strip = desk.side.strip
    qtbot.waitUntil(strip.isVisible)
    running = controller.training.round_number
    assert strip.to_come.text() == f"Go on labelling: the next round starts after round {running}"
    qtbot.waitUntil(lambda: cut_off(strip) == [])
    backend.gate.set()
    idle(qtbot, controller)


def test_before_the_first_model_no_round_is_named_by_its_number(qtbot, window, tmp_path, backend):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    size, desk = controller.project.settings.run.batch_size, window.desk
    desk.side.toggle() if not desk.side.folded else None
    strip, awaited = desk.side.strip, desk.training.awaited
    qtbot.waitUntil(strip.isVisible)
    backend.gate.clear()
    controller.training.train_now()
    assert strip.state.text() == "puts your images in order"
    label(controller, size)
    assert strip.to_come.text() == "Go on labelling: the first model is trained next"
    assert "It waits until this has ended: Putting your images in order." in awaited.text()
    backend.gate.set()
    idle(qtbot, controller)


def test_while_the_first_model_is_trained_it_is_said_that_labelling_goes_on(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    size, desk = controller.project.settings.run.batch_size, window.desk
    desk.side.toggle() if not desk.side.folded else None
    strip, awaited = desk.side.strip, desk.training.awaited
    qtbot.waitUntil(strip.isVisible)
    backend.gate.clear()
    label(controller, size)
    begun(qtbot, controller)
    assert strip.state.text() == "trains the first model"
    assert strip.to_come.text() == "answers to the next model"
    runs = "The first model is being trained"
    assert awaited.text() == f"{runs}. The next one follows by itself after {size} more answers."
    label(controller, size)
    assert strip.to_come.text() == "Go on labelling: the first model is being trained"
    assert awaited.text() == f"{runs}, and the next one follows it. Go on labelling meanwhile."
    qtbot.waitUntil(lambda: cut_off(strip) == [])
    backend.gate.set()
    idle(qtbot, controller)
    assert controller.project.rounds.last_checkpoint()
    assert strip.to_come.text() == "answers to the next round"


def test_the_card_of_a_round_counts_as_the_panel_does(
    qtbot, window, tmp_path, backend, monkeypatch
):
    monkeypatch.setattr(round_words, "seconds_an_answer", lambda answers: 2.0)
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    size, card = controller.project.settings.run.batch_size, window.desk.stage.card
    label(controller, size)
    idle(qtbot, controller)
    for left in (size, size - 1):
        assert controller.training.answers_left == left
        qtbot.waitUntil(lambda told=f"{left} more answer": told in card.next.text())
        label(controller, 1)


def test_only_what_is_still_missing_for_a_first_model_is_asked_for(
    qtbot, window, tmp_path, backend
):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    project = controller.project
    assert next_words(project, 3).startswith("3 more images, of two classes at least")
    pool = [i for i in controller.images.batch if project.pool.images[i].split == "pool"]
    controller.labelling.select(pool[:1])
    controller.labelling.answer(0)
    told = next_words(project, 2)
    assert told.startswith(
        f"2 more images, one of them at least of another class than “{CLASSES[0]}”"
    )
    aside = project.pool.ids("evaluation")[:1]
    controller.labelling.select(aside)
    controller.labelling.answer(1)  # a second class has a label, which only measures
    assert next_words(project, 1).endswith("measure the model and do not teach it.")
    controller.labelling.select(pool[1:2])
    controller.labelling.answer(1)
    assert next_words(project, 1) == "1 more image, and a round trains by itself."


def test_a_round_that_runs_is_named_where_the_next_one_is_told_of(qtbot, window, tmp_path, backend):
    controller = start_project(qtbot, window, draw_folder(tmp_path / "images", 40), tmp_path)
    for place in range(controller.project.settings.run.batch_size):
        controller.labelling.answer(place % 2)
    idle(qtbot, controller)
    backend.gate.clear()
    controller.labelling.answer(0)
    controller.training.train_now()
    qtbot.waitUntil(lambda: controller.training.round_number is not None)
    running, left = controller.training.round_number, controller.training.answers_left
    words = window.desk.training.awaited.text()
    assert words == (
        f"The next round starts by itself after {left} more answers, when round {running} has "
        "ended."
    )
    backend.gate.set()
    idle(qtbot, controller)
    assert "has ended" not in window.desk.training.awaited.text()


def test_what_has_ended_and_is_not_told_of_yet_is_waited_for_no_more():
    ended = SimpleNamespace(running=object(), state=State.IDLE)
    assert not is_busy(ended)
    assert is_busy(SimpleNamespace(running=object(), state=State.RUNNING))
