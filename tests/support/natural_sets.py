"""Small sets in the layouts of CIFAR, SVHN and TinyImageNet."""

import struct
from pathlib import Path

import numpy as np
from PIL import Image

RNG = np.random.default_rng(0)


def python2_pickle(value):
    """What Python 2's `cPickle.dumps(value, 2)` writes, as in CIFAR's published files."""
    return b"\x80\x02" + _python2(value) + b"."


def _python2(value):
    if isinstance(value, str | bytes):
        raw = value.encode() if isinstance(value, str) else value
        head = b"U" + bytes([len(raw)]) if len(raw) < 256 else b"T" + struct.pack("<i", len(raw))
        return head + raw
    if isinstance(value, int):
        if 0 <= value < 256:
            return b"K" + bytes([value])
        return b"J" + struct.pack("<i", value)
    if isinstance(value, list):
        return b"](" + b"".join(map(_python2, value)) + b"e"
    if isinstance(value, dict):
        return b"}(" + b"".join(_python2(k) + _python2(v) for k, v in value.items()) + b"u"
    rows, columns = value.shape
    return (
        b"cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85U\x01b\x87R(K\x01"
        + _python2(rows) + _python2(columns) + b"\x86"
        + b"cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xff"
        + b"K\x00tb\x89" + _python2(value.tobytes()) + b"tb"
    )  # fmt: skip


def noise(labels, side, part):
    """(n, side, side, 3) random colours, an image a label."""
    return RNG.integers(0, 256, (len(labels), side, side, 3), dtype=np.uint8)


def write_cifar(
    root: Path,
    name="cifar10",
    each=4,
    classes=("cat", "dog"),
    dump=python2_pickle,
    draw=noise,
):
    """Write a set into its own folder below `root`; return (images, labels) of each part."""
    folder = root / {"cifar10": "cifar-10-batches-py", "cifar100": "cifar-100-python"}[name]
    folder.mkdir(parents=True)
    key, of = (
        ("labels", "label_names") if name == "cifar10" else ("fine_labels", "fine_label_names")
    )
    train = [f"data_batch_{n}" for n in range(1, 6)] if name == "cifar10" else ["train"]
    test = "test_batch" if name == "cifar10" else "test"
    found = {"train": ([], []), "test": ([], [])}
    for file in [*train, test]:
        part = "test" if file == test else "train"
        labels = [n % len(classes) for n in range(each)]
        images = draw(labels, 32, part)
        content = {
            "batch_label": "a batch",
            key: labels,
            "data": np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(each, -1),
            "filenames": [f"{n}.png" for n in range(each)],
        }
        if name == "cifar100":
            content["coarse_labels"] = [0] * each
        (folder / file).write_bytes(dump(content))
        found[part][0].extend(images)
        found[part][1].extend(labels)
    meta = "batches.meta" if name == "cifar10" else "meta"
    (folder / meta).write_bytes(dump({of: list(classes), "num_vis": 3072}))
    return found


def write_svhn(root: Path, each=6, compress=True, draw=noise):
    """Write both files; return (images, digits) of each part."""
    from scipy.io import savemat

    root.mkdir(parents=True, exist_ok=True)
    found = {}
    for part in ("train", "test"):
        digits = np.arange(each) % 10
        images = draw(digits.tolist(), 32, part)
        stored = np.where(digits == 0, 10, digits).astype(np.uint8)[:, None]
        content = {"X": images.transpose(1, 2, 3, 0), "y": stored}
        savemat(root / f"{part}_32x32.mat", content, do_compression=compress)
        found[part] = (images, digits.tolist())
    return found


def write_tiny_imagenet(root: Path, each=3, classes=None, side=64, validating=1, draw=noise):
    """Write the folders of a small TinyImageNet; `classes` gives the words of each id."""
    classes = classes or {"n02124075": "Egyptian cat", "n01443537": "goldfish, Carassius auratus"}
    place = root / "tiny-imagenet-200"
    (place / "val" / "images").mkdir(parents=True)
    (place / "test" / "images").mkdir(parents=True)
    (place / "wnids.txt").write_text("\n".join(classes))
    words = classes | {"n00001740": "entity"}
    (place / "words.txt").write_text("".join(f"{one}\t{name}\n" for one, name in words.items()))
    lines = []
    for number, one in enumerate(classes):
        folder = place / "train" / one / "images"
        folder.mkdir(parents=True)
        for n, image in enumerate(draw([number] * each, side, "train")):
            Image.fromarray(image).save(folder / f"{one}_{n}.JPEG")
        for image in draw([number] * validating, side, "test"):
            Image.fromarray(image).save(place / f"val/images/val_{len(lines)}.JPEG")
            lines.append(f"val_{len(lines)}.JPEG\t{one}\t0\t0\t62\t62")
    Image.fromarray(draw([0], side, "test")[0]).save(place / "test/images/test_0.JPEG")
    (place / "val" / "val_annotations.txt").write_text("\n".join(lines))
    return place
