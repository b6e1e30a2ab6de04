"""What the user means by an answer, a step back and an undo, without any widget."""

from tests.support.gui import draw_folder
from tests.support.session import BATCH, create, idle, label


def test_an_answer_is_saved_before_the_next_image_is_shown(qtbot, controller, folder):
    idle(qtbot, controller)
    first = controller.images.current
    saved = []
    controller.images.image_changed.connect(
        lambda shown: saved.append(first in controller.project.labels.answers)
    )
    controller.labelling.answer(1)
    assert saved == [True]
    assert controller.project.labels.answers[first].class_index == 1
    assert controller.images.current != first


def test_undo_goes_back_over_batches_and_redo_restores(qtbot, controller, folder):
    idle(qtbot, controller)
    first = controller.images.current
    label(controller, BATCH + 1)
    idle(qtbot, controller)
    for _ in range(BATCH + 1):
        controller.labelling.undo()
    assert controller.images.current == first
    assert not controller.project.labels.answers
    assert controller.images.current in controller.images.batch
    for _ in range(BATCH + 1):
        controller.labelling.redo()
    assert len(controller.project.labels.answers) == BATCH + 1


def test_undo_with_nothing_to_take_back_says_so(qtbot, controller, folder):
    with qtbot.waitSignal(controller.notice) as said:
        controller.labelling.undo()
    assert "no answer" in said.args[0]


def test_back_and_forward_walk_along_the_answers(qtbot, controller, folder):
    idle(qtbot, controller)
    path = [controller.images.current]
    label(controller, 1)
    path.append(controller.images.current)
    label(controller, 1)
    here = controller.images.current
    controller.labelling.back()
    assert controller.images.current == path[1]
    controller.labelling.back()
    assert controller.images.current == path[0]
    controller.labelling.back()
    assert controller.images.current == path[0]
    controller.labelling.forward()
    controller.labelling.forward()
    assert controller.images.current == here


def test_an_image_answered_again_gets_the_new_class(qtbot, controller, folder):
    idle(qtbot, controller)
    first = controller.images.current
    controller.labelling.answer(0)
    next_one = controller.images.current
    controller.labelling.back()
    controller.labelling.answer(1)
    assert controller.project.labels.answers[first].class_index == 1
    assert controller.images.current == next_one
    assert len(controller.project.labels.entries()) == 2


def test_a_class_index_that_does_not_exist_is_no_answer(controller, folder):
    controller.labelling.answer(7)
    assert not controller.project.labels.answers


def test_every_second_image_measures_so_that_the_first_batch_trains_a_model_and_measures_it(
    qtbot, controller, tmp_path, backend
):
    images = draw_folder(tmp_path / "images")
    create(controller, tmp_path, images, label_use="ignore", evaluation_images=4)
    idle(qtbot, controller)
    evaluation = set(controller.project.pool.ids("evaluation"))
    assert len(evaluation.intersection(controller.images.batch)) == BATCH // 2
    for class_index in (0, 1, 1):
        controller.labelling.answer(class_index)
    idle(qtbot, controller)
    first = controller.project.rounds.finished()[-1]
    assert (first.labels, first.metrics.total) == (BATCH - BATCH // 2, BATCH // 2)
    label(controller, 2 * BATCH)
    idle(qtbot, controller)
    last = controller.project.rounds.finished()[-1]
    assert last.metrics.total == 4
    assert not evaluation & {i for i, _ in backend.commands[-1].labelled}


def test_every_image_answered_leaves_nothing_to_show(qtbot, controller, folder):
    idle(qtbot, controller)
    while controller.images.current is not None:
        label(controller, 1)
    assert len(controller.project.labels.answers) == 12
    idle(qtbot, controller)
    assert controller.images.current is None
    controller.labelling.undo()
    assert controller.images.current is not None


def test_the_suggestion_is_hidden_until_the_answer_unless_wanted(qtbot, controller, folder):
    idle(qtbot, controller)
    label(controller, 2 * BATCH)
    idle(qtbot, controller)
    image = controller.images.current
    assert controller.images.visible_suggestion(image) is None
    controller.setup.set_show_suggestions(True)
    assert controller.images.visible_suggestion(image) is not None
    controller.labelling.answer(0)
    entry = controller.project.labels.answers[image]
    assert entry.shown
    assert entry.suggested is not None
