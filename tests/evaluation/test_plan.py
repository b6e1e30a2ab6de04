"""Methods as they are written, and keys that change with whatever decides on a run's numbers."""

from dataclasses import replace
from pathlib import Path

import pytest

from autoal_gui.core.errors import SettingsError
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import CANDIDATES, PRESETS, RunSettings, with_fixed_epochs
from autoal_gui.evaluation import plan
from autoal_gui.evaluation.methods import method_of, methods_of, reference
from autoal_gui.evaluation.plan import Job, Percent, Setup, jobs_of, slug
from tests.support.evaluation import SETUP, data_set


@pytest.mark.parametrize(
    ("text", "warm", "name", "is_warm"),
    [
        ("margin", None, "margin", True),
        ("margin", True, "margin", True),
        ("margin", False, "margin+cold", False),
        ("margin+cold", True, "margin+cold", False),
        ("margin+warm", False, "margin", True),
        ("paper", None, "paper", False),
        ("paper", True, "paper+warm", True),
        ("paper+warm:search_steps=9:cycles=2", None, "paper+warm:cycles=2:search_steps=9", True),
    ],
)
def test_a_method_is_read_and_written_in_one_way(text, warm, name, is_warm):
    method = method_of(text, warm)
    assert (method.name, method.warm) == (name, is_warm)
    assert method_of(method.name) == method


def test_a_method_changes_settings():
    method = method_of("paper+warm:candidates=entropy,kmeans:dropout=0.25")
    settings = method.settings(RunSettings(batch_size=7, mode="random"), 5)
    assert (settings.mode, settings.warm_start, settings.seed) == ("paper", True, 5)
    assert (settings.candidates, settings.dropout) == (("entropy", "kmeans"), 0.25)
    assert settings.batch_size == 7
    assert method.plain == method_of("paper+warm")


@pytest.mark.parametrize(
    "text", ["paper:seed=3", "paper:batch_size=4", "vote:nonsense=1", "vote:cycles", "vote:",
             "vote:cycles=x", "vote:dropout=7", "vote:warm_start=true", ""],
)  # fmt: skip
def test_what_cannot_be_compared_is_refused(text):
    with pytest.raises(SettingsError):
        method_of(text)


def test_a_method_may_do_without_the_network_that_the_others_have_beside():
    setup = Setup(PRESETS["cpu"], initial=20, rounds=2, changes=("beside=efficientnet_lite0",))
    method = method_of("random:beside=")
    assert method_of(method.name) == method
    assert setup.of_method(method_of("random"), 500, 0).beside == "efficientnet_lite0"
    alone = setup.of_method(method, 500, 0)
    assert (alone.beside, alone.input_size, alone.own_side) == ("", 160, 64)


def test_groups_stand_for_methods_and_none_comes_twice():
    methods = methods_of(["margin", "candidates", "random", "margin+warm"])
    names = [method.name for method in methods]
    assert names == ["margin", *(c for c in CANDIDATES if c != "margin"), "random"]
    assert {m.mode for m in methods_of(["strategies"])} == set(discover("autoal_gui.strategies"))
    counts = [len(m.settings(RunSettings(), 0).candidates) for m in methods_of(["ablations"])]
    assert counts == [1, 3, 5, 1, 3, 5, 7, 7]
    placebos = [dict(m.changes)["placebo"] for m in methods_of(["placebos"])]
    assert placebos == ["uniform", "frozen", "permuted", "masks"] * 2


def test_a_method_is_held_against_the_plain_one_with_its_start():
    methods = methods_of(["random", "random+cold", "vote", "paper", "paper+warm:cycles=2"])
    found = {m.name: reference(m, "random", methods) for m in methods}
    assert {name: other and other.name for name, other in found.items()} == {
        "random": None, "random+cold": None, "vote": "random", "paper": "random+cold",
        "paper+warm:cycles=2": "random",
    }  # fmt: skip
    assert reference(method_of("random:cycles=3"), "random", methods) == method_of("random")
    assert reference(method_of("margin"), "entropy", methods) is None


def job(text="margin", seed=0, setup=SETUP, **changes):
    return Job(setup, replace(data_set(), **changes), method_of(text), seed)


