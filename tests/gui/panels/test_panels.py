"""Panels: what they say and draw of real rounds."""

import math
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from autoal_gui.core.database.round_rows import RoundRecord
from autoal_gui.core.language import duration
from autoal_gui.core.messages import Progress
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.stores.warm_record import WarmRecord
from autoal_gui.core.queries import Query
from autoal_gui.core.settings import PRESETS
from autoal_gui.gui.desk.why.panel import rows_of
from autoal_gui.gui.desk.why.words import looks_words, loss_words, reason
from autoal_gui.gui.panels import weights_panel
from autoal_gui.gui.panels.training_text import (
    last_round_line,
    learned_line,
    progress_details,
    progress_line,
    round_steps,
)
from autoal_gui.gui.panels.weights_panel import strategies_of, table
from autoal_gui.gui.strategy_names import mode_label, modes, strategy_label
from autoal_gui.gui.window.main_window import MainWindow
from autoal_gui.gui.window.projects.new_projects import folder_spec
from autoal_gui.sources.opening import list_images
from tests.support.gui import QUIET, STRATEGIES, NearestMean, draw_folder, services, settings

pytestmark = pytest.mark.qt_log_ignore(QUIET)
BATCH = 4


def record(number: int, **values) -> RoundRecord:
    return RoundRecord(number, "finished", PRESETS["cpu"], "", "", 10 * number, **values)


def start(qtbot, window, tmp_path, mode="paper", **plan):
    spec = folder_spec(draw_folder(tmp_path / "images", 30))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    chosen = PRESETS["cpu"].in_mode("paper").but(batch_size=BATCH, mode=mode)
    whole = ProjectPlan("cells", spec, listing.classes, chosen, **plan)
    assert window.controller.create_project(tmp_path / "projects" / "cells", whole, listing)
    qtbot.waitUntil(lambda: window.controller.at_rest)
    return window.controller


def run_rounds(qtbot, window, rounds: int) -> None:
    controller = window.controller
    for _ in range(rounds):
        for number in range(BATCH):
            controller.labelling.answer(number % 2)
        qtbot.waitUntil(lambda: controller.at_rest)


# -- weights ------------------------------------------------------------------------------------


def test_weights_are_drawn_and_listed_round_by_round(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path)
    panel = window.desk.weights
    assert "No weights yet" in panel.hint.text()
    run_rounds(qtbot, window, 3)
    rounds = window.controller.project.rounds.finished()[1:]
    curves = panel.lines.getPlotItem().listDataItems()
    assert len(curves) == len(STRATEGIES)
    for curve, name in zip(curves, STRATEGIES, strict=True):
        x, y = curve.getData()
        assert x.tolist() == [2, 3, 4]
        assert y.tolist() == pytest.approx([100 * dict(r.weights)[name] for r in rounds])
    shown = [label.text() for label in panel.findChildren(QLabel)]
    last = dict(rounds[-1].weights)
    for name in STRATEGIES:
        assert strategy_label(name) in shown
        assert f"{last[name]:.1%}" in shown
    assert panel.hint.isHidden()
    image = panel._image.image
    assert image.shape == (3, len(STRATEGIES))
    assert image[2].tolist() == pytest.approx([last[name] for name in STRATEGIES])


def test_a_mode_without_weights_says_so(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path, mode="random")
    assert "so there are no weights" in window.desk.weights.hint.text()
    assert "Random" in window.desk.weights.hint.text()


def test_a_strategy_that_came_later_has_gaps_not_zeros():
    rounds = [
        record(1, weights=(("margin", 1.0),)),
        record(2, weights=(("entropy", 0.25), ("margin", 0.75))),
    ]
    names = strategies_of(rounds)
    assert names == ["entropy", "margin"]
    shares = table(rounds, names)
    assert math.isnan(shares[0, 0])
    assert shares[1].tolist() == [0.25, 0.75]


def test_hints_of_the_modes():
    assert weights_panel.hint("paper", True) == ""
    assert "same weight" in weights_panel.hint("vote", True)
    assert "Margin" in weights_panel.hint("margin", True)


def test_every_mode_and_strategy_has_a_label():
    names = [name for name, _ in modes()]
    assert names[:3] == ["auto", "paper", "vote"]
    assert dict(modes())["auto"] == "Auto (recommended)"
    assert mode_label("auto") == "Auto"
    assert set(PRESETS["paper"].candidates) | {"random"} <= set(names)
    assert mode_label("vote") == "Uniform vote"
    assert strategy_label("kmeans") == "k-means"
    assert strategy_label("gone") == "gone"


def test_reopened_panels_show_the_rounds_of_before(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path, evaluation_images=10)
    run_rounds(qtbot, window, 2)
    words = window.desk.performance.headline.right.text()
    window.controller.close_project()
    second = MainWindow(services(tmp_path / "projects", NearestMean), settings(tmp_path))
    qtbot.addWidget(second)
    assert second.open_folder(tmp_path / "projects" / "cells")
    assert second.desk.performance.headline.right.text() == words
    assert len(second.desk.weights.lines.getPlotItem().listDataItems()) == len(STRATEGIES)
    assert "Round 3 (8 labels) took" in second.desk.training.line.text()
    second.close()


