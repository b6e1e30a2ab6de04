"""The benchmark on tiny sets: what is measured is there, and the ratios follow from it.

No figure is compared with a time: a busy machine is slow without being wrong.
"""

import json
import os
import time
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QTimer

from autoal_gui.backbones import efficientnet_lite0 as lite
from autoal_gui.benchmark import fresh, labelling, screen
from autoal_gui.benchmark.fresh import in_fresh_process, own_bytes, with_peak
from autoal_gui.benchmark.labelling import PULSE, Annotator, Pulse, lateness
from autoal_gui.benchmark.parts import first_batch, latency, map, round, scale, scoring, start
from autoal_gui.benchmark.plan import BESIDE, Plan
from autoal_gui.benchmark.report import TARGETS, Target, table
from autoal_gui.benchmark.screen import rest, shows_image, until
from autoal_gui.benchmark.sets import EVALUATION, make_project, write_set
from autoal_gui.cli import run
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.messages import RunRound
from autoal_gui.core.project.project import Project
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.model.checkpoint import read_card
from autoal_gui.sources.opening import list_images, open_images, spec_of
from tests.support.gui import QUIET
from tests.support.processes.child import loaded
from tests.support.processes.fresh_process import (
    MEGABYTE,
    held_for_a_moment,
    raising,
    read_from_the_disk,
)

pytestmark = [pytest.mark.qt_log_ignore(QUIET), pytest.mark.small_network]

SHORT = (
    "stem=7x7",
    "task_steps=2",
    "fit_steps=2",
    "search_steps=2",
    "search_batch=4",
    "stochastic_passes=2",
    "train_batch=4",
    "warm_epochs=1",
)


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    """A plan over 60 written images that takes seconds."""
    file = tmp_path / "set.npz"
    write_set(file, 60, 16)
    return Plan(
        str(file),
        changes=SHORT,
        labels=12,
        batch=3,
        repeats=1,
        sets=((40, 16, 2), (400, 16, 3)),
        starts=1,
        presses=4,
        quiet_seconds=0.1,
        training_seconds=0.1,
    )


# -- the sets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(("images", "side", "classes"), [(60, 16, 2), (5000, 28, 8), (3, 224, 2)])
def test_a_written_set_has_so_many_different_images_of_each_class(tmp_path, images, side, classes):
    write_set(tmp_path / "set.npz", images, side, classes)
    spec = spec_of(str(tmp_path / "set.npz"))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    pool = [image for image in listing.images if image.split == "pool"]
    assert (len(pool), len(listing.images)) == (images, images + EVALUATION)
    assert len({image.sha256 for image in listing.images}) == images + EVALUATION
    assert {image.label for image in listing.images} == set(range(classes))
    reader = open_images(spec, tmp_path)
    assert {reader.read(image.key).shape for image in pool} == {(side, side)}


def test_a_class_of_a_written_set_is_brighter_than_the_other(tmp_path):
    write_set(tmp_path / "set.npz", 100, 28)
    with np.load(tmp_path / "set.npz", allow_pickle=False) as arrays:
        bright = arrays["train_labels"][:, 0] == 1
        means = arrays["train_images"].mean((1, 2))
    assert means[bright].mean() > means[~bright].mean() + 40
    assert means.max() < 255


def test_a_project_to_measure_on_has_so_many_true_answers(tmp_path, plan):
    spec = spec_of(plan.data)
    make_project(tmp_path / "project", spec, plan.settings, 7)
    truth = [i.label for i in list_images(spec, tmp_path, lambda done, total: None).images]
    project = Project.open(tmp_path / "project", open_images)
    labels = project.labels.training()
    assert len(labels) == 7
    assert all(truth[image_id - 1] == label for image_id, label in labels)
    assert project.settings.run == plan.settings(16).in_mode("paper")
    project.close()


# -- fresh processes and their memory ---------------------------------------------------------


def test_a_process_that_the_system_kills_is_told_in_a_sentence():
    with pytest.raises(AutoALError, match="ended by the system"):
        in_fresh_process(os._exit, 9)


