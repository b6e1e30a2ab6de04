"""What runs say together: curves, areas, comparisons, conclusions, and the files made of them."""

import csv
import io
import json
import re
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from autoal_gui.core.errors import AutoALError
from autoal_gui.evaluation.command import Folders, write_results
from autoal_gui.evaluation.conclusions import best_single, conclusions
from autoal_gui.evaluation.failures import keep_failure, read_failures
from autoal_gui.evaluation.methods import method_of
from autoal_gui.evaluation.page import page
from autoal_gui.evaluation.plan import Job
from autoal_gui.evaluation.results import MEASURES, read_results
from autoal_gui.evaluation.tables import as_csv, as_json
from tests.support.evaluation import (
    PROGRAM,
    SETUP,
    confusion_of,
    data_set,
    many_records,
    record_of,
    write_records,
)

RISING = [0.5, 0.6, 0.7, 0.8]


def shifted(gain, seed=0):
    """A curve that begins where all begin and gains more or less, with a little noise."""
    noise = np.random.default_rng(seed).normal(0, 0.004, 3)
    return [0.5, *(0.6 + gain + noise).round(3).tolist()]


def results_of(folder, records, setup=SETUP):
    write_records(folder, records)
    return read_results(folder, setup.key)


@pytest.fixture
def only(tmp_path):
    """The results on one set."""

    def read(*records):
        folder = Path(tempfile.mkdtemp(dir=tmp_path))
        found, results = results_of(folder, records)
        assert len(found) == len(records)
        (result,) = results
        return result

    return read


def test_curves_and_areas_of_several_seeds(only):
    result = only(record_of("margin", 0, RISING), record_of("margin", 1, [0.5, 0.5, 0.5, 0.5]))
    found = result.methods[method_of("margin")]
    curve = found.curve()
    assert curve.labels == (20, 40, 60, 80)
    assert [spread.mean for spread in curve.spreads] == pytest.approx([0.5, 0.55, 0.6, 0.65])
    assert found.areas() == pytest.approx({0: 0.65, 1: 0.5})
    assert (found.area.mean, found.area.count) == (pytest.approx(0.575), 2)
    assert set(found.areas("accuracy")) == {0, 1}
    assert found.round_seconds == 2


def test_before_a_model_there_is_no_point(only):
    result = only(record_of("margin", 0, [None, 0.6, 0.7]), record_of("margin", 1, RISING))
    found = result.methods[method_of("margin")]
    assert found.curve().labels == (40, 60)
    assert found.areas()[0] == pytest.approx(0.65)


def test_seeds_that_have_not_finished_are_left_out_of_pairs(only):
    records = [record_of("random", seed, shifted(0, seed)) for seed in range(4)]
    records += [record_of("margin", seed, shifted(0.1, seed)) for seed in (1, 3, 9)]
    result = only(*records)
    comparison = result.against(method_of("margin"), "random")
    assert comparison.difference.spread.count == 2
    # Three quarters of the span gain .1, and the first segment half of it on average.
    assert comparison.difference.spread.mean == pytest.approx(0.1 * 2.5 / 3)
    assert result.methods[method_of("margin")].seeds == (1, 3, 9)


def test_runs_of_another_set_up_or_damaged_files_are_not_read(tmp_path):
    other = record_of("margin", 0, RISING) | {"setup": "0ther"}
    write_records(tmp_path, [record_of("random", 0, RISING), other])
    (tmp_path / "cut.json").write_text('{"setup": "')
    (tmp_path / "list.json").write_text("[]")
    (tmp_path / "x.json.part1").write_text("{}")
    records, results = read_results(tmp_path, SETUP.key)
    assert len(records) == 1
    assert [m.name for m in results[0].methods] == ["random"]


def test_sets_are_told_apart_by_their_content(tmp_path):
    sets = [data_set("b", content="1"), data_set("a", content="2"), data_set("a", content="3")]
    _, results = results_of(tmp_path, [record_of("random", 0, RISING, s) for s in sets])
    assert [result.name for result in results] == ["a", "a", "b"]


def test_time_is_told_over_entropy_with_the_same_start(only):
    names = {"entropy": 2.0, "margin": 3.0, "paper": 9.0, "paper+warm": 8.0}
    result = only(*(record_of(name, 0, RISING, wall=wall) for name, wall in names.items()))
    ratios = {name: result.time_ratio(method_of(name)) for name in names}
    assert ratios == {"entropy": 1, "margin": 1.5, "paper": None, "paper+warm": 4}


