"""More like this: made once, found among those asked for, and blind to what has to stay blind."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.database import round_rows
from autoal_gui.core.likeness.kept_predictions import read_predictions
from autoal_gui.gui.session.controller import Controller
from autoal_gui.gui.session.likeness.blindness import asked_blind, kept_off
from autoal_gui.gui.session.likeness.image_maps import Question, is_image_file
from tests.support.gui import NearestMean, draw_folder, services
from tests.support.session import create, idle, kinds, label


@pytest.fixture(scope="module")
def backend():
    return NearestMean()


@pytest.fixture(scope="module")
def controller(qapp, tmp_path_factory, backend):
    """A session of 24 images, four of them to measure by, with a first batch answered."""
    room = tmp_path_factory.mktemp("likeness")
    controller = Controller(services(room / "projects", lambda: backend))
    create(controller, room, draw_folder(room / "images", 24), evaluation_images=4)
    yield controller
    controller.close()


def search(qtbot, controller, *images: int, among="all"):
    told = []
    controller.likeness.notice.connect(told.append)
    with qtbot.waitSignal(controller.likeness.found) as found:
        controller.likeness.find(Question(images, among))
    assert told[-1:] in ([], ["The images have been compared."])  # nothing that still waits
    return found.args[0]


def brightness(controller, image: int) -> float:
    return float(controller.project.pool.read(image).mean())


def test_images_are_compared_once_and_the_likest_come_first(qtbot, controller, backend):
    idle(qtbot, controller)
    image = controller.project.pool.ids("pool")[0]
    found = search(qtbot, controller, image)
    search(qtbot, controller, image)
    assert kinds(backend).count("MapImages") == 1
    apart = [abs(brightness(controller, i) - brightness(controller, image)) for i in found.images]
    assert apart == sorted(apart)
    assert image not in found.images
    assert (np.diff(found.likeness) <= 0).all()


def test_what_measures_is_neither_found_nor_put_on_the_map_before_it_has_an_answer(
    qtbot, controller
):
    idle(qtbot, controller)
    project, image = controller.project, controller.project.pool.ids("pool")[0]
    hidden = project.pool.ids("evaluation")
    assert kept_off(project) == set(hidden)
    assert not set(hidden) & set(search(qtbot, controller, image).images)


def test_it_is_looked_for_with_or_without_an_answer_as_asked(qtbot, controller):
    idle(qtbot, controller)
    label(controller, 3)
    idle(qtbot, controller)
    answered, image = set(controller.project.labels.answers), controller.images.current
    with_answer = search(qtbot, controller, image, among="labelled").images
    without = search(qtbot, controller, image, among="unlabelled").images
    everything = search(qtbot, controller, image, among="all").images
    assert set(with_answer) == answered - {image}
    assert not set(without) & answered
    assert set(everything) == set(with_answer) | set(without)
    again = next(iter(answered - {image}))  # it comes a second time: it does not lack an answer
    before = controller.images._queue
    controller.images._queue = replace(before, repeats=frozenset({again}))
    assert again not in search(qtbot, controller, image, among="unlabelled").images
    assert again not in search(qtbot, controller, image, among="labelled").images
    controller.images._queue = before


def test_images_of_the_batch_stay_blind_until_they_are_answered(qtbot, controller):
    idle(qtbot, controller)
    images = controller.images
    waiting = {image for image in images.batch if image not in images.answered}
    assert waiting
    assert asked_blind(controller.project, images) == waiting


def test_what_a_round_predicts_of_all_images_is_kept_beside_the_map(qtbot, controller):
    idle(qtbot, controller)
    label(controller, 6)
    idle(qtbot, controller)
    project = controller.project
    kept = read_predictions(project.workspace, project.rounds.last, 2)
    assert set(kept["image"].tolist()) == set(project.labels.unanswered())
    for row in kept[:5]:
        assert project.rounds.suggestion(int(row["image"])).class_index == row["class"]
    assert read_predictions(project.workspace, project.rounds.last, 1) is None


def test_an_image_far_behind_in_the_ranking_is_answered_beside_what_the_model_makes_of_it(
    qtbot, controller, monkeypatch
):
    idle(qtbot, controller)
    monkeypatch.setattr(round_rows, "RANKING_KEPT", 2)
    label(controller, 6)
    idle(qtbot, controller)
    project = controller.project
    kept = read_predictions(project.workspace, project.rounds.last, 2)
    behind = [i for i in project.labels.unanswered() if i not in project.rounds.ranking]
    assert behind
    controller.labelling.select((behind[0],))
    controller.labelling.answer(0)
    controller.labelling.select(None)
    entry = project.labels.answers[behind[0]]
    (row,) = kept[kept["image"] == behind[0]]
    assert (entry.suggested, entry.confidence) == (row["class"], row["certainty"])
    assert not entry.shown


def test_images_like_a_file_from_elsewhere_are_found_the_likest_first(qtbot, controller, tmp_path):
    idle(qtbot, controller)
    for level in (210, 50):
        file = tmp_path / f"{level}.png"
        Image.fromarray(np.full((24, 32), level, np.uint8)).save(file)
        assert is_image_file(file)
        with qtbot.waitSignal(controller.likeness.found) as told:
            controller.likeness.find_file(file)
        apart = [abs(brightness(controller, i) - level) for i in told.args[0].images]
        assert apart == sorted(apart)
    assert not is_image_file(tmp_path)
    (tmp_path / "no.png").write_text("words")
    with qtbot.waitSignal(controller.likeness.notice):
        controller.likeness.find_file(tmp_path / "no.png")


def test_a_better_layout_is_computed_beside_the_window_and_found_again(qtbot, controller):
    idle(qtbot, controller)
    search(qtbot, controller, controller.images.current)
    kept = controller.likeness.kept
    assert not kept.laid_out
    with qtbot.waitSignal(controller.likeness.ready, timeout=60_000) as told:
        controller.likeness.lay_out()
    assert told.args[0].laid_out
    assert told.args[0].name == kept.name
    assert not controller.likeness.is_laying_out


def test_answers_no_longer_count_as_blind_once_predictions_without_answers_were_seen(
    qtbot, controller
):
    idle(qtbot, controller)
    labels = controller.project.labels
    while controller.images.suggestion(controller.images.current) is None:  # until there is a model
        controller.labelling.answer(len(labels.answers) % 2)
        idle(qtbot, controller)
    before, image = controller.images.current, None
    controller.labelling.answer(0)
    assert not labels.answers[before].shown
    idle(qtbot, controller)
    controller.setup.note_predictions_seen()
    image = controller.images.current
    controller.labelling.answer(0)
    assert labels.answers[image].shown
