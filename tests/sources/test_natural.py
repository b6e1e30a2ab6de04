"""CIFAR, SVHN and TinyImageNet in the layouts that torchvision's users have on their disks."""

import hashlib
import io
import pickle
import shutil
import tarfile
import tracemalloc
import zipfile
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest

from autoal_gui.core.errors import Cancelled, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.system import plain_pickle
from autoal_gui.sources import natural
from autoal_gui.sources.natural_sets.array_pickle import WRONG, read_array_pickle
from autoal_gui.sources.natural_sets.catalogue import SETS, Published
from autoal_gui.sources.opening import list_images, open_images, spec_of
from tests.support.natural_sets import (
    python2_pickle,
    write_cifar,
    write_svhn,
    write_tiny_imagenet,
)


def quiet(done, total):
    """Take no notice."""


@pytest.fixture
def sets(tmp_path):
    return tmp_path / "sets"


@pytest.fixture
def workspace(tmp_path):
    return tmp_path / "workspace"


def opened(data, workspace):
    spec = spec_of(str(data))
    return list_images(spec, workspace, quiet), open_images(spec, workspace)


def check(found, known):
    """Compare a listing and its reader with the images and labels of each part."""
    listing, reader = found
    for part, (images, labels) in known.items():
        there = [image for image in listing.images if image.part == part]
        assert [image.label for image in there] == labels
        assert {image.split for image in there} == {"pool" if part == "train" else "evaluation"}
        for image, pixels in zip(there, images, strict=True):
            np.testing.assert_array_equal(reader.read(image.key), pixels)


# -- the layouts ---------------------------------------------------------------------------------


