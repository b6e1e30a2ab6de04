"""What each level of folders means: a split, a class or a group.

Levels count from 1, the first below the set's folder. A set looks like `train/NORMAL/p12/a.png`:
level 1 names splits, level 2 classes, level 3 groups (patients here). What cannot be told from the
names is left without a meaning, and the user corrects whatever was guessed wrong.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from autoal_gui.core.images.source import OfficialSplit
from autoal_gui.core.sets.name_pattern import searched

SPLIT_WORDS: dict[str, OfficialSplit] = {
    "train": "train", "training": "train", "trn": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test", "tst": "test", "eval": "test", "evaluation": "test",
    "validierung": "validation", "validación": "validation", "validacion": "validation",
    "entraînement": "train", "entrainement": "train", "apprentissage": "train",
    "entrenamiento": "train", "prueba": "test", "pruebas": "test",
    "训练": "train", "训练集": "train", "验证": "validation", "验证集": "validation",
    "测试": "test", "测试集": "test",
}  # fmt: skip
FILLERS = frozenset(
    (
        "set", "sets", "data", "dataset", "image", "images", "img", "imgs", "folder", "split",
        "splits", "seg", "stage", "part", "new", "all",
        "fold", "folds", "batch", "chunk", "shard", "jeu", "conjunto", "datos", "bilder", "daten",
    )
)  # fmt: skip
CONTENT_WORDS = FILLERS | frozenset(
    (
        "jpg", "jpeg", "png", "tif", "tiff", "bmp", "dcm", "dicom", "dicoms", "pixels", "raw",
        "photos", "pictures", "pics", "scans", "frames", "slices", "files", "input", "inputs",
        "labeled", "labelled", "unlabeled", "unlabelled", "annotated", "unannotated",
    )
)  # fmt: skip
"""Names of folders that say what the files are, not what they show."""
PART_WORDS = frozenset(
    (
        "part", "subset", "fold", "batch", "chunk", "shard", "split", "disc", "disk", "cd", "dvd",
        "zip", "archive", "teil", "partie", "parte",
    )
)  # fmt: skip
"""Words that, with a number, name a piece of a set that was cut for convenience."""
SITE_WORDS = frozenset(
    (
        "site", "hospital", "clinic", "klinik", "klinikum", "center", "centre", "zentrum",
        "hôpital", "clinique", "clinica", "clínica", "centro", "医院",
    )
)  # fmt: skip
"""Words of places: a level of them is neither class nor patient."""
CLASS_STEMS = frozenset(
    (
        "class", "cls", "label", "grade", "type", "stage", "category", "cat", "birads", "kl",
        "level", "score", "group",
    )
)  # fmt: skip
"""Words that, with a number behind them, name classes: `grade 0`, `class_1`."""
GROUP_STEMS = frozenset(
    (
        "patient", "pat", "pt", "p", "pid", "id", "sample", "donor", "subject", "subj", "sub",
        "case", "study", "series", "slide", "scan", "specimen", "person", "participant", "animal",
        "mouse", "wsi", "image", "img", "exam", "visit", "session",
        "ses", "run", "timepoint", "tp", "day", "week", "month", "acq", "fall", "sujet", "paciente",
    )
)  # fmt: skip
"""Words that, with a number behind them, name groups: `patient 12`, `sub-003`."""
MOST_CLASSES_BY_NUMBER = 30  # more folders with bare numbers are rather patients than classes
LEAST_PER_CLASS = 3  # images of a folder with a bare number that may be a class
NUMBERED = 0.8  # the share of names with a number from which a level counts as numbered
MOST_KINDS = 20  # names without numbers below a class; more are rather patients
_MAGNIFICATION = re.compile(r"x[0-9]+|[0-9]+ ?(x|um|µm|px)", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+")
_DIGITS = re.compile(r"\d+")
_FRAME = re.compile(r"(.+\.[^./]{1,6})/\d+")
_LONG_ID = re.compile(r"(?=.*\d)[0-9a-fA-F.\-]{8,}")


@dataclass(frozen=True)
class Layout:
    """What the levels of folders mean; 0 where no level has that meaning."""

    split_level: int = 0
    class_level: int = 0
    group_level: int = 0
    group_pattern: str = ""
    """A regular expression over the name of the file, or else over the whole key; its group named
    `group`, else its first group, else the whole match, names the group of the image. Empty where
    names say nothing."""

    def split_of(self, key: str) -> OfficialSplit | None:
        """Return the split that the folders of a key name, if they name one."""
        return split_named(folder_at(key, self.split_level))

    def class_of(self, key: str) -> str:
        """Return the class that the folders of a key name; empty where they name none."""
        return class_name(folder_at(key, self.class_level))

    def group_of(self, key: str) -> str:
        """Return the group of a key; empty where nothing names one, and the image stands alone."""
        named = folder_at(key, self.group_level)
        file = file_of(key)
        if self.group_pattern:
            name = file.rpartition("/")[2]
            found = searched(self.group_pattern, name) or searched(self.group_pattern, file)
            named = _matched(found) if found else named
        if not named and file != key:  # the frames of a file belong together
            named = file
        return unicodedata.normalize("NFC", named)


def _matched(found: "regex.Match[str]") -> str:
    if "group" in found.re.groupindex:
        return found["group"] or ""
    return (found[1] if found.re.groups else found[0]) or ""


def file_of(key: str) -> str:
    """Return the file of a key; a frame or page has a number behind its file: `cine.dcm/3`."""
    frame = _FRAME.fullmatch(key)
    return frame[1] if frame else key


def folders_of(key: str) -> tuple[str, ...]:
    """Return the folders of a key, the uppermost first; a file with several frames is none."""
    return tuple(file_of(key).split("/")[:-1])


def folder_at(key: str, level: int) -> str:
    """Return the folder of a key at a level; empty where it does not lie that deep."""
    folders = folders_of(key)
    return folders[level - 1] if 0 < level <= len(folders) else ""


def class_name(folder: str) -> str:
    """Return a folder's name as the name of a class: composed characters, no blanks around it."""
    return unicodedata.normalize("NFC", folder).strip()


