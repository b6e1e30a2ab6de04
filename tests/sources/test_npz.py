import io
import json
import shutil
import struct
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoal_gui.core.errors import Cancelled, ImageUnreadable, SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.sources import npz
from tests.support.paths import SHARED_DATA


def no_progress(done, total):
    pass


def pictures(count, *shape, dtype=np.uint8, seed=0):
    size = (count, *(shape or (5, 4)))
    rng = np.random.default_rng(seed)
    return rng.integers(0, np.iinfo(dtype).max, size, dtype=dtype, endpoint=True)


def medmnist_like(**changes):
    """The six arrays of the layout, small."""
    arrays = {}
    for split, count in (("train", 6), ("val", 2), ("test", 3)):
        arrays[f"{split}_images"] = pictures(count, seed=count)
        arrays[f"{split}_labels"] = np.arange(count, dtype=np.uint8)[:, None] % 2
    return {name: array for name, array in (arrays | changes).items() if array is not None}


@pytest.fixture
def place(tmp_path):
    """Lists and opens a file of given arrays, with the workspace beside it."""

    class Place:
        path = tmp_path / "set.npz"
        workspace = tmp_path / "workspace"

        def save(self, **arrays):
            np.savez_compressed(self.path, **arrays)
            return self

        def spec(self, **options):
            return SourceSpec(npz.NAME, str(self.path), tuple(options.items()))

        def list(self, progress=no_progress, **options):
            return npz.list_images(self.spec(**options), self.workspace, progress)

        def open(self):
            return npz.open_images(self.spec(), self.workspace)

    Place.workspace.mkdir()
    return Place()


def npy(array, **header):
    """The bytes of an .npy file, with a header that may lie."""
    file = io.BytesIO()
    declared = {"descr": array.dtype.str, "fortran_order": False, "shape": array.shape}
    np.lib.format.write_array_header_1_0(file, declared | header)
    return file.getvalue() + array.tobytes()


def zip_of(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)


def test_train_is_the_pool_and_test_the_evaluation_set(place):
    arrays = medmnist_like()
    listing = place.save(**arrays).list()
    assert [image.key for image in listing.images] == [
        *(f"train/{number}" for number in range(6)),
        *(f"test/{number}" for number in range(3)),
    ]
    assert [image.split for image in listing.images] == ["pool"] * 6 + ["evaluation"] * 3
    assert [image.label for image in listing.images] == [0, 1, 0, 1, 0, 1, 0, 1, 0]
    assert listing.classes == ("class 0", "class 1")
    reader = place.open()
    np.testing.assert_array_equal(reader.read("train/4"), arrays["train_images"][4])
    np.testing.assert_array_equal(reader.read("test/2"), arrays["test_images"][2])


@pytest.mark.parametrize("test_images", [None, pictures(0)])
def test_val_takes_the_place_of_a_missing_test(place, test_images):
    arrays = medmnist_like(test_images=test_images, test_labels=None)
    listing = place.save(**arrays).list()
    assert [i.key for i in listing.images if i.split == "evaluation"] == ["val/0", "val/1"]


def test_images_alone_are_a_pool_without_labels(place):
    listing = place.save(images=pictures(3)).list()
    assert [(image.key, image.split, image.label) for image in listing.images] == [
        (f"images/{number}", "pool", None) for number in range(3)
    ]
    assert listing.classes == ()


def test_images_with_labels(place):
    listing = place.save(images=pictures(3), labels=np.array([2, 0, 2])).list()
    assert [image.label for image in listing.images] == [2, 0, 2]
    assert listing.classes == ("class 0", "class 1", "class 2")


@pytest.mark.parametrize("shape", [(5, 4), (5, 4, 1), (5, 4, 3)])
@pytest.mark.parametrize("dtype", ["u1", "<u2", ">u2"])
def test_shapes_and_data_types(place, shape, dtype):
    images = pictures(3, *shape, dtype=np.dtype(dtype).newbyteorder("=")).astype(dtype)
    listing = place.save(images=images).list()
    pixels = place.open().read("images/1")
    assert pixels.shape == ((5, 4, 3) if shape[2:] == (3,) else (5, 4))
    assert pixels.dtype.isnative
    assert pixels.flags.c_contiguous
    assert pixels.flags.owndata
    np.testing.assert_array_equal(pixels, images[1].reshape(pixels.shape))
    assert len({image.sha256 for image in listing.images}) == 3


