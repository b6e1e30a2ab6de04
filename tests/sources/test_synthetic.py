"""The synthetic set: uneven, with near-duplicates and a few wrong labels, and yet learnable."""

import numpy as np
import pytest

from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources import synthetic
from autoal_gui.sources.drawn_images.shapes import (
    BLOCK,
    KINDS,
    SHARES,
    WRONG,
    draw_block,
    draw_labels,
)


def spec_of(**options):
    return SourceSpec("synthetic", "", tuple((name, str(value)) for name, value in options.items()))


def listed(folder, **options):
    return synthetic.list_images(spec_of(**options), folder, lambda done, total: None)


def test_eight_uneven_classes_of_2000_small_grey_images(tmp_path):
    listing = listed(tmp_path)
    assert listing.classes == KINDS
    assert len(KINDS) == 8
    labels = np.array([image.label for image in listing.images])
    shares = np.bincount(labels) / 2000
    assert shares == pytest.approx(SHARES, abs=0.03)
    assert [image.split for image in listing.images].count("evaluation") == 400
    pixels = synthetic.open_images(spec_of(), tmp_path).read("pool/1599")
    assert (pixels.shape, pixels.dtype) == ((28, 28), np.uint8)


def test_the_same_seed_draws_the_same_set_and_more_images_change_none(tmp_path):
    first, again, other = (listed(tmp_path / n, images=150, seed=s) for n, s in ("a1", "b1", "c2"))
    assert first == again
    assert not {i.sha256 for i in first.images} & {i.sha256 for i in other.images}
    more = listed(tmp_path, images=230, seed=1)
    assert more.images[:150] == first.images[:150]


def test_only_labels_of_the_pool_are_wrong(tmp_path):
    images = listed(tmp_path, images=3000, evaluation=3000).images
    for split, seed, share in (("pool", (0, 0), WRONG), ("evaluation", (0, 1), 0)):
        given = np.array([image.label for image in images if image.split == split])
        right = draw_labels(seed, 3000, 0.0)
        assert (given != right).mean() == pytest.approx(share, abs=0.01)
        assert (share == 0) == (given == right).all()


def test_some_images_are_nearly_another_one():
    """Under a blur, a near-duplicate is far closer to its twin than shapes of a class are."""
    images = draw_block((0, 0), 0, 28).reshape(BLOCK, 14, 2, 14, 2).mean(axis=(2, 4))
    kinds = draw_labels((0, 0), BLOCK, 0.0)
    alike = np.corrcoef(images.reshape(BLOCK, -1)) - 2 * np.eye(BLOCK)
    nearest = alike.argmax(1)
    close = alike.max(1) > 0.93
    assert 0.05 < close.mean() < 0.4
    assert (kinds[close] == kinds[nearest[close]]).mean() > 0.9


def test_it_can_be_learnt_but_not_from_twenty_labels():
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.metrics import balanced_accuracy_score

    images = np.concatenate([draw_block((0, 0), block, 28) for block in range(16)])
    kinds = draw_labels((0, 0), 1600, 0.0)
    features, found = waves_around_the_middle(images), {}
    for labels in (20, 1200):
        model = RandomForestClassifier(100, random_state=0, class_weight="balanced")
        model.fit(features[:labels], kinds[:labels])
        guessed = model.predict(features[1200:])
        found[labels] = balanced_accuracy_score(kinds[1200:], guessed)
    assert 0.3 < found[20] < 0.7
    assert found[1200] > found[20] + 0.15


def waves_around_the_middle(images):
    """(n, 84) how the light goes up and down along circles around the shape, any way round."""
    side = np.arange(28)
    light = images - np.quantile(images, 0.6, axis=(1, 2), keepdims=True)
    mass = light.clip(0) ** 2
    x, y = (mass.sum(axis=axis) @ side / mass.sum(axis=(1, 2)) for axis in (1, 2))
    angles, radii = np.linspace(0, 2 * np.pi, 48, endpoint=False), np.arange(0.5, 12.5, 1)
    at_x = x[:, None, None] + radii[:, None] * np.cos(angles)
    at_y = y[:, None, None] + radii[:, None] * np.sin(angles)
    place = np.arange(len(images))[:, None, None]
    rows, columns = (np.rint(at).clip(0, 27).astype(int) for at in (at_y, at_x))
    waves = np.abs(np.fft.rfft(light[place, rows, columns], axis=2))[:, :, :7]
    return waves.reshape(len(images), -1) / (1 + light.std(axis=(1, 2)))[:, None]