def test_layouts_and_checksums_are_torchvisions_which_reads_the_same(sets, monkeypatch):
    from torchvision.datasets import CIFAR10, CIFAR100, SVHN

    for name, theirs in (("cifar10", CIFAR10), ("cifar100", CIFAR100)):
        (one,) = SETS[name].published
        assert (one.url, one.md5) == (theirs.url, theirs.tgz_md5)
        assert SETS[name].folder == theirs.base_folder
        files = [file for file, _ in (*theirs.train_list, *theirs.test_list)]
        assert set(natural.cifar.files_of(name)) == {theirs.meta["filename"], *files}
    for one, part in zip(SETS["svhn"].published, ("train", "test"), strict=True):
        assert [one.url, one.name, one.md5] == SVHN.split_list[part]
    cifar, svhn = write_cifar(sets)["train"], write_svhn(sets)["train"]
    monkeypatch.setattr(CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr(CIFAR10, "_load_meta", lambda self: None)
    monkeypatch.setattr(SVHN, "_check_integrity", lambda self: True)
    for found, (images, labels) in ((CIFAR10(sets), cifar), (SVHN(sets), svhn)):
        assert [int(label) for _, label in found] == labels
        np.testing.assert_array_equal([np.asarray(image) for image, _ in found], images)


@pytest.mark.parametrize("name", ["cifar10", "cifar100"])
def test_cifar_is_read_as_python_2_wrote_it(name, sets, workspace):
    known = write_cifar(sets, name)
    found = opened(sets, workspace)
    check(found, known)
    assert found[0].classes == ("cat", "dog")


@pytest.mark.parametrize("protocol", [2, 5])
def test_cifar_that_a_later_python_wrote_is_read(protocol, sets, workspace):
    known = write_cifar(sets, dump=partial(pickle.dumps, protocol=protocol))
    check(opened(sets, workspace), known)


@pytest.mark.parametrize("compress", [True, False])
def test_svhn_is_read_and_its_tens_are_zeros(compress, sets, workspace):
    known = write_svhn(sets, 12, compress)
    found = opened(sets, workspace)
    check(found, known)
    assert found[0].classes == tuple("0123456789")


def test_tiny_imagenet_is_listed_with_val_as_its_test_set_and_no_image_opened(sets, workspace):
    place = write_tiny_imagenet(sets)
    (place / "train/n02124075/images/n02124075_0.JPEG").write_bytes(b"no image")
    (place / "val/images/val_9.JPEG").write_bytes(b"no image")
    listing, reader = opened(sets, workspace)
    assert listing.classes == ("goldfish", "Egyptian cat")
    assert [(i.label, i.part, i.split) for i in listing.images] == [
        *3 * [(0, "train", "pool")], *3 * [(1, "train", "pool")],
        (1, "test", "evaluation"), (0, "test", "evaluation"),
    ]  # fmt: skip
    assert [count for _, count in listing.passed_over] == [1, 1]
    assert reader.read(listing.images[-1].key).shape == (64, 64, 3)
    (place / "val/images/val_1.JPEG").unlink()
    assert [key for key, _ in opened(sets, workspace)[0].unreadable] == ["val/images/val_1.JPEG"]


def test_classes_of_the_same_first_word_have_all_their_words(sets, workspace):
    words = {"n02012849": "crane, bird", "n03126707": "crane, lift"}
    write_tiny_imagenet(sets, classes=words)
    assert opened(sets, workspace)[0].classes == ("crane, bird", "crane, lift")


# -- finding a set -------------------------------------------------------------------------------


def test_a_set_is_found_by_its_folder_by_the_one_around_it_and_by_its_name(
    sets, monkeypatch, tmp_path
):
    write_cifar(sets)
    place = sets / "cifar-10-batches-py"
    wanted = SourceSpec("natural", str(place), (("set", "cifar10"),))
    monkeypatch.chdir(sets)
    names = [str(sets), str(place), "cifar10", "CIFAR10", f"cifar10:{sets}"]
    assert [spec_of(name) for name in names] == 5 * [wanted]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(natural, "FOLDER", tmp_path / "none")
    with pytest.raises(SourceError, match="CIFAR-10 is neither in this folder nor in"):
        spec_of("cifar10")
    monkeypatch.setattr(natural, "FOLDER", sets)
    assert spec_of("cifar10") == wanted
    with pytest.raises(SourceError, match="SVHN is not in"):
        spec_of(f"svhn:{sets}")


def test_a_folder_of_several_sets_is_asked_about(sets):
    write_cifar(sets)
    write_svhn(sets)
    with pytest.raises(SourceError, match=r"several sets \(CIFAR-10, SVHN\)"):
        spec_of(str(sets))
    assert spec_of(f"svhn:{sets}").option("set") == "svhn"


def test_a_project_of_arrays_opens_without_their_files(sets, workspace):
    known = write_cifar(sets)
    spec = spec_of(str(sets))
    listing = list_images(spec, workspace, quiet)
    shutil.rmtree(sets)
    check((listing, open_images(spec, workspace)), known)
    shutil.rmtree(workspace)
    write_cifar(sets)
    list_images(spec, workspace, quiet)
    for copy in workspace.glob("*.npy"):
        copy.unlink()
    shutil.rmtree(sets)
    write_cifar(sets)
    with pytest.raises(SourceError, match="not the one"):
        open_images(spec, workspace)


# -- damaged and hostile files -------------------------------------------------------------------


BOMB = 20_000
HOSTILE = {
    "a call": b"\x80\x02cposix\nsystem\nU\x04true\x85R.",
    "a call by text": b"\x80\x04\x8c\x05posix\x8c\x06system\x93\x8c\x04true\x85R.",
    "numpy's own loader": b"\x80\x02cnumpy\nload\nU\x04file\x85R.",
    "nested tuples": b"\x80\x02)" + BOMB * b"\x85" + b".",
    "nested lists": b"\x80\x02" + BOMB * b"](" + BOMB * b"e" + b".",
    "marks": b"\x80\x02" + BOMB * b"(" + b".",
    "a long list": b"\x80\x02](" + 5 * BOMB * b"K\x00" + b"e.",
    "one text again and again": b"\x80\x02c_codecs\nencode\nq\x00X\x00\x00\x04\x00" + 2**18 * b"a"
    + b"U\x06latin1\x86q\x01](" + BOMB * b"h\x00h\x01R" + b"e.",
    "a shape without content": python2_pickle(np.zeros((2, 2), np.uint8)).replace(
        b"K\x02K\x02\x86", b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86"
    ),
    "an array of objects": python2_pickle(np.zeros((2, 2), np.uint8)).replace(b"u1", b"O8"),
    "a text longer than the file": b"\x80\x02T\xff\xff\xff\x7fabc.",
    "nothing": b"",
    "cut off": python2_pickle({"data": np.zeros((9, 99), np.uint8)})[:-300],
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_pickle_is_refused_within_bounded_memory(kind, sets, workspace, monkeypatch):
    write_cifar(sets)
    (sets / "cifar-10-batches-py" / "data_batch_3").write_bytes(HOSTILE[kind])
    monkeypatch.setattr(plain_pickle, "MOST_STEPS", 4 * BOMB)  # the real bound takes seconds
    tracemalloc.start()
    try:
        with pytest.raises(SourceError, match="data_batch_3 is damaged, or holds what no file"):
            opened(sets, workspace)
        assert tracemalloc.get_traced_memory()[1] < 2**25
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_a_pickle_that_is_cut_anywhere_is_refused(cut):
    whole = python2_pickle({"data": np.zeros((2, 3), np.uint8), "labels": [1, 300]})
    with pytest.raises(WRONG):
        read_array_pickle(whole[: len(whole) * cut // 60])


def write_batch(sets, **changed):
    content = {"data": np.zeros((2, 3072), np.uint8), "labels": [0, 1]} | changed
    (sets / "cifar-10-batches-py" / "test_batch").write_bytes(python2_pickle(content))


@pytest.mark.parametrize(
    "changed",
    [
        {"labels": [0, 2]},
        {"labels": [0]},
        {"labels": ["cat", "dog"]},
        {"labels": {}},
        {"data": np.zeros((2, 3071), np.uint8)},
        {"data": [0, 1]},
    ],
)
def test_a_batch_that_does_not_fit_is_refused(changed, sets, workspace):
    write_cifar(sets)
    write_batch(sets, **changed)
    with pytest.raises(SourceError, match="test_batch is damaged"):
        opened(sets, workspace)


def test_a_missing_file_is_named(sets, workspace):
    write_cifar(sets)
    (sets / "cifar-10-batches-py" / "data_batch_4").unlink()
    with pytest.raises(SourceError, match="data_batch_4 of the set is missing"):
        opened(sets, workspace)


def test_damaged_files_of_svhn_are_refused(sets, workspace):
    from scipy.io import savemat

    write_svhn(sets)
    file = sets / "train_32x32.mat"
    whole = file.read_bytes()
    digits = np.ones((6, 1), np.uint8)
    others = [
        {"X": np.zeros((32, 32, 3, 6), np.uint8)},
        {"X": np.zeros((32, 32, 3, 6), np.uint8), "y": digits * 11},
        {"X": np.zeros((32, 32, 3, 6), np.uint8), "y": digits[:5]},
        {"X": np.zeros((32, 32, 3, 6)), "y": digits},
        {"X": np.zeros((32, 32, 3, 6), np.complex64), "y": digits},
        {"X": np.zeros((32, 32, 4, 6), np.uint8), "y": digits},
        {"X": np.array(["text"]), "y": digits},
    ]
    damaged = [b"", whole[:100], whole[:140], whole[: len(whole) // 2], whole[:130] + whole[140:]]
    for content in (*others, *damaged):
        if isinstance(content, bytes):
            file.write_bytes(content)
        else:
            savemat(file, content)
        with pytest.raises(SourceError, match=r"train_32x32\.mat is damaged"):
            opened(sets, workspace)


def test_damaged_texts_of_tiny_imagenet_are_refused(sets, workspace):
    place = write_tiny_imagenet(sets)
    for content in (b"", b"../../etc\n", b"\xff\xfe"):
        (place / "wnids.txt").write_bytes(content)
        with pytest.raises(SourceError, match=r"wnids\.txt is damaged"):
            opened(sets, workspace)
    (place / "wnids.txt").write_text("n00000001\n")
    with pytest.raises(SourceError, match="no training image"):
        opened(sets, workspace)


# -- downloads -----------------------------------------------------------------------------------


class Handler(BaseHTTPRequestHandler):
    """Serves contents by path, in ranges; the first answers are cut after half of them."""

    def __init__(self, site, *args):
        self.site = site
        super().__init__(*args)

    def do_GET(self):
        content = self.site["contents"][self.path]
        begin = self.headers.get("Range", "")
        start = int(begin.removeprefix("bytes=").removesuffix("-")) if begin else 0
        self.site["asked"].append(start)
        if start and not self.site["ranges"]:
            start, begin = 0, ""
        if start >= len(content) > 0:
            self.send_error(416)
            return
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.site["cuts"] -= 1
        end = (len(content) + start) // 2 if self.site["cuts"] >= 0 else len(content)
        self.wfile.write(content[start:end])

    def log_message(self, *args):
        """Say nothing."""


@contextmanager
def served(monkeypatch, name, contents, cuts=0, ranges=True):
    """Serve the published files of a set."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    site = {"contents": {}, "asked": [], "cuts": cuts, "ranges": ranges}
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, site))
    thread = Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    published = []
    for file, content in contents.items():
        site["contents"][f"/{file}"] = content
        url = f"http://127.0.0.1:{server.server_address[1]}/{file}"
        published.append(Published(url, hashlib.md5(content).hexdigest()))  # noqa: S324
    monkeypatch.setitem(SETS, name, replace(SETS[name], published=tuple(published)))
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def tarred(place):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        archive.add(place, place.name)
        archive.addfile(tarfile.TarInfo("../outside"), io.BytesIO())
    return buffer.getvalue()


def zipped(place):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for file in sorted(place.rglob("*")):
            archive.write(file, str(file.relative_to(place.parent)))
        archive.writestr("tiny-imagenet-200/../outside", b"")
    return buffer.getvalue()


def published(name, root):
    """The files that a small set is published in."""
    if name == "svhn":
        write_svhn(root)
        return {file.name: file.read_bytes() for file in sorted(root.iterdir(), reverse=True)}
    if name == "tinyimagenet":
        return {"tiny-imagenet-200.zip": zipped(write_tiny_imagenet(root))}
    write_cifar(root, name)
    (place,) = root.iterdir()
    return {f"{name}.tar.gz": tarred(place)}


def downloading(name, folder):
    return SourceSpec("natural", str(folder), (("set", name), ("download", "yes")))


@pytest.mark.parametrize("name", SETS)
def test_a_cut_download_is_continued_checked_and_unpacked(name, sets, tmp_path, monkeypatch):
    contents = published(name, tmp_path / "theirs")
    spec = downloading(name, sets)
    with served(monkeypatch, name, contents, cuts=2) as site:
        for _ in range(2):
            with pytest.raises(SourceError, match="connection was lost"):
                list_images(spec, tmp_path / "w", quiet)
        listing = list_images(spec, tmp_path / "w", quiet)
        first = len(next(iter(contents.values())))
        assert site["asked"][:3] == [0, first // 2, (first + first // 2) // 2]
        assert list_images(spec, tmp_path / "w", quiet) == listing
        assert len(site["asked"]) == 2 + len(contents)
    assert {image.split for image in listing.images} == {"pool", "evaluation"}
    left = {"train_32x32.mat", "test_32x32.mat"} if name == "svhn" else {SETS[name].folder}
    assert {file.name for file in sets.iterdir()} == left
    assert not (tmp_path / "outside").exists()


def test_a_server_that_knows_no_ranges_sends_all_again(sets, tmp_path, monkeypatch):
    contents = published("cifar10", tmp_path / "theirs")
    with served(monkeypatch, "cifar10", contents, cuts=1, ranges=False):
        with pytest.raises(SourceError, match="connection was lost"):
            list_images(downloading("cifar10", sets), tmp_path / "w", quiet)
        assert list_images(downloading("cifar10", sets), tmp_path / "w", quiet).images


def test_what_is_not_what_was_published_is_fetched_anew(sets, tmp_path, monkeypatch):
    contents = published("svhn", tmp_path / "theirs")
    sets.mkdir()
    (sets / "train_32x32.mat.part").write_bytes(b"something else")
    with served(monkeypatch, "svhn", contents):
        with pytest.raises(SourceError, match="checksum is wrong"):
            list_images(downloading("svhn", sets), tmp_path / "w", quiet)
        assert not list(sets.iterdir())
        too_long = contents["train_32x32.mat"] + b"x"
        (sets / "train_32x32.mat.part").write_bytes(too_long)
        assert list_images(downloading("svhn", sets), tmp_path / "w", quiet).images


def test_a_download_that_was_stopped_keeps_what_has_arrived(sets, tmp_path, monkeypatch):
    def stop(done, total):
        if done:
            raise Cancelled("stopped")

    contents = published("svhn", tmp_path / "theirs")
    with served(monkeypatch, "svhn", contents) as site:
        with pytest.raises(Cancelled):
            list_images(downloading("svhn", sets), tmp_path / "w", stop)
        (part,) = sets.iterdir()
        assert part.name == "train_32x32.mat.part"
        assert part.stat().st_size
        list_images(downloading("svhn", sets), tmp_path / "w", quiet)
        assert site["asked"].count(0) == 2  # once for each file


def test_no_set_is_downloaded_unasked(sets, tmp_path, monkeypatch):
    with served(monkeypatch, "svhn", {"train_32x32.mat": b"", "test_32x32.mat": b""}) as site:
        with pytest.raises(SourceError, match="SVHN is not in"):
            natural.list_images(
                SourceSpec("natural", str(sets), (("set", "svhn"),)), tmp_path, quiet
            )
        assert not site["asked"]
    assert not Path(sets).exists()
