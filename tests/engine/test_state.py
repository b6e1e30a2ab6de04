import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.engine.state import MOVES, Move, State, after, can


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("move", Move)
def test_a_move_is_possible_exactly_where_the_table_has_it(state, move):
    assert can(state, move) == ((state, move) in MOVES)
    if can(state, move):
        assert after(state, move) is MOVES[state, move]
    else:
        with pytest.raises(ValueError, match=f"{move.value} is not possible while {state.value}"):
            after(state, move)


@pytest.mark.parametrize("state", [s for s in State if s is not State.CLOSED])
def test_the_program_can_always_be_closed(state):
    assert after(state, Move.CLOSE) is State.CLOSED


@given(st.lists(st.sampled_from(Move)))
def test_one_command_at_a_time_and_nothing_after_closing(moves):
    state, running = State.IDLE, 0
    for move in (m for m in moves):
        if not can(state, move):
            continue
        assert state is not State.CLOSED
        running += (move is Move.START) - (move in (Move.END, Move.CLOSE) and running)
        state = after(state, move)
        assert running == (state in (State.RUNNING, State.CANCELLING))


def test_every_state_can_be_reached():
    reached, before = {State.IDLE}, set()
    while reached != before:
        before = reached
        reached = before | {MOVES[s, m] for s, m in MOVES if s in before}
    assert reached == set(State)


def test_a_cancelled_command_ends_in_idle():
    state = after(after(State.IDLE, Move.START), Move.CANCEL)
    assert not can(state, Move.START)
    assert after(state, Move.END) is State.IDLE
