import numpy as np
import pytest

from autoal_gui.core.errors import Cancelled, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources import demo
from autoal_gui.sources.drawn_images.smear import BLOCK, KINDS, SHARES, draw_block, draw_kinds


def no_progress(done, total):
    pass


def spec_of(**options):
    values = {"images": 30, "evaluation": 10} | options
    return SourceSpec(demo.NAME, "", tuple((name, str(value)) for name, value in values.items()))


def test_a_set_with_known_truth(tmp_path):
    listing = demo.list_images(spec_of(), tmp_path, no_progress)
    assert listing.classes == KINDS
    assert [image.split for image in listing.images] == ["pool"] * 30 + ["evaluation"] * 10
    assert {image.label for image in listing.images} <= set(range(5))
    assert len({image.sha256 for image in listing.images}) == 40
    reader = demo.open_images(spec_of(), tmp_path)
    for image in listing.images:
        pixels = reader.read(image.key)
        assert pixels.shape == (64, 64, 3)
        assert pixels.dtype == np.uint8


def test_the_same_seed_draws_the_same_set(tmp_path):
    first = demo.list_images(spec_of(seed=3), tmp_path / "a", no_progress)
    again = demo.list_images(spec_of(seed=3), tmp_path / "b", no_progress)
    other = demo.list_images(spec_of(seed=4), tmp_path / "c", no_progress)
    assert first == again
    assert not {i.sha256 for i in first.images} & {i.sha256 for i in other.images}


def test_more_images_leave_the_first_ones_as_they_are(tmp_path):
    few = demo.list_images(spec_of(images=BLOCK - 1), tmp_path, no_progress).images
    many = demo.list_images(spec_of(images=BLOCK + 5), tmp_path, no_progress).images
    assert few[: BLOCK - 1] == many[: BLOCK - 1]
    assert [i for i in few if i.split == "evaluation"] == [
        i for i in many if i.split == "evaluation"
    ]


def test_it_is_drawn_once(tmp_path):
    demo.list_images(spec_of(), tmp_path, no_progress)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()}
    reported = []
    demo.list_images(spec_of(), tmp_path, lambda *counts: reported.append(counts))
    demo.open_images(spec_of(), tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.iterdir()} == before
    assert reported[-1] == (80, 80)


def test_a_lost_workspace_is_drawn_again(tmp_path):
    listing = demo.list_images(spec_of(), tmp_path / "a", no_progress)
    pixels = demo.open_images(spec_of(), tmp_path / "a").read(listing.images[7].key)
    (tmp_path / "b").mkdir()
    again = demo.open_images(spec_of(), tmp_path / "b").read(listing.images[7].key)
    np.testing.assert_array_equal(pixels, again)


def test_no_evaluation_set(tmp_path):
    listing = demo.list_images(spec_of(evaluation=0), tmp_path, no_progress)
    assert {image.split for image in listing.images} == {"pool"}


def test_another_size(tmp_path):
    demo.list_images(spec_of(size=32), tmp_path, no_progress)
    assert demo.open_images(spec_of(size=32), tmp_path).read("pool/29").shape == (32, 32, 3)


def test_cancelling_leaves_no_half_copy(tmp_path):
    def cancel(done, total):
        raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        demo.list_images(spec_of(), tmp_path, cancel)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "value"),
    [("images", 0), ("images", "many"), ("size", 31), ("seed", -1), ("evaluation", "9" * 5000)],
)
def test_options_out_of_range(tmp_path, name, value):
    with pytest.raises(SourceError, match=name):
        demo.list_images(spec_of(**{name: value}), tmp_path, no_progress)


def test_kinds_are_as_uneven_as_they_say():
    kinds = draw_kinds((0,), 20_000)
    np.testing.assert_allclose(np.bincount(kinds) / 20_000, SHARES, atol=0.01)


@pytest.fixture(scope="module")
def smears():
    """1,200 images and their kinds."""
    images = np.concatenate([draw_block((9,), block, 64) for block in range(12)])
    return images / 255, draw_kinds((9,), 1200)


def balanced_accuracy(features, kinds, labels):
    """Of a linear classifier on 400 images, trained on the first `labels` others."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.metrics import balanced_accuracy_score
    from sklearn.preprocessing import StandardScaler

    scaled = StandardScaler().fit_transform(features)
    model = LogisticRegression(C=0.1, max_iter=2000, class_weight="balanced")
    model.fit(scaled[:labels], kinds[:labels])
    return balanced_accuracy_score(kinds[800:], model.predict(scaled[800:]))


def pixels_in_place(images):
    """(n, 768) colours averaged over 4 x 4 pixels."""
    return images.reshape(len(images), 16, 4, 16, 4, 3).mean(axis=(2, 4)).reshape(len(images), -1)


def colours_by_ring(images):
    """(n, 108) how dark and how varied it is at each distance from the middle, any way round."""
    side = np.linspace(-1, 1, 64)
    rings = np.minimum(np.hypot(side, side[:, None]) * 8, 8).astype(int)
    features = []
    for ring in range(9):
        pixels = images[:, rings == ring]
        low, high = np.quantile(pixels, (0.1, 0.9), axis=1)
        features += [pixels.mean(axis=1), pixels.std(axis=1), low, high]
    return np.concatenate(features, axis=1)


def test_it_can_be_learnt_but_not_by_pixels_in_their_place(smears):
    images, kinds = smears
    by_place = balanced_accuracy(pixels_in_place(images), kinds, 800)
    by_ring = balanced_accuracy(colours_by_ring(images), kinds, 800)
    assert 0.4 < by_place < 0.8
    assert by_ring > by_place + 0.08
    assert by_ring > 0.8


def test_twenty_labels_are_far_from_enough(smears):
    images, kinds = smears
    features = colours_by_ring(images)
    few, many = (balanced_accuracy(features, kinds, labels) for labels in (20, 800))
    assert 0.25 < few < many - 0.1


def test_every_kind_looks_like_a_stained_cell_on_a_bright_field():
    images = draw_block((0,), 0, 64).astype(float)
    edge = np.median(images[:, [0, -1], :].reshape(BLOCK, -1, 3), axis=1)
    centre = images[:, 24:40, 24:40].mean(axis=(1, 2))
    assert (centre.sum(axis=1) < edge.sum(axis=1)).mean() > 0.97
    assert (centre[:, 1] < centre[:, 2]).mean() > 0.8  # nuclei are violet
