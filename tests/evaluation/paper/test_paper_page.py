"""The paper's experiments: what is planned, what is said of the runs, and the page of each."""

import json
import re
from argparse import Namespace
from dataclasses import replace

import pytest

from autoal_gui.cli import build_parser
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.registry import discover
from autoal_gui.evaluation.command import methods
from autoal_gui.evaluation.methods import method_of, methods_of
from autoal_gui.evaluation.options import setup_of
from autoal_gui.evaluation.paper import sets
from autoal_gui.evaluation.paper.agreement import AGREES, DIFFERS, OPEN, agreement, overall
from autoal_gui.evaluation.paper.claims import ALWAYS, FEWER, FIGURES, SETS
from autoal_gui.evaluation.paper.results import write_paper
from autoal_gui.evaluation.plan import Percent, Setup
from autoal_gui.evaluation.results import read_results
from autoal_gui.evaluation.running.runs import Folders
from autoal_gui.evaluation.statistics import Difference
from tests.support.evaluation import SETUP, data_set, record_of, write_records

HALF = replace(SETUP, scale=0.5)


def options_of(*words) -> Namespace:
    return build_parser().parse_args(["evaluate", "--out", "x", *words])


def curve(gain):
    return [0.5, 0.6 + gain, 0.65 + gain]


def records_of(gains, seeds=3, found=None, setup=SETUP, wall=None):
    """Runs from scratch whose gains differ a little by seed."""
    wall = wall or {}
    return [
        record_of(
            method_of(name, False).name,
            seed,
            curve(gain + 0.001 * seed * (1 + len(name) % 3)),
            found,
            setup,
            wall=wall.get(name, 2.0),
            weights={"entropy": 0.25, "kmeans": 0.75} if name == "paper" else None,
        )
        for name, gain in gains.items()
        for seed in range(seeds)
    ]


@pytest.fixture
def held(tmp_path):
    """What the runs say of a figure."""

    def hold(figure, gains, **more):
        write_records(tmp_path, records_of(gains, **more))
        _, (result,) = read_results(tmp_path, SETUP.key)
        return agreement(figure, result)

    return hold


# -- the plan ---------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES)
def test_every_experiment_has_random_choice_and_the_vote_and_begins_from_scratch(figure):
    compared = methods(options_of("--paper", figure))
    assert {method_of(name, False) for name in ALWAYS} <= set(compared)
    assert method_of("paper") in compared
    assert not any(method.warm for method in compared)
    known = {"paper", "vote", *discover("autoal_gui.strategies")}
    assert {method.mode for method in compared} <= known


def test_figure_2_has_all_baselines_and_figure_4_one_to_seven_candidates():
    assert len(methods(options_of("--paper", "figure2"))) == 2 + 1 + 7 + 7
    counts = [
        len(method.settings(SETUP.base, 0).candidates)
        for method in methods(options_of("--paper", "figure4"))
        if method.mode == "paper"
    ]
    assert counts == [1, 3, 5, 7]


def test_budgets_and_schedule_are_the_papers_unless_something_else_is_said():
    options = options_of("--paper", "figure2")
    path, large = (setup_of(options, SETS[name]) for name in ("pathmnist", "cifar100"))
    assert (path.budgets, path.rounds) == ("1% of the pool at a time, from 2% to 10%", 9)
    assert (large.budgets, large.rounds) == ("4% of the pool at a time, from 8% to 44%", 10)
    assert (path.settings.task_steps, path.settings.search_steps) == (1000, 400)
    assert options.seeds == 3
    options = options_of("--paper", "figure2", "--rounds", "3", "--initial", "7", "--preset", "cpu")
    setup = setup_of(options, SETS["svhn"])
    assert (setup.initial, setup.batch, setup.rounds) == (7, Percent(2), 3)
    assert setup.settings.task_steps == 200
    assert isinstance(setup_of(options_of("--data", "demo")).initial, int)


def test_sets_that_are_there_are_found_and_the_others_named(monkeypatch):
    def spec_of(name):
        if name not in ("svhn", "pathmnist"):
            raise AutoALError("It is not there.")

    monkeypatch.setattr(sets, "spec_of", spec_of)
    assert [one.data for one in sets.sets_there(())] == ["svhn", "pathmnist"]
    assert sets.lacking(["svhn", "pathmnist"]).endswith(
        "CIFAR-10, CIFAR-100, TinyImageNet, OrganCMNIST and TissueMNIST."
    )
    assert sets.lacking(list(SETS)) == ""
    (own,) = sets.sets_there(("a/breastmnist.npz",))
    assert own.budgets is SETS["organcmnist"]
    (known,) = sets.sets_there(("a/pathmnist_64.npz",))
    assert known.budgets is SETS["pathmnist"]