def test_a_fresh_process_is_another_and_gives_back_what_it_raises():
    assert in_fresh_process(os.getpid) != os.getpid()
    with pytest.raises(KeyError, match="from the other process"):
        in_fresh_process(raising)


@pytest.mark.skipif(own_bytes() is None, reason="the system does not tell")
def test_the_peak_is_what_a_process_held_itself_and_not_what_it_mapped(tmp_path):
    file = tmp_path / "mapped"
    file.write_bytes(bytes(200 * MEGABYTE))
    _, least = with_peak(held_for_a_moment, 0)
    total, held = with_peak(held_for_a_moment, 200)
    _, mapped = with_peak(read_from_the_disk, file)
    assert total == 200 * MEGABYTE
    assert 195 * MEGABYTE < held - least < 230 * MEGABYTE
    assert abs(mapped - least) < 30 * MEGABYTE


# -- each part --------------------------------------------------------------------------------


def test_modes_take_turns_and_are_measured_in_their_third_round(tmp_path, plan, monkeypatch):
    monkeypatch.setattr(round, "SCRATCH", ("entropy", "paper"))
    monkeypatch.setattr(round, "WARM", ("entropy", "vote"))
    monkeypatch.setattr(round, "TWO", ("entropy",))
    plan = Plan(**{**plan.__dict__, "repeats": 2})
    *_, found = round.measure(plan, tmp_path)
    alone = {"entropy", "paper", "entropy, warm", "vote, warm"}
    assert set(found["rounds"]) == {*alone, "entropy, beside"}
    assert (found["labels"], found["pool"]) == (12, 48)
    for name, taken in found["rounds"].items():
        assert len(taken) == 2
        for one in taken:
            assert one["seconds"] >= sum(one["steps"].values()) > 0
            assert ("SearchNet" in one["steps"]) == (name == "paper")
            assert one["steps"]["reading"] < one["seconds"] / 2  # the images were there
    assert found["warm start"]["epochs"] == pytest.approx(1, abs=0.1)
    assert set(round.ratios(found)) == {"round_paper_over_entropy", "round_vote_over_entropy"}


def test_no_series_of_rounds_takes_up_the_model_of_another(tmp_path, plan, monkeypatch):
    monkeypatch.setattr(round, "SCRATCH", ("entropy", "vote"))
    plan = Plan(**{**plan.__dict__, "changes": (*SHORT, "all_layers=always")})
    commands: dict[str, RunRound] = {}

    def kept(backend, given, repeats):
        commands.update(given)
        return [{}]

    monkeypatch.setattr(round, "taking_turns", kept)
    list(round.measure(plan, tmp_path))
    models = [command.checkpoint for command in commands.values()]
    assert len(set(models)) == len(commands) == 8
    assert [command.previous for command in commands.values()] == models
    cards = {name: read_card(Path(command.checkpoint)) for name, command in commands.items()}
    alone = ("warm", "beside")  # what fits a last layer alone
    assert {n: c.unit for n, c in cards.items()} == {n: n.endswith(alone) for n in commands}
    assert {n for n, c in cards.items() if c.beside} == {"entropy, beside", "auto, beside"}


def rounds_of(**seconds: float) -> dict:
    """Repeats whose median is as given, and whose outliers are not alike."""
    spreads = {"entropy": (0.9, 5.0, 1.0)}
    return {
        name: [{"seconds": value * part} for part in spreads.get(name, (0.1, 1.0, 1.2))]
        for name, value in seconds.items()
    }


def test_a_mode_is_set_against_entropy_sampling_with_the_same_training():
    scratch = rounds_of(entropy=10.0, paper=28.0, vote=11.0)
    warm = {f"{name}, warm": r for name, r in rounds_of(entropy=2.0, auto=2.5, vote=3.0).items()}
    two = {f"{name}, beside": r for name, r in rounds_of(entropy=4.0, auto=4.4).items()}
    assert round.ratios({"rounds": {**scratch, **warm, **two}}) == {
        "round_paper_over_entropy": pytest.approx(2.8),
        "round_vote_over_entropy": pytest.approx(1.1),
        "round_auto_over_entropy": pytest.approx(1.25),
        "round_vote_over_entropy_warm": pytest.approx(1.5),
        "round_auto_over_entropy_beside": pytest.approx(1.1),
    }


