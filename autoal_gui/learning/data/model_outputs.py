"""What a trained classifier says of images, in one pass, which serves every candidate."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from autoal_gui.core.messages import Progress, Step
from autoal_gui.learning.data import row_store as rows
from autoal_gui.learning.data.context import Context, Labels
from autoal_gui.learning.data.passes import passed
from autoal_gui.learning.model.networks import Classifier
from autoal_gui.sources.npz_files.arrays import require_space
from autoal_gui.strategies.contract import Labelled, ModelOutputs


@dataclass(frozen=True)
class LastLayer:
    """Calls the last layer on features, batch after batch, and keeps what it says."""

    model: Classifier
    heads: Tensor
    """(R, C, D) its weights under each draw of the dropout before it."""
    features: rows.Rows
    probabilities: rows.Rows
    stochastic: rows.Rows

    @torch.inference_mode()
    def add(self, found: Tensor, kept: Tensor | None = None) -> None:
        """Take the next images by their features (B, D), float32, on the model's device.

        Args:
            found: what the last layer reads.
            kept: what is kept in its place; None: the same.

        Raises:
            SourceError: the disk is full.
        """
        drawn = torch.einsum("bd,rcd->brc", found, self.heads) + self.model.head.bias
        self.features.add((found if kept is None else kept).cpu().numpy())
        self.probabilities.add(self.model.head(found).softmax(-1).cpu().numpy())
        self.stochastic.add(drawn.softmax(-1).cpu().numpy())

    def outputs(self, ids: Sequence[int], wanted: int, seed: int) -> ModelOutputs:
        """Return what was kept of `ids`, all of which have been taken in this order."""
        return ModelOutputs(
            np.asarray(ids, np.int64),
            self.features.whole(),
            self.probabilities.whole(),
            self.stochastic.whole().transpose(1, 0, 2),
            wanted,
            seed,
        )


@contextmanager
def last_layer(
    context: Context, model: Classifier, images: int, seed: int, kind: type[np.floating]
) -> Iterator[LastLayer]:
    """Give the last layer for a pass over so many images.

    Args:
        context: beside whose image cache a large pool's features are kept, see `rows.new_rows`.
        model: whose last layer it is.
        images: how many there are.
        seed: draws the dropout.
        kind: that the features are kept in.

    Raises:
        SourceError: the disk has no room.
    """
    folder, passes = context.feed.cache.folder, context.settings.stochastic_passes
    heads = model.stochastic_heads(passes, torch.Generator().manual_seed(seed))
    classes, width = heads.shape[1:]
    if images >= rows.MANY:
        row = width * np.dtype(kind).itemsize + classes * (1 + passes) * 4  # bytes
        require_space(folder, images * row)
    with (
        rows.new_rows(folder, (images, width), kind) as features,
        rows.new_rows(folder, (images, classes), np.float32) as probabilities,
        rows.new_rows(folder, (images, passes, classes), np.float32) as stochastic,
    ):
        yield LastLayer(model, heads, features, probabilities, stochastic)


def gather(
    context: Context,
    model: Classifier,
    ids: Sequence[int],
    wanted: int,
    seed: int,
    step: Step,
    pooled: bool = False,
) -> Generator[Progress, None, ModelOutputs]:
    """Return the model outputs for `ids`, in eval mode; the model is left as it was found.

    Batch norm keeps its statistics; only the dropout before the last layer is drawn, R times.
    Features of `rows.MANY` images and more are float16, cut off at its largest number. With
    `pooled` they are kept as the backbone gives them, and not as the last layer reads them.

    Raises:
        SourceError: the cache's disk is full.
    """
    kind = np.float16 if len(ids) >= rows.MANY else np.float32
    limit = float(np.finfo(kind).max)

    def look(images: Tensor) -> tuple[Tensor, Tensor]:
        found = model.backbone(images)
        read = model.of_pooled(found)
        return read, found if pooled else read

    training = model.training
    model.eval()
    try:
        with last_layer(context, model, len(ids), seed, kind) as head:
            done = 0
            for chunk, both in passed(context, look, ids, model.backbone.at_once):
                read, kept = (one.float().clamp(-limit, limit) for one in both)
                head.add(read, kept)
                done += len(chunk)
                yield context.tracker.advance(step, done, len(ids), len(chunk))
            return head.outputs(ids, wanted, seed)
    finally:
        model.train(training)


def as_labelled(context: Context, seen: ModelOutputs, labels: Labels) -> Labelled:
    """Return model outputs of labelled images, in the order of the labels, with their classes."""
    classes = np.array([c for _, c in labels], np.int64)
    units = context.units([i for i, _ in labels])
    return Labelled(seen.image_ids, seen.features, seen.probabilities, classes, units)