def test_the_hash_knows_content_shape_and_type_but_not_byte_order(place):
    content = np.zeros((1, 2, 8), np.uint8)
    variants = [content, content.reshape(1, 8, 2), content.view("<u2"), content + 1]
    hashes = [place.save(images=array).list().images[0].sha256 for array in variants]
    assert len(set(hashes)) == 4
    numbers = pictures(1, dtype=np.uint16)
    orders = [place.save(images=numbers.astype(order)).list() for order in ("<u2", ">u2")]
    assert orders[0].images[0].sha256 == orders[1].images[0].sha256


@given(
    count=st.integers(1, 4),
    height=st.integers(1, 5),
    width=st.integers(1, 5),
    colour=st.booleans(),
    labelled=st.booleans(),
)
def test_whatever_was_saved_is_read(tmp_path_factory, count, height, width, colour, labelled):
    folder = tmp_path_factory.mktemp("npz")
    images = pictures(count, height, width, *((3,) if colour else ()))
    labels = {"labels": np.arange(count)} if labelled else {}
    np.savez(folder / "set.npz", images=images, **labels)
    spec = SourceSpec(npz.NAME, str(folder / "set.npz"))
    listing = npz.list_images(spec, folder, no_progress)
    reader = npz.open_images(spec, folder)
    for image, wanted in zip(listing.images, images, strict=True):
        np.testing.assert_array_equal(reader.read(image.key), wanted)
    assert [image.label for image in listing.images] == [
        number if labelled else None for number in range(count)
    ]


def test_images_are_memory_mapped(place):
    place.save(images=pictures(3)).list()
    assert all(isinstance(stack, np.memmap) for stack in place.open().stacks.values())


def test_copies_are_made_once(place):
    place.save(**medmnist_like()).list()
    before = {path: path.stat().st_mtime_ns for path in place.workspace.glob("*.npy")}
    assert len(before) == 2
    place.list()
    place.open()
    assert {path: path.stat().st_mtime_ns for path in place.workspace.iterdir()} | before == {
        path: path.stat().st_mtime_ns for path in place.workspace.iterdir()
    }


def test_a_project_opens_without_its_file(place):
    arrays = medmnist_like()
    place.save(**arrays).list()
    place.path.unlink()
    np.testing.assert_array_equal(place.open().read("train/0"), arrays["train_images"][0])


@pytest.mark.parametrize("damage", ["gone", "cut off", "replaced"])
def test_a_lost_copy_is_made_again(place, damage):
    arrays = medmnist_like()
    place.save(**arrays).list()
    copy = next(place.workspace.glob("*-train.npy"))
    if damage == "gone":
        copy.unlink()
    elif damage == "cut off":
        copy.write_bytes(copy.read_bytes()[:-5])
    else:
        np.save(copy, np.zeros(3))
    np.testing.assert_array_equal(place.open().read("train/5"), arrays["train_images"][5])


def test_a_file_that_was_exchanged_is_not_taken_for_the_set(place):
    place.save(**medmnist_like()).list()
    for copy in place.workspace.glob("*.npy"):
        copy.unlink()
    place.save(**medmnist_like(train_images=pictures(6)))
    with pytest.raises(SourceError, match="not the one that this project was made from"):
        place.open()


def test_a_lost_copy_of_a_lost_file(place):
    place.save(**medmnist_like()).list()
    shutil.rmtree(place.workspace)
    place.path.unlink()
    with pytest.raises(SourceError, match="There is no file"):
        place.open()


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"fingerprint": 1, "parts": 1}'])
def test_a_damaged_note_is_as_good_as_none(place, content):
    arrays = medmnist_like()
    place.save(**arrays).list()
    next(place.workspace.glob("*.json")).write_bytes(content)
    np.testing.assert_array_equal(place.open().read("train/1"), arrays["train_images"][1])