def test_weights_are_means_over_seeds(only):
    result = only(
        record_of("paper", 0, RISING, weights={"entropy": 0.2, "kmeans": 0.8}),
        record_of("paper", 1, RISING, weights={"entropy": 0.4, "kmeans": 0.6}),
    )
    weights = result.methods[method_of("paper")].weights
    assert weights["entropy"] == pytest.approx(dict.fromkeys((20, 40, 60, 80), 0.3))
    assert list(weights) == ["entropy", "kmeans"]


def test_methods_that_do_not_begin_alike_are_found_out(only):
    alike = [record_of("random", 0, RISING), record_of("margin", 0, shifted(0.1)),
             record_of("random+cold", 0, [0.3, 0.4]), record_of("paper", 0, [0.3, 0.5]),
             record_of("paper:task_steps=9", 0, [0.2, 0.5])]  # fmt: skip
    assert only(*alike).starts_agree
    assert not only(*alike, record_of("vote", 0, [0.52, 0.6])).starts_agree


def test_without_labels_random_choice_alone_may_begin_elsewhere(only):
    alike = [record_of(name, 0, [None, *RISING]) for name in ("vote", "margin")]
    assert only(*alike, record_of("random", 0, [None, 0.52, 0.6])).starts_agree
    assert not only(*alike, record_of("entropy", 0, [None, 0.52, 0.6])).starts_agree


@pytest.mark.parametrize("change", ["placebo=uniform", "ablation=backbone", "candidates=entropy"])
def test_variants_that_ask_otherwise_must_begin_alike_too(only, change):
    alike = [record_of("paper", 0, [0.3, 0.5]), record_of(f"paper:{change}", 0, [0.3, 0.4])]
    assert only(*alike).starts_agree
    assert not only(alike[0], record_of(f"paper:{change}", 0, [0.31, 0.5])).starts_agree


# -- the conclusions --------------------------------------------------------------------------


def conclusions_of(only, gains, seeds=10):
    """The conclusions on methods that gain so much over a common curve."""
    result = only(
        *(
            record_of(name, seed, shifted(gain, [seed, len(name)]))
            for name, gain in gains.items()
            for seed in range(seeds)
        )
    )
    return " ".join(conclusions(result))


def test_what_is_better_worse_and_not_told_apart_is_said(only):
    output = conclusions_of(only, {"random": 0, "margin": 0.05, "bald": -0.05, "kmeans": 0})
    assert re.search(r"better than random choice: margin \+0\.04\d \(\+0\.0", output)
    assert re.search(r"Worse: bald −0\.04\d", output)
    assert re.search(r"Not told apart[^:]*: kmeans\.", output)
    assert "adds nothing here" not in output


def test_that_active_learning_adds_nothing_is_said(only):
    output = conclusions_of(only, {"random": 0.02, "margin": 0.0, "vote": 0.02}, seeds=30)
    assert "With the warm start, active learning adds nothing here" in output
    output = conclusions_of(only, {"random": 0.02, "margin": 0.0})
    assert "With the warm start, margin adds nothing here" in output


@pytest.mark.parametrize("others", [("margin",), ("margin", "vote")])
def test_what_is_not_shown_is_not_called_nothing(only, others):
    """Intervals that reach far above 0 rule nothing out."""
    records = [record_of("random", seed, shifted(0, seed)) for seed in range(3)]
    for name in others:
        gains = (0.03, -0.01, 0.02)
        records += [record_of(name, s, shifted(gain, s)) for s, gain in enumerate(gains)]
    output = " ".join(conclusions(only(*records)))
    assert "adds nothing" not in output
    who = "no method is" if len(others) > 1 else "margin is not"
    assert f"{who} shown to be better than random choice" in output


@pytest.mark.parametrize(
    ("gain", "seeds", "words"),
    [
        (0.05, 10, "The search of paper adds to the weights of the uniform vote: +"),
        (-0.05, 10, "The search of paper loses against the weights of the uniform vote"),
        (0.0, 30, "The search of paper adds nothing to the weights of the uniform vote"),
        (0.0, 2, "The search of paper is not shown to add to the weights of the uniform vote"),
    ],
)
def test_what_a_search_adds_to_the_weights_that_it_starts_from_is_said(only, gain, seeds, words):
    gains = {"random+cold": 0, "paper:placebo=uniform": 0.02, "paper": 0.02 + gain}
    output = conclusions_of(only, gains, seeds)
    assert words in output
    assert "From scratch" in output
    assert "With the warm start" not in output