def test_a_key_stands_for_all_that_decides_and_nothing_else():
    same = job()
    assert same.key == job().key
    assert same.key == job(name="another", workspace="/elsewhere", data="moved").key
    others = [
        job("entropy"),
        job("margin+cold"),
        job("margin:stochastic_passes=3"),
        job(seed=1),
        job(content="0ther"),
        job(side=64),
        job(setup=replace(SETUP, initial=10)),
        job(setup=replace(SETUP, rounds=11)),
        job(setup=replace(SETUP, base=SETUP.base.but(weight_decay=0.1))),
    ]
    assert len({same.key, *(other.key for other in others)}) == 1 + len(others)


def test_budgets_in_per_cent_follow_each_sets_pool():
    """4 % of OrganCMNIST's 12,975 training images are the 519 labels that the paper begins with."""
    setup = Setup(SETUP.base, Percent(4), 9, batch=Percent(2))
    large, small = job(setup=setup, pool=(12_975,)), job(setup=setup, pool=(10, 10))
    assert (large.initial, large.settings.batch_size) == (519, 260)  # 259.5
    assert (small.initial, small.settings.batch_size) == (1, 1)
    assert setup.as_plain()["initial"] == "4%"
    assert "batch_size" not in setup.as_plain()["settings"]
    assert setup.budgets == "2% of the pool at a time, from 4% to 20%"
    assert replace(setup, initial=9, scale=0.1).budgets == (
        "9 at first and 2% of the pool after each of 8 rounds, of 10% of each set"
    )
    assert SETUP.budgets == "20 at a time, from 20 to 200 labels"


def test_a_share_has_a_key_of_its_own_even_where_the_numbers_are_the_same():
    """Else its runs would count as done, and stand on the page of the other."""
    setups = [
        replace(SETUP, initial=12),
        replace(SETUP, initial=Percent(4)),
        replace(SETUP, initial=12, batch=Percent(20 / 3)),
        replace(SETUP, initial=12, scale=0.999),
    ]
    jobs = [job(setup=setup) for setup in setups]
    assert {(one.initial, one.settings.batch_size) for one in jobs} == {(12, 20)}
    assert len({one.key for one in jobs}) == len({setup.key for setup in setups}) == len(setups)


def test_a_long_plan_works_out_settings_once_for_all_seeds():
    """200,000 runs are then planned in seconds; the settings of each would take minutes."""
    plan._kind.cache_clear()
    jobs = list(jobs_of(SETUP, [data_set("a")], methods_of(["random", "paper"]), 500))
    assert len({one.key for one in jobs}) == len({one.target(Path("x")) for one in jobs}) == 1000
    assert {one.warm_job(Path("x")) for one in jobs if one.method.warm} == {
        jobs[0].warm_job(Path("x"))
    }
    assert plan._kind.cache_info().misses == 2
    assert jobs[-1].settings.seed == 499


def test_runs_of_another_edition_are_not_mistaken_for_these(monkeypatch):
    """In edition 1 random choice drew the same places in every round."""
    assert plan.EDITION == 2
    keys = {job().key, SETUP.key}
    monkeypatch.setattr(plan, "EDITION", 1)
    monkeypatch.setattr(plan, "_kind", plan._Kind)  # which remembers
    assert keys.isdisjoint({job().key, SETUP.key})


def test_runs_of_auto_as_it_asked_before_are_not_mistaken_for_these(monkeypatch):
    """In design 1 it spread a batch by k-means, in 2 it covered the pool."""
    keys = job("auto").key, job("random").key
    monkeypatch.setattr(plan, "DESIGN_OF_AUTO", 1)
    monkeypatch.setattr(plan, "_kind", plan._Kind)  # which remembers
    assert job("auto").key != keys[0]
    assert job("random").key == keys[1]


def test_a_run_from_before_memory_decided_on_its_passes_keeps_its_key():
    assert SETUP.base.infer_batch == 0
    changed = [replace(SETUP, base=SETUP.base.but(infer_batch=size)) for size in (256, 128)]
    assert [setup.key == SETUP.key for setup in changed] == [True, False]
    assert [job(setup=setup).key == job().key for setup in changed] == [True, False]


def test_a_set_up_has_a_key_of_its_own():
    changed = replace(SETUP, base=SETUP.base.but(task_steps=3))
    keys = {SETUP.key, changed.key, replace(SETUP, rounds=3).key, replace(SETUP, warm_seeds=2).key}
    assert len(keys) == 4
    assert replace(SETUP).key == SETUP.key


