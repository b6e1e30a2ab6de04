"""VAAL: ask for the images that look least like labelled ones to a discriminator."""

from typing import TYPE_CHECKING

import numpy as np

from autoal_gui.strategies import random_choice
from autoal_gui.strategies.contract import ModelOutputs, Scores
from autoal_gui.strategies.geometry import Rows, in_id_order, one_thread
from autoal_gui.strategies.heads import Scale
from autoal_gui.strategies.perceptron import perceptron

if TYPE_CHECKING:
    from torch import Tensor
    from torch.optim import Optimizer

NAME = "vaal"
LABEL = "VAAL"
SOURCE = "Sinha et al. 2019"
ORDER = 150

HIDDEN = 64  # units
LATENT = 16
STEPS = 200  # each of the auto-encoder, then of the discriminator
BATCH = 64  # images of each kind, the paper's order of size
LEARNING_RATE = 5e-4  # Adam, the paper's
IMAGES = 4096  # of the pool that are trained on


@one_thread
def score(outputs: ModelOutputs) -> Scores:
    """Return (n,) the logit that an image is unlabelled, by a discriminator of latent codes.

    A variational auto-encoder of the features is trained to rebuild labelled and unlabelled
    images and to make the discriminator take all for labelled, the discriminator to tell them
    apart. Of more than `IMAGES` unlabelled images a random sample is trained on.

    Without labels nothing can be told apart: the choice is random.
    """
    import torch

    if outputs.labelled is None or not len(outputs.labelled) or not len(outputs):
        return random_choice.score(outputs)
    rows = Rows.of(outputs)
    known, _ = in_id_order(outputs.labelled)
    unknown = rows.read(rows.sample(IMAGES, outputs.seed))
    scale = Scale.of(unknown)
    game = _Game(known.shape[1], outputs.seed)
    game.play(torch.from_numpy(scale(known)).float(), torch.from_numpy(scale(unknown)).float())
    scores = np.empty(len(rows))
    with torch.inference_mode():
        for part, pool in rows.chunks():
            logits = game.labelled_logits(torch.from_numpy(scale(pool)).float())
            scores[part] = -logits.double().numpy()
    return rows.put_back(scores)


class _Game:
    """The auto-encoder against the discriminator."""

    def __init__(self, features: int, seed: int) -> None:
        import torch

        self._generator = torch.Generator().manual_seed(seed)
        self._encoder = perceptron((features, HIDDEN, 2 * LATENT), self._generator)
        self._decoder = perceptron((LATENT, HIDDEN, features), self._generator)
        self._discriminator = perceptron((LATENT, HIDDEN, 1), self._generator)

    def labelled_logits(self, inputs: "Tensor") -> "Tensor":
        """Return (p,) logits that images are labelled, from the means of their codes."""
        mean, _ = self._encoder(inputs).chunk(2, dim=1)
        logits: Tensor = self._discriminator(mean)[:, 0]
        return logits

    def play(self, known: "Tensor", unknown: "Tensor") -> None:
        """Train both on features (m, D) and (p, D)."""
        import torch

        coder = [*self._encoder.parameters(), *self._decoder.parameters()]
        coding = torch.optim.Adam(coder, LEARNING_RATE)
        judging = torch.optim.Adam(self._discriminator.parameters(), LEARNING_RATE)
        for _ in range(STEPS):
            batch = torch.cat((self._some(known), self._some(unknown)))
            _step(coding, self._coding_loss(batch))
            _step(judging, self._judging_loss(batch))

    def _some(self, images: "Tensor") -> "Tensor":
        import torch

        return images[torch.randint(len(images), (BATCH,), generator=self._generator)]

    def _coding_loss(self, batch: "Tensor") -> "Tensor":
        """Squared error, KL divergence, and the cross-entropy of passing for labelled."""
        import torch
        from torch.nn.functional import softplus

        mean, log_variance = self._encoder(batch).chunk(2, dim=1)
        noise = torch.randn(mean.shape, generator=self._generator)
        rebuilt = self._decoder(mean + noise * (log_variance / 2).exp())
        error = (rebuilt - batch).square().sum(1)
        divergence = (mean.square() + log_variance.exp() - 1 - log_variance).sum(1) / 2
        loss: Tensor = error + divergence + softplus(-self._discriminator(mean)[:, 0])
        return loss.mean()

    def _judging_loss(self, batch: "Tensor") -> "Tensor":
        """Cross-entropy of telling the labelled half from the other."""
        from torch.nn.functional import softplus

        known, unknown = self.labelled_logits(batch).chunk(2)
        return (softplus(-known) + softplus(unknown)).mean()


def _step(optimiser: "Optimizer", loss: "Tensor") -> None:
    """Move the optimiser's weights alone."""
    optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
