"""The table of classes in the report and on the model card."""

from autoal_gui.core.measures.metrics import Metrics
from autoal_gui.exporters.report_sections import performance_tables


def test_of_a_class_that_no_image_measures_no_share_is_told():
    metrics = Metrics(((9, 1, 0), (2, 8, 0), (0, 0, 0)))
    _, by_class, *_ = performance_tables(metrics, ("a", "b", "c"))
    rows = [list(row.itertext()) for row in by_class.iter("tr")]
    assert rows[-1] == ["c", "not measured", "0", "–", "–", "–"]
    assert "9 of 10" in rows[1]