def split_named(folder: str) -> OfficialSplit | None:
    """Return the split that a folder's name means, in any case and with fillers.

    >>> split_named("Training_Set"), split_named("valid"), split_named("NORMAL")
    ('train', 'validation', None)
    """
    words = [word.casefold() for word in _WORD.findall(folder)]
    splits = {SPLIT_WORDS[word] for word in words if word in SPLIT_WORDS}
    if len(splits) != 1 or any(w not in SPLIT_WORDS and w not in FILLERS for w in words):
        return None
    return splits.pop()


def infer_layout(keys: Sequence[str], folders: Iterable[str] = ()) -> Layout:
    """Guess what each level of folders means.

    Args:
        keys: paths of the images below the set's folder, with slashes.
        folders: paths of further folders that hold no image, written in the same way: an empty
            class folder is a class all the same.
    """
    levels = folder_levels(keys, folders)
    split = next((level for level, names in levels.items() if _are_splits(names)), 0)
    classes: list[int] = []
    groups: list[int] = []
    numbered: list[int] = []
    for level, names in levels.items():
        if level == split or len(names) < 2 or _are_contents(names):
            continue
        kind = _kind_of(names)
        {"class": classes, "group": groups, "either": numbered}[kind].append(level)
    # `cell1`, `cell2` are groups where another level names classes, else the classes themselves.
    if classes:
        groups = sorted(groups + numbered)
    else:
        classes = numbered
    chosen = _class_level(classes, keys)
    group = groups[0] if groups else 0
    if chosen and not group:  # below the classes, folders of a few images each are groups
        group = next((level for level in classes if level > chosen and _are_many(levels[level])), 0)
    return Layout(split, chosen, group)


def folder_levels(keys: Sequence[str], folders: Iterable[str]) -> dict[int, Counter[str]]:
    """Return how many images lie below each name of each level; empty folders have none.

    Args:
        keys: see `infer_layout`.
        folders: see `infer_layout`.
    """
    levels: dict[int, Counter[str]] = defaultdict(Counter)
    for key in keys:
        for level, name in enumerate(folders_of(key), start=1):
            levels[level][name] += 1
    for folder in folders:
        for level, name in enumerate(folder.split("/"), start=1):
            levels[level].setdefault(name, 0)
    return dict(sorted(levels.items()))


def _are_splits(names: Counter[str]) -> bool:
    """Say whether a level names splits: two or more, or one beside folders without an image."""
    found = {split_named(name) for name in names}
    return None not in found and len(found) > 1


def _are_contents(names: Counter[str]) -> bool:
    """Say whether the names of a level say what the files are, or where they come from."""
    return all(map(_is_content, names)) or all(map(_MAGNIFICATION.fullmatch, names))


def _is_content(name: str) -> bool:
    words = {word.casefold() for word in _WORD.findall(name)}
    if words & SITE_WORDS or (words & PART_WORDS and _DIGITS.search(name)):
        return True
    return bool(words) and words <= CONTENT_WORDS


def _kind_of(names: Counter[str]) -> Literal["class", "group", "either"]:
    """Say whether the names of a level are those of classes or, one by one, codes as patients have.

    Names that one unknown word and small numbers make can be either.
    """
    stems = {_DIGITS.sub("", name).strip(" _-.").casefold() for name in names}
    if _share_with_numbers(names) < NUMBERED:
        return "class"
    words = {word for stem in stems for word in _WORD.findall(stem)}
    if words & GROUP_STEMS or all(_LONG_ID.fullmatch(name) for name in names):
        return "group"
    if words & CLASS_STEMS:
        return "class"
    if not words:
        return "class" if _may_be_classes_by_number(names) else "group"
    if len(stems) > max(1, 0.2 * len(names)):
        return "class"
    padded = all(len(max(_DIGITS.findall(name) or [""], key=len)) > 2 for name in names)
    return "group" if padded or len(names) > MOST_CLASSES_BY_NUMBER else "either"


def _may_be_classes_by_number(names: Counter[str]) -> bool:
    """Say whether bare numbers are classes: few, small, and each with some images."""
    if len(names) > MOST_CLASSES_BY_NUMBER or any(len(name.strip()) > 2 for name in names):
        return False
    return sorted(names.values())[len(names) // 2] >= LEAST_PER_CLASS


def _class_level(levels: Sequence[int], keys: Sequence[str]) -> int:
    """Return which of several levels names the classes: one whose names recur in other branches.

    In `patient/CLASS` each class stands under many patients; in `class/sub-class` none recurs, and
    the upper level is taken.
    """
    for level in levels:
        branches: dict[str, set[tuple[str, ...]]] = defaultdict(set)
        for key in keys:
            if name := folder_at(key, level):
                branches[name].add(folders_of(key)[: level - 1])
        if level > 1 and any(len(found) > 1 for found in branches.values()):
            return level
    return levels[0] if levels else 0


def _are_many(names: Counter[str]) -> bool:
    """Say whether a level splits a set into many small folders, as patients do.

    Names without numbers are rather kinds of a class, unless there are very many.
    """
    is_numbered = _share_with_numbers(names) >= NUMBERED
    is_fine = max(names.values()) * 4 <= sum(names.values())
    return is_fine and len(names) > (2 if is_numbered else MOST_KINDS)


def _share_with_numbers(names: Counter[str]) -> float:
    return sum(bool(_DIGITS.search(name)) for name in names) / len(names)
