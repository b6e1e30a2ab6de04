"""Mean ranks over sets: against the formula, by their laws, and on the page."""

from dataclasses import replace

import numpy as np
import pytest

from autoal_gui.evaluation.methods import method_of
from autoal_gui.evaluation.page import page
from autoal_gui.evaluation.ranks import leaders, ranks_of
from autoal_gui.evaluation.results import read_results
from autoal_gui.evaluation.tables import as_json
from tests.support.evaluation import PROGRAM, SETUP, data_set, record_of, write_records


@pytest.fixture
def results(tmp_path):
    """Results of areas: by set, the scores of each method, a seed each."""

    def read(sets):
        records = [
            record_of(method, seed, [0.5, score], data_set(name, content=name))
            for name, methods in sets.items()
            for method, scores in methods.items()
            for seed, score in enumerate(scores)
        ]
        write_records(tmp_path, records)
        return read_results(tmp_path, SETUP.key)[1]

    return read


def by_mode_of(ranks):
    return {rank.method.mode: rank for rank in ranks.methods}


def test_mean_ranks_are_those_of_the_seeds_then_of_the_sets(results):
    found = results(
        {
            "one": {"random": [0.6, 0.7], "margin": [0.7, 0.6], "entropy": [0.8, 0.8]},
            "two": {"random": [0.6], "margin": [0.6], "entropy": [0.5]},
        }
    )
    ranks = ranks_of(found, warm=True)
    by_mode = by_mode_of(ranks)
    assert (ranks.sets, ranks.seeds) == (("one", "two"), (2, 1))
    assert by_mode["entropy"].by_set == (1, 3)
    assert by_mode["random"].by_set == (2.5, 1.5)
    assert by_mode["random"].mean == by_mode["margin"].mean == 2
    assert by_mode["entropy"].mean == 2
    assert sum(rank.mean for rank in ranks.methods) == pytest.approx(1 + 2 + 3)


def test_the_interval_holds_the_mean_and_is_a_point_where_seeds_agree(results):
    scores = {"random": [0.5, 0.6, 0.9], "margin": [0.6, 0.7, 0.8], "entropy": [0.1, 0.1, 0.1]}
    by_mode = by_mode_of(ranks_of(results({"one": scores}), warm=True))
    assert by_mode["entropy"].low == by_mode["entropy"].high == by_mode["entropy"].mean == 3
    assert by_mode["margin"].low == 1 < by_mode["margin"].mean < by_mode["margin"].high == 2


def test_only_what_ran_everywhere_without_changes_is_ranked(results):
    scores = {"random": [0.5], "margin": [0.6], "entropy": [0.7], "random:audit_share=0.5": [0.9]}
    found = results({"one": scores | {"bald": [0.9]}, "two": scores})
    assert set(by_mode_of(ranks_of(found, warm=True))) == {"random", "margin", "entropy"}
    assert ranks_of(found, warm=False) is None
    assert ranks_of([], warm=True) is None


def test_seeds_that_some_lack_and_sets_without_common_seeds_count_nothing(results):
    (result,) = results({"one": {"random": [0.5, 0.9], "margin": [0.6], "entropy": [0.7, 0.1]}})
    assert ranks_of([result], warm=True).seeds == (1,)
    lonely = result.methods[method_of("margin")]
    moved = replace(lonely, runs=tuple(replace(run, seed=7) for run in lonely.runs))
    parted = replace(result, methods={**result.methods, lonely.method: moved})
    assert ranks_of([parted], warm=True) is None


def test_the_page_and_the_tables_say_who_is_ahead_of_a_search(results):
    found = results(
        {
            "one": {"auto": [0.7, 0.8], "random": [0.6, 0.6], "margin": [0.5, 0.5]},
            "two": {"auto": [0.6, 0.6], "random": [0.5, 0.6], "margin": [0.8, 0.8]},
        }
    )
    ranks = ranks_of(found, warm=True)
    ((name, comparison),) = leaders(found, ranks, method_of("auto"))
    assert (name, comparison.other.mode) == ("two", "margin")
    assert comparison.difference.spread.mean == pytest.approx(-0.1)
    html = page(SETUP, found, [PROGRAM])
    assert "Mean rank over all sets, with the warm start" in html
    assert "two: margin, to which it stands at −0.100" in html
    (plain,) = as_json(SETUP, found, [PROGRAM])["ranks"]
    assert next(m["method"] for m in plain["methods"]) == ranks.methods[0].method.name
    assert np.isclose(plain["methods"][0]["mean"], ranks.methods[0].mean)
