"""One pass of a trained classifier over images, which serves every candidate."""

from collections.abc import Generator, Sequence

import numpy as np
import torch

from autoal_gui.core.messages import Progress, Step
from autoal_gui.learning.networks import FEATURES, Classifier
from autoal_gui.learning.training import Context, Labels
from autoal_gui.strategies.contract import Evidence, Labelled

HALF_FROM = 20_000  # images whose features are kept as float16: 20 MB instead of 41


def gather(
    context: Context, model: Classifier, ids: Sequence[int], wanted: int, seed: int, step: Step
) -> Generator[Progress, None, Evidence]:
    """Return the evidence for `ids`, in eval mode; the model is left as it was found.

    Batch norm keeps its statistics; only the dropout before the last layer is drawn, R times.
    Features of `HALF_FROM` images and more are float16, cut off at its largest number.
    """
    batch, passes = context.settings.infer_batch, context.settings.stochastic_passes
    generator = torch.Generator().manual_seed(seed)
    heads = model.stochastic_heads(passes, generator)  # (R, C, D)
    classes = heads.shape[1]
    kind = np.float16 if len(ids) >= HALF_FROM else np.float32
    features = np.empty((len(ids), FEATURES), kind)
    limit = float(np.finfo(kind).max)
    certain = np.empty((len(ids), classes), np.float32)
    stochastic = np.empty((passes, len(ids), classes), np.float32)
    training = model.training
    model.eval()
    try:
        for start in range(0, len(ids), batch):
            part = slice(start, start + batch)
            chunk = list(ids[part])
            with torch.inference_mode(), context.device.autocast():
                found = model.features(context.feed.images(chunk)).float()  # (B, D)
            with torch.inference_mode():
                logits = model.head(found)  # (B, C)
                drawn = torch.einsum("bd,rcd->rbc", found, heads) + model.head.bias
            features[part] = found.clamp(-limit, limit).cpu().numpy()
            certain[part] = logits.softmax(-1).cpu().numpy()
            stochastic[:, part] = drawn.softmax(-1).cpu().numpy()
            yield context.work.advance(step, start + len(chunk), len(ids), len(chunk))
    finally:
        model.train(training)
    return Evidence(np.asarray(ids, np.int64), features, certain, stochastic, wanted, seed)


def as_labelled(seen: Evidence, labels: Labels) -> Labelled:
    """Return evidence of labelled images, in the order of the labels, with their classes."""
    classes = np.array([c for _, c in labels], np.int64)
    return Labelled(seen.image_ids, seen.features, seen.probabilities, classes)
