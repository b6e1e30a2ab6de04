"""A share of a set: what it keeps of the set's make-up."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.evaluation.running.sampling import share_of

IMAGES = st.lists(
    st.tuples(
        st.sampled_from(["pool", "evaluation"]),
        st.sampled_from([None, 0, 1, 2]),
        st.sampled_from(["", "", "", "anna", "bert"]),
    ),
    max_size=80,
)


def listing_of(rows):
    images = (
        ListedImage(str(place), f"{place:064}", split, label, group)
        for place, (split, label, group) in enumerate(rows)
    )
    return Listing(("a", "b", "c"), tuple(images))


@given(IMAGES, st.floats(0.01, 0.99))
def test_each_class_of_each_part_gives_its_share_and_groups_stay_whole(rows, share):
    whole = listing_of(rows)
    kept = share_of(whole, share).images
    assert kept == share_of(whole, share).images
    assert [i for i in whole.images if i in kept] == list(kept)
    assert None not in {image.label for image in kept}
    alone = Counter((i.split, i.label) for i in whole.images if not i.group)
    if not any(image.group for image in whole.images):
        counts = Counter((image.split, image.label) for image in kept)
        known = {stratum: n for stratum, n in alone.items() if stratum[1] is not None}
        assert counts == {stratum: max(1, round(share * n)) for stratum, n in known.items()}
    groups = {image.group for image in kept if image.group}
    labelled = [image for image in whole.images if image.label is not None]
    assert {i for i in labelled if i.group in groups} == {i for i in kept if i.group}


def test_the_whole_is_left_as_it_is():
    whole = listing_of([("pool", None, ""), ("pool", 1, "")])
    assert share_of(whole, 1.0) is whole