# -- training -----------------------------------------------------------------------------------


def warm_project(window, tmp_path, before=""):
    """Open a project whose warm start the backend's gate holds."""
    spec = folder_spec(draw_folder(tmp_path / "images", 30))
    listing = list_images(spec, tmp_path, lambda done, total: None)
    chosen = PRESETS["cpu"].in_mode("margin").but(batch_size=BATCH, before=before)
    plan = ProjectPlan("cells", spec, listing.classes, chosen, evaluation_images=0)
    assert window.controller.create_project(tmp_path / "projects" / "cells", plan, listing)


def rows_shown(panel):
    return {step for step, bar in panel._bars.items() if not bar.isHidden()}


def test_the_panel_says_what_the_warm_start_does_and_what_it_is_good_for(
    qtbot, window, tmp_path, backend
):
    backend.gate.clear()
    warm_project(window, tmp_path)
    panel, controller = window.desk.training, window.controller
    qtbot.waitUntil(lambda: panel.value("warm start") > 0)
    assert panel.headline.text() == "Learning from your images"
    assert panel.line.text().startswith("25% · about 2\xa0min left")
    assert panel.line.toolTip() == "loss 4.500 · cpu"
    assert panel.value("warm start") == 0.25
    assert "a few labels then go further" in panel.note.text()
    assert rows_shown(panel) == {"reading", "warm start", "finishing"}
    stop = window.actions_table["cancel"]
    assert stop.text() == "Stop learning"
    assert "(Ctrl+.)" in stop.toolTip()
    assert panel._train.isHidden()
    for number in range(BATCH):
        controller.labelling.answer(number % 2)
    assert "No more answers are needed" in panel.awaited.text()
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest and controller.project.rounds.last == 1)
    assert panel.learned.text() == "Learned from 30 images in 3\xa0min."
    assert "Round 1 (4 labels) took" in panel.line.text()
    assert stop.text() == "Cancel"
    assert not panel._train.isHidden()
    assert panel.resume.isHidden()


def test_the_panel_says_what_chose_the_first_batch_and_what_joins(qtbot, window, tmp_path, backend):
    backend.gate.clear()
    backend.hold_at = "scoring"
    warm_project(window, tmp_path, before="efficientnet_lite0")
    panel, controller = window.desk.training, window.controller
    qtbot.waitUntil(lambda: panel.value("task model") > 0)
    assert panel.headline.text() == "Putting your images in order"
    backend.hold_at = "warm start"  # the round ends, the warm start is held by its gate
    qtbot.waitUntil(lambda: controller.training.is_warming)
    assert panel.headline.text() == "Learning from your images"
    assert "joins when it is done" in panel.note.text()
    backend.gate.set()
    qtbot.waitUntil(lambda: controller.at_rest)


def test_a_warm_start_that_was_stopped_offers_to_go_on(qtbot, window, tmp_path, backend):
    backend.gate.clear()
    warm_project(window, tmp_path)
    panel, controller = window.desk.training, window.controller
    qtbot.waitUntil(lambda: panel.value("warm start") > 0)
    qtbot.mouseClick(panel._stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not controller.training.is_warming)
    backend.gate.set()  # for the round that follows at once
    qtbot.waitUntil(lambda: controller.at_rest)
    assert panel.learned.text() == "Learned from 30 images in 3\xa0min, then stopped."
    assert panel.resume.isVisible()
    backend.gate.clear()
    qtbot.mouseClick(panel.resume, Qt.MouseButton.LeftButton)
    assert controller.training.is_warming
    assert panel.resume.isHidden()


def test_only_the_steps_of_what_runs_are_shown(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path, evaluation_images=10)
    project = window.controller.project
    assert round_steps(project) == {"reading", "scoring"}
    window.controller.labelling.answer(0)
    assert round_steps(project) == {"reading", "scoring"}  # one class trains nothing
    window.controller.labelling.answer(1)
    paper = {"reading", "task model", "evaluation", "FitNet", "SearchNet", "scoring"}
    assert round_steps(project) == paper
    project.settings.run = project.settings.run.but(mode="margin")
    assert round_steps(project) == paper - {"FitNet", "SearchNet"}


def test_a_step_that_was_not_expected_is_shown_when_it_comes(qtbot, window, tmp_path, backend):
    start(qtbot, window, tmp_path, mode="margin", evaluation_images=0)
    panel = window.desk.training
    backend.gate.clear()
    window.controller.training.train_now()
    assert "FitNet" not in rows_shown(panel)
    backend.gate.set()
    qtbot.waitUntil(lambda: window.controller.at_rest)
    assert "FitNet" in rows_shown(panel)  # the test's backend goes through every step


def test_the_notices_of_a_round_stay_in_sight(qtbot, window, tmp_path, backend):
    start(qtbot, window, tmp_path)
    assert window.desk.training.note.isHidden()
    backend.notices = (
        "There are too few labels to learn weights yet; all strategies counted the same this time.",
    )
    run_rounds(qtbot, window, 1)
    assert "all strategies counted the same" in window.desk.training.note.text()
    assert "all strategies counted the same" in window.desk.header.mode.toolTip()


