import hashlib
import threading
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from autoal_gui.core.errors import Cancelled, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources import medmnist
from autoal_gui.sources.downloads.catalogue import class_names, official

FLAG = "breastmnist"


def no_progress(done, total):
    pass


class Handler(BaseHTTPRequestHandler):
    """Serves one content; what else it does hangs on the path."""

    def __init__(self, server, *args):
        self.site = server
        super().__init__(*args)

    def do_GET(self):
        self.site.requests += 1
        if self.path == "/missing":
            self.send_error(404)
            return
        content = self.site.content
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        if self.path == "/hangs":
            self.site.released.wait(60)
        elif self.path != "/breaks":
            self.wfile.write(content[len(content) // 2 :])

    def log_message(self, *args):
        pass


class Site:
    def __init__(self, content):
        self.content = content
        self.requests = 0
        self.released = threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, self))
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.01,))
        self.thread.start()

    def close(self):
        self.released.set()
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def content(tmp_path):
    path = tmp_path / "served"
    arrays = {}
    for split, count in (("train", 300), ("val", 2), ("test", 30)):
        images = np.random.default_rng(count).integers(0, 256, (count, 28, 28), dtype=np.uint8)
        arrays |= {f"{split}_images": images, f"{split}_labels": np.arange(count)[:, None] % 2}
    with path.open("wb") as file:
        np.savez_compressed(file, **arrays)
    return path.read_bytes()


@pytest.fixture
def site(content, monkeypatch):
    """A server on this machine in the place of the official one."""
    site = Site(content)
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    point_to(monkeypatch, site.url + "/set.npz", content)
    yield site
    site.close()


def point_to(monkeypatch, url, content):
    for suffix in ("", "_64"):
        monkeypatch.setitem(official()[FLAG], f"url{suffix}", url)
        digest = hashlib.md5(content).hexdigest()  # noqa: S324 - what MedMNIST publishes
        monkeypatch.setitem(official()[FLAG], f"MD5{suffix}", digest)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "new" / "sets"


def spec_of(folder, flag=FLAG, **options):
    return SourceSpec(medmnist.NAME, flag, (("folder", str(folder)), *options.items()))


def test_the_table_is_that_of_the_package():
    from medmnist import INFO

    assert official() == INFO


def test_available_sets_have_one_class_an_image():
    flags = [entry.flag for entry in medmnist.available()]
    assert "pneumoniamnist" in flags
    assert len(flags) == 17
    assert "chestmnist" not in flags
    blood = next(entry for entry in medmnist.available() if entry.flag == "bloodmnist")
    assert (blood.title, len(blood.classes), blood.channels) == ("BloodMNIST", 8, 3)
    assert blood.classes[7] == "platelet"
    assert (blood.pool, blood.evaluation) == (11959, 3421)


def test_every_set_is_told_in_a_short_sentence_of_ours():
    for entry in medmnist.available():
        assert entry.about != entry.description
        assert len(entry.about) < 100


def test_sets_of_volumes_are_offered_in_the_sizes_that_they_have():
    sets = {entry.flag: entry for entry in medmnist.available()}
    volumes = [flag for flag in sets if flag.endswith("3d")]
    assert {flag.removesuffix("mnist3d") for flag in volumes} == {
        "organ", "nodule", "adrenal", "fracture", "vessel", "synapse",
    }  # fmt: skip
    assert {sets[flag].sizes for flag in volumes} == {(28, 64)}
    assert sets["pneumoniamnist"].sizes == (28, 64, 128, 224)
    adrenal = sets["adrenalmnist3d"]
    assert (adrenal.classes, adrenal.pool) == (("normal", "hyperplasia"), 1188)
    assert adrenal.licence == "CC BY 4.0"
    assert "adrenal glands" in adrenal.description


@pytest.mark.parametrize("size", ["28", "64"])
def test_a_set_of_volumes_is_named_and_found_in_a_folder(tmp_path, monkeypatch, size):
    monkeypatch.chdir(tmp_path)
    volumes = np.random.default_rng(0).integers(0, 256, (4, 28, 28, 28), dtype=np.uint8)
    suffix = "" if size == "28" else "_64"
    labels = np.array([[0], [1], [1], [0]])
    np.savez(f"vesselmnist3d{suffix}.npz", train_images=volumes, train_labels=labels)
    spec = medmnist.named(f"vesselmnist3d:{size}")
    listing = medmnist.list_images(spec, tmp_path, no_progress)
    assert listing.classes == ("vessel", "aneurysm")
    assert medmnist.open_images(spec, tmp_path).read("train/3").shape == (84, 84)


def test_classes_of_something_else():
    assert class_names("pneumoniamnist") == ("normal", "pneumonia")
    assert class_names("fashionmnist") == ()
    assert class_names("wbc") == ()


@pytest.mark.parametrize("size", ["28", "64"])
def test_download_then_list_then_found(site, folder, tmp_path, size):
    spec = spec_of(folder, size=size, download="yes")
    listing = medmnist.list_images(spec, tmp_path, no_progress)
    assert len(listing.images) == 330
    assert listing.classes == ("malignant", "normal, benign")
    assert [path.name for path in folder.iterdir()] == [
        "breastmnist.npz" if size == "28" else "breastmnist_64.npz"
    ]
    assert medmnist.list_images(spec, tmp_path, no_progress) == listing
    assert medmnist.open_images(spec, tmp_path).read("test/29").shape == (28, 28)
    assert site.requests == 1