def test_where_no_set_is_there_one_sentence_says_so(monkeypatch):
    def spec_of(name):
        raise AutoALError("It is not there.")

    monkeypatch.setattr(sets, "spec_of", spec_of)
    with pytest.raises(AutoALError, match="No set of the paper is on this computer"):
        sets.sets_there(())


# -- what agrees ------------------------------------------------------------------------------


def claimed(figure):
    """The methods of a figure, without gain."""
    compared = methods_of(FIGURES[figure].methods, False)
    return {method.name.removesuffix("+cold"): 0 for method in compared}


@pytest.mark.parametrize(
    ("gain", "word", "sentence"),
    [(0.05, AGREES, "Ahead of"), (-0.05, DIFFERS, "Behind"), (0, OPEN, "Not told apart from")],
)
@pytest.mark.parametrize(("figure", "rival"), [("figure2", "Margin"), ("figure3", "backbone only")])
def test_autoal_above_all_others_agrees_with_the_paper(held, figure, rival, gain, word, sentence):
    found = held(figure, {**claimed(figure), "random": 0, "vote": 0.01, "paper": gain})
    assert found.word == word
    text = " ".join(found.sentences)
    assert re.search(f"{sentence}: [^.]*{rival}", text)
    assert "Not run here" not in text
    assert re.search("Against what the paper lacks: random choice .*, the uniform vote ", text)


@pytest.mark.parametrize("figure", ["figure2", "figure3"])
@pytest.mark.parametrize(("gain", "word"), [(0.05, OPEN), (-0.05, DIFFERS)])
def test_a_part_of_the_claim_can_speak_against_it_but_not_for_all_of_it(held, figure, gain, word):
    """A claim of all methods is open until all have been run, and lost with the first."""
    first = next(name for name in claimed(figure) if name != "paper")
    found = held(figure, {"random": 0, "paper": gain, first: 0})
    assert found.word == word
    assert any(sentence.startswith("Not run here: ") for sentence in found.sentences)


def test_one_of_many_that_is_ahead_by_chance_does_not_speak_against_the_paper():
    below = Difference.of({0: 0.0, 1: 0.0, 2: 0.0}, {0: 0.010, 1: 0.012, 2: 0.008})
    assert below.standing == "worse"
    assert [below.worse_among(many) for many in (1, 14)] == [True, False]
    assert not Difference.of({0: 0.0}, {0: 0.5}).worse_among(1)


def test_a_method_that_the_paper_lacks_decides_nothing(held):
    found = held("figure2", {**claimed("figure2"), "paper": 0.05, "typiclust": 0.3})
    assert found.word == AGREES
    assert any(s.startswith("Behind: ") for s in found.sentences)


def test_curves_that_begin_alike_are_said_to_beside_the_papers(held):
    found = held("figure2", {"paper": 0.1, "margin": 0})
    assert any("differ by 0.0 points, in the paper by up to 3.3" in s for s in found.sentences)


def test_more_candidates_agree_only_if_each_step_gains(held):
    one, three, five, seven = (*FEWER, "paper")
    assert held("figure4", {one: 0, three: 0.05, five: 0.1, seven: 0.15}).word == AGREES
    assert held("figure4", {one: 0, three: 0.05, five: 0.05, seven: 0.1}).word == OPEN
    found = held("figure4", {one: 0, three: 0.05, five: 0.01, seven: 0.1})
    assert found.word == DIFFERS
    assert found.sentences[0].startswith("From 1 to 3 candidates: +0.0")


def test_steps_that_have_not_been_run_leave_the_number_of_candidates_open(held):
    found = held("figure4", {FEWER[0]: 0, FEWER[1]: 0.05, "paper": 0.1})
    assert found.word == OPEN
    assert found.sentences[1] == "From 3 to 5 candidates: not run here."


