"""Labels and models that leave in formats which others read, each read back as another would."""

import codecs
import json
from dataclasses import replace
from pathlib import PurePath

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from autoal_gui.core.errors import ProjectError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.project.export_snapshot import Choices, Snapshot
from autoal_gui.core.sets.tables.table import read_table
from autoal_gui.core.system.safe_names import FreeNames, safe_name
from autoal_gui.exporters import class_folders, json_labels, npz_labels
from autoal_gui.sources.opening import list_images, spec_of
from tests.support.project import create, draw_images, folder_spec, new_project

CANARY = "Jane Doe 1960"


@pytest.fixture
def project(tmp_path):
    """Six labels of two classes, one unsure, one skipped, one flag, one comment."""
    project = new_project(tmp_path, evaluation_images=3)
    for image_id in project.labels.unanswered_evaluation():
        project.labels.answer(image_id, "label", image_id % 2)
    first, *others = project.labels.unanswered()[:5]
    for image_id in (first, *others[:2]):
        project.labels.answer(image_id, "label", image_id % 2)
    project.labels.answer(others[2], "unsure")
    project.labels.answer(others[3], "skip")
    project.labels.flag(first)
    project.labels.comment_on(first, CANARY)
    yield project
    project.close()


def images_under(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*.png"))


# -- a folder a class ---------------------------------------------------------------------------


def test_class_folders_hold_the_labelled_images_and_no_other(project, tmp_path):
    labels = Snapshot.of(project)
    sentence = class_folders.write(tmp_path / "out", labels)
    assert sentence == "6 images were written."
    found = images_under(tmp_path / "out")
    assert len(found) == 6
    for image_id, class_index in labels.labelled:
        pixels = project.pool.read(image_id)
        part = "test" if project.pool.images[image_id].split == "evaluation" else "train"
        inside = [f for f in found if f.startswith(f"{part}/{project.classes.names[class_index]}/")]
        read = [np.asarray(Image.open(tmp_path / "out" / name)) for name in inside]
        assert any(np.array_equal(one, pixels) for one in read)


def with_groups(project):
    """Return a snapshot in which neighbours are of one patient, and a table gave their sex."""
    labels = Snapshot.of(project)
    images = {
        i: replace(
            image, group=f"=patient {i // 3} of {image.split}", columns=("f" if i % 2 else "m",)
        )
        for i, image in labels.pool.images.items()
    }
    return replace(labels, pool=replace(labels.pool, images=images), columns=("sex",))


def test_the_table_beside_class_folders_tells_the_group_and_the_origin_of_each_file(
    project, tmp_path
):
    labels = with_groups(project)
    class_folders.write(tmp_path / "out", labels)
    file = tmp_path / "out" / class_folders.TABLE
    assert file.read_bytes().startswith(codecs.BOM_UTF8)
    table = read_table(file)
    assert table.columns == (*class_folders.COLUMNS, "sex")
    rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
    assert sorted(row["file"] for row in rows) == images_under(tmp_path / "out")
    by_key = {image.key: image for image in labels.pool.images.values()}
    known = dict(labels.labelled)
    for row in rows:
        image = by_key[row["image"]]
        assert row["label"] == labels.classes[known[image.image_id]]
        assert (row["split"], row["group"], row["sha256"], row["sex"]) == (
            image.split, image.group, image.sha256, *image.columns,
        )  # fmt: skip
    assert "'=patient" in file.read_text("utf-8-sig")


def test_a_de_identified_table_has_numbers_for_groups_and_nothing_of_the_origin(project, tmp_path):
    labels = with_groups(project)
    class_folders.write(tmp_path / "out", labels, Choices(de_identified=True))
    table = read_table(tmp_path / "out" / class_folders.TABLE)
    assert table.columns == class_folders.COLUMNS
    assert set(table.column("image")) == set(table.column("sha256")) == {""}
    groups = [labels.pool.images[int(PurePath(f).stem)].group for f in table.column("file")]
    pairs = set(zip(groups, table.column("group"), strict=True))
    assert len(pairs) == len(set(groups)) == len(set(table.column("group")))
    assert all(number.isdigit() for number in table.column("group"))


def test_class_folders_are_opened_again_with_their_classes_groups_and_parts(project, tmp_path):
    labels = with_groups(project)
    class_folders.write(tmp_path / "out", labels)
    spec = spec_of(str(tmp_path / "out"))
    listing = list_images(spec, tmp_path / "work", lambda done, total: None)
    assert set(listing.classes) == set(labels.classes)
    table = read_table(tmp_path / "out" / class_folders.TABLE)
    told = {row[0]: row for row in table.rows}
    assert len(listing.images) == len(told)
    for image in listing.images:
        _, label, split, group, *_ = told[image.key]
        assert (listing.classes[image.label], image.split, image.group) == (label, split, group)


def test_images_without_an_answer_come_along_by_choice(project, tmp_path):
    class_folders.write(tmp_path / "out", Snapshot.of(project), Choices(unlabelled=True))
    found = images_under(tmp_path / "out")
    unlabelled = [name for name in found if name.startswith("train/unlabelled/")]
    assert len(unlabelled) == len(project.labels.unanswered()) == 4
    assert len(found) == 10  # the unsure and the skipped one stay behind


def test_a_folder_that_is_there_is_left_as_it_is(project, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    with pytest.raises(ProjectError, match="exists"):
        class_folders.write(tmp_path / "out", Snapshot.of(project))
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["mine"]


def test_an_export_that_is_cancelled_leaves_nothing(project, tmp_path):
    def stop(done, total):
        assert total == 6
        if done == 3:
            raise KeyboardInterrupt

    before = sorted(p.name for p in tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        class_folders.write(tmp_path / "out", Snapshot.of(project), progress=stop)
    assert sorted(p.name for p in tmp_path.iterdir()) == before


def test_an_image_that_has_gone_is_left_out_and_said(project, tmp_path):
    labels = Snapshot.of(project)
    gone = labels.pool.images[labels.labelled[0][0]].key
    (tmp_path / "images" / gone).unlink()
    sentence = class_folders.write(tmp_path / "out", labels)
    assert sentence == "5 images were written. 1 cannot be read and was left out."


def test_class_folders_that_cannot_be_written_are_one_sentence(project, tmp_path):
    (tmp_path / "file").write_bytes(b"no folder")
    with pytest.raises(ProjectError, match="could not be written there"):
        class_folders.write(tmp_path / "file" / "out", Snapshot.of(project))
    assert (tmp_path / "file").read_bytes() == b"no folder"


def test_what_files_say_beside_their_pixels_does_not_leave(tmp_path):
    """GPS and a name in EXIF and PNG text: pixels leave, and nothing else."""
    images = tmp_path / "images"
    draw_images(images, 1, classes=("a", "b"))
    info = PngImagePlugin.PngInfo()
    info.add_text("Patient", CANARY)
    Image.new("L", (20, 16), 7).save(images / "a" / f"{CANARY}.png", pnginfo=info)
    exif = Image.Exif()
    exif[0x010E] = CANARY
    exif.get_ifd(0x8825)[1] = "N"
    Image.new("L", (20, 16), 9).save(images / "b" / "gps.jpg", exif=exif)
    project = create(
        tmp_path / "project", folder_spec(images), annotator=CANARY, label_use="labelled",
        evaluation_images=0,
    )  # fmt: skip
    project.labels.comment_on(1, CANARY)
    labels, choices = Snapshot.of(project), Choices(de_identified=True)
    class_folders.write(tmp_path / "out", labels, choices)
    json_labels.write(tmp_path / "labels.json", labels, choices)
    project.close()
    names = [str(p.relative_to(tmp_path)) for p in (tmp_path / "out").rglob("*")]
    assert len(images_under(tmp_path / "out")) == 4
    assert not [name for name in names if "Jane" in name or "gps" in name]
    for file in (*(tmp_path / "out").rglob("*.png"), tmp_path / "labels.json"):
        assert b"Jane" not in file.read_bytes()
        assert b"Exif" not in file.read_bytes()
        assert b"eXIf" not in file.read_bytes()


def test_classes_of_one_file_name_stay_apart(tmp_path):
    images = draw_images(tmp_path / "images", 1, classes=("a", "b"))
    project = create(
        tmp_path / "project", folder_spec(images), classes=("a", "b", "A/b", "A:b", "..", "CON"),
        evaluation_images=0,
    )  # fmt: skip
    for index in (2, 3, 4, 5):
        project.labels.answer(1 + index % 2, "label", index)
        class_folders.write(tmp_path / f"out{index}", Snapshot.of(project))
    written = [p for n in (2, 3, 4, 5) for p in (tmp_path / f"out{n}").iterdir()]
    folders = {
        p.name for p in written if p.is_dir()
    }  # without an evaluation set: no train, no test
    project.close()
    assert folders == {"A-b", "A-b-2", "unnamed", "CON-"}


@pytest.mark.parametrize("text", ["", "..", "a/b", "nul.txt", "x" * 500, " .hidden", "größe 不明"])
def test_a_safe_name_is_one_that_any_file_system_takes(text, tmp_path):
    name = safe_name(text)
    (tmp_path / name).mkdir()
    assert (tmp_path / name).parent == tmp_path
    assert not name.startswith(".")
    assert safe_name(name) == name


def test_free_names_never_meet():
    names = FreeNames()
    taken = [names.take(name) for name in ("a", "A", "a", "a-2", "b")]
    assert len({name.casefold() for name in taken}) == len(taken)


# -- MedMNIST -----------------------------------------------------------------------------------


def test_an_npz_file_opens_again_as_the_same_set(project, tmp_path):
    labels = Snapshot.of(project)
    npz_labels.write(tmp_path / "set.npz", labels)
    again = create(
        tmp_path / "again", SourceSpec("npz", str(tmp_path / "set.npz")), label_use="labelled"
    )
    assert again.classes.names == project.classes.names

    def content(project, pairs):
        return sorted((project.pool.read(i).tobytes(), label) for i, label in pairs)

    assert content(again, again.labels.training()) == content(project, labels.training)
    assert content(again, again.labels.evaluation()) == content(project, labels.evaluation)
    again.close()


def test_an_npz_file_has_the_layout_of_medmnist(project, tmp_path):
    npz_labels.write(tmp_path / "set.npz", Snapshot.of(project))
    with np.load(tmp_path / "set.npz", allow_pickle=False) as arrays:
        assert arrays["train_images"].shape == (3, 16, 20)
        assert arrays["train_labels"].shape == (3, 1)
        assert arrays["val_images"].shape == (0, 16, 20)
        assert arrays["test_labels"].dtype == np.uint8


def test_images_of_many_sizes_need_one(tmp_path):
    images = draw_images(tmp_path / "images", 2)
    Image.new("RGB", (40, 10), (255, 0, 0)).save(images / "normal" / "wide.png")
    project = create(
        tmp_path / "project", folder_spec(images), label_use="labelled", evaluation_images=0
    )
    labels = Snapshot.of(project)
    with pytest.raises(ProjectError, match="differ in size"):
        npz_labels.write(tmp_path / "set.npz", labels)
    assert not (tmp_path / "set.npz").exists()
    npz_labels.write(tmp_path / "set.npz", labels, Choices(side=24))
    with np.load(tmp_path / "set.npz") as arrays:
        assert arrays["train_images"].shape == (5, 24, 24, 3)
        red = [image for image in arrays["train_images"] if (image[..., 0] > image[..., 1]).any()]
    project.close()
    assert len(red) == 1
    assert (red[0][12, :, 0] == 255).all()  # as wide as before
    assert (red[0][0] == 0).all()  # black above


def test_an_npz_file_says_what_it_leaves_out(project, tmp_path):
    labels = Snapshot.of(project)
    image = labels.labelled[0][0]
    (tmp_path / "images" / labels.pool.images[image].key).unlink()
    sentence = npz_labels.write(tmp_path / "set.npz", labels)
    assert sentence == "5 images were written. 1 cannot be read and was left out."
    with np.load(tmp_path / "set.npz") as arrays:
        assert sum(len(arrays[f"{part}_labels"]) for part in ("train", "test")) == 5


def test_more_images_than_memory_holds_are_refused(project, tmp_path, monkeypatch):
    monkeypatch.setattr(npz_labels, "MOST_BYTES", 5 * 16 * 20)
    with pytest.raises(ProjectError, match="too many for one file"):
        npz_labels.write(tmp_path / "set.npz", Snapshot.of(project))
    assert not (tmp_path / "set.npz").exists()
    npz_labels.write(tmp_path / "set.npz", Snapshot.of(project), Choices(side=8))


def test_without_a_label_there_is_no_npz_file(tmp_path):
    project = new_project(tmp_path)
    with pytest.raises(ProjectError, match="no labelled image"):
        npz_labels.write(tmp_path / "set.npz", Snapshot.of(project))
    project.close()


# -- JSON ---------------------------------------------------------------------------------------


def test_json_tells_the_whole_journal(project, tmp_path):
    project.labels.undo()
    json_labels.write(tmp_path / "labels.json", Snapshot.of(project))
    document = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))
    assert document["format"] == json_labels.FORMAT
    assert document["classes"] == list(project.classes.names)
    lines = [line for image in document["images"] for line in image["history"]]
    assert sorted(line["sequence"] for line in lines) == [
        e.sequence for e in project.labels.entries()
    ]
    by_id = {image["image_id"]: image for image in document["images"]}
    for image_id, entry in project.labels.answers.items():
        label = None if entry.class_index is None else project.classes.names[entry.class_index]
        assert by_id[image_id]["label"] == label
    flagged = [image for image in document["images"] if image["flagged"]]
    assert [image["image_id"] for image in flagged] == list(project.labels.journal.flags)
    assert flagged[0]["comment"] == ""  # taken back


def test_json_tells_of_an_image_that_is_flagged_and_not_answered(project, tmp_path):
    image = project.labels.unanswered()[-1]
    project.labels.flag(image)
    json_labels.write(tmp_path / "labels.json", Snapshot.of(project))
    document = json.loads((tmp_path / "labels.json").read_text(encoding="utf-8"))
    told = next(one for one in document["images"] if one["image_id"] == image)
    assert (told["label"], told["flagged"]) == (None, True)
    assert [line["action"] for line in told["history"]] == ["flag"]