@pytest.mark.parametrize(
    ("gain", "words"), [(0.05, "ahead of"), (-0.05, "behind"), (0.0, "not told apart from")]
)
def test_what_differs_in_more_than_the_search_is_not_credited_to_it(only, gain, words):
    output = conclusions_of(only, {"vote+cold": 0.02, "margin+cold": 0.02, "paper": 0.02 + gain})
    assert f"paper is {words} the uniform vote: " in output
    assert f"paper is {words} margin+cold, the best single strategy in hindsight: " in output
    assert "What the search of paper adds by itself was not measured." in output
    assert not re.search(r"search of paper (adds to|adds nothing|loses|is not shown)", output)


def test_a_batch_that_is_spread_is_not_the_merit_of_the_search(only):
    """Auto ahead of the vote, and its placebos as well: they too spread their batches."""
    kinds = ("uniform", "frozen", "permuted", "masks")
    gains = {"vote": 0, "auto": 0.05} | {f"auto:placebo={kind}": 0.05 for kind in kinds}
    output = conclusions_of(only, gains, 30)
    assert "auto is ahead of the uniform vote" in output
    assert "The search of auto adds nothing to the weights of the uniform vote" in output
    assert "adds to" not in output
    for kind in kinds[1:]:
        assert f"auto is not told apart from its placebo auto:placebo={kind} (" in output
    better = conclusions_of(only, {"vote": 0, "auto": 0.05, "auto:placebo=frozen": 0})
    assert "auto is ahead of its placebo auto:placebo=frozen (random weights): +0.04" in better
    assert "search of auto adds to" not in better


def test_the_best_single_strategy_is_named_as_chosen_in_hindsight(only):
    output = conclusions_of(
        only, {"random+cold": 0, "margin+cold": 0.03, "bald+cold": 0, "paper": 0.03}
    )
    assert "paper is not told apart from margin+cold, the best single strategy" in output


def test_the_best_single_strategy_is_so_on_seeds_that_all_of_them_have(only):
    """A strategy that has run on the easy seeds alone is not the best for that."""
    easy, hard = [0.5, 0.9, 0.9], [0.5, 0.5, 0.5]
    records = [record_of("auto", seed, easy if seed < 2 else hard) for seed in range(4)]
    for seed in range(4):
        records.append(record_of("margin", seed, easy if seed < 2 else hard))
    records += [record_of("bald", seed, [0.5, 0.8, 0.8]) for seed in (0, 1)]
    assert best_single(only(*records), method_of("auto")).other == method_of("margin")


def test_what_weighs_several_strategies_is_no_single_one(only):
    names = {"auto": 0.6, "random": 0.9, "vote": 0.9, "albl": 0.9, "tailor": 0.9, "margin": 0.55}
    result = only(*(record_of(name, 0, [0.5, score]) for name, score in names.items()))
    assert best_single(result, method_of("auto")).other == method_of("margin")


def test_strategies_without_a_common_seed_have_no_best(only):
    records = [record_of(name, 0, RISING) for name in ("auto", "margin")]
    result = only(*records, record_of("bald", 1, RISING))
    assert best_single(result, method_of("auto")) is None
    assert "in hindsight" not in " ".join(conclusions(result))


def test_the_gain_of_the_warm_start_is_said(only):
    output = conclusions_of(only, {"random": 0.1, "random+cold": 0})
    assert re.search(r"The warm start against training from scratch: random \+0\.08\d", output)


@pytest.mark.parametrize(("seeds", "words"), [(9, "only 9 seeds"), (1, "only one seed"), (10, "")])
def test_too_few_seeds_are_said(only, seeds, words):
    output = conclusions_of(only, {"random": 0, "margin": 0.05}, seeds)
    assert words in output
    assert ("to claim anything" in output) == bool(words)
    assert seeds > 1 or "margin is not shown to be better than random choice" in output


# -- the files --------------------------------------------------------------------------------