def test_every_mode_of_the_window_is_compared_with_the_same_training(plan):
    modes = round.compared(plan.settings(28), plan.settings(28, BESIDE))
    assert {"paper", "vote", "random", "auto, warm", "vote, warm", "random, warm"} < set(modes)
    for name, settings in modes.items():
        _, mark, training = name.partition(", ")
        assert settings.but(mode="entropy") == modes[f"entropy{mark}{training}"]
        assert settings.warm_start == bool(training)
        assert settings.beside == (BESIDE if training == "beside" else "")
        assert not settings.warm_start or settings.all_layers == "never"


def test_the_own_network_sees_the_same_with_another_beside_it(plan):
    alone, two = plan.settings(224), plan.settings(224, BESIDE)
    assert two.seen_side == alone.seen_side == 64
    assert two.input_size > alone.input_size
    assert two.stem == alone.stem  # so that one warm start serves both


def test_scoring_is_set_against_a_bare_loop_over_the_same_images(tmp_path, plan):
    (found,) = scoring.measure(plan, tmp_path)
    assert found["images"] == 48
    assert len(found["scoring"]) == len(found["bare loop"]) == 1
    assert min(found["scoring"] + found["bare loop"]) > 0
    ratio = scoring.ratios({"bare loop": [9.0, 1.0, 30.0], "scoring": [10.0, 80.0, 1.0]})
    assert ratio == {"scoring_over_bare_model": pytest.approx(0.9)}


def test_a_mode_over_a_written_set_runs_twice_and_tells_its_memory(tmp_path, plan):
    found = scale.rounds_over(plan, Path(plan.data), "vote", tmp_path)
    first, second = found["rounds"]
    assert min(first["seconds"], second["seconds"]) > 0
    assert {"task model", "scoring"} <= set(first["steps"])
    assert found["listing"] > 0
    assert min(found["warm start"][what] for what in ("reading", "features")) > 0
    assert found["idle"] is None or found["idle"] > 100 * MEGABYTE


def test_the_set_of_the_size_of_tissuemnist_has_its_eight_classes(tmp_path, plan, monkeypatch):
    assert [classes for images, _, classes in Plan.sets if images == 165_466] == [8]
    written = []

    def looked_at(function, plan, file, mode, folder, beside):
        with np.load(file, allow_pickle=False) as arrays:
            written.append((len(arrays["train_labels"]), int(arrays["train_labels"].max()) + 1))
        return {"rounds": []}, None

    monkeypatch.setattr(scale, "with_peak", looked_at)
    *_, found = scale.measure(plan, tmp_path)
    ways = [("paper", ""), ("auto", ""), ("auto", "beside")]
    assert [(r["mode"], r["two"]) for r in found["runs"]] == [*ways, *ways]
    assert written == [(40, 2)] * 3 + [(400, 3)] * 3


def test_two_networks_are_measured_on_small_images_alone(tmp_path, plan, monkeypatch):
    monkeypatch.setattr(scale, "with_peak", lambda *arguments: ({"rounds": []}, None))
    *_, found = scale.measure(replace(plan, sets=((40, 16, 2), (40, 32, 2))), tmp_path)
    assert [(r["side"], r["two"]) for r in found["runs"] if r["two"]] == [(16, "beside")]


def test_rounds_with_another_network_beside_have_its_features(tmp_path, plan, monkeypatch):
    monkeypatch.setattr(lite, "SMALLEST_SIDE", lite.SMALLEST_SIDE)  # is set for its process
    scale.rounds_over(plan, Path(plan.data), "vote", tmp_path, BESIDE)
    assert lite.SMALLEST_SIDE == scale.SEEN_SIDE
    assert read_card(tmp_path / "model.pt").beside == BESIDE


