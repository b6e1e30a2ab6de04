"""Exports that run beside the labelling or wait for the engine, without any widget."""

from pathlib import Path

from autoal_gui.core.messages import CommandCancelled, ExportModel, Writing
from autoal_gui.core.project.last_model import last_model
from autoal_gui.core.registry import discover
from autoal_gui.gui.session import exports
from autoal_gui.gui.session.exports import EXPORT_STOPPED
from tests.support.gui import begun
from tests.support.session import BATCH, failures_of, finish, idle, kinds, label


def test_labels_are_exported_and_read_back(qtbot, controller, folder, tmp_path):
    label(controller, 2)
    target = tmp_path / "labels.csv"
    with qtbot.waitSignal(controller.exports.exported) as done:
        controller.exports.export_labels(discover("autoal_gui.exporters")["csv"], target)
    assert done.args[0] == str(target)
    assert len(target.read_text().splitlines()) == 3
    with qtbot.waitSignal(controller.failed):
        controller.exports.export_labels(
            discover("autoal_gui.exporters")["csv"], tmp_path / "no" / "a.csv"
        )


def test_a_model_is_exported_only_once_there_is_one(qtbot, controller, folder, tmp_path, backend):
    exporter = discover("autoal_gui.exporters")["pt"]
    idle(qtbot, controller)
    with qtbot.waitSignal(controller.failed):
        controller.exports.export_model(exporter, tmp_path / "model.pt")
    label(controller, BATCH)
    idle(qtbot, controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)  # the export waits for the model of this round
    controller.exports.export_model(exporter, tmp_path / "model.pt")
    backend.gate.set()
    qtbot.waitUntil(lambda: (tmp_path / "model.pt").exists())
    idle(qtbot, controller)
    export = next(c for c in backend.commands if isinstance(c, ExportModel))
    assert Path(export.checkpoint).name == "round-0003.pt"


def test_a_warm_start_makes_way_for_an_export_and_goes_on_before_the_round(
    qtbot, warming, backend, tmp_path
):
    label(warming, BATCH)
    finish(qtbot, warming, backend)
    settings, model, said = warming.project.settings.run, last_model(warming.project), []
    backend.gate.clear()
    warming.setup.change_settings(settings.but(input_size=64))
    assert warming.training.is_warming
    label(warming, BATCH)
    warming.notice.connect(said.append)
    warming.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    assert said == [f"The work that runs makes way; the model of {model.name} is written next."]
    qtbot.waitUntil(lambda: (tmp_path / "model.pt").exists())
    finish(qtbot, warming, backend)
    learned = ["WarmStart", "RunRound", "WarmStart"]
    assert kinds(backend) == [*learned, "ExportModel", "WarmStart", "RunRound"]
    assert warming.project.warm_start.record.complete


def test_an_export_outlives_the_warm_start_that_is_stopped_by_the_user(
    qtbot, warming, backend, tmp_path
):
    label(warming, BATCH)
    finish(qtbot, warming, backend)
    backend.gate.clear()
    warming.setup.change_settings(warming.project.settings.run.but(input_size=64))
    warming.cancel()
    warming.exports.export_model(discover("autoal_gui.exporters")["pt"], tmp_path / "model.pt")
    qtbot.waitUntil(lambda: (tmp_path / "model.pt").exists())
    finish(qtbot, warming, backend)
    assert kinds(backend) == ["WarmStart", "RunRound", "WarmStart", "ExportModel", "RunRound"]


def test_an_export_that_waits_for_another_is_not_told_that_training_goes_on(
    qtbot, controller, folder, tmp_path, backend
):
    label(controller, BATCH)
    idle(qtbot, controller)
    exporter, said = discover("autoal_gui.exporters")["pt"], []
    controller.notice.connect(said.append)
    backend.export_gate.clear()
    controller.exports.export_model(exporter, tmp_path / "one.pt")
    controller.exports.export_model(exporter, tmp_path / "two.pt")
    assert said == ["The model will be written when the work that is running now has ended."]
    backend.export_gate.set()
    idle(qtbot, controller)
    assert (tmp_path / "one.pt").exists()
    assert (tmp_path / "two.pt").exists()


