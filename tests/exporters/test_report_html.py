"""The report: its numbers are the project's, and nothing in it names a file or a person."""

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
from PySide6.QtWidgets import QWidget

from autoal_gui.core.database.image_rows import Checked
from autoal_gui.core.database.round_rows import Suggestion
from autoal_gui.core.errors import ProjectError
from autoal_gui.core.measures.baseline import baseline_words
from autoal_gui.core.measures.metrics import ByChance, Metrics
from autoal_gui.core.measures.operating.areas import Area, Auroc
from autoal_gui.core.measures.outlook import BAND_NOTE
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.report.charts import COLOURS
from autoal_gui.core.report.markup import STYLE
from autoal_gui.core.sentences import Sentence
from autoal_gui.core.settings import PRESETS
from autoal_gui.exporters import report_html, report_settings
from autoal_gui.exporters.companions.project_part import project_sections
from autoal_gui.exporters.report_columns import columns_section
from autoal_gui.exporters.report_sections import performance_tables
from autoal_gui.exporters.report_settings import IN_THE_WINDOW
from autoal_gui.gui.project.method_form import MethodForm
from tests.core.project.test_evaluation_set import as_estimate
from tests.core.sets.test_column_results import measured
from tests.support.project import create, draw_images, folder_spec, new_project, result_of

CLASSES = ("normal", "abnormal")
MEASURED = Metrics(((18, 2), (3, 7)), Auroc(Area(0.9, 0.8, 0.97), (Area(0.9, 0.8, 0.97), None)))


def page_of(project, tmp_path) -> tuple[str, ElementTree.Element]:
    target = tmp_path / "report.html"
    report_html.write(target, Snapshot.of(project))
    text = target.read_text(encoding="utf-8")
    body = text[text.index("<html") :]
    whole = re.sub(r"<(meta[^>]*[^/])>", r"<\1/>", body)
    return text, ElementTree.fromstring(whole)  # noqa: S314 - written a moment ago


def tables(page) -> dict[str, list[list[str]]]:
    """Return the rows of each table by its caption, the head first."""
    found = {}
    for one in page.iter("table"):
        rows = [["".join(cell.itertext()) for cell in row] for row in one.iter("tr")]
        found[one.find("caption").text] = rows
    return found


@pytest.fixture
def project(tmp_path):
    """Three rounds, a second reader, an unsure answer and a skipped one."""
    project = new_project(tmp_path, per_class=10, evaluation_images=4)
    for number in range(3):
        images = project.labels.unanswered()[:4]
        for place, image in enumerate(images):
            project.labels.answer(image, "label", place % 2, Suggestion(1, 0.75))
        result = result_of(project, project.rounds.begin(), labels=4 * (number + 1))
        project.rounds.finish(
            replace(
                result,
                metrics=MEASURED,
                reason=(Sentence("Chosen by two strategies.", details="One lowers the error."),),
            )
        )
    first, second = project.labels.unanswered()[:2]
    project.labels.answer(first, "unsure")
    project.labels.answer(second, "skip")
    yield project
    project.close()


def test_counts_and_performance_are_the_project_s(project, tmp_path):
    _, page = page_of(project, tmp_path)
    found = tables(page)
    counts = {row[0]: row[1:] for row in found["Images of each class"]}
    training = [c for _, c in project.labels.training()]
    known = [c for _, c in project.labels.evaluation()]
    for index, name in enumerate(project.classes.names):
        mine, held = training.count(index), known.count(index)
        assert counts[name] == [str(mine), str(held), str(mine + held)]
    assert counts["Unsure"] == ["1", "0", "1"]
    assert counts["Skipped"] == ["1", "0", "1"]
    assert sum(int(row[-1]) for row in list(counts.values())[1:]) == len(project.pool.images)
    low, high = (f"{100 * end:.1f}" for end in MEASURED.sensitivity_interval(0))
    first = found["By class"][1]
    assert first[0] == project.classes.names[0]
    assert first[1:3] == [f"90.0% ({low}–{high})", "18 of 20"]
    assert first[4] == "7 of 10"
    assert first[5] == "90.0% (80.0–97.0)"
    matrix = next(rows for caption, rows in found.items() if caption.startswith("Confusion"))
    assert matrix[1:] == [
        [project.classes.names[0], "18", "2"],
        [project.classes.names[1], "3", "7"],
    ]


