"""The states of the engine as the window sees them, and the table of legal moves."""

from enum import Enum


class State(Enum):
    """What the engine is doing."""

    IDLE = "idle"
    RUNNING = "running"
    CANCELLING = "cancelling"
    CLOSED = "closed"


class Move(Enum):
    """What can happen to the engine."""

    START = "start"
    CANCEL = "cancel"
    END = "end"
    """The command finished, failed, or its cancellation was confirmed."""
    CLOSE = "close"


MOVES: dict[tuple[State, Move], State] = {
    (State.IDLE, Move.START): State.RUNNING,
    (State.IDLE, Move.CLOSE): State.CLOSED,
    (State.RUNNING, Move.CANCEL): State.CANCELLING,
    (State.RUNNING, Move.END): State.IDLE,
    (State.RUNNING, Move.CLOSE): State.CLOSED,
    (State.CANCELLING, Move.END): State.IDLE,
    (State.CANCELLING, Move.CLOSE): State.CLOSED,
}


def after(state: State, move: Move) -> State:
    """Return the state that a move leads to.

    Raises:
        ValueError: the move is not legal in that state, a fault of the program.
    """
    try:
        return MOVES[state, move]
    except KeyError:
        raise ValueError(f"{move.value} is not possible while {state.value}") from None


def can(state: State, move: Move) -> bool:
    """Say whether a move is legal; buttons follow it."""
    return (state, move) in MOVES
