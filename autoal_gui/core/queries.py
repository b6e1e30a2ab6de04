"""What a round asks for, why, and by which weights."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Query:
    """Why one image is asked for."""

    image_id: int
    score: float
    """s(x), the mixture of the candidates' scores."""
    strategies: tuple[tuple[str, float, float], ...] = ()
    """(strategy, S_k(x) in [0, 1], W_k(x) in [0, 1])."""
    predicted_loss: float | None = None
    audit: bool = False
    """Drawn at random from the pool, so that what is right of such images estimates the whole."""
    between: tuple[int, int] | None = None
    """The classes that the model of that round found likeliest and next; None without a model."""


@dataclass(frozen=True)
class LearnedWeights:
    """What the search of mode "auto" learned, whether or not it was trusted."""

    weights: tuple[tuple[str, float], ...]
    """(strategy, weight), sum 1."""
    gain: float
    """By what share it lowered the loss on labels held out, against trusting all alike."""
    error: float
    """Standard error of the gain."""
    trusted: bool
    """Whether the batch was chosen by it."""


@dataclass(frozen=True)
class Asked:
    """An image that an earlier round asked for."""

    round_number: int
    query: Query
    suggested: int | None
    """The class that the model of that round predicted; None where there was no model."""