def test_rounds_and_weights_are_drawn_and_listed(project, tmp_path):
    text, page = page_of(project, tmp_path)
    rows = tables(page)["Rounds with a result"][1:]
    assert [row[:3] for row in rows] == [
        [
            str(n),
            str(4 * n),
            "One image cannot be read. Chosen by two strategies.FiguresOne lowers the error.",
        ]
        for n in (1, 2, 3)
    ]
    assert tables(page)["Share by round"][1] == ["Maximum entropy", "50.0%", "50.0%", "50.0%"]
    titles = [svg.find("title").text for svg in page.iter("svg") if svg.find("title") is not None]
    assert titles == [
        "Balanced accuracy over labels",
        "Share of each strategy in the ranking, over labels",
    ]
    assert re.search(r"About \d+ more labels?, .*: may gain up to \d+ points", text)
    assert BAND_NOTE in text
    assert "readers gave the model's class on" in text


def test_where_a_class_was_measured_later_the_report_compares_no_mean_with_another(tmp_path):
    project = new_project(tmp_path, per_class=10, evaluation_images=0)
    for metrics in (Metrics(((9, 1), (0, 0))), Metrics(((9, 1), (4, 2)))):
        for place, image in enumerate(project.labels.unanswered()[:4]):
            project.labels.answer(image, "label", place % 2)
        result = result_of(project, project.rounds.begin())
        estimate = as_estimate(metrics)
        project.rounds.finish(replace(result, metrics=None, audit=None, estimate=estimate))
    text, page = page_of(project, tmp_path)
    cells = [row[3] for row in tables(page)["Rounds with a result"][1:]]
    assert cells[0].endswith("of 1 class")
    assert cells[1].endswith("mean over 2 classes")
    assert f"Since round 2 one more class is measured: {project.classes.names[1]}. " in text
    assert " fell by " not in text
    project.close()


def test_nothing_is_loaded_and_nothing_names_a_file_or_a_person(tmp_path):
    images = draw_images(tmp_path / "CANARY-folder", 4, classes=CLASSES)
    (images / "normal" / "000.png").rename(images / "normal" / "CANARY-name.png")
    (images / "CANARY-broken.png").write_bytes(b"none")
    project = create(
        tmp_path / "project", folder_spec(images), annotator="CANARY-reader",
        name="CANARY-project", classes=(*CLASSES, "<script>alert(1)</script>"),
        evaluation_images=0,
    )  # fmt: skip
    try:
        project.labels.answer(1, "label", 2)
        project.labels.comment_on(1, "CANARY-comment")
        project.settings.annotator = "CANARY-second"
        project.labels.answer(1, "label", 0, purpose="second")
        text, page = page_of(project, tmp_path)
    finally:
        project.close()
    assert "CANARY" not in text
    assert str(tmp_path) not in text
    assert "<script" not in text
    assert not [e for e in page.iter() if e.tag in ("script", "link", "img", "iframe", "object")]
    assert "http" not in text
    assert "Second reading by reader 2" in text
    assert "Nothing has been measured yet." in text


def test_without_an_evaluation_set_the_random_images_are_what_was_measured(tmp_path):
    project = new_project(tmp_path, per_class=10)
    for image in project.labels.unanswered()[:4]:
        project.labels.answer(image, "label", 0)
    result = result_of(project, project.rounds.begin(), labels=4)
    random = Metrics(((8, 2), (1, 9)))
    project.rounds.finish(
        replace(result, metrics=None, audit=random, by_chance=ByChance(4, random))
    )
    text, page = page_of(project, tmp_path)
    measured = tables(page)["Over all classes"][1:]
    project.close()
    assert "Round 1 (4 labels), on 20 labelled images that were drawn at random" in text
    assert "A model taught with 4 images picked at random has a balanced accuracy of 85.0%" in text
    assert [row[0] for row in measured] == ["Accuracy", "Balanced accuracy", "Macro F1"]


