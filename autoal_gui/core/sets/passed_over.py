"""Files and folders that are no images of a set: what systems put there, thumbnails and masks."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

SYSTEM_FOLDERS = frozenset(
    name.casefold()
    for name in (
        "@eaDir", "#recycle", "@Recycle", "@Recently-Snapshot", "#snapshot", "$RECYCLE.BIN",
        "RECYCLER", "System Volume Information", "__MACOSX", "lost+found", ".AppleDouble",
        ".Spotlight-V100", ".Trashes", ".fseventsd", ".TemporaryItems", "Network Trash Folder",
        "@tmp", "found.000", "__pycache__", ".ipynb_checkpoints", "node_modules",
    )
)  # fmt: skip
SYSTEM_FILES = frozenset(("thumbs.db", "ehthumbs.db", "desktop.ini", "iconcache.db", "icon\r"))
THUMBNAIL_FOLDERS = frozenset(
    ("thumbs", "thumb", "thumbnails", "thumbnail", ".thumbnails", ".thumbs", "_thumbs")
)
THUMBNAIL_FILES = re.compile(r"synophoto_thumb_|synofile_thumb_|^(tn|thumb)_", re.IGNORECASE)
MASK_FOLDERS = frozenset(
    (
        "mask", "masks", "segmentation", "segmentations", "seg", "segs", "annotation",
        "annotations", "groundtruth", "ground_truth", "ground truth", "gt", "superpixels",
    )
)  # fmt: skip
MASK_STEM = re.compile(
    r"^(?P<image>.+?)[ _\-.]?(?:mask|masks|seg|segmentation|superpixels|groundtruth|gt|lesion)"
    r"(?:[ _\-]?\d+)?$",
    re.IGNORECASE,
)


def is_system_folder(name: str) -> bool:
    """Say whether an operating system or a file server made a folder, for itself or for previews.

    A name that begins with a dot is hidden, and counts too.
    """
    folded = name.casefold()
    return folded.startswith(".") or folded in SYSTEM_FOLDERS or folded in THUMBNAIL_FOLDERS


def is_system_file(name: str) -> bool:
    """Say whether a system made a file for itself: hidden, an index, a thumbnail."""
    folded = name.casefold()
    return folded.startswith(".") or folded in SYSTEM_FILES or bool(THUMBNAIL_FILES.search(name))


def masks_among(keys: Sequence[str]) -> frozenset[str]:
    """Return the keys of files that outline what another file of the set shows.

    A mask is named after an image that is there (`a.png` and `a_mask.png`), or lies in a folder of
    masks that stands beside a folder of images. A word alone makes no mask: where every file is
    called so, the masks are what the set is of.
    """
    there = frozenset(keys)
    found = {key for key in keys if _names_an_image(key, there)}
    return frozenset(found | _in_mask_folders(keys))


def _names_an_image(key: str, keys: frozenset[str]) -> bool:
    name = key.rpartition("/")[2]
    match = MASK_STEM.match(name.rpartition(".")[0])
    if match is None:
        return False
    path, image = PurePosixPath(key), match["image"].rstrip(" _-.")
    endings = (path.suffix, ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".bmp")
    return any(str(path.with_name(image + ending)) in keys for ending in endings)


def _in_mask_folders(keys: Iterable[str]) -> set[str]:
    """Return what lies in a folder of masks whose parent has images elsewhere."""
    inside: dict[str, set[str]] = defaultdict(set)
    beside: dict[str, int] = defaultdict(int)
    for key in keys:
        folders = key.split("/")[:-1]
        for place, name in enumerate(folders):
            parent = "/".join(folders[:place])
            if name.casefold() in MASK_FOLDERS:
                inside[parent].add(key)
                break
            beside[parent] += 1
        else:
            beside["/".join(folders)] += 1
    return {key for parent, found in inside.items() if beside[parent] for key in found}
