import json
from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core import settings as module
from autoal_gui.core.errors import SettingsError
from autoal_gui.core.registry import discover
from autoal_gui.core.settings import (
    CANDIDATES,
    PRESETS,
    PRETRAINED_SIDE,
    RunSettings,
    fitted_to,
    with_fixed_epochs,
)

RANGES = module._RANGES
CHOICES = module._CHOICES


def within(name, low, high):
    whole = type(getattr(RunSettings(), name)) is int
    return st.integers(low, high) if whole else st.floats(low, high)


legal = st.fixed_dictionaries(
    {},
    optional={
        **{name: within(name, *limits) for name, limits in RANGES.items()},
        **{name: st.sampled_from(allowed) for name, allowed in CHOICES.items()},
        "mode": st.sampled_from(("paper", "vote", "random", *CANDIDATES)),
        "augment": st.booleans(),
        "candidates": st.lists(st.sampled_from(CANDIDATES), min_size=1, unique=True).map(tuple),
        "pinned_on": st.lists(st.sampled_from(("badge", "lpl")), unique=True).map(tuple),
        "pinned_off": st.lists(st.sampled_from(("vaal", "ddu")), unique=True).map(tuple),
    },
)


@given(legal)
def test_json_gives_back_every_value(values):
    settings = RunSettings(**values)
    text = settings.to_json()
    assert "\n" not in text
    assert RunSettings.from_json(text) == settings


def test_every_number_has_a_range_and_every_word_a_choice():
    free = {
        "before",
        "beside",
        "mode",
        "candidates",
        "pinned_on",
        "pinned_off",
        "augment",
        "warm_start",
        "backbone",
    }
    assert {f.name for f in fields(RunSettings)} == free | set(RANGES) | set(CHOICES)


def test_rounds_before_the_warm_start_have_weights_and_a_size_that_suits_them():
    before = PRESETS["cpu"].at_once(500)
    assert (before.backbone, before.input_size) == ("efficientnet_lite0", PRETRAINED_SIDE)
    assert not before.learns_first
    assert PRESETS["cpu"].learns_first
    assert RunSettings().before == ""  # projects of before go on as they did


@pytest.mark.parametrize("name", RANGES)
def test_limits_are_legal_and_what_lies_beyond_is_not(name):
    low, high = RANGES[name]
    for value in (low, high):
        assert getattr(RunSettings(**{name: value}), name) == value
    for value in (low - 1, high + 1):
        with pytest.raises(SettingsError, match=name):
            RunSettings(**{name: value})


@pytest.mark.parametrize(
    "name", [n for n in RANGES if isinstance(getattr(RunSettings(), n), float)]
)
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_not_a_finite_number_is_refused(name, value):
    with pytest.raises(SettingsError, match=name):
        RunSettings(**{name: value})


@pytest.mark.parametrize("name", CHOICES)
def test_an_unknown_choice_is_refused_and_the_known_ones_named(name):
    with pytest.raises(SettingsError, match=CHOICES[name][-1]):
        RunSettings(**{name: "abacus"})


@pytest.mark.parametrize(
    "values",
    [
        {"batch_size": 2.5},
        {"batch_size": True},
        {"batch_size": "20"},
        {"batch_size": None},
        {"dropout": "0.5"},
        {"dropout": False},
        {"augment": "no"},
        {"augment": 1},
        {"mode": 3},
        {"mode": ""},
        {"stem": ["3x3"]},
        {"candidates": "entropy"},
        {"candidates": ["entropy"]},
        {"candidates": ("entropy", 1)},
        {"candidates": ("entropy", ["margin"])},
        {"candidates": ("",)},
        {"candidates": ()},
        {"candidates": ("margin", "margin")},
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(values):
    with pytest.raises(SettingsError):
        RunSettings(**values)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "null",
        "[]",
        "3",
        "{",
        '{"batch_size": "20"}',
        '{"batch_size": 1e999}',
        '{"dropout": NaN}',
        '{"candidates": "entropy"}',
        '{"candidates": {"entropy": 1}}',
        '{"candidates": [["entropy"]]}',
        '{"candidates": null}',
        "[" * 100_000,
    ],
)
def test_a_text_that_is_no_settings_is_refused(text):
    with pytest.raises(SettingsError):
        RunSettings.from_json(text)


@given(
    st.dictionaries(st.sampled_from([f.name for f in fields(RunSettings)]), st.none() | st.text())
)
def test_a_damaged_text_never_raises_anything_else(values):
    try:
        settings = RunSettings.from_json(json.dumps(values))
    except SettingsError:
        return
    assert RunSettings.from_json(settings.to_json()) == settings


def test_names_of_other_versions_are_passed_over_and_absent_ones_take_their_default():
    assert RunSettings.from_json('{"batch_size": 7, "flux": [1]}') == RunSettings(batch_size=7)


def test_settings_from_before_there_were_backbones_keep_the_papers_network():
    values = {n: v for n, v in json.loads(PRESETS["cpu"].to_json()).items() if n != "backbone"}
    settings = RunSettings.from_json(json.dumps(values))
    assert settings == PRESETS["cpu"]
    assert (settings.backbone, settings.learns_first) == ("resnet18", True)


