"""Sentences that are kept are read in the language of the day."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core import language
from autoal_gui.core.database.round_rows import RoundRecord, _reason
from autoal_gui.core.errors import ProjectDamaged
from autoal_gui.core.feature_sentences import (
    ALL_KINDS,
    BY_CHANCE,
    EVERY_LAYER,
    LAST_LAYER,
    NONE_BETTER,
    TRUSTED,
    TRUSTED_FIGURES,
)
from autoal_gui.core.sentences import Sentence, said
from autoal_gui.core.settings import RunSettings
from autoal_gui.learning.round import ONE_CLASS

BEFORE = (
    "What was learned from your images and {network} are used side by side: of labels held out "
    "they get {right} right, what was learned from your images alone {alone}.",
    "What was learned from your images and {network} are used side by side: of your {count} "
    "labels, each held out in turn, each class counting alike, they get {right} right, what was "
    "learned from your images alone {alone}. This only chooses between the two; Performance says "
    "how good the model is.",
    "{network} is used instead of what was learned from your images: of labels held out it gets "
    "{right} right, what was learned from your images {alone}.",
    "{network} is used instead of what was learned from your images: of your {count} labels, "
    "each held out in turn, each class counting alike, it gets {right} right, what was learned "
    "from your images {alone}. This only chooses between the two; Performance says how good the "
    "model is.",
    "What was learned from your images is used alone: labels held out speak against "
    "{network} beside it (alone it gets {alone} of them right).",
    "What was learned from your images is used alone: your {count} labels, each held "
    "out in turn, speak against {network} beside it (alone it gets {alone} of them right, each "
    "class counting alike). Performance says how good the model is.",
    "The images without a label teach as well ({teacher}): of labels held out {right} are right "
    "with them, {alone} without.",
    "Auto spreads the batch over your images; without learned features it does not learn which "
    "strategies to trust.",
    "Auto trusts {best} most: on labels held out, its weights lower the error by {gain} "
    "(± {error}) against trusting all alike.",
    "Auto spreads the batch over your images; while every layer of the network is trained, it does "
    "not learn which strategies to trust.",
    "Auto spreads the batch over your images; there are too few labels to learn more.",
    "Auto spreads the batch over your images; it learns more once every class that has a label has "
    "at least four, of different groups where images belong together.",
    "Auto spreads the batch over your images; there are too few groups of images that belong "
    "together to learn more.",
    "Auto spreads the batch over your images; no strategy has shown that it does better.",
    "Auto chooses images mostly by {best}, which your labels speak for.",
    "The model uses what it learned from your images, together with {network}.",
    "For now the model uses {network}, which tells your classes apart better than what it learned "
    "from your images. Later rounds choose anew.",
)
"""As projects keep them."""


@pytest.fixture
def speak():
    yield language.use
    language.use("en")


def test_a_sentence_is_said_in_the_language_in_use(speak):
    best = {"best": "Maximum entropy"}
    sentence = Sentence(TRUSTED, best, {"gain": 0.12, "error": 0.03}, TRUSTED_FIGURES)
    speak("en")
    assert str(sentence).endswith("(mostly by Maximum entropy).")
    assert "12% (± 3%)" in sentence.figures
    small = Sentence(TRUSTED, best, {"gain": 0.013, "error": 0.009}, TRUSTED_FIGURES)
    assert "1.3% (± 0.9%)" in small.figures  # 1% (± 1%) would give no reason
    speak("de", point=",")
    assert "Größte Entropie" in str(sentence)
    assert "12\N{NO-BREAK SPACE}%" in sentence.figures
    assert "chooses" not in str(sentence)
    assert said([Sentence(ALL_KINDS), sentence]).endswith(str(sentence))


def test_figures_are_told_apart_from_what_they_are_behind(speak):
    speak("en")
    sentence = Sentence("It learned.", {}, {"right": 0.5}, "{right} are right.")
    assert (str(sentence), sentence.figures) == ("It learned.", "50% are right.")
    assert Sentence("It learned.").figures == ""


@pytest.mark.parametrize("code", ["de", "fr", "es", "zh"])
@pytest.mark.parametrize("former", BEFORE)
def test_what_earlier_versions_said_otherwise_is_said_in_today_s_words(former, code, speak):
    words = {"network": "DINOv2", "count": "40", "teacher": "Guesses", "best": "k-means"}
    shares = {"right": 0.9, "alone": 0.8, "gain": 0.1, "error": 0.02}
    sentence = Sentence(former, words, shares)
    speak("en")
    english, behind = str(sentence), sentence.figures
    assert english != sentence.english
    speak(code)
    assert str(sentence) != english
    assert not behind or sentence.figures != behind
    assert "{" not in f"{sentence}{sentence.figures}{english}{behind}"


def test_figures_that_were_kept_stay_where_the_sentence_is_said_otherwise(speak):
    speak("en")
    shares = {"right": 0.9, "alone": 0.8}
    words = {"network": "DINOv2", "count": "40"}
    former = "The model uses what it learned from your images, together with {network}."
    told = Sentence(former, words, shares, "{right} of {count}, alone {alone}.")
    assert told.figures == "90% of 40, alone 80%."
    spread = "Auto spreads the batch over your images; no strategy has shown that it does better."
    assert str(Sentence(spread)) == ALL_KINDS
    assert Sentence(spread).figures == NONE_BETTER


def test_a_notice_that_was_kept_in_english_is_told_in_the_language_in_use(speak):
    record = RoundRecord(1, "finished", RunSettings(), "", "", 2, "", notices=(ONE_CLASS,))
    speak("de")
    assert record.remarks() == language.tr(ONE_CLASS) != ONE_CLASS


def test_what_an_older_round_told_is_said_as_it_stands(speak):
    speak("fr")
    assert said(_reason({"reason": "Auto 95 % {sure}."})) == "Auto 95 % {sure}."
    assert _reason({}) == ()


@given(
    st.text(st.characters(exclude_categories=("C",)), max_size=30),
    st.dictionaries(st.sampled_from("abc"), st.text(max_size=5)),
    st.dictionaries(st.sampled_from("de"), st.floats(0, 1)),
)
def test_whatever_a_damaged_project_holds_is_said_somehow(english, words, shares):
    assert isinstance(str(Sentence(english, words, shares)), str)


@given(
    st.dictionaries(st.sampled_from("abc"), st.text(st.characters(categories=("L",)))),
    st.dictionaries(st.sampled_from("de"), st.floats(0, 1)),
    st.sampled_from(("", "{d}")),
)
def test_a_sentence_is_read_as_it_was_kept(words, shares, details):
    kept = Sentence("The {a} of {d}.", words, shares, details)
    assert _reason({"sentences": [kept.as_plain()], "reason": "another"}) == (kept,)


@pytest.mark.parametrize("value", ["text", [5], [{"shares": {"a": "many"}}], [{"words": []}]])
def test_what_is_no_sentence_is_damage(value):
    with pytest.raises(ProjectDamaged):
        _reason({"sentences": value})


@pytest.mark.parametrize(
    ("since", "now"),
    [
        ("Until the next trial, at {next} labels or later, every layer is trained.", EVERY_LAYER),
        (
            "Until the next trial, at {next} labels or later, only the last layer is trained.",
            LAST_LAYER,
        ),
        (
            "That lead may be chance. Until the next trial, at {next} labels or later, only the "
            "last layer is trained.",
            BY_CHANCE,
        ),
    ],
)
def test_a_trial_of_an_earlier_version_is_told_with_what_came_of_it_first(since, now):
    words = {"count": "48", "every": "69%", "last": "80%", "next": "120"}
    old = Sentence(
        "On {count} of your labels, held out, each class counting alike, training every layer got "
        f"{{every}} right, training only the last layer {{last}}. {since} This only chooses "
        "between the two; Performance says how good the model is.",
        words,
    )
    assert str(old) == str(Sentence(now, words))
    assert "120 labels" in str(old)


@pytest.mark.parametrize(
    ("since", "now"),
    [
        (
            "Every layer is trained, at least until the next trial, at {next} labels or later: on "
            "{count} of your labels, held out, each class counting alike, that got {every} right, "
            "training only the last layer {last}.",
            EVERY_LAYER,
        ),
        (
            "Only the last layer is trained, at least until the next trial, at {next} labels or "
            "later: on {count} of your labels, held out, each class counting alike, that got "
            "{last} right, training every layer {every}.",
            LAST_LAYER,
        ),
        (
            "Only the last layer is trained, at least until the next trial, at {next} labels or "
            "later: on {count} of your labels, held out, each class counting alike, training every "
            "layer got {every} right and that {last}, a lead that may be chance.",
            BY_CHANCE,
        ),
    ],
)
def test_the_outcome_of_a_trial_is_a_sentence_of_its_own_also_where_it_was_none(since, now):
    words = {"count": "48", "every": "69%", "last": "80%", "next": "120"}
    old = Sentence(f"{since} Performance says how good the model is.", words)
    assert str(old) == str(Sentence(now, words))
    assert str(old).partition(". ")[0].endswith("at 120 labels or later")