def run_of(
    images: int,
    mode: str,
    first: float,
    second: float,
    peak: int | None,
    once: float = 0.0,
    two: str = "",
) -> dict:
    """A run whose rounds take such seconds; to list, read and make features 1, 2 and 3 `once`."""
    steps = {"task model": 50.0, "evaluation": 5.0, "FitNet": 20.0, "SearchNet": 25.0}
    rounds = [{"seconds": s + 100.0, "steps": {**steps, "scoring": s}} for s in (first, second)]
    side = 28 if images < 5000 else 224
    rounds[0]["steps"]["reading"] = once if mode == "paper" else 0.0
    warm = {} if mode == "paper" else {"reading": 2 * once, "features": 3 * once}
    return {
        "images": images, "side": side, "mode": mode, "two": two, "rounds": rounds,
        "warm start": warm, "listing": once, "idle": 400 * MEGABYTE, "peak": peak,
    }  # fmt: skip


def test_ten_times_the_pool_is_set_against_what_depends_on_the_pool():
    runs = [
        run_of(100, "paper", 2.0, 1.0, 500 * MEGABYTE),
        run_of(100, "auto", 4.0, 0.5, 520 * MEGABYTE),
        run_of(1000, "paper", 24.0, 10.0, 700 * MEGABYTE),
        run_of(1000, "auto", 40.0, 5.5, 650 * MEGABYTE),
        run_of(5000, "paper", 1.0, 1.0, 900 * MEGABYTE),
        run_of(5000, "auto", 1.0, 1.0, 1000 * MEGABYTE),
    ]
    assert scale.ratios({"runs": runs}) == {
        "time_10x_pool_first_round": pytest.approx(12.0),
        "time_10x_pool": pytest.approx(11.0),
        "peak_memory_mb_100": pytest.approx(120),
        "peak_memory_mb_1000": pytest.approx(300),
        "peak_memory_mb_5000_of_224_px": pytest.approx(600),
    }


def test_what_is_done_once_for_a_pool_is_set_against_ten_times_the_pool_too():
    runs = [
        run_of(100, "paper", 2.0, 1.0, None, once=1.0),
        run_of(100, "auto", 2.0, 1.0, None, once=1.0),
        run_of(1000, "paper", 20.0, 10.0, None, once=12.0),
        run_of(1000, "auto", 20.0, 10.0, None, once=9.0),
    ]
    assert scale.ratios({"runs": runs}) == {
        "time_10x_pool_first_round": pytest.approx(10.0),
        "time_10x_pool": pytest.approx(10.0),
        "time_10x_pool_listing": pytest.approx(12.0),
        "time_10x_pool_reading": pytest.approx(12.0),
        "time_10x_pool_features": pytest.approx(9.0),
    }


def test_two_networks_are_told_apart_from_one():
    runs = [
        run_of(n, "auto", *seconds, (500 + n) * MEGABYTE, two=two)
        for n, two, seconds in (
            (100, "", (1.0, 1.0)),
            (100, "beside", (2.0, 2.0)),
            (1000, "", (10.0, 11.0)),
            (1000, "beside", (24.0, 18.0)),
        )
    ]
    assert scale.ratios({"runs": runs}) == {
        "time_10x_pool_first_round": pytest.approx(10.0),
        "time_10x_pool": pytest.approx(11.0),
        "time_10x_pool_first_round_beside": pytest.approx(12.0),
        "time_10x_pool_beside": pytest.approx(9.0),
        "peak_memory_mb_100": pytest.approx(200),
        "peak_memory_mb_100_beside": pytest.approx(200),
        "peak_memory_mb_1000": pytest.approx(1100),
        "peak_memory_mb_1000_beside": pytest.approx(1100),
    }


def test_a_pool_that_nothing_has_been_set_against_yet_has_no_ratio_of_time():
    small = run_of(100, "paper", 2.0, 1.0, 500 * MEGABYTE)
    large = run_of(1000, "auto", 2.0, 1.0, 500 * MEGABYTE)
    assert set(scale.ratios({"runs": [small]})) == {"peak_memory_mb_100"}
    assert scale.growth([small, large]) == {}


def test_where_the_system_tells_no_memory_there_is_no_such_ratio():
    runs = [run_of(n, "vote", 1.0, 1.0, None) for n in (100, 1000)]
    assert set(scale.ratios({"runs": runs})) == {"time_10x_pool_first_round", "time_10x_pool"}


