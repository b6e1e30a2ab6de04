"""Folders and tables are understood from their names, and options correct what is not."""

import hashlib
import json
import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from autoal_gui.cli import run
from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.labels.splits import assign_splits
from autoal_gui.core.project.plan import ProjectPlan
from autoal_gui.core.project.project import Project
from autoal_gui.core.sets.layout import Layout
from autoal_gui.core.sets.summary import summarise
from autoal_gui.core.sets.tables.columns import ColumnUse
from autoal_gui.core.settings import RunSettings
from autoal_gui.sources import folder as source_folder
from autoal_gui.sources.opening import list_images, open_images
from autoal_gui.sources.understanding.set_options import SetMeaning
from autoal_gui.sources.understanding.understood import rearranged, sentence
from tests.support.paths import SHARED_DATA

INFER = ("layout", "infer")


@pytest.fixture
def draw(tmp_path):
    """Write small images of noise under the given names, and return their folder."""
    folder = tmp_path / "set"

    def write(*names):
        generator = np.random.default_rng(len(names))
        for name in names:
            file = folder / name
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(generator.integers(0, 255, (9, 9), dtype=np.uint8)).save(file)
        return folder

    return write


def listing_of(folder, *options, kind="folder"):
    workspace = folder.parent / "workspace"
    workspace.mkdir(exist_ok=True)
    spec = SourceSpec(kind, str(folder), options or (INFER,))
    return list_images(spec, workspace, lambda done, total: None)


def test_splits_classes_and_patients_of_folders(draw):
    names = [f"{split}/{known}/p{patient}/{n}.png"
             for split, patients in (("Train", (1, 2)), ("Test", (2, 3)))
             for known in ("NORMAL", "SICK") for patient in patients for n in (1, 2)]  # fmt: skip
    listing = listing_of(draw(*names))
    summary = summarise(listing)
    assert listing.classes == ("NORMAL", "SICK")
    assert summary.splits == {"train": 8, "validation": 0, "test": 8}
    assert (summary.groups, summary.straddling_groups) == (3, 1)
    assert dict(listing.options) == {"split-level": "1", "class-level": "2", "group-level": "3"}
    splits = assign_splits(listing, known=True, evaluation_images=None, seed=0)
    sides = {(image.group, splits[i]) for i, image in enumerate(listing.images, start=1)}
    assert len(sides) == 3  # a patient is on one side


def test_a_set_is_listed_in_the_same_way_under_what_was_understood(draw):
    folder = draw("a/1_1.png", "a/1_2.png", "b/2_1.png", "b/3_1.png", "a/4_1.png")
    (folder / "c").mkdir()
    listing = listing_of(folder)
    assert listing.classes == ("a", "b", "c")
    again = listing_of(folder, *listing.options)
    assert (again.classes, again.images) == (listing.classes, listing.images)


def test_options_correct_what_was_understood(draw):
    folder = draw("x/a/1.png", "x/b/2.png", "y/a/3.png", "y/b/4.png")
    assert listing_of(folder).classes == ("a", "b")
    assert listing_of(folder, INFER, ("class-level", "1")).classes == ("x", "y")
    assert listing_of(folder, INFER, ("class-level", "0")).classes == ()
    listing = listing_of(folder, INFER, ("group-pattern", r"[^/]+/(?P<group>[ab])/"))
    assert {image.group for image in listing.images} == {"a", "b"}


def test_masks_beside_their_images_are_left_out_and_counted(draw):
    listing = listing_of(draw("a/1.png", "a/1_mask.png", "b/2.png", "b/2_mask.png"))
    assert [image.key for image in listing.images] == ["a/1.png", "b/2.png"]
    assert listing.left_out == {"Masks that lie beside their images are no images to label.": 2}


def test_a_table_of_patients_gives_the_class_of_all_their_images_and_the_parts(draw):
    folder = draw(*(f"patient{p}/{n}.png" for p in range(4) for n in range(3)))
    (folder / "who.csv").write_text(
        "patient,diagnosis,set\npatient0,nv,train\npatient1,mel,train\npatient2,nv,test\n"
    )
    listing = listing_of(folder)
    assert listing.classes == ("mel", "nv")
    assert [image.label for image in listing.images] == [*[1] * 3, *[0] * 3, *[1] * 3, *[None] * 3]
    assert {image.group for image in listing.images} == {f"patient{p}" for p in range(4)}
    assert [i.key for i in listing.images if i.split == "evaluation"] == [
        f"patient2/{n}.png" for n in range(3)
    ]
    assert "who.csv gives the split (column set)" in sentence(listing)
    again = listing_of(folder, *listing.options)
    assert again.images == listing.images


