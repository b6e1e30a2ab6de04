"""All that befalls a project in its life: renamed, copied, images added, replaced and deleted."""

import csv
import json
import shutil

import numpy as np
import pytest
from PIL import Image

from autoal_gui.cli import run
from autoal_gui.core.project.project import Project
from autoal_gui.sources.opening import open_images
from tests.support.project import new_project

ADDED, REPLACED, DELETED = 50, (1, 2, 3), (4, 15)


def draw(file, seed):
    values = np.random.default_rng(1000 + seed).integers(0, 255, (16, 20), dtype=np.uint8)
    Image.fromarray(values).save(file)


@pytest.fixture
def elsewhere(tmp_path):
    """Rename a project of 20 images and 10 labels, copy it, and change its images there."""
    project = new_project(tmp_path / "study", 10)
    for image_id in range(1, 11):
        project.labels.answer(image_id, "label", image_id % 2)
    before = {i: (one.key, one.sha256) for i, one in project.pool.images.items()}
    project.close()
    project.folder.rename(tmp_path / "study" / "renamed")
    shutil.copytree(tmp_path / "study", tmp_path / "other" / "computer")
    shutil.rmtree(tmp_path / "study")
    images = tmp_path / "other" / "computer" / "images"
    for number in range(ADDED):
        draw(images / "normal" / f"new-{number}.png", number)
    for number in REPLACED:
        draw(images / before[number][0], 100 + number)
    for number in DELETED:
        (images / before[number][0]).unlink()
    return tmp_path / "other" / "computer" / "renamed", before


def test_every_label_is_there_and_each_thing_is_a_sentence(elsewhere, tmp_path, capsys):
    folder, before = elsewhere
    assert run(["images", str(folder), "--add"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "15 of 20 images are as they were.",
        "3 images were replaced by others under the same names.",
        "3 labels were given to other pixels: they are kept and marked so, and not learned from "
        "until they are given again.",
        "2 images are gone; labels that they have are kept, and they are asked no more.",
        "50 images were added.",
    ]
    for kind in ("csv", "json"):
        target = tmp_path / f"labels.{kind}"
        assert run(["export", str(folder), "--format", kind, "--out", str(target)]) == 0
    with (tmp_path / "labels.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {int(row["image_id"]): row for row in csv.DictReader(file)}
    assert {i: (row["image"], row["sha256"]) for i, row in rows.items()} == {
        i: before[i] for i in range(1, 11)
    }
    assert {i for i, row in rows.items() if row["other_pixels"] == "1"} == set(REPLACED)
    document = json.loads((tmp_path / "labels.json").read_text())
    assert [one["sha256"] for one in document["images"]] == [before[i][1] for i in range(1, 11)]
    assert {a["kind"] for a in document["acts"]} == {"replaced", "gone", "added"}
    project = Project.open(folder, open_images)
    assert len(project.labels.answers) == 10
    assert {i for i, _ in project.labels.training()} == set(range(1, 11)) - set(REPLACED)
    assert len(project.labels.unanswered()) == 9 + ADDED  # one of the ten was deleted
    assert project.labels.first_broken_seal() is None
    project.close()