def test_starts_are_told_by_their_medians():
    found = start.ratios({"seconds": {"window": [3.0, 1.0, 2.0], "image": [5.0, 9.0, 4.0]}})
    assert found == {"start_to_window_s": 2.0, "start_to_image_s": 5.0}


def test_latencies_are_told_by_median_99th_percentile_and_maximum():
    pressed = [float(2 * n) for n in range(101)]
    taken = {"late": list(range(101)), "pressed": pressed, "processor": pressed, "load": 1.5}
    found = latency.ratios({"": {"idle": taken, "training": taken}, "_224_px": {"idle": taken}})
    assert found["lateness_idle_p50_ms"] == 50
    assert found["lateness_training_p99_ms"] == pytest.approx(99)
    assert found["key_to_image_training_max_ms"] == 200
    assert found["key_to_image_processor_idle_p50_ms"] == 100
    assert found["load_idle_224_px"] == 1.5
    assert found["key_to_image_idle_224_px_p99_ms"] == pytest.approx(198)
    assert len(found) == 3 * (3 * 3 + 1)  # of three states three figures of each kind, and the load


@pytest.fixture
def loaded_processes(monkeypatch):
    """Fresh processes have the libraries loaded; those that load them are tested above."""
    monkeypatch.setattr(fresh, "spawning", loaded)


@pytest.mark.slow
@pytest.mark.usefixtures("loaded_processes")
def test_sets_of_each_size_are_measured_in_processes_of_their_own(tmp_path, plan, monkeypatch):
    monkeypatch.setattr(scale, "WAYS", ("vote",))
    *_, found = scale.measure(plan, tmp_path)
    assert [(r["images"], r["side"], r["mode"]) for r in found["runs"]] == [
        (40, 16, "vote"),
        (400, 16, "vote"),
    ]
    spans = ("", "_first_round", "_listing", "_reading", "_features")
    assert set(scale.growth(found["runs"])) == {f"time_10x_pool{span}" for span in spans}
    if own_bytes() is not None:
        assert all(r["peak"] > r["idle"] > 0 for r in found["runs"])


@pytest.mark.slow
@pytest.mark.usefixtures("loaded_processes")
def test_the_window_is_started_until_it_is_painted_and_shows_an_image(tmp_path, plan):
    before = time.monotonic()
    (found,) = start.measure(plan, tmp_path)
    elapsed = time.monotonic() - before
    assert set(found["seconds"]) == {"window", "image"}
    for (seconds,) in found["seconds"].values():
        assert 0 < seconds < elapsed


@pytest.mark.slow
@pytest.mark.usefixtures("loaded_processes")
def test_the_window_is_watched_idle_while_a_round_trains_and_while_it_learns(tmp_path, plan):
    found = in_fresh_process(latency.watched, plan, spec_of(plan.data), tmp_path / "project")
    for map_open in ("", "_map"):
        assert len(found[f"idle{map_open}"]["pressed"]) == plan.presses
        assert len(found[f"training{map_open}"]["pressed"]) == latency.PRESSES
    assert all(ms > 0 for state in found.values() for ms in state["pressed"])
    assert len(found["idle"]["late"]) > 5
    rounds, learning = set(found["training"]["steps"]), set(found["learning"]["steps"])
    assert rounds  # how far a round comes while it is watched is a matter of the machine
    assert "warm start" not in rounds
    assert "warm start" in learning
    project = Project.open(tmp_path / "project", open_images)
    given = [entry for entry in project.labels.entries() if entry.action == "label"]
    assert len(given) == plan.labels + 2 * plan.presses + 3 * latency.PRESSES
    project.close()


# -- the annotator and the pulse --------------------------------------------------------------


def test_keys_answer_images_one_after_the_other(window, tmp_path, plan):
    make_project(tmp_path / "project", spec_of(plan.data), plan.settings, 0)
    window.open_folder(tmp_path / "project")
    annotator = Annotator(window, lambda: True)
    annotator.answer(5)
    entries = window.controller.project.labels.entries()
    assert [(entry.action, entry.class_index) for entry in entries] == [("label", 0)] * 5
    assert len({entry.image_id for entry in entries}) == 5
    assert len(annotator.milliseconds) == 5
    assert min(annotator.milliseconds) > 0