def test_the_csv_has_a_line_a_run_and_budget(tmp_path):
    names = ["random", "paper:candidates=entropy,kmeans"]
    records = [record_of(name, seed, RISING) for name in names for seed in (0, 1)]
    _, results = results_of(tmp_path, records)
    rows = list(csv.DictReader(io.StringIO(as_csv(results))))
    assert len(rows) == 2 * 2 * 4
    row = next(r for r in rows if (r["mode"], r["seed"], r["labels"]) == ("paper", "1", "60"))
    assert row["method"] == names[1]
    assert {m: float(row[m]) for m in MEASURES} == pytest.approx(dict.fromkeys(MEASURES, 0.7))
    assert (row["warm"], row["set"], float(row["seconds"])) == ("0", "wbc", 2)


def test_no_cell_of_the_csv_is_a_formula(tmp_path):
    _, results = results_of(tmp_path, [record_of("random", 0, RISING, data_set("=evil()"))])
    cells = [cell for row in csv.reader(io.StringIO(as_csv(results))) for cell in row]
    assert "'=evil()" in cells
    assert "=evil()" not in cells


def test_the_json_has_all_numbers_and_what_is_unknown_is_null(tmp_path):
    records = [record_of(name, 0, RISING) for name in ("random", "margin", "margin+cold")]
    _, results = results_of(tmp_path, records)
    found = as_json(SETUP, results, [PROGRAM, PROGRAM])
    again = json.loads(json.dumps(found, allow_nan=False))
    assert again["setup"]["settings"]["batch_size"] == 20
    assert again["programs"] == [PROGRAM]
    (content,) = again["sets"]
    assert (content["facts"]["content"], content["starts_agree"]) == ("5e7", True)
    methods = {method["name"]: method for method in content["methods"]}
    margin = methods["margin"]
    assert margin["areas"]["balanced_accuracy"] == {"0": pytest.approx(0.65)}
    assert margin["area"]["low"] is None
    assert margin["curves"]["accuracy"][3]["mean"] == pytest.approx(0.8)
    assert margin["against"]["random"]["ties"] == 1
    assert margin["against"]["from scratch"]["method"] == "margin+cold"
    assert "from scratch" not in methods["random"]["against"]


class WellFormed(HTMLParser):
    """Checks that elements nest, and gathers what a page would load."""

    VOID = ("meta", "br", "link", "img", "input")

    def __init__(self):
        super().__init__()
        self.open, self.loads, self.text, self.tags = [], [], [], set()

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.loads += [value for name, value in attrs if name in ("src", "href", "srcset")]
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] != "style":
            self.text.append(data)


def parsed(text):
    parser = WellFormed()
    parser.feed(text)
    parser.close()
    assert not parser.open
    return parser


def page_of(folder, records, program=PROGRAM):
    _, results = results_of(folder, records)
    return page(SETUP, results, [program])


def test_a_large_page_is_well_formed_stands_alone_and_shows_numbers(tmp_path):
    text = page_of(tmp_path, many_records(sets=2, methods=20, seeds=3))
    found = parsed(text)
    assert found.loads == []
    assert not {"script", "link", "img", "iframe", "object"} & found.tags
    assert not re.search(r"url\(|@import|https?://", text)
    words = " ".join(found.text)
    assert not re.search(r"\bnan\b|\binf\b|\bNone\b", words)
    assert not re.search(r'"[^"]*\bnan\b[^"]*"', text)
    headings = ("Learning curves", "Paired differences", "Strategy weights", "Warm start")
    for heading in (*headings, "Placebos and ablations", "What a round takes"):
        assert heading in words, heading
    assert text.count("<svg viewBox") == 2 * (2 * 4 + 2 + 20)


HOSTILE = '<script>alert("1")</script>&amp;\0\x1b'


def test_hostile_names_are_shown_as_they_are(tmp_path):
    found = data_set(HOSTILE, 2)
    found = type(found)(**{**vars(found), "classes": (HOSTILE, "</style>")})
    records = [record_of(name, seed, RISING, found) for name in ("random", "margin")
               for seed in (0, 1)]  # fmt: skip
    program = PROGRAM | {HOSTILE: HOSTILE}
    text = page_of(tmp_path, records, program)
    read = parsed(text)
    assert "script" not in read.tags
    words = "".join(read.text)
    assert '<script>alert("1")</script>&amp;\N{REPLACEMENT CHARACTER}' in words
    assert "</style>" in words
    assert "\0" not in text
    assert "\x1b" not in text


@pytest.mark.parametrize("scores", [[0.5], [None, 0.5], [0.0, 0.0], [1.0, 1.0, 1.0]])
def test_the_smallest_results_give_a_page(tmp_path, scores):
    text = page_of(tmp_path, [record_of("margin", 0, scores)])
    parsed(text)
    assert "nan" not in re.sub("<style>.*</style>", "", text, flags=re.DOTALL)
    assert "nothing to hold against random choice" in text