def test_exports_that_wait_outlive_the_round_that_is_stopped_and_say_where_they_are(
    qtbot, controller, folder, tmp_path, backend
):
    label(controller, BATCH)
    idle(qtbot, controller)
    exporter, said, told = discover("autoal_gui.exporters")["pt"], [], []
    model = last_model(controller.project)
    failures = failures_of(controller)
    backend.gate.clear()
    label(controller, BATCH)
    begun(qtbot, controller)
    controller.notice.connect(said.append)
    controller.exports.exported.connect(lambda target, words: told.append((Path(target), words)))
    for name in ("one.pt", "two.pt", "three.pt"):  # none takes the place of another
        controller.exports.export_model(exporter, tmp_path / name)
    assert controller.exports.is_exporting
    assert said[-1].endswith(f"if it leaves none, the model of {model.name}.")
    controller.cancel()
    idle(qtbot, controller)
    written = [target for target, _ in told]
    assert written == [tmp_path / name for name in ("one.pt", "two.pt", "three.pt")]
    assert all(f"It is the model of {model.name}." in sentence for _, sentence in told)
    assert (tmp_path / "three.pt").exists()
    assert not failures
    assert not controller.exports.is_exporting


def test_an_export_that_is_stopped_before_it_began_says_that_nothing_was_written(
    qtbot, controller, folder, tmp_path, backend
):
    label(controller, BATCH)
    idle(qtbot, controller)
    failures = failures_of(controller)
    command = ExportModel(1, "pt", "model.pt", str(tmp_path / "model.pt"))
    controller.exports._on_event(command, CommandCancelled(1))
    assert failures == [EXPORT_STOPPED]


def test_how_long_a_format_takes_is_told_by_size_and_then_by_the_last_time(
    qtbot, controller, folder, tmp_path, backend, monkeypatch
):
    exporter, told = discover("autoal_gui.exporters")["onnx"], []
    label(controller, BATCH)
    idle(qtbot, controller)
    controller.exports.writing.connect(told.append)

    def written():
        told.clear()
        with qtbot.waitSignal(controller.exports.exported):
            controller.exports.export_model(exporter, tmp_path / "model.onnx")
        return told[0]

    first = written()  # the model of this test is a few bytes
    assert first.seconds is None  # how fast this computer is nobody knows yet
    assert first.sentence.endswith("On a slow computer that takes up to 20\xa0s.")
    assert "onnx" in controller.project.settings.writing_seconds
    controller.project.settings.writing_seconds = {"onnx": 75.0}
    words = exports.timed_words(written())
    assert words.endswith("It takes about 75\xa0s.")


def test_a_part_that_did_not_become_complete_is_no_measurement(controller, folder):
    clock = exports.WritingClock()
    clock.begin(controller.project, ExportModel(0, "onnx", "", ""), Writing(0, 0, 1, "Writing"))
    clock.drop()
    clock.end(controller.project)
    assert controller.project.settings.writing_seconds == {}


def test_the_time_that_is_left_counts_down_while_a_part_is_written(controller, folder, monkeypatch):
    told, now = [], [100.0]
    monkeypatch.setattr(exports.time, "monotonic", lambda: now[0])
    controller.project.settings.writing_seconds = {"onnx": 49.0}
    controller.exports.writing.connect(told.append)
    command = ExportModel(0, "onnx", "", "")
    controller.exports._on_event(command, Writing(0, 0, 1, "Writing ONNX."))
    assert exports.timed_words(told[-1]) == "Writing ONNX. It takes about 49\xa0s."
    assert controller.exports._tick.isActive()
    now[0] += 20
    controller.exports._tell_left()
    assert exports.timed_words(told[-1]) == "Writing ONNX. About 29\xa0s left."
    now[0] += 30
    controller.exports._tell_left()
    assert exports.timed_words(told[-1]) == "Writing ONNX. About 1\xa0s left."
    controller.exports._on_late()
    assert exports.timed_words(told[-1]).endswith("than the 49\xa0s that were expected.")
    assert not controller.exports._tick.isActive()
    controller.exports._on_event(command, CommandCancelled(0))