def test_a_backbone_with_weights_learns_nothing_first_and_wants_larger_images():
    settings = PRESETS["cpu"].but(backbone="efficientnet_lite0")
    assert settings.is_pretrained
    assert not settings.learns_first
    sizes = {side: fitted_to(settings, side).input_size for side in (8, 28, 120, 1000)}
    assert sizes == {8: 16, 28: 28, 120: 120, 1000: 160}
    assert settings.in_mode("margin").backbone == "efficientnet_lite0"
    assert settings.in_mode("paper").backbone == "resnet18"


def test_a_changed_copy_is_checked_and_leaves_the_original():
    settings = RunSettings()
    assert settings.but(seed=3).seed == 3
    assert settings.seed == 0
    with pytest.raises(SettingsError):
        settings.but(seed=-1)


def test_presets_are_the_published_schedule_and_a_shorter_one_with_the_same_parts():
    assert PRESETS["paper"] == RunSettings()
    cpu = PRESETS["cpu"]
    assert (cpu.mode, cpu.warm_start, cpu.candidates) == ("auto", True, CANDIDATES)
    for name in ("task_steps", "fit_steps", "search_steps", "cycles", "stochastic_passes"):
        assert getattr(cpu, name) < getattr(RunSettings(), name)


def test_every_candidate_is_a_strategy_of_the_program():
    assert set(CANDIDATES) <= set(discover("autoal_gui.strategies"))


def test_a_candidate_that_is_pinned_off_takes_no_part():
    settings = RunSettings(candidates=("entropy", "bald", "kmeans"), pinned_off=("bald",))
    assert settings.weighed == ("entropy", "kmeans")
    assert RunSettings().weighed == CANDIDATES


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"pinned_on": ("bald",), "pinned_off": ("bald",)}, "pinned twice"),
        ({"candidates": ("bald",), "pinned_off": ("bald",)}, "must take part"),
        ({"pinned_on": ("",)}, "by their names"),
        ({"placebo": "sugar"}, "placebo must be one of: uniform, frozen, permuted, masks"),
    ],
)
def test_pins_that_contradict_each_other_are_refused(changes, sentence):
    with pytest.raises(SettingsError, match=sentence):
        RunSettings(**changes)


def test_changes_are_given_as_texts_of_the_setting_s_kind():
    changed = PRESETS["cpu"].changed_by(
        ["pinned_off=bald,margin", "warm_start=false", "batch_size=7"]
    )
    assert (changed.pinned_off, changed.warm_start) == (("bald", "margin"), False)
    assert changed.batch_size == 7
    assert PRESETS["cpu"].changed_by(["pinned_off="]).pinned_off == ()
    for text in ("batch_size=many", "batch_size=7.5", "no_such=1", "batch_size"):
        with pytest.raises(SettingsError):
            PRESETS["cpu"].changed_by([text])


@pytest.mark.parametrize("text", ["ture", "", "2", "nope", "None"])
def test_what_is_neither_true_nor_false_is_refused_and_what_may_be_said_is_named(text):
    with pytest.raises(SettingsError) as caught:
        PRESETS["cpu"].changed_by([f"augment={text}"])
    assert str(caught.value) == "augment must be one of: true, yes, on, 1, false, no, off, 0."


@pytest.mark.parametrize(
    ("texts", "value"),
    [(("true", "Yes", "ON", "1", " true "), True), (("false", "No", "OFF", "0"), False)],
)
def test_true_and_false_may_be_written_in_several_ways(texts, value):
    for text in texts:
        assert PRESETS["cpu"].changed_by([f"augment={text}"]).augment is value


def test_a_warm_start_of_fixed_length_passes_more_often_over_a_small_pool():
    fixed = with_fixed_epochs(PRESETS["cpu"], 10_000)
    assert fixed.warm_epochs == 2
    assert with_fixed_epochs(PRESETS["cpu"], 0).warm_epochs == 100
    assert with_fixed_epochs(fixed, 50) is fixed


@pytest.mark.parametrize(
    ("preset", "side", "expected"),
    [("cpu", 8, (16, "3x3/2")), ("cpu", 32, (32, "3x3/2")), ("cpu", 500, (64, "7x7")),
     ("paper", 28, (28, "3x3")), ("paper", 500, (224, "7x7")), ("paper", 100, (100, "7x7"))],
)  # fmt: skip
def test_networks_fit_the_size_of_the_images(preset, side, expected):
    fitted = fitted_to(PRESETS[preset], side)
    assert (fitted.input_size, fitted.stem) == expected


SIDES = st.integers(1, 2000)  # pixels


@given(legal, SIDES, SIDES)
def test_what_settings_were_fitted_to_before_makes_no_difference(values, before, side):
    """Fitting twice is fitting once, and fitting back leads back."""
    settings = RunSettings(**values)
    assert fitted_to(fitted_to(settings, before), side) == fitted_to(settings, side)


@given(legal, st.integers(1, 32))
def test_small_images_never_meet_the_stem_of_large_ones(values, side):
    assert fitted_to(RunSettings(**values), side).stem != "7x7"