def test_a_table_of_hashes_finds_files_that_were_not_read_yet(draw, monkeypatch):
    monkeypatch.setattr(source_folder, "CHECKED_FIRST", 1)
    folder = draw("a/1.png", "a/2.png", "b/3.png")
    rows = [f"{hashlib.sha256(f.read_bytes()).hexdigest()},{f.stem}" for f in folder.rglob("*.png")]
    (folder / "labels.csv").write_text("\n".join(["sha256,dx", *rows]))
    listing = listing_of(folder, INFER, ("check", "later"))
    assert [image.columns for image in listing.images] == [("1",), ("2",), ("3",)]
    assert [bool(image.sha256) for image in listing.images] == [True, False, False]


def test_masks_stay_out_when_the_set_is_listed_again(draw):
    folder = draw("a/1.png", "a/1_mask.png", "b/2.png", "b/masks/3.png")
    listing = listing_of(folder)
    again = listing_of(folder, *listing.options)
    assert again.images == listing.images
    assert again.left_out == listing.left_out


def test_a_table_beside_the_images_gives_labels_and_patients(draw):
    folder = draw("images/1.png", "images/2.png", "images/3.png")
    (folder / "labels.csv").write_text(
        "image;dx;patient_id;age\n1;nv;p1;50\n2;mel;p1;50\n3;nv;p2;7\n"
    )
    listing = listing_of(folder)
    assert listing.classes == ("mel", "nv")
    assert [image.label for image in listing.images] == [1, 0, 1]
    assert [image.group for image in listing.images] == ["p1", "p1", "p2"]
    assert listing.columns == ("age",)
    assert sentence(listing) == (
        "As understood: labels.csv gives the label (column dx); labels.csv gives the group (column "
        "patient_id); labels.csv gives the columns age."
    )


def test_a_table_that_is_used_is_not_counted_among_what_is_left_out(draw):
    folder = draw("images/1.png", "images/2.png")
    (folder / "labels.csv").write_text("image,dx\n1,nv\n2,mel\n")
    (folder / "notes.csv").write_text("what,price\nchair,7\n")
    other = folder.parent / "labels.csv"
    other.write_text("image,dx\n1,a\n2,b\n")
    one = {"Files ending in .csv are not treated as images.": 1}
    listing = listing_of(folder)
    assert listing.left_out == one
    assert listing_of(folder, *listing.options).left_out == one
    spec = SourceSpec("folder", str(folder), listing.options)
    for table, left in ((folder / "notes.csv", 1), (other, 2), (None, 2)):
        meaning = SetMeaning.of(spec)
        if table != folder / "notes.csv":
            meaning = replace(meaning, table=str(table or ""))
        done, used = rearranged(meaning.onto(spec), listing)
        assert sum(done.left_out.values()) == left
        assert (used is None) is (table is None)


def test_what_is_corrected_is_what_the_options_would_list(draw):
    folder = draw("x/a/1_1.png", "x/b/1_2.png", "y/a/2_1.png", "y/b/2_2.png")
    (folder / "t.csv").write_text("file,dx,who\n1_1.png,m,p\n1_2.png,m,q\n2_1,n,p\n2_2,n,q\n")
    listing = listing_of(folder)
    spec = SourceSpec("folder", str(folder), listing.options)
    given = SetMeaning.of(spec)
    for meaning in (
        given,
        replace(given, layout=Layout(class_level=1, group_pattern="^[^/]*/")),
        replace(given, columns=ColumnUse("file", ("dx",))),
        replace(given, columns=ColumnUse("file", (), "who"), redrawn=True),
        replace(given, table="", layout=Layout(split_level=1, group_level=2)),
    ):
        changed = meaning.onto(spec)
        assert SetMeaning.of(changed) == meaning or not meaning.table
        done, _ = rearranged(changed, listing)
        again = listing_of(folder, *changed.options)
        assert replace(done, options=None) == again


def test_a_column_that_is_not_given_is_none_where_the_column_of_images_is(draw):
    folder = draw("images/1.png", "images/2.png")
    (folder / "labels.csv").write_text("image,finding,patient\n1,x|y,p\n2,x,p\n3,y,q\n")
    listing = listing_of(folder)
    assert (listing.classes, listing.columns) == ((), ("finding",))
    assert listing_of(folder, *listing.options).columns == ("finding",)
    use = (("table", str(folder / "labels.csv")), ("key-column", "image"))
    assert {image.group for image in listing_of(folder, *use).images} == {""}
    assert {image.group for image in listing_of(folder, INFER, *use).images} == {"p"}