def test_keys_wait_until_they_may_be_pressed(window, tmp_path, plan):
    make_project(tmp_path / "project", spec_of(plan.data), plan.settings, 0)
    window.open_folder(tmp_path / "project")
    asked = []

    def after_some_time() -> bool:
        asked.append(len(window.controller.project.labels.entries()))
        return len(asked) > 3

    Annotator(window, after_some_time).answer(1)
    assert asked == [0, 0, 0, 0]
    assert len(window.controller.project.labels.entries()) == 1


def test_a_paint_of_the_image_that_was_answered_is_none_of_the_next(window, tmp_path, plan):
    make_project(tmp_path / "project", spec_of(plan.data), plan.settings, 0)
    window.open_folder(tmp_path / "project")
    until(window, partial(shows_image, window))
    annotator = Annotator(window, lambda: True)
    window.desk.class_panel.answered.disconnect()  # the key is pressed, but nothing answers
    annotator._press()
    window.desk.image_view.repaint()
    QCoreApplication.processEvents()
    assert annotator.milliseconds == []


def test_the_last_image_ends_the_answering(window, tmp_path, plan):
    make_project(tmp_path / "project", spec_of(plan.data), plan.settings, 57)
    window.open_folder(tmp_path / "project")
    annotator = Annotator(window, lambda: True)
    annotator.answer(10)
    assert window.controller.images.current is None
    assert len(annotator.milliseconds) == 2  # after the third there is no image to wait for


def test_the_pulse_tells_how_long_the_event_loop_was_held(window):
    pulse = Pulse(window, lambda: True)
    QTimer.singleShot(20, lambda: time.sleep(0.1))
    with pulse.beating():
        rest(window, 0.3)
    assert max(pulse.late) > 80
    assert min(pulse.late) >= 0


def test_a_loop_that_is_held_for_90_ms_in_each_second_is_late_at_the_99th_percentile():
    came = [s + beat * PULSE / 1000 for s in range(10) for beat in range(182)] + [10.0]
    late = [ms for last, now in pairwise(came) for ms in lateness(last, now)]
    assert len(late) == pytest.approx(10_000 / PULSE, abs=20)  # one for every beat that was due
    assert np.percentile(late, 99) > 50
    assert min(late) >= 0


def test_a_beat_on_time_is_one_beat():
    assert lateness(3.0, 3.0 + PULSE / 1000) == [pytest.approx(0, abs=1e-6)]
    assert lateness(3.0, 3.001) == [0.0]  # Qt makes up for a late beat by an early one


def test_the_pulse_notes_what_holds_the_loop_as_a_state_ends_and_nothing_after(window):
    lasts = [True]

    def end() -> None:
        time.sleep(0.1)
        lasts[0] = False

    pulse = Pulse(window, lambda: lasts[0])
    QTimer.singleShot(20, end)
    with pulse.beating():
        until(window, lambda: not lasts[0])
    assert max(pulse.late) > 80
    noted = len(pulse.late)
    with pulse.beating():
        rest(window, 0.1)
    assert len(pulse.late) == noted


def test_a_loop_that_is_held_at_the_very_end_is_noted(window):
    pulse = Pulse(window, lambda: True)
    with pulse.beating():
        time.sleep(0.1)
    assert max(pulse.late) > 80