def test_changes_hold_for_every_set_whatever_the_size_of_its_images():
    setup = Setup(PRESETS["paper"], 20, 10, 1, ("stem=7x7", "task_steps=200"))
    small, large = setup.fitted(28), setup.fitted(500)
    assert (small.input_size, small.stem, small.task_steps) == (28, "7x7", 200)
    assert (large.input_size, large.stem, large.task_steps) == (224, "7x7", 200)
    assert setup.as_plain()["settings"]["stem"] == "7x7"
    with pytest.raises(SettingsError):
        Setup(PRESETS["paper"], 20, 10, 1, ("no_such=1",))


def test_results_of_earlier_versions_are_found_again():
    assert SETUP.key == "096443d0c65b8065"


def test_methods_and_seeds_share_a_warm_start_and_its_settings():
    folder = Path("warm")
    texts = ("margin", "paper+warm:search_steps=3", "vote:candidates=entropy,bald:dropout=0.1")
    shared = {job(text, seed).warm_job(folder) for text in texts for seed in (0, 1, 2)}
    assert len(shared) == 1
    (warm,) = shared
    assert (warm.settings.warm_epochs, warm.settings.seed) == (10, 0)
    assert warm.target.parent == folder
    assert job("paper").warm_job(folder) is None
    others = [
        job("margin:warm_epochs=3"),
        job("margin:stem=7x7"),
        job("margin:input_size=20"),
        job(content="0ther"),
    ]
    targets = {other.warm_job(folder).target for other in others}
    assert len(targets | {warm.target}) == 5


def test_seeds_take_several_warm_starts_in_turn():
    setup = replace(SETUP, warm_seeds=2)
    warm = [job(seed=seed, setup=setup).warm_job(Path("w")) for seed in range(4)]
    assert [one.seed for one in warm] == [0, 1, 0, 1]
    assert warm[0] == warm[2] != warm[1]
    assert warm[0].target != warm[1].target
    cold = [job("paper", seed, setup) for seed in range(4)]
    assert [one.warm_seed for one in cold] == [0, 1, 0, 1]  # the same split with and without
    assert cold[1].key != job("paper", 1).key  # which has another split


def test_epochs_are_fixed_where_the_settings_give_a_time():
    assert with_fixed_epochs(RunSettings(), 2_000).warm_epochs == 10
    assert with_fixed_epochs(RunSettings(), 3_000).warm_epochs == 7
    assert with_fixed_epochs(RunSettings(), 20).warm_epochs == 100
    assert with_fixed_epochs(RunSettings(warm_epochs=4), 2_000).warm_epochs == 4


def test_warm_starts_are_as_long_as_is_asked_for():
    long = Setup(PRESETS["cpu"], initial=20, rounds=2)
    short = replace(long, warm_images=500)
    usual, asked = job(setup=long), job(setup=short)
    assert asked.settings.warm_epochs < usual.settings.warm_epochs
    assert asked.key != usual.key
    assert asked.warm_job(Path("w")).target != usual.warm_job(Path("w")).target
    assert short.key != long.key  # on a page of their own


def test_all_methods_finish_a_seed_before_the_next_begins():
    sets = [data_set("a"), data_set("b")]
    order = [(j.seed, j.data_set.name, j.method.name)
             for j in jobs_of(SETUP, sets, methods_of(["random", "vote"]), 2)]  # fmt: skip
    assert order == [(s, d, m) for s in (0, 1) for d in "ab" for m in ("random", "vote")]


@pytest.mark.parametrize("name", ["../../etc", "a/b", "", "..", "nul\0", "x" * 300, "café:1"])
def test_any_name_gives_a_plain_file_name(name):
    target = job(name=name).target(Path("runs"))
    assert target.parent == Path("runs")
    assert len(target.name.encode()) < 200
    assert set(slug(name)) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+=,.-_"
    )
    warm = job(name=name).warm_job(Path("warm")).target
    assert warm.parent == Path("warm")
    assert len(warm.name.encode()) < 200


def test_a_network_of_a_methods_own_has_images_of_its_own_size():
    setup = Setup(PRESETS["cpu"], initial=20, rounds=2)
    plain, lite = (method_of(t) for t in ("random", "random:backbone=efficientnet_lite0"))
    sized = method_of("random:backbone=efficientnet_lite0:input_size=96")
    sizes = [setup.of_method(method, 500, 0).input_size for method in (plain, lite, sized)]
    assert sizes == [64, 160, 96]
    everywhere = replace(setup, changes=("backbone=efficientnet_lite0",))
    assert everywhere.of_method(plain, 500, 0).input_size == 160
    published = everywhere.of_method(method_of("paper"), 500, 0)
    assert (published.backbone, published.input_size) == ("resnet18", 64)
