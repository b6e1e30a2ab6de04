"""What a replay reports of near-alike images of few patients is what new patients will see.

The class of a patient is drawn by a coin, so that nothing can be learned: a model has half of the
new patients right. Where the images of one patient stand on both sides it seems to know them all.
`AUTOAL_PATIENTS=20` runs that many seeds.
"""

import os

import numpy as np
import pytest

from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.images.source import ListedImage, Listing
from autoal_gui.core.messages import Predict
from autoal_gui.core.queries import Asked, Query
from autoal_gui.learning.backend import TorchBackend
from autoal_gui.learning.inference.predict import Predictions, predict
from autoal_gui.learning.replay import Replay, ReplaySet, learn_features
from autoal_gui.learning.round_measures import audited
from tests.support.learning import TINY, Pictures, never

SEEDS = int(os.environ.get("AUTOAL_PATIENTS", "1"))
PATIENTS, IMAGES, SIDE = 24, 12, 16
NEW = 96  # patients, so many that what a model has of them is hardly chance
SETTINGS = TINY.but(
    mode="auto", batch_size=60, warm_start=True, warm_epochs=1, warm_batch=32, input_size=SIDE
)


def drawn(seed, known, patients=PATIENTS, each=IMAGES):
    """Draw patients of some near-alike images each; `known` says whose an image is."""
    rng = np.random.default_rng(seed)
    images, pictures = [], {}
    for patient in range(patients):
        coarse = rng.uniform(40, 210, (4, 4))
        plain, label = np.kron(coarse, np.ones((SIDE // 4, SIDE // 4))), int(rng.integers(2))
        for number in range(each):
            key = f"{patient}-{number}"
            pictures[key] = (plain + rng.normal(0, 8, plain.shape)).clip(0, 255).astype(np.uint8)
            group = f"patient {patient}" if known else ""
            images.append(ListedImage(key, f"{seed}-{key}", label=label, group=group))
    return Listing(("a", "b"), tuple(images)), Pictures(pictures)


def nothing(event):
    """Take no notice."""


def replayed(folder, seed, known):
    """Replay two rounds; return the last one's result and its checkpoint."""
    data = ReplaySet.of(*drawn(seed, known), seed=seed)
    settings, backend = SETTINGS.but(seed=seed), TorchBackend(threads=1)
    replay = Replay(data, settings, 60, folder, warm_start=folder / "warm.pt")
    learn_features(data, settings, folder, replay.warm_start, backend, never, nothing)
    *_, last = replay.run(backend, 2, never, nothing)
    return data, last, replay.checkpoint


def on_new_patients(folder, checkpoint, seed):
    """Return the accuracy of a model on patients that it has not seen."""
    listing, reader = drawn(seed + 1000, True, NEW, 2)
    pool = ImagePool.of_listing(listing, reader)
    ids = tuple(sorted(pool.images))
    *_, found = predict(Predict(0, pool, ids, str(checkpoint), str(folder), "cpu"), never)
    assert isinstance(found, Predictions)
    truth = np.array([listing.images[i - 1].label for i in found.image_ids])
    return float((found.probabilities.argmax(1) == truth).mean())


def test_a_replay_keeps_the_groups_of_its_set_whole():
    data = ReplaySet.of(*drawn(0, known=True), seed=0)
    sides = {(image.group, image.split) for image in data.pool.images.values()}
    assert len(sides) == PATIENTS
    assert {split for _, split in sides} == {"pool", "evaluation"}


@pytest.mark.timeout(300 * SEEDS)
def test_what_is_reported_holds_for_new_patients(tmp_path):
    inside = []
    for seed in range(SEEDS):
        (folder := tmp_path / str(seed)).mkdir()
        _, last, checkpoint = replayed(folder, seed, known=True)
        low, high = last.metrics.accuracy_interval
        new = on_new_patients(folder, checkpoint, seed)
        inside.append(low <= new <= high)
    assert np.mean(inside) >= 0.9


@pytest.mark.long  # what it shows is why groups are kept, not that they are
def test_where_nobody_says_whose_an_image_is_the_model_seems_to_know_every_patient(tmp_path):
    _, last, checkpoint = replayed(tmp_path, 0, known=False)
    assert last.metrics.accuracy > 0.9
    assert last.metrics.design == 1.0
    assert last.nearly_alike.images > 0.9 * last.metrics.total
    assert on_new_patients(tmp_path, checkpoint, 0) < 0.7


def test_the_audit_leaves_out_what_a_model_asked_for_that_knew_the_patient():
    labelled = tuple((i, 0) for i in range(1, 13))
    units = np.repeat([0, 1], 6)
    rounds = [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]
    history = tuple(
        Asked(number, Query(i, 0.0, audit=True), int(i < 7))
        for (i, _), number in zip(labelled, rounds, strict=True)
    )
    assert audited(None, labelled, history, 2).total == 12
    assert audited(None, labelled, history, 2, units).confusion == ((6, 1), (0, 0))