def test_rounds_that_measured_nothing_are_listed_without_a_curve(tmp_path):
    project = new_project(tmp_path, per_class=6)
    project.labels.answer(project.labels.unanswered()[0], "label", 0)
    result = result_of(project, project.rounds.begin(), labels=1)
    project.rounds.finish(replace(result, metrics=None, audit=None))
    text, page = page_of(project, tmp_path)
    project.close()
    assert "Nothing has been measured yet." in text
    assert tables(page)["Rounds with a result"][1][3] == "–"
    assert "Balanced accuracy over labels" not in text


def test_a_project_that_nobody_has_answered_in_has_a_report(tmp_path):
    project = new_project(tmp_path)
    text, page = page_of(project, tmp_path)
    project.close()
    assert "Answers that stand" not in tables(page)
    assert "Answered: 0 of 12 images" in text


def test_the_report_counts_the_images_that_wait_for_an_answer_as_the_window_does(tmp_path):
    project = new_project(tmp_path, label_use="hidden", evaluation_images=4)
    project.labels.answer(project.labels.unanswered()[0], "label", 0)
    broken = project.pool.images[project.labels.unanswered()[-1]]
    project.store_checks([Checked(broken.image_id, broken.key, "", "It is cut off.")])
    total = 1 + project.labels.waiting
    waiting = {*project.labels.unanswered(), *project.labels.unanswered_evaluation()}
    assert set(Snapshot.of(project).waiting) == waiting
    text, _ = page_of(project, tmp_path)
    came = len(project.pool.images) - total - 1  # and the one that is broken
    project.close()
    assert came
    assert f"Answered: 1 of {total} images. A class is known of 5." in text
    assert "That counts images whose class came with the data." in text
    assert f"{came} more images came with a label" in text


def test_no_class_is_said_to_have_come_with_the_data_where_none_did(project, tmp_path):
    fresh = new_project(tmp_path / "other", label_use="none")
    fresh.labels.answer(fresh.labels.unanswered()[0], "label", 0)
    text, _ = page_of(fresh, tmp_path)
    fresh.close()
    assert "A class is known of 1." in text
    assert "came with the data" not in text


def test_what_no_model_would_have_right_stands_beside_what_the_last_one_has(project, tmp_path):
    text, _ = page_of(project, tmp_path)
    names = project.classes.names
    told = baseline_words(MEASURED, names)
    assert f"Always saying “{names[0]}” would have 66.7%." in told
    assert told in text
    assert told in project_sections(Snapshot.of(project), project.rounds.finished()[-1])


def test_classes_that_lack_labels_are_told_to_be_of_now_where_the_model_lacks_some(
    project, tmp_path
):
    project.classes.add("rare")
    assert "newer than the model" not in page_of(project, tmp_path)[0]
    for image in project.labels.unanswered()[:2]:
        project.labels.answer(image, "label", 0)
    text, _ = page_of(project, tmp_path)
    assert "1 class has too few labels to rely on: rare." in text
    assert "That counts the labels of now: 2 are newer than the model." in text


def test_the_model_s_seal_is_in_the_report(project, tmp_path):
    for image in project.labels.unanswered()[:2]:
        project.labels.answer(image, "label", 0)
    number = project.rounds.begin()
    file = project.models_folder / f"round-{number:04d}.pt"
    file.write_bytes(b"weights")
    result = replace(result_of(project, number), checkpoint=str(file), checkpoint_sha256="ab" * 32)
    project.rounds.finish(result)
    _, page = page_of(project, tmp_path)
    assert ["SHA-256 of the model", "", "ab" * 32] in tables(page)["Of the last round"]