def test_a_note_cannot_name_other_files(place, tmp_path):
    place.save(**medmnist_like()).list()
    np.save(tmp_path / "npz-x-secret.npy", pictures(3))
    note = next(place.workspace.glob("*.json"))
    note.write_text(json.dumps({"fingerprint": "../npz-x", "parts": ["secret"]}))
    with pytest.raises(ImageUnreadable):
        place.open().read("secret/0")


@pytest.mark.parametrize(
    "key", ["", "train", "train/", "train/6", "train/-1", "val/0", "train/1/2"]
)
def test_unknown_keys(place, key):
    place.save(**medmnist_like()).list()
    with pytest.raises(ImageUnreadable, match="no such image"):
        place.open().read(key)


def test_cancelling_leaves_no_half_copy(place):
    def cancel(done, total):
        raise Cancelled("cancelled")

    place.save(**medmnist_like())
    with pytest.raises(Cancelled):
        place.list(cancel)
    assert not list(place.workspace.iterdir())


def test_progress_ends_with_everything(place):
    reported = []
    place.save(**medmnist_like()).list(lambda *counts: reported.append(counts))
    assert reported[-1] == (18, 18)
    assert reported == sorted(reported)


def test_classes_are_called_after_the_set(place):
    place.save(**medmnist_like())
    assert place.list(flag="pneumoniamnist").classes == ("normal", "pneumonia")
    place.path = place.path.rename(place.path.with_name("breastmnist_64.npz"))
    assert place.list().classes == ("malignant", "normal, benign")
    assert place.list(flag="nosuchmnist").classes == ("class 0", "class 1")


def test_names_that_do_not_cover_the_labels_are_not_used(place):
    place.save(images=pictures(3), labels=np.array([0, 1, 2]))
    assert place.list(flag="pneumoniamnist").classes == ("class 0", "class 1", "class 2")


def test_python_objects_are_never_loaded(place):
    class Trap:
        def __reduce__(self):
            return (pytest.fail, ("a pickle was loaded",))

    trap = np.empty(2, dtype=object)
    trap[:] = [Trap(), Trap()]
    for arrays in ({"images": trap}, {"images": pictures(2), "labels": trap}):
        np.savez(place.path, **arrays)
        with pytest.raises(SourceError, match="Python objects"):
            place.list()


REFUSED = {
    "floats": ({"images": pictures(2) / 255}, "float64; it must be uint8 or uint16"),
    "signed": ({"images": pictures(2).astype(np.int16)}, "int16"),
    "one image": ({"images": pictures(2)[0]}, r"shape \(5, 4\)"),
    "four channels": ({"images": pictures(2, 5, 4, 4)}, r"shape \(2, 5, 4, 4\)"),
    "no pixels": ({"images": np.zeros((2, 0, 4), np.uint8)}, "0 x 4 pixels"),
    "no image": ({"images": np.zeros((0, 5, 4), np.uint8)}, "holds no image"),
    "columns": ({"images": np.asfortranarray(pictures(2))}, "column by column"),
    "nothing known": ({"pictures": pictures(2)}, "neither"),
    "only test": ({"test_images": pictures(2)}, "neither"),
    "several labels": (
        {"images": pictures(2), "labels": np.zeros((2, 14), np.uint8)},
        "14 labels each",
    ),
    "fewer labels": ({"images": pictures(2), "labels": np.zeros(1, np.uint8)}, "differ in length"),
    "label shape": (
        {"images": pictures(2), "labels": np.zeros((2, 1, 1), np.uint8)},
        "differ in length",
    ),
    "negative labels": ({"images": pictures(2), "labels": np.array([0, -2])}, "between 0 and 999"),
    "labels that are measures": (
        {"images": pictures(2), "labels": np.array([0.5, 1])},
        "not integers",
    ),
    "huge labels": (
        {"images": pictures(2), "labels": np.array([0, 2**63], np.uint64)},
        "between 0 and 999",
    ),
}


