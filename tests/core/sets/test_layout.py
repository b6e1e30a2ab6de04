"""Levels of folders are understood by their names, in the ways that people sort their images."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.sets.layout import Layout, class_name, file_of, infer_layout, split_named

PATIENTS = [f"pat{patient:02d}" for patient in range(8)]


@pytest.mark.parametrize(
    ("keys", "layout"),
    [
        (["a.png", "b.png"], Layout()),
        (["images/a.png", "images/b.png"], Layout()),
        (["benign/1.png", "malignant/2.png"], Layout(class_level=1)),
        (["set/benign/1.png", "set/malignant/2.png"], Layout(class_level=2)),
        (
            ["train/NORMAL/1.png", "val/NORMAL/2.png", "test/PNEUMONIA/3.png"],
            Layout(split_level=1, class_level=2),
        ),
        (
            ["chest/Training_Set/a/1.png", "chest/Testing_Set/b/1.png"],
            Layout(split_level=2, class_level=3),
        ),
        (
            [
                f"{c}/{p}/img{n}.png"
                for c in ("benign", "malignant")
                for p in PATIENTS
                for n in (1, 2)
            ],
            Layout(class_level=1, group_level=2),
        ),
        (
            [f"{p}/{c}/img.png" for c in ("benign", "malignant") for p in PATIENTS],
            Layout(class_level=2, group_level=1),
        ),
        ([f"HIPPO-{n:03d}/{s}.dcm" for n in range(9) for s in range(3)], Layout(group_level=1)),
        ([f"{n:05d}/{s}.dcm" for n in range(9) for s in range(3)], Layout(group_level=1)),
        ([f"{digit}/{n}.png" for digit in range(10) for n in range(5)], Layout(class_level=1)),
        ([f"grade_{grade}/{n}.png" for grade in range(5) for n in range(2)], Layout(class_level=1)),
        (
            [f"{n * 7919 % 99991:08x}-{n:04x}/a.png" for n in range(9)],
            Layout(group_level=1),
        ),
        (["a/images/1.png", "b/images/1.png"], Layout(class_level=1)),
        ([f"kind {n}/1.png" for n in range(12)], Layout(class_level=1)),
        (
            [f"cell{n}/sick/1.png" for n in range(3)] + ["cell4/well/1.png"],
            Layout(class_level=2, group_level=1),
        ),
        ([f"case {n}/1.png" for n in range(3)], Layout(group_level=1)),
        (
            [f"neg/pat{n}.dcm/{frame}" for n in range(3) for frame in range(4)]
            + [f"pos/pat{n}.dcm/{frame}" for n in range(3, 6) for frame in range(4)],
            Layout(class_level=1),
        ),
        (["cine.dcm/1", "cine.dcm/2"], Layout()),
        ([f"p{n}/{s}.dcm" for n in range(3) for s in range(2)], Layout(group_level=1)),
        (
            ["Entrenamiento/a/1.png", "Prueba/b/2.png", "Prueba/a/3.png"],
            Layout(split_level=1, class_level=2),
        ),
        (["训练集/正常/1.png", "测试集/异常/2.png"], Layout(split_level=1, class_level=2)),
        (
            ["labeled/a/1.png", "labeled/b/2.png", "unlabeled/x/3.png"],
            Layout(class_level=2),
        ),
        ([f"HAM10000_images_part_{p}/{n}.jpg" for p in (1, 2) for n in range(5)], Layout()),
        (
            [
                f"{k}/{t}/{k}_{t}-14-{s}/{x}X/1.png"
                for k in ("benign", "malignant")
                for t in (f"{k}ic", f"{k}ish")
                for s in range(3)
                for x in (40, 100)
            ],
            Layout(class_level=1, group_level=3),
        ),
        (
            [
                f"{o}_set/{o}_{k}/{n}.png"
                for o in ("colon", "lung")
                for k in "abc"
                for n in range(4)
            ],
            Layout(class_level=1),
        ),
        (
            [f"Klinik {k}/Patient {p}/{n}.jpg" for k in "AB" for p in range(4) for n in range(2)],
            Layout(group_level=2),
        ),
        (
            [
                f"sub-{p:03d}/ses-0{v}/anat/{n}.png"
                for p in range(5)
                for v in (1, 2)
                for n in (1, 2)
            ],
            Layout(group_level=1),
        ),
        ([f"fold{n}/{c}/{n}.png" for n in range(5) for c in "ab"], Layout(class_level=2)),
        (["one.dcm/1", "one.dcm/2", "two.dcm/1"], Layout()),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_a_layout_is_understood(keys, layout):
    assert infer_layout(keys) == layout


def test_an_empty_folder_beside_a_class_is_a_class():
    assert infer_layout(["full/1.png"], ["empty"]) == Layout(class_level=1)
    assert infer_layout(["full/1.png"]) == Layout()


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("train", "train"), ("Training", "train"), ("train_images", "train"), ("VAL", "validation"),
        ("valid", "validation"), ("dev-set", "validation"), ("test2", "test"), ("Eval", "test"),
        ("seg_test", "test"), ("trained", None), ("test_positive", None), ("", None), ("7", None),
        ("train_test", None),
    ],
)  # fmt: skip
def test_names_of_splits(name, split):
    assert split_named(name) == split


def test_a_pattern_is_looked_for_in_the_name_before_the_folders():
    layout = Layout(group_pattern=r"(\d+)_")
    assert layout.group_of("0_normal/17_3.png") == "17"
    assert layout.group_of("patient9_a/b.png") == "9"


def test_what_a_key_says_under_a_layout():
    layout = Layout(split_level=1, class_level=2, group_level=3)
    assert layout.split_of("train/NORMAL/p7/a.png") == "train"
    assert layout.class_of("train/NORMAL/p7/a.png") == "NORMAL"
    assert layout.group_of("train/NORMAL/p7/a.png") == "p7"
    assert layout.class_of("a.png") == layout.group_of("a.png") == ""
    assert layout.split_of("a.png") is None


def test_frames_of_a_file_belong_together():
    assert file_of("neg/pat0.dcm/12") == "neg/pat0.dcm"
    assert Layout().group_of("neg/pat0.dcm/12") == "neg/pat0.dcm"
    assert Layout(class_level=1).class_of("neg/pat0.dcm/12") == "neg"
    assert Layout().group_of("2024/12") == ""


@pytest.mark.parametrize(
    ("pattern", "group"),
    [(r"(\d+)_\d+\.png$", "00000002"), (r"(?P<group>\d{8})", "00000002"), (r"\d{8}", "00000002"),
     (r"(x)?00000002", ""), ("never", "")],
)  # fmt: skip
def test_a_pattern_names_the_group(pattern, group):
    assert Layout(group_pattern=pattern).group_of("train/00000002_013.png") == group


def test_two_spellings_of_one_name_are_one_class():
    assert class_name("Cafe\N{COMBINING ACUTE ACCENT} ") == "Caf\N{LATIN SMALL LETTER E WITH ACUTE}"


KEYS = st.lists(st.text("ab/1._- té", min_size=1, max_size=20), max_size=20)


@given(KEYS, st.lists(st.text("ab/1", min_size=1, max_size=9), max_size=4))
def test_any_names_give_levels_that_are_there(keys, folders):
    layout = infer_layout(keys, folders)
    deepest = max(
        [key.count("/") for key in keys] + [folder.count("/") + 1 for folder in folders] + [0]
    )
    used = [
        level for level in (layout.split_level, layout.class_level, layout.group_level) if level
    ]
    assert all(0 < level <= deepest for level in used)
    assert len(set(used)) == len(used)
    for key in keys:
        layout.split_of(key), layout.class_of(key), layout.group_of(key)


@given(KEYS)
def test_the_order_of_the_files_changes_nothing(keys):
    assert infer_layout(keys) == infer_layout(keys[::-1])
