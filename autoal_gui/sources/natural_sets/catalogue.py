"""The sets by name: their files, where they are published, and the checksums of that.

The layouts, and the checksums of CIFAR and SVHN, are torchvision's; that of TinyImageNet, which
torchvision does not have, is the one that the published archive of 248,100,043 bytes is known by.
"""

from dataclasses import dataclass
from pathlib import Path

from autoal_gui.core.language import mark

TORONTO = "https://www.cs.toronto.edu/~kriz"
STANFORD = "http://ufldl.stanford.edu/housenumbers"  # it has no other


@dataclass(frozen=True)
class Published:
    """One file of a set as it is published."""

    url: str
    md5: str

    @property
    def name(self) -> str:
        """The name of the file."""
        return self.url.rpartition("/")[2]


@dataclass(frozen=True)
class NaturalSet:
    """A set of natural images."""

    name: str
    """What the command line calls it."""
    title: str
    folder: str
    """Its own folder in the one where sets are; empty where it has none."""
    marks: tuple[str, ...]
    """Files in it that tell it from anything else."""
    published: tuple[Published, ...]
    classes: int
    pool: int
    """Official number of training images."""
    evaluation: int
    """Official number of test images."""
    about: str

    def place_in(self, folder: Path) -> Path | None:
        """Return where the set's files are: in the folder's own of the set, or in the folder."""
        for place in (folder / self.folder, folder):
            if all((place / mark).is_file() for mark in self.marks):
                return place
        return None


SETS = {
    one.name: one
    for one in (
        NaturalSet(
            "cifar10",
            "CIFAR-10",
            "cifar-10-batches-py",
            ("batches.meta", "data_batch_1"),
            (Published(f"{TORONTO}/cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a"),),
            10, 50_000, 10_000,
            mark("Colour photographs of animals and vehicles, 32 × 32 pixels (Krizhevsky 2009)."),
        ),
        NaturalSet(
            "cifar100",
            "CIFAR-100",
            "cifar-100-python",
            ("meta", "train", "test"),
            (Published(f"{TORONTO}/cifar-100-python.tar.gz", "eb9058c3a382ffc7106e4002c42a8d85"),),
            100, 50_000, 10_000,
            mark("Colour photographs of 100 fine classes, 32 × 32 pixels (Krizhevsky 2009)."),
        ),
        NaturalSet(
            "svhn",
            "SVHN",
            "",
            ("train_32x32.mat", "test_32x32.mat"),
            (
                Published(f"{STANFORD}/train_32x32.mat", "e26dedcc434d2e4c54c9b2d4a06d8373"),
                Published(f"{STANFORD}/test_32x32.mat", "eb5a983be6a315427106f1b164d9cef3"),
            ),
            10, 73_257, 26_032,
            mark("Digits of house numbers in colour, 32 × 32 pixels (Netzer et al. 2011)."),
        ),
        NaturalSet(
            "tinyimagenet",
            "TinyImageNet",
            "tiny-imagenet-200",
            ("wnids.txt", "words.txt", "val/val_annotations.txt"),
            (
                Published(
                    "http://cs231n.stanford.edu/tiny-imagenet-200.zip",
                    "90528d7ca1a48142e341f4ef8d21d0de",
                ),
            ),
            200, 100_000, 10_000,
            mark("Colour photographs of 200 classes, 64 × 64 pixels (Le and Yang 2015)."),
        ),
    )
}  # fmt: skip
