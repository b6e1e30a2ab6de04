"""What is said of agreement, consistency and habits."""

from autoal_gui.core.labels.journal import Entry, Journal
from autoal_gui.core.readers.agreement import Agreement
from autoal_gui.core.readers.agreement_text import (
    BY_LIKELIEST,
    agreement_words,
    consistency_words,
    suggestion_use_words,
    to_adjudicate_words,
)
from autoal_gui.core.readers.suggestion_use import suggestion_use


def test_agreement_is_told_as_far_as_it_is_known():
    assert agreement_words(Agreement.of((), 2), False) == (
        "No image has a class from both readers yet.",
    )
    same, unknown = agreement_words(Agreement.of([(0, 0)] * 3, 2), True)
    assert same.startswith("The same class on 3 of 3 images: 100% (")
    assert unknown == "Kappa is unknown: both readers gave a single class."
    whole = Agreement.of([(0, 0), (1, 1), (2, 2), (0, 1)] * 5, 3)
    share, kappa, weighted = agreement_words(whole, True)
    assert share.startswith("The same class on 15 of 20 images: 75% (")
    assert kappa.startswith("Cohen's kappa 0.64 (")
    assert kappa.endswith("): substantial.")
    assert weighted.startswith("Weighted kappa for grades 0.8")
    assert agreement_words(whole, False) == (share, kappa)


def test_kappa_of_a_few_images_is_not_judged():
    answers = [(0, 0), (1, 1), (0, 1)]
    _, few = agreement_words(Agreement.of(answers * 3, 2), True)
    assert few == "With fewer than 10 images kappa says nothing."
    assert len(agreement_words(Agreement.of(answers * 4, 2), True)) == 3


def test_without_a_kappa_one_reader_is_not_told_to_be_two():
    answers = [
        Entry(n, "2026", "reader", 1, "label", 7, 0, None, None, False, purpose=purpose)
        for n, purpose in enumerate(("", "repeat"), start=1)
    ]
    _, unknown = consistency_words(Journal.of(answers), 2, False)
    assert unknown == "Kappa is unknown: these images were only ever given a single class."


def test_a_single_image_is_told_in_the_singular():
    (same, _) = agreement_words(Agreement.of([(0, 0)], 2), False)
    assert same == "The same class on the one image."
    (other, *_) = agreement_words(Agreement.of([(0, 1)], 2), False)
    assert other == "Another class on the one image."
    alone = sentences([blind(1, 1, 1)])
    assert alone[0].endswith("the reader gave the one image another class than the model.")
    assert alone[1] == "The one answer was not changed once the suggestion could be seen."


def blind(sequence, image, class_index, shown=False):
    return Entry(sequence, "2026", "reader", 1, "label", image, class_index, 0, 0.8, shown)


def sentences(entries):
    return suggestion_use_words(suggestion_use(Journal.of(entries), 2))


def test_habits_are_told_with_the_way_that_changes_went():
    assert sentences([]) == (
        "No answer has met a suggestion yet: they begin with the first round that trains a model.",
    )
    kept = [blind(1, 1, 0), blind(2, 2, 1)]
    told = suggestion_use_words(suggestion_use(Journal.of(kept), 2), has_point=True)
    assert told == (f"{BY_LIKELIEST}", *sentences(kept))
    assert len(sentences(kept)) == 2
    assert sentences(kept)[1].startswith(
        "None of 2 answers was changed once the suggestion could be seen (0% to "
    )
    changed = sentences([*kept, blind(3, 2, 0, shown=True), blind(4, 3, 0, shown=True)])
    assert changed[1].startswith("Changed once it could be seen: 1 of 2 answers, 50% (")
    assert changed[2].startswith("Of these changes, 1 went to the model's class (")
    assert "0 away from it (" in changed[2]
    assert changed[3] == "A corrected slip of the finger also counts as a change."
    assert changed[4] == (
        "With the suggestion visible, the reader gave the model's class on the one image."
    )


def test_what_is_left_to_settle_is_counted():
    assert to_adjudicate_words(0) == "Nothing is left to settle."
    assert to_adjudicate_words(1) == "1 image to settle."
    assert to_adjudicate_words(2) == "2 images to settle."