def test_keys_and_beats_of_a_training_window_are_those_of_rounds(
    window, tmp_path, plan, backend, monkeypatch
):
    """A round ends in the midst of a spell; the next one begins after keys have been waited for."""
    make_project(tmp_path / "project", spec_of(plan.data), plan.settings, 12)
    window.open_folder(tmp_path / "project")
    until(window, lambda: window.controller.at_rest and shows_image(window))
    pressed, asked, noted = [], [], []

    class WatchedAnnotator(Annotator):
        def _next(self) -> None:
            asked.append(None)
            if len(asked) == 3:
                window.controller.training.train_now()
            super()._next()

        def _press(self) -> None:
            beats = all(pulse._timer.isActive() for pulse in window.findChildren(Pulse))
            pressed.append((latency.works(window), beats))
            super()._press()

    class WatchedPulse(Pulse):
        _worked = True

        def _beat(self) -> None:
            before, works = len(self.late), latency.works(window)
            super()._beat()
            noted.append((self._worked or works, len(self.late) > before))
            self._worked = works

    def round_ends(window, seconds) -> None:
        until(window, lambda: len(noted) > 3)
        backend.gate.set()
        until(window, lambda: not latency.works(window) and shows_image(window))
        ended = len(noted)
        until(window, lambda: len(noted) > ended + 3)
        backend.gate.clear()

    @contextmanager
    def one_round(window):
        backend.gate.clear()
        window.controller.training.train_now()
        yield

    monkeypatch.setattr(labelling, "Annotator", WatchedAnnotator)
    monkeypatch.setattr(labelling, "Pulse", WatchedPulse)
    monkeypatch.setattr(screen, "rest", round_ends)
    monkeypatch.setattr(latency, "kept_training", one_round)
    monkeypatch.setattr(latency, "time", Once())
    latency.busy(window, plan)
    backend.gate.set()
    until(window, partial(latency.stopped, window))
    assert pressed == [(True, True)] * latency.PRESSES
    assert set(noted) == {(True, True), (False, False)}


class Once:
    """A clock by which one spell fills the time."""

    def __init__(self) -> None:
        self._times = iter((0.0, 0.0))

    def monotonic(self) -> float:
        return next(self._times, 1000.0)


def test_a_window_is_kept_training(window, tmp_path, plan, backend):
    make_project(tmp_path / "project", spec_of(plan.data), plan.settings, 12)
    window.open_folder(tmp_path / "project")

    def rounds() -> int:
        return sum(isinstance(command, RunRound) for command in backend.commands)

    before = rounds()
    with latency.kept_training(window):
        until(window, lambda: rounds() > before + 2)
    until(window, partial(latency.stopped, window))
    ended = rounds()
    rest(window, 0.1)
    assert rounds() == ended


# -- the report -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target(1.3), 1.3, True),
        (Target(1.3), 1.31, False),
        (Target(0.9, at_least=True), 0.9, True),
        (Target(0.9, at_least=True), 0.89, False),
    ],
)
def test_a_target_is_met_or_not(target, value, met):
    assert target.met(value) is met


def test_the_table_has_a_line_for_each_ratio_and_says_which_targets_are_missed():
    lines = table(
        {"round_auto_over_entropy": 1.25, "scoring_over_bare_model": 0.5, "start_to_image_s": 2},
        "cpu",
    ).splitlines()
    assert [line.split() for line in lines] == [
        ["round_auto_over_entropy", "1.250", "<=", "1.3", "met"],
        ["scoring_over_bare_model", "0.500", ">=", "0.9", "missed"],
        ["start_to_image_s", "2.000"],
    ]
    assert table({}, "cpu") == ""


def test_a_goal_of_the_published_schedule_is_no_plain_goal_of_a_shorter_one():
    found = {"round_paper_over_entropy": 2.8}
    assert table(found, "paper").split()[1:] == ["2.800", "<=", "2.95", "met"]
    assert table(found, "cpu").endswith("met (by preset cpu; the goal is of preset paper)")


def test_every_target_names_a_ratio_of_a_full_run(plan):
    runs = [run_of(n, "vote", 1.0, 1.0, 500 * MEGABYTE) for n in (3882, 38_820, 165_466)]
    runs = [{**one, "side": 28, "two": two} for one in runs for two in ("", "beside")]
    modes = round.compared(RunSettings(), RunSettings(beside=BESIDE))
    taken = {"late": [1.0], "pressed": [1.0], "processor": [1.0], "load": 1.0}
    shown = {name: [1.0] for name in ("painting", "processor", "moving", "alike")}
    shown |= {"opening": 1.0, "before": 1, "after": 1, "peak": 1}
    names = {
        *round.ratios({"rounds": rounds_of(**dict.fromkeys(modes, 1.0))}),
        *scoring.ratios({"bare loop": [1.0], "scoring": [1.0]}),
        *scale.ratios({"runs": runs}),
        *first_batch.ratios({"seconds": [1.0], "processor": [1.0]}),
        *latency.ratios({k: {"idle": taken, "training": taken} for k in ("", "_map", "_224_px")}),
        *map.ratios(shown),
    }
    assert set(TARGETS) <= names


