"""Results by column on the Performance tab, in sentences that a clinician reads."""

import pytest
from PySide6.QtWidgets import QLabel

from autoal_gui.gui.panels.performance.column_results import ColumnResults
from tests.core.sets.test_column_results import measured

ROWS = [
    (f"p{n // 2}", n % 5 > 0, ("F" if n // 2 % 2 else "M", str(20 + n % 60), ""))
    for n in range(120)
]
COLUMNS = ("sex", "age", "comment")


@pytest.fixture
def results(qtbot):
    widget = ColumnResults()
    qtbot.addWidget(widget)
    return widget


def lines(widget):
    labels = widget.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisibleTo(widget)]


def test_one_column_is_shown_and_another_is_one_choice_away(results):
    assert results.show_results(measured(ROWS), COLUMNS, ("normal", "abnormal"))
    assert [results.column.itemText(i) for i in range(results.column.count())] == ["sex", "age"]
    told = lines(results)
    assert "Women: right on 48 of 60 (68 to 88%)" in told
    assert "normal: 48 of 60 found" in told
    assert "No difference between them can be told from chance." in told
    assert any(line.startswith("Whole groups") for line in told)
    results.column.setCurrentIndex(1)
    assert any(line.startswith("40 to 59: right on ") for line in lines(results))
    assert not any(line.startswith("Women") for line in lines(results))


def test_the_chosen_column_stays_when_a_new_round_comes(results):
    results.show_results(measured(ROWS), COLUMNS, ("normal", "abnormal"))
    results.column.setCurrentIndex(1)
    results.show_results(measured(ROWS[:100]), COLUMNS, ("normal", "abnormal"))
    assert results.column.currentText() == "age"


def test_groups_alone_are_told_without_a_column(results):
    assert results.show_results(measured(ROWS), (), ("normal", "abnormal"))
    assert [line for line in lines(results) if line.startswith("Whole groups")]
    assert "Results by" not in [line for line in lines(results) if line]


def test_a_set_that_says_nothing_of_its_images_shows_nothing(results):
    alone = [("", right, ()) for _, right, _ in ROWS]
    assert not results.show_results(measured(alone), (), ("normal", "abnormal"))