@pytest.mark.parametrize(("arrays", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_with_a_sentence(place, arrays, sentence):
    with pytest.raises(SourceError, match=sentence):
        place.save(**arrays).list()
    assert not list(place.workspace.iterdir())


@pytest.mark.parametrize(
    ("labels", "wanted", "classes"),
    [
        (np.array([0.0, 1.0, 1.0]), [0, 1, 1], ("class 0", "class 1")),
        (np.array([1, 2, 2]), [0, 1, 1], ("class 0", "class 1")),
        (np.array([0, -1, 1]), [0, None, 1], ("class 0", "class 1")),
        (np.array([[1, 0], [0, 1], [0, 1]]), [0, 1, 1], ("class 0", "class 1")),
        (np.array(["ill", "well", ""]), [0, 1, None], ("ill", "well")),
        (np.array([b"well", b"ill", b"ill"]), [1, 0, 0], ("ill", "well")),
        (np.array([np.nan, 0, 1]), [None, 0, 1], ("class 0", "class 1")),
    ],
    ids=["floats", "from one", "minus one", "one hot", "texts", "bytes", "nan"],
)
def test_labels_in_other_clothes(place, labels, wanted, classes):
    listing = place.save(images=pictures(3), labels=labels).list()
    assert [image.label for image in listing.images] == wanted
    assert listing.classes == classes


def test_texts_beside_numbers(place):
    place.save(
        train_images=pictures(2), train_labels=np.array(["ill", "well"]),
        test_images=pictures(2), test_labels=np.array([1, 0]),
    )  # fmt: skip
    listing = place.list()
    assert listing.classes == ("ill", "well")
    assert [image.label for image in listing.images] == [0, 1, 1, 0]


def test_validation_images_that_are_left_out_are_told(place):
    arrays = {f"{part}_images": pictures(3) for part in ("train", "val", "test")}
    ((reason, count),) = place.save(**arrays).list().passed_over
    assert "Validation images" in reason
    assert count == 3


def test_names_that_other_programs_give(place):
    listing = place.save(
        x_train=pictures(3), y_train=np.array([0, 1, 1]), x_test=pictures(2)
    ).list()
    assert [image.split for image in listing.images] == ["pool"] * 3 + ["evaluation"] * 2
    assert [image.label for image in listing.images] == [0, 1, 1, None, None]


def test_a_channel_that_comes_first(place):
    images = pictures(3)
    assert len(place.save(images=images[:, None]).list().images) == 3
    np.testing.assert_array_equal(place.open().read("images/1"), images[1])


def test_bool_labels_are_two_classes(place):
    listing = place.save(images=pictures(2), labels=np.array([True, False])).list()
    assert [image.label for image in listing.images] == [1, 0]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04" + bytes(100)])
def test_not_a_zip(place, content):
    place.path.write_bytes(content)
    with pytest.raises(SourceError, match=r"not an \.npz file, or it is damaged"):
        place.list()


def test_an_npy_file_is_no_npz(place):
    with place.path.open("wb") as file:
        np.save(file, pictures(2))
    with pytest.raises(SourceError, match=r"not an \.npz file"):
        place.list()


def test_a_header_that_claims_more_than_there_is(place):
    images = pictures(2)
    zip_of(place.path, images=npy(images, shape=(2000, 5, 4)))
    with pytest.raises(SourceError, match="not as long as its header says"):
        place.list()


@pytest.mark.parametrize("shape", [(-2, 5, 4), (2, -5, -4)])
def test_a_header_with_negative_sides(place, shape):
    zip_of(place.path, images=npy(pictures(2), shape=shape))
    with pytest.raises(SourceError, match="not as long"):
        place.list()


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY", b"\x93NUMPY\x01\x00\x76\x00{", b"x" * 200])
def test_a_damaged_header(place, content):
    zip_of(place.path, images=content)
    with pytest.raises(SourceError, match="damaged header"):
        place.list()


def test_a_bomb_that_declares_its_size_needs_the_room(place, monkeypatch):
    """20 MB of zeros in a file of 20 kB, on a disk with 10 MB left."""
    place.save(images=np.zeros((50, 640, 640), np.uint8))
    assert place.path.stat().st_size < 100_000
    usage = shutil.disk_usage(place.workspace)._replace(free=10_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    with pytest.raises(SourceError, match=r"only 0\.0 GB are free"):
        place.list()
    assert not list(place.workspace.iterdir())


@pytest.mark.parametrize("declared", [150, 20_150])
def test_a_bomb_that_lies_about_its_size(place, declared):
    """The directory and the header agree on a size that the compressed bytes do not have."""
    count = (declared - 128) // 4
    real = npy(np.zeros((10_000, 2, 2), np.uint8), shape=(count, 2, 2))
    assert len(real) > declared > 128
    size = 128 + count * 4
    zip_of(place.path, images=real)
    content = place.path.read_bytes()
    assert content.count(struct.pack("<I", len(real))) == 2
    place.path.write_bytes(content.replace(struct.pack("<I", len(real)), struct.pack("<I", size)))
    with pytest.raises(SourceError, match="damaged"):
        place.list()
    assert not list(place.workspace.iterdir())


def test_a_flipped_byte_is_found(place):
    np.savez(place.path, images=pictures(20, 20, 20))
    content = bytearray(place.path.read_bytes())
    content[3000] ^= 1
    place.path.write_bytes(content)
    with pytest.raises(SourceError, match="damaged"):
        place.list()
    assert not list(place.workspace.iterdir())


@pytest.mark.parametrize("compression", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("name", ["images", "labels"])
def test_a_part_that_ends_early(place, name, compression):
    """Declared longer than it is, in directory and header alike."""
    parts = {"images": npy(pictures(30)), "labels": npy(np.zeros(30, np.uint8))}
    short = pictures(20) if name == "images" else np.zeros(20, np.uint8)
    declared = len(parts[name])
    parts[name] = npy(short, shape=(30, *short.shape[1:]))
    with zipfile.ZipFile(place.path, "w", compression) as archive:
        for member, part in parts.items():
            archive.writestr(f"{member}.npy", part)
    sizes = (struct.pack("<I", size) for size in (len(parts[name]), declared))
    place.path.write_bytes(place.path.read_bytes().replace(*sizes))
    with pytest.raises(SourceError, match="damaged"):
        place.list()


def test_an_unusual_compression_is_refused(place):
    with zipfile.ZipFile(place.path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("images.npy", npy(pictures(2)))
    with pytest.raises(SourceError, match="compressed in a way"):
        place.list()


def test_a_locked_part_is_refused(place):
    np.savez(place.path, images=pictures(2))
    content = bytearray(place.path.read_bytes())
    directory = content.index(b"PK\x01\x02")
    content[directory + 8] |= 1
    content[6] |= 1
    place.path.write_bytes(content)
    with pytest.raises(SourceError, match=r"not an \.npz file, or it is damaged"):
        place.list()


@given(st.data())
def test_damage_anywhere_is_one_sentence(tmp_path_factory, data):
    folder = tmp_path_factory.mktemp("npz")
    np.savez_compressed(folder / "set.npz", **medmnist_like())
    content = bytearray((folder / "set.npz").read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    (folder / "set.npz").write_bytes(content)
    try:
        listing = npz.list_images(
            SourceSpec(npz.NAME, str(folder / "set.npz")), folder, no_progress
        )
    except SourceError:
        assert not list(folder.glob("*.part"))
    else:
        assert len(listing.images) >= 6


@pytest.mark.parametrize("location", ["", "nowhere.npz", "."])
def test_no_such_file(tmp_path, location):
    with pytest.raises(SourceError, match=r"No file has been chosen|There is no file"):
        npz.list_images(SourceSpec(npz.NAME, location), tmp_path, no_progress)


@pytest.mark.skipif(not (SHARED_DATA / "medmnist").is_dir(), reason="PneumoniaMNIST is not here")
def test_pneumoniamnist(tmp_path):
    spec = SourceSpec(npz.NAME, str(SHARED_DATA / "medmnist" / "pneumoniamnist.npz"))
    listing = npz.list_images(spec, tmp_path, no_progress)
    assert listing.classes == ("normal", "pneumonia")
    pool = [image.label for image in listing.images if image.split == "pool"]
    evaluation = [image.label for image in listing.images if image.split == "evaluation"]
    assert np.bincount(pool).tolist() == [388, 3494]
    assert np.bincount(evaluation).tolist() == [234, 390]
    reader = npz.open_images(spec, tmp_path)
    with np.load(spec.location) as arrays:
        np.testing.assert_array_equal(reader.read("train/3881"), arrays["train_images"][3881])
        np.testing.assert_array_equal(reader.read("test/0"), arrays["test_images"][0])