def test_the_command_prints_a_table_and_writes_one_number_a_line(tmp_path, plan, capsys):
    out = tmp_path / "out.json"
    changes = [word for change in SHORT for word in ("--set", change)]
    words = ["benchmark", "--data", plan.data, "--json", str(out), "--only", "scoring", "--quick"]
    assert run([*words, "--labels", "12", "--batch", "3", *changes]) == 0
    report = json.loads(out.read_text())
    assert set(report) == {"machine", "settings", "details", "ratios"}
    assert report["machine"]["cores"] == os.cpu_count()
    assert report["settings"]["labels"] == 12
    assert list(report["details"]) == ["scoring"]
    (value,) = report["ratios"].values()
    assert value == scoring.ratios(report["details"]["scoring"])["scoring_over_bare_model"]
    assert f'  "scoring_over_bare_model": {value}\n' in out.read_text()
    assert report["details"]["scoring"]["ended"] is True
    printed = capsys.readouterr().out
    assert printed.startswith("scoring: preset cpu, stem=7x7, ")
    assert f"scoring_over_bare_model  {value:>10.3f}" in printed


def test_a_run_that_is_stopped_keeps_and_tells_what_it_had_measured(
    tmp_path, plan, monkeypatch, capsys
):
    def stopped(plan, folder):
        yield {"seconds": {way: [1.0] for way in start.WAYS}}
        yield {"seconds": {way: [1.0, 3.0] for way in start.WAYS}}
        raise AutoALError("Stopped here.")

    def whole(plan, folder):
        yield {"images": 3, "scoring": [1.0], "bare loop": [2.0]}

    monkeypatch.setattr(start, "measure", stopped)
    monkeypatch.setattr(scoring, "measure", whole)
    out = tmp_path / "out.json"
    words = ["--json", str(out), "--only", "start", "--only", "scoring"]
    assert run(["benchmark", "--data", plan.data, *words]) == 1
    report = json.loads(out.read_text())
    assert report["details"]["start"]["seconds"] == {way: [1.0, 3.0] for way in start.WAYS}
    assert {name: part["ended"] for name, part in report["details"].items()} == {
        "scoring": True,
        "start": False,
    }
    assert report["ratios"]["start_to_image_s"] == 2.0
    assert report["settings"]["preset"] == "cpu"
    printed = capsys.readouterr().out
    assert "scoring_over_bare_model" in printed
    assert "start_to_image_s" not in printed  # it had not ended


def test_the_first_batch_is_timed_from_start_on_the_clock_and_by_the_processor(
    plan, tmp_path, monkeypatch
):
    monkeypatch.setattr(first_batch, "in_fresh_process", lambda function, *given: function(*given))
    (found,) = first_batch.measure(plan, tmp_path)
    assert found["images"] == 60 + EVALUATION
    seconds, processor = found["seconds"][0], found["processor"][0]
    assert min(seconds, processor) > 0
    assert first_batch.ratios({**found, "seconds": [1.0, seconds + 2, 2.0]})["first_batch_s"] == 2.0
    assert not list(tmp_path.glob("0"))  # what the round kept is gone


def test_figures_grow_by_a_repeat_of_every_mode_at_a_time(monkeypatch):
    monkeypatch.setattr(round, "timed", lambda backend, command: {"seconds": command})
    turns = round.taking_turns(None, {"entropy": 2.0, "paper": 5.0}, 3)
    assert [{name: len(taken) for name, taken in found.items()} for found in turns] == [
        {"entropy": repeat, "paper": repeat} for repeat in (1, 2, 3)
    ]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--data", "no/such/set.npz"], "There is no such file or folder"),
        (["--data", "demo", "--set", "dropout=2"], "dropout is 2.0"),
        (["--data", "demo", "--json", "no/such/folder/out.json"], "could not be written there"),
    ],
)
def test_what_cannot_be_measured_is_said_before_anything_is(words, sentence, capsys):
    assert run(["benchmark", *words]) == 1
    output = capsys.readouterr().err
    assert sentence in output
    assert "measuring" not in output