@pytest.mark.parametrize(
    ("seconds", "word", "ratio"), [(4, DIFFERS, "2.00"), (8, AGREES, "4.00"), (20, DIFFERS, "10")]
)
def test_times_are_held_against_the_range_of_table_2(held, seconds, word, ratio):
    gains = {"paper": 0, "entropy": 0, "random": 0}
    found = held("table2", gains, wall={"paper": seconds, "entropy": 2.0})
    assert found.word == word
    assert ratio in found.sentences[0]


def test_times_of_one_repeat_or_on_both_sides_of_the_range_leave_it_open(tmp_path):
    def times(seconds):
        folder = tmp_path / str(len(seconds))
        records = [
            record_of(method_of(name, False).name, seed, curve(0), wall=wall)
            for seed, paper in enumerate(seconds)
            for name, wall in (("paper", paper), ("entropy", 1.0))
        ]
        write_records(folder, records)
        _, (result,) = read_results(folder, SETUP.key)
        return agreement("table2", result)

    assert times([4.0]).word == OPEN
    assert "in too few repeats for an interval" in times([2.8, 3.2]).sentences[0]
    found = times([2.0, 3.0, 4.5])
    assert found.word == OPEN
    assert "3.00 times as long as entropy sampling (1.10 to 8.21), in part" in found.sentences[0]


def test_shares_name_the_largest_of_the_first_and_the_last_round(held):
    found = held("figure5", {"paper": 0})
    assert found.word == ""
    assert found.sentences == (
        "In the first round Maximum entropy has the largest share, 50%.",
        "In the last round Maximum entropy has the largest share, 50%.",
        "An equal share is 50%.",
    )


def test_rounds_without_a_search_are_told(tmp_path):
    """With few labels AutoAL is the uniform vote, whatever a figure then shows."""
    name = method_of("paper").name
    even = [
        record_of(name, seed, curve(0), weights=dict.fromkeys(("a", "b"), 0.5)) for seed in (0, 1)
    ]
    uneven = record_of(name, 2, curve(0), weights={"a": 0.4, "b": 0.6})
    write_records(tmp_path, [*even, uneven])
    _, (result,) = read_results(tmp_path, SETUP.key)
    assert (
        agreement("table2", result)
        .sentences[-1]
        .startswith("In 6 of 9 rounds AutoAL had too few labels to search")
    )


def test_nothing_is_claimed_without_runs_of_autoal(held):
    assert held("figure2", {"margin": 0}).word == ""


def test_it_is_counted_on_how_many_sets_both_agree():
    said = overall(FIGURES["figure2"], [AGREES, DIFFERS, "", AGREES])
    assert said.endswith("Of 3 sets here, our runs agree on 2 and do not agree on 1.")
    assert "No set here" in overall(FIGURES["figure2"], [""])
    assert "no claim or number" in overall(FIGURES["figure5"], [""])


# -- the page ---------------------------------------------------------------------------------


@pytest.mark.parametrize("figure", FIGURES)
def test_the_page_of_each_experiment_has_its_sets_of_whatever_budgets(tmp_path, figure):
    gains = {m.name.removesuffix("+cold"): 0.01 for m in methods(options_of("--paper", figure))}
    organs = data_set("organcmnist", content="1")
    records = records_of(gains, found=organs, setup=HALF)
    records += records_of(gains, found=data_set("cells", content="2"))
    records += records_of({"bait": 0.3}, found=organs, setup=HALF)
    write_records(tmp_path / "runs", records)
    compared = methods(options_of("--paper", figure))
    runs, file = write_paper(figure, [SETUP, HALF], compared, Folders(tmp_path))
    assert (runs, file.name) == (2 * 3 * len(gains), f"{figure}.html")
    text = file.read_text(encoding="utf-8")
    assert "bait" not in text
    assert text.index("OrganCMNIST") < text.index("cells")
    for words in (
        "AutoAL",
        "Random",
        "Uniform vote",
        "Not run, since",
        "50% of the images took part",
    ):
        assert words in text
    assert text.count("<svg") > 2 or figure == "table2"
    content = json.loads(file.with_suffix(".json").read_text())
    assert len(content["set_ups"]) == 2
    assert set(content["agreement"]) == {"organcmnist", "cells"}


def test_without_a_finished_run_there_is_no_page(tmp_path):
    with pytest.raises(AutoALError, match="No run of this experiment"):
        write_paper("figure2", [Setup(SETUP.base, 3, 2)], methods_of(["random"]), Folders(tmp_path))