def test_a_library_that_is_not_there_has_no_version(project, tmp_path, monkeypatch):
    monkeypatch.setattr(report_settings, "LIBRARIES", ("numpy", "no-such-library"))
    _, page = page_of(project, tmp_path)
    assert [row[0] for row in tables(page)["Versions"][1:]] == ["autoal-gui", "numpy"]


def test_a_target_that_cannot_be_written_is_one_sentence(project, tmp_path):
    with pytest.raises(ProjectError, match="could not be written"):
        report_html.write(tmp_path / "no" / "folder" / "r.html", Snapshot.of(project))


# -- colours --------------------------------------------------------------------------------------


def palettes() -> list[dict[str, str]]:
    """Return the colours of the page by name: in the light, in the dark."""
    return [dict(re.findall(r"--(\w+): (#\w+)", part)) for part in STYLE.split("@media")[:2]]


def luminance(colour: str) -> float:
    whole = colour.lstrip("#")
    whole = "".join(2 * c for c in whole) if len(whole) == 3 else whole
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_page_is_read_in_the_light_and_in_the_dark():
    light, dark = palettes()
    assert light.keys() == dark.keys()
    for palette in (light, dark):
        for text in ("ink", "soft", "better", "worse", "open"):
            assert contrast(palette[text], palette["paper"]) > 4.4, text
        for colour in COLOURS:  # lines that a dash tells apart as well
            assert contrast(colour, palette["paper"]) > 2.3, colour
    assert contrast(light["paper"], dark["paper"]) > 15


def test_every_colour_of_the_page_is_one_of_the_palette(project, tmp_path):
    text, _ = page_of(project, tmp_path)
    rules = STYLE[STYLE.index("body {") :]
    assert re.findall(r"#[0-9a-f]{3,6}\b", rules) == []
    used = set(re.findall(r"var\(--(\w+)\)", text))
    assert used >= {"ink", "paper", "rule"}
    assert used <= palettes()[0].keys()


def test_the_report_tells_the_results_of_each_part_of_a_column(project, tmp_path):
    rows = [("", n % 4 > 0, ("FM"[n % 2], f"comment {n}")) for n in range(80)]
    known = replace(Snapshot.of(project), columns=("sex", "comment"), measured=measured(rows))
    body = "".join("".join(part.itertext()) for part in columns_section(known))
    assert "The model does worse on “Women” than on “Men”" in body
    assert "Women" in body
    assert "comment" not in body
    (page,) = [part for part in columns_section(known) if part.find("table") is not None]
    cells = [["".join(cell.itertext()) for cell in row] for row in page.iter("tr")]
    assert cells[1][:2] == ["Women", "40"]
    assert cells[2][3] == "100.0% (91.2–100.0)"


def test_a_set_without_columns_and_groups_has_no_such_section(project):
    assert not list(columns_section(Snapshot.of(project)))


def test_settings_stand_beside_the_words_of_the_window(project, tmp_path):
    _, page = page_of(project, tmp_path)
    head, *rows = tables(page)["Of the last round"]
    assert head == ["setting", "in the window", "value"]
    words = {row[0]: row[1] for row in rows}
    assert words["batch_size"] == "Images in a batch"
    assert words["search_momentum"] == ""


def test_the_report_s_words_are_those_of_the_settings(qtbot):
    form = MethodForm(PRESETS["cpu"], keep=False)
    qtbot.addWidget(form)
    shown = {widget.accessibleName() for widget in form.findChildren(QWidget)}
    assert set(IN_THE_WINDOW.values()) <= shown


def test_a_mean_over_some_of_the_classes_is_called_that():
    def words(metrics, classes):
        return "".join("".join(one.itertext()) for one in performance_tables(metrics, classes))

    some = words(Metrics(((8, 2, 0), (1, 9, 0), (0, 0, 0))), ("a", "b", "c"))
    assert "Over the classes that are measured" in some
    assert "Over all classes" in words(Metrics(((8, 2), (1, 9))), ("a", "b"))
