"""What names a patient stays where it was: a word in folder and file names and DICOM tags."""

import logging
import os
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from autoal_gui.core.database.schema import FILE_NAME
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.messages import CommandFailed, RoundFinished
from autoal_gui.core.project.export_snapshot import Snapshot
from autoal_gui.core.project.project import Project
from autoal_gui.core.recovery.recovery import recover
from autoal_gui.core.registry import discover
from autoal_gui.core.system.files import replacing
from autoal_gui.engine.engine import ending_event, where
from autoal_gui.exporters import csv_labels
from autoal_gui.sources.opening import list_images, open_images
from tests.support.project import (
    SETTINGS,
    create,
    everything_in,
    folder_spec,
    needs_permissions,
    round_command,
)

CANARY = "Mustermann-Erika"
TINY = SETTINGS.but(
    mode="paper", task_steps=2, fit_steps=1, search_steps=1, cycles=1, train_batch=4,
    stochastic_passes=2, warm_start=False,
)  # fmt: skip


def images_of(base: Path) -> Path:
    rng = np.random.default_rng(0)
    root = base / CANARY
    for number in range(16):
        file = root / ("a", "b")[number % 2] / f"{CANARY}-{number:02d}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(rng.integers(0, 255, (16, 16), dtype=np.uint8)).save(file)
    (root / "a" / f"{CANARY}-broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"x" * 50)
    return root


def run(project: Project) -> object:
    """Run a round as the engine does, and end it as the controller does."""
    from autoal_gui.learning.backend import TorchBackend

    number = project.rounds.begin()
    try:
        *_, last = TorchBackend(threads=1).run(round_command(project, number), lambda: False)
    except Exception as error:
        last = ending_event(number, error)
        project.rounds.end(number, "failed", getattr(last, "sentence", ""))
        return last
    project.rounds.finish(last)
    return last


@pytest.mark.slow
def test_no_name_leaves_the_images_and_the_project_file(tmp_path, caplog, capfd):
    root = images_of(tmp_path)
    sentences: list[str] = []
    with caplog.at_level(logging.DEBUG):
        project = create(
            tmp_path / "project", folder_spec(root), settings=TINY, label_use="labelled",
            evaluation_images=4,
        )  # fmt: skip
        for image_id in project.labels.unanswered_evaluation():
            project.labels.answer(image_id, "label", 0, comment=f"{CANARY} looks odd")
        result = run(project)
        assert isinstance(result, RoundFinished)
        checkpoint = project.rounds.last_checkpoint()
        for name, exporter in discover("autoal_gui.exporters").items():
            if exporter.KIND == "model" and name in ("pt", "safetensors"):
                from autoal_gui.learning.inference.export import export_model

                export_model(name, checkpoint, tmp_path / f"model{exporter.SUFFIX}")
        for kind in ("labels", "nowhere"):
            target = tmp_path / CANARY / kind / "labels.csv"
            with pytest.raises(AutoALError) as caught:
                csv_labels.write(target, Snapshot.of(project))
            sentences.append(where(caught.value))
        shutil.rmtree(root)
        shutil.rmtree(project.workspace)
        project.workspace.mkdir()
        failed = run(project)
        assert isinstance(failed, CommandFailed)
        sentences += [failed.sentence, failed.details, repr(project.rounds.all())]
        for image_id in project.pool.images:
            with pytest.raises(AutoALError) as caught:
                project.pool.read(image_id)
            sentences += [str(caught.value), where(caught.value)]
        project.close()
    written = [
        path
        for path in (*everything_in(tmp_path / "project"), *tmp_path.glob("model*"))
        if path.is_file() and not path.name.endswith(".autoal")  # which has to know its images
    ]
    assert len(written) > 2
    for path in written:
        assert CANARY.encode() not in path.read_bytes(), path
        assert str(tmp_path).encode() not in path.read_bytes(), path
    said = " ".join((*sentences, caplog.text, repr(caplog.records), *capfd.readouterr()))
    assert CANARY not in said
    assert str(tmp_path) not in said


def test_recovery_tells_no_name_either(tmp_path, caplog):
    root = images_of(tmp_path)
    project = create(tmp_path / "project", folder_spec(root), settings=TINY)
    project.labels.answer(1, "label", 0, comment=CANARY)
    project.close()
    file = project.folder / FILE_NAME
    file.write_bytes(file.read_bytes()[:-5000])
    shutil.rmtree(root)
    with caplog.at_level(logging.DEBUG):
        result = recover(project.folder, list_images, lambda done, total: None)
        project = Project.open(project.folder, open_images)
        with pytest.raises(AutoALError) as caught:
            project.pool.read(1)
        project.close()
    assert CANARY not in result.sentence + caplog.text + where(caught.value)


def test_no_tag_of_a_dicom_file_is_in_its_project(tmp_path, caplog):
    pydicom = pytest.importorskip("pydicom")
    from pydicom.data import get_testdata_file

    (tmp_path / "scans").mkdir()
    for number in range(3):
        data = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
        for tag in ("PatientName", "PatientID", "InstitutionName", "ReferringPhysicianName"):
            setattr(data, tag, f"{CANARY}-{number}")
        data.save_as(tmp_path / "scans" / f"{number}.dcm")
    with caplog.at_level(logging.DEBUG):
        project = create(
            tmp_path / "project", SourceSpec("dicom", str(tmp_path / "scans")), classes=("a", "b")
        )
        for image_id in project.pool.images:
            project.pool.read(image_id)
            project.labels.answer(image_id, "label", 0)
        project.close()
    for path in everything_in(tmp_path / "project"):
        assert path.is_dir() or CANARY.encode() not in path.read_bytes(), path
    assert CANARY not in caplog.text


@needs_permissions
def test_whatever_is_written_is_for_the_user_alone(tmp_path):
    before = os.umask(0)
    try:
        project = create(tmp_path / "new" / "project", folder_spec(images_of(tmp_path)))
        project.labels.answer(1, "label", 0)
        csv_labels.write(tmp_path / "labels.csv", Snapshot.of(project))
        with replacing(project.models_folder / "round-0001.pt") as partial:
            partial.write_bytes(b"weights")
        project.close()
        Project.open(project.folder, open_images).close()
    finally:
        os.umask(before)
    written = [*everything_in(tmp_path / "new" / "project"), tmp_path / "labels.csv"]
    assert any(path.parent.name == "backups" for path in written)
    assert [path.name for path in written if path.stat().st_mode & 0o077] == []


@needs_permissions
def test_a_file_that_others_may_read_stays_one_when_it_is_written_anew(tmp_path):
    target = tmp_path / "shared.csv"
    target.write_text("old")
    target.chmod(0o640)
    with replacing(target) as partial:
        partial.write_text("new")
    assert target.stat().st_mode & 0o777 == 0o640