# -- words --------------------------------------------------------------------------------------


def test_progress_and_time_in_words():
    progress = Progress(1, "FitNet", 20, 60, 130.0, 0.4321, "cuda")
    assert progress_line(progress) == "FitNet 20 of 60 · about 2\xa0min left"
    assert progress_details(progress) == "loss 0.432 · cuda"
    assert progress_details(Progress(1, "reading", 1, 9)) == ""
    assert progress_line(Progress(1, "task model", 1, 9)) == "Task model 1 of 9"
    assert progress_line(Progress(1, "warm start", 999, 1000, 0.2)) == "99%"  # it goes on
    assert progress_line(Progress(1, "finishing", 0, 1)) == "Finishing and saving"
    assert progress_line(Progress(1, "warm start", 231, 1000, 100.0)) == "23% · about 2\xa0min left"
    assert [duration(s) for s in (0.4, 89, 90, 3600, 7200)] == [
        "0\xa0s",
        "89\xa0s",
        "2\xa0min",
        "60\xa0min",
        "2.0\xa0h",
    ]


def test_the_last_round_in_words():
    trained = record(3, seconds=(("FitNet", 30.0),), device="cpu", checkpoint="round-0003.pt")
    assert last_round_line(trained) == "Round 3 (30 labels) took 30\xa0s on this computer."
    times = {"started": "2024-05-01T10:00:00+00:00", "ended": "2024-05-01T10:00:41+00:00"}
    whole = replace(trained, **times)  # saving, for one, is no step of it
    assert last_round_line(whole) == "Round 3 (30 labels) took 41\xa0s on this computer."
    elsewhere = record(3, device="A card, bf16", checkpoint="round-0003.pt")
    assert last_round_line(elsewhere).endswith(" on A card.")
    untrained = record(1, seconds=(("scoring", 2.0),))
    assert last_round_line(untrained) == (
        "Your images were put in order in 2\xa0s on this computer; that made no model."
    )
    failed = RoundRecord(4, "failed", PRESETS["cpu"], "", "", 0, "No memory.")
    assert last_round_line(failed) == "Round 4 failed. No memory."


def test_what_was_learned_in_words():
    record = WarmRecord("warm.pt", "", 12.5, 181.0, True, False, "3x3", 28)
    assert learned_line(record, 3882) == "Learned from 3,882 images in 3\xa0min."
    stopped = WarmRecord("", "", 0.0, 0.0, False, True, "3x3", 28)
    assert "stopped before it began" in learned_line(stopped, 3882)


def test_reasons_in_words():
    query = Query(1, 0.8, (("margin", 1.0, 0.6), ("bald", 0.9, 0.4)), 1.25)
    assert reason(query, "pool", 2) == (
        "Asked for: the model hesitates between classes; versions of the model disagree."
    )
    assert loss_words(query).startswith("Predicted loss 1.25")
    weak = Query(1, 0.8, (("margin", 1.0, 0.6), ("bald", 0.1, 0.4), ("kmeans", 0.0, 0.9)))
    assert reason(weak, "pool", 2) == "Asked for: the model hesitates between classes."
    assert "evaluation set" in reason(query, "evaluation", 2)
    assert reason(None, "pool", 0).startswith("This is a first image; which others come next")
    drawn = Query(1, 0.8, (("margin", 1.0, 0.6),), audit=True)
    assert reason(drawn, "pool", 2) == (
        "A random image: a part of each batch is drawn by chance, not by the strategies."
    )
    assert reason(Query(1, 0.8), "pool", 1) == "Next in the ranking."
    alone = Query(1, 1.0, (("kmeans", 1.0, 1.0),))
    assert reason(alone, "pool", 1, "kmeans") == "Asked for: like many images without a label."


def test_what_every_strategy_made_of_an_image_in_words():
    query = Query(1, 0.8, (("bald", 0.5, 0.4), ("margin", 1.0, 0.6)), 1.25)
    margin, bald = rows_of(query)
    assert margin == (
        "Images where its two likeliest classes are nearly as likely",
        "Margin",
        "1.00",
        "60.0%",
        "75.0%",
    )
    assert bald[-1] == "25.0%"
    assert rows_of(Query(1, 0.0, (("bald", 0.0, 1.0),)))[0][-1] == "–"


def test_tabs_are_reached_by_the_pointer(qtbot, window, tmp_path):
    start(qtbot, window, tmp_path)
    bar = window.desk.tabs.tabBar()
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(1).center())
    assert window.desk.weights.isVisible()


def test_what_a_strategy_looks_for_that_chose_alone_is_said_in_words():
    several = Query(1, 0.0, (("bald", 0.2, 0.5), ("kmeans", 1.0, 0.5)))
    assert looks_words(several) == ""  # the table says it of each
    alone = Query(1, 0.0, (("kmeans", 1.0, 1.0),), between=(0, 1))
    assert looks_words(alone) == "k-means looks for images that together represent the whole pool."
    assert looks_words(Query(1, 0.0, ())) == looks_words(None) == ""