def test_a_drawn_evaluation_set_takes_no_part_of_the_set(draw):
    folder = draw(
        *(f"{part}/{k}/{n}.png" for part in ("train", "test") for k in "ab" for n in "12")
    )
    listing = listing_of(folder, INFER, ("parts", "redrawn"))
    assert dict(listing.options)["parts"] == "redrawn"
    assert {image.split for image in listing.images} == {"pool"}
    assert {image.part for image in listing.images} == {"train", "test"}


def test_classes_of_folders_stay_where_a_table_tells_several_labels(draw):
    folder = draw("a/1.png", "b/2.png")
    (folder / "findings.csv").write_text("file,finding\n1.png,x|y\n2.png,x\n")
    listing = listing_of(folder)
    assert listing.classes == ("a", "b")
    assert listing.columns == ("finding",)


def test_a_table_of_something_else_is_none_of_the_set(draw):
    folder = draw("a/1.png", "b/2.png")
    (folder / "costs.csv").write_text("item,price\nchair,7\n")
    (folder / "broken.xlsx").write_bytes(b"PK")
    listing = listing_of(folder)
    assert listing.columns == ()
    assert "table" not in dict(listing.options)


@pytest.mark.parametrize(
    ("option", "text"),
    [
        (("class-level", "x"), "class-level must be a level"),
        (("class-level", "65"), "class-level must be a level"),
        (("group-pattern", "("), "no.*regular expression|not a regular expression"),
        (("layout", "guess"), 'option "layout"'),
        (("parts", "all"), 'option "parts"'),
        (("masks", "no"), 'option "masks"'),
        (("table", "no.csv"), "There is no table"),
        (("labels", "maybe"), 'option "labels"'),
    ],
)
def test_an_option_that_cannot_be_is_one_sentence(draw, option, text):
    with pytest.raises(SourceError, match=text):
        listing_of(draw("a/1.png", "b/2.png"), option)


def test_a_project_keeps_what_was_understood(draw, tmp_path):
    folder = draw(*(f"train/{known}/{n}.png" for known in "ab" for n in range(3)), "test/a/9.png")
    listing = listing_of(folder)
    spec = SourceSpec("folder", str(folder), (INFER,))
    plan = ProjectPlan("p", spec, listing.classes, RunSettings())
    project = Project.create(tmp_path / "project", plan, listing, open_images)
    assert dict(project.settings.spec.options) == {"split-level": "1", "class-level": "2"}
    assert len(project.pool.ids("evaluation")) == 1
    project.close()


def test_inspect_tells_it_to_people_and_to_programs(draw, capsys):
    folder = draw("train/a/1.png", "train/b/2.png", "val/a/3.png")
    shutil.copy(folder / "train/a/1.png", folder / "train/b/4.png")
    assert run(["inspect", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["images"] == found["labelled"] == 4
    assert found["classes"] == {"a": 2, "b": 2}
    assert found["splits"] == {"train": 3, "validation": 1, "test": 0}
    assert found["duplicates"] == 1
    assert run(["inspect", str(folder), "--class-level", "1", "--split-level", "0"]) == 0
    told = capsys.readouterr().out
    assert "2 classes" in told
    assert "1 file has the same content as another one: the two stay together" in told
    (folder / "who.csv").write_text("file,patient\n1.png,p1\n2.png,p1\n9.png,p3\n")
    assert run(["inspect", str(folder), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["left_out"] == {}  # a table that is used is not left out
    assert found["doubts"][0].startswith("1 file has the same content")
    assert found["table"][0] == "2 of 4 images have a row in the table."
    assert run(["inspect", str(folder)]) == 0
    assert "1 row names no image of this set: 9.png." in capsys.readouterr().out


needs_data = pytest.mark.skipif(not SHARED_DATA.is_dir(), reason="no folder with real images")


@needs_data
def test_real_chest_x_rays_with_splits_patients_and_a_flaw():
    spec = SourceSpec("folder", str(SHARED_DATA / "nih1000"), (INFER, ("check", "later")))
    summary = summarise(list_images(spec, SHARED_DATA, lambda done, total: None))
    assert dict(summary.classes) == {"0_normal": 461, "1_abnormal": 450}
    assert summary.splits == {"train": 569, "validation": 163, "test": 179}
    assert (summary.groups, summary.straddling_groups) == (258, 26)


@needs_data
def test_real_slices_of_patients_with_a_table(tmp_path):
    spec = SourceSpec("dicom", str(SHARED_DATA / "dicom_hippo"), (INFER,))
    summary = summarise(list_images(spec, tmp_path, lambda done, total: None))
    assert set(summary.classes) == {"anterior", "both", "none", "posterior"}
    assert (summary.labelled, summary.groups) == (400, 16)