def test_the_page_warns_of_what_must_not_be(tmp_path):
    records = [record_of("random", 0, RISING), record_of("margin", 0, shifted(0.1))]
    assert "WARNING" not in page_of(tmp_path / "1", records)
    unlike = [*records, record_of("vote", 0, [0.9, 0.9])]
    assert "do not begin at the same point" in page_of(tmp_path / "2", unlike)
    _, results = results_of(tmp_path / "3", records)
    text = page(SETUP, results, [PROGRAM, PROGRAM | {"code": "0ther"}])
    assert "code changed between runs" in text


def test_all_files_are_written_and_nothing_is_no_page(tmp_path):
    folders = Folders(tmp_path)
    with pytest.raises(AutoALError, match="No run with these settings"):
        write_results(SETUP, folders)
    write_records(folders.runs, [record_of("random", 0, RISING)])
    assert write_results(SETUP, folders) == 1
    assert {file.name for file in tmp_path.iterdir()} == {
        "runs", "report.html", "results.csv", "results.json"
    }  # fmt: skip
    before = folders.report.read_bytes()
    assert write_results(SETUP, folders) == 1
    assert folders.report.read_bytes() == before


def test_runs_that_failed_are_named_until_they_have_finished(tmp_path):
    folders = Folders(tmp_path)
    write_records(folders.runs, [record_of("random", seed, RISING) for seed in (0, 1, 2)])
    found = data_set()
    for name, seed in (("margin", 12), ("margin", 7), ("random", 2), ("vote", 1)):
        keep_failure(folders.failed, Job(SETUP, found, method_of(name), seed))
    keep_failure(folders.failed, Job(replace(SETUP, rounds=3), found, method_of("bald"), 0))
    write_results(SETUP, folders)
    words = " ".join(parsed(folders.report.read_text(encoding="utf-8")).text)
    assert "these runs failed" in words
    assert "wbc, margin: seeds 7, 12" in words
    assert "wbc, vote: seed 1" in words
    content = json.loads((tmp_path / "results.json").read_text())
    assert [(f["method"], f["seed"]) for f in content["failed"]] == [
        ("margin", 7), ("margin", 12), ("vote", 1)
    ]  # fmt: skip
    assert "/nowhere" not in "".join(file.read_text() for file in folders.failed.iterdir())


def test_a_failure_that_cannot_be_taken_down_ends_nothing(tmp_path):
    (tmp_path / "failed").write_text("in the way")
    keep_failure(tmp_path / "failed", Job(SETUP, data_set(), method_of("margin"), 0))
    assert read_failures(tmp_path / "failed", SETUP.key, ()) == []


def test_confusions_of_these_tests_have_the_score_that_they_say(only):
    assert np.trace(np.array(confusion_of(0.625))) / 3000 == 0.625


def test_runs_without_areas_are_shown_by_the_other_measures(tmp_path):
    records = [record_of("random", 0, RISING), record_of("vote", 0, RISING)]
    _, (result,) = results_of(tmp_path / "whole", records)
    assert list(result.measures) == list(MEASURES)
    records[0]["rounds"][1]["auroc"] = None  # measured by an older version, say
    _, (result,) = results_of(tmp_path / "gap", records)
    assert list(result.measures) == [name for name in MEASURES if name != "macro_auroc"]


@pytest.mark.parametrize(("seeds", "bands"), [(2, False), (3, True)])
def test_two_seeds_are_drawn_as_they_are_and_three_have_a_band(tmp_path, seeds, bands):
    records = [
        record_of(name, seed, shifted(gain, seed))
        for name, gain in (("random+cold", 0.0), ("margin+cold", 0.05))
        for seed in range(seeds)
    ]
    _, results = results_of(tmp_path, records)
    told = page(SETUP, results, [PROGRAM])
    assert ("<polygon" in told) is bands
    assert ("the thin lines are the single seeds" in told) is not bands
    assert ("stroke-opacity" in told) is not bands
    assert ("too few for an interval" in told) is not bands
    (content,) = as_json(SETUP, results, [PROGRAM])["sets"]
    spreads = [m["against"]["random"]["spread"] for m in content["methods"] if m["against"]]
    assert [spread["low"] is not None for spread in spreads] == [bands]