def test_the_network_is_not_touched_unasked(site, folder, tmp_path):
    with pytest.raises(SourceError, match=r"breastmnist\.npz is not in"):
        medmnist.list_images(spec_of(folder), tmp_path, no_progress)
    with pytest.raises(SourceError, match="There is no file"):
        medmnist.open_images(spec_of(folder, download="yes"), tmp_path)
    assert site.requests == 0
    assert not folder.exists()


def test_a_file_that_is_there_need_not_be_the_official_one(site, content, folder, tmp_path):
    folder.mkdir(parents=True)
    np.savez(folder / "breastmnist.npz", train_images=np.zeros((1, 4, 4), np.uint8))
    listing = medmnist.list_images(spec_of(folder, download="yes"), tmp_path, no_progress)
    assert [image.key for image in listing.images] == ["train/0"]
    assert site.requests == 0


def test_a_name_is_looked_for_here_and_then_where_the_window_downloads_to(tmp_path, monkeypatch):
    here, there = tmp_path / "here", tmp_path / "there"
    here.mkdir()
    there.mkdir()
    monkeypatch.chdir(here)
    monkeypatch.setattr(medmnist, "FOLDER", there)
    for size, file in (("", "breastmnist.npz"), (":64", "breastmnist_64.npz")):
        with pytest.raises(SourceError, match=r"neither in this folder nor in .*there.*download"):
            medmnist.named(FLAG + size)
        for place in (there, here):
            (place / file).touch()
            spec = medmnist.named(FLAG + size)
            assert (spec.location, spec.option("folder")) == (FLAG, str(place))
            assert spec.option("size") == (size.strip(":") or "28")


@pytest.mark.parametrize("name", ["imagenet", "chestmnist", f"{FLAG}:32"])
def test_a_name_of_no_set_is_refused_before_any_file_is_looked_for(name):
    with pytest.raises(SourceError):
        medmnist.named(name)


def test_progress_counts_bytes(site, content, folder):
    reported = []
    medmnist.download(FLAG, 28, folder, lambda *counts: reported.append(counts))
    assert reported[-1] == (len(content), len(content))
    assert reported == sorted(reported)


def left_in(folder):
    return [path.name for path in folder.iterdir()] if folder.exists() else []


def test_a_wrong_checksum_keeps_nothing(site, content, folder, monkeypatch):
    point_to(monkeypatch, site.url, content + b"x")
    with pytest.raises(SourceError, match="checksum is wrong"):
        medmnist.download(FLAG, 28, folder, no_progress)
    assert not left_in(folder)


def test_cancelled_while_bytes_arrive(site, folder):
    def cancel(done, total):
        if done:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        medmnist.download(FLAG, 28, folder, cancel)
    assert left_in(folder) == ["breastmnist.npz.part"]


def test_cancelled_while_the_connection_hangs(site, content, folder, monkeypatch):
    point_to(monkeypatch, site.url + "/hangs", content)
    calls = []

    def cancel(done, total):
        calls.append(done)
        if done and calls.count(done) > 2:
            raise Cancelled("cancelled")

    with pytest.raises(Cancelled):
        medmnist.download(FLAG, 28, folder, cancel)
    assert calls[-1] == len(content) // 2
    assert not site.released.is_set()
    assert left_in(folder) == ["breastmnist.npz.part"]


@pytest.mark.parametrize(
    ("path", "sentence"),
    [("/missing", "HTTP 404"), ("/breaks", "connection was lost")],
)
def test_a_failed_download_keeps_what_arrived_under_another_name(
    site, content, folder, monkeypatch, path, sentence
):
    point_to(monkeypatch, site.url + path, content)
    with pytest.raises(SourceError, match=sentence):
        medmnist.download(FLAG, 28, folder, no_progress)
    assert left_in(folder) == (["breastmnist.npz.part"] if path == "/breaks" else [])


@pytest.mark.parametrize("url", ["http://127.0.0.1:1/x", "file:///etc/hostname", "nonsense"])
def test_no_server(content, folder, monkeypatch, url):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    point_to(monkeypatch, url, content)
    with pytest.raises(SourceError, match="cannot be reached"):
        medmnist.download(FLAG, 28, folder, no_progress)
    assert not left_in(folder)


def test_no_room(site, folder, monkeypatch):
    from autoal_gui.sources.npz_files import arrays

    usage = arrays.shutil.disk_usage(".")._replace(free=1000)
    monkeypatch.setattr(arrays.shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(SourceError, match="are free"):
        medmnist.download(FLAG, 28, folder, no_progress)
    assert not left_in(folder)


def test_a_folder_that_cannot_be_made(site, tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SourceError, match="cannot be made"):
        medmnist.download(FLAG, 28, tmp_path / "file" / "sets", no_progress)


@pytest.mark.parametrize(
    ("flag", "options", "sentence"),
    [
        ("imagenet", {}, "no MedMNIST set 'imagenet'"),
        ("", {}, "no MedMNIST set"),
        ("chestmnist", {}, "only sets with one class"),
        ("organmnist3d", {"size": "128"}, "28, 64."),
        ("chestmnist", {}, "one class an image"),
        ("breastmnist", {"size": "32"}, "28, 64, 128, 224"),
    ],
)
def test_what_is_refused(folder, tmp_path, flag, options, sentence):
    with pytest.raises(SourceError, match=sentence):
        medmnist.list_images(
            spec_of(folder, flag, download="yes", **options), tmp_path, no_progress
        )
