"""What is said of the model that leaves the program."""

from types import SimpleNamespace

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.gui.dialogs import model_line

GOOD = Metrics(((182, 52), (21, 369)))
BAD = Metrics(((104, 130), (8, 382)))


def told(monkeypatch, *measured, kept=True):
    monkeypatch.setattr(model_line, "model_of", lambda project, number: number if kept else None)
    rounds = [(SimpleNamespace(number=n + 6, metrics=m), m) for n, m in enumerate(measured)]
    return model_line.worse_words(None, rounds)


def test_a_model_that_measures_worse_than_an_earlier_one_says_so(monkeypatch):
    words = (
        "Mind that the model of round 6 was measured better: balanced accuracy 86.2%, now 71.2%."
    )
    assert told(monkeypatch, GOOD, BAD) == f"{words} You can choose it above."
    assert told(monkeypatch, GOOD, BAD, kept=False) == words
    assert not told(monkeypatch, BAD, GOOD)
    assert not told(monkeypatch, GOOD, GOOD)
    assert not told(monkeypatch, GOOD)
    assert not told(monkeypatch)
