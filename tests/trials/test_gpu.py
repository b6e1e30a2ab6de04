"""The short form of `make gpu`: the processor against itself, and what is said without a device."""

import math

import pytest


@pytest.mark.small_network
def test_every_path_through_the_networks_is_compared_and_the_processor_equals_itself(capsys):
    from tests.trials.gpu import main

    status = main(["--device", "cpu", "--short"])
    told = capsys.readouterr().out
    assert status == 0, told
    assert told.endswith("all within what is allowed\n")
    for words in (
        "task model, from scratch", "last layer on a warm start", "every layer",
        "mode paper: weights", "mode auto: weights", "one model", "exports",
        "warm start: the last loss", "map", "memory for 8 images", "images at a time",
        "cancelled in task model", "cancelled in FitNet", "cancelled in SearchNet",
        "cancelled in scoring", "cancelled in warm start", "a round of mode paper", "a bare loop",
    ):  # fmt: skip
        assert words in told


@pytest.mark.long
@pytest.mark.small_network
def test_rounding_to_8_bits_stays_within_what_is_allowed(capsys):
    """No accelerator computes as coarsely as this, so none fails for its rounding alone."""
    from tests.trials.gpu import main

    assert main(["--device", "cpu", "--half", "--short"]) == 0, capsys.readouterr().out


def test_without_an_accelerator_one_sentence_says_so(capsys, monkeypatch):
    from tests.trials import gpu

    monkeypatch.setattr(gpu, "best_device", lambda: "cpu")
    assert gpu.main([]) == 0
    assert capsys.readouterr().out == f"{gpu.NONE}\n"
    monkeypatch.setattr(gpu, "is_there", lambda name: False)
    assert gpu.main(["--device", "xpu"]) == 2
    assert capsys.readouterr().out.count("\n") == 1


def test_what_is_too_far_apart_or_no_number_is_not_allowed():
    from tests.trials.gpu import Row, printed

    assert Row.of("a", "", "", 0.1, 0.2).passed
    for apart in (0.3, math.nan):
        row = Row.of("a", "", "", apart, 0.2)
        assert not row.passed
        assert printed(row).endswith("NOT OK")
