import numpy as np

from autoal_gui.core.measures.answers.estimate import Estimate
from autoal_gui.core.measures.answers.estimate_text import estimate_sentence


def test_answers_that_cannot_be_measured_are_not_told_as_all():
    truth = np.array([0, 0, 0, 1, 1, 2])  # a single answer of the last class
    found = Estimate.of_answers(truth, np.eye(3)[truth] * 0.7 + 0.1, np.ones(6))
    assert "from 5 of 6 answers (a class with a single answer" in estimate_sentence(found, 4, 6)
    all_of_them = Estimate.of_answers(truth[:5], np.eye(3)[truth[:5]], np.ones(5))
    assert "from the 5 answers" in estimate_sentence(all_of_them, 4, 5)
