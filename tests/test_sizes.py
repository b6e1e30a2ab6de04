"""The size wall: no module, class or folder grows beyond what a newcomer takes in."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

MOST_LINES = 400  # of a module
MOST_METHODS = 30  # of a class
MOST_OF_A_PAINTER = 40  # methods of a widget that paints itself, most of them Qt's events
MOST_FILES = 15  # flat in a folder
PLUG_INS = (
    "sources",
    "strategies",
    "exporters",
    "backbones",
)  # folders that are to grow: a file a plug-in


class Sizes:
    """The modules and classes of a tree of folders."""

    def __init__(self, root: Path, *tops: str) -> None:
        """Read every module below the `tops` of `root`."""
        self.root = root
        files = sorted(file for top in tops for file in (root / top).rglob("*.py"))
        self.texts = {file: file.read_text(encoding="utf-8") for file in files}
        self.classes = [
            (file, node)
            for file, text in self.texts.items()
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ClassDef)
        ]
        self._by_name = {node.name: node for _, node in self.classes}

    def too_large(self) -> set[str]:
        """Return the path of each module, class and folder that is too large."""
        return {*self._modules(), *self._classes(), *self.full_folders()}

    def _modules(self) -> Iterator[str]:
        for file, text in self.texts.items():
            if len(text.splitlines()) > MOST_LINES:
                yield self._path(file)

    def _classes(self) -> Iterator[str]:
        for file, node in self.classes:
            most = MOST_OF_A_PAINTER if self._paints(node) else MOST_METHODS
            if len(methods(node)) > most:
                yield f"{self._path(file)}: {node.name}"

    def _paints(self, node: ast.ClassDef) -> bool:
        bases = (ast.unparse(base).rpartition(".")[2] for base in node.bases)
        ours = (self._by_name[name] for name in bases if name in self._by_name)
        return "paintEvent" in methods(node) or any(self._paints(base) for base in ours)

    def full_folders(self) -> Iterator[str]:
        """Yield the path of each folder that holds too many files."""
        folders = [file.parent for file in self.texts]
        for folder in dict.fromkeys(folders):
            if folders.count(folder) - self._plug_ins(folder) > MOST_FILES:
                yield self._path(folder)

    def _plug_ins(self, folder: Path) -> int:
        """Count the plug-ins of a folder that is to grow by them."""
        if folder.name not in PLUG_INS:
            return 0
        texts = (text for file, text in self.texts.items() if file.parent == folder)
        return sum(text.startswith("NAME = ") or "\nNAME = " in text for text in texts)

    def _path(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix()


def methods(node: ast.ClassDef) -> list[str]:
    """Return the names of what a class itself defines, properties too."""
    return [n.name for n in node.body if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_module_class_or_folder_is_too_large():
    assert Sizes(ROOT, "autoal_gui").too_large() == set()


def test_no_folder_of_tests_is_too_large():
    assert set(Sizes(ROOT, "tests").full_folders()) == set()


# -- each limit, planted ------------------------------------------------------------------------


@pytest.fixture
def tree(tmp_path):
    """Write a tree of folders, and return what is too large in it."""

    def write(**files: str) -> set[str]:
        for place, text in files.items():
            file = tmp_path / "house" / f"{place.replace('__', '/')}.py"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        return Sizes(tmp_path, "house").too_large()

    return write


def a_class(name: str, count: int, base: str = "object", paints: bool = False) -> str:
    names = ["paintEvent"] * paints + [f"m{number}" for number in range(count - paints)]
    return f"class {name}({base}):\n" + "".join(f"    def {n}(self): ...\n" for n in names)


def test_a_module_of_too_many_lines_is_found(tree):
    assert tree(room__large="a = 1\n" * 401, room__small="a = 1\n" * 400) == {"house/room/large.py"}


def test_a_class_of_too_many_methods_is_found(tree):
    assert tree(room=a_class("Small", 30) + a_class("Large", 31)) == {"house/room.py: Large"}


def test_a_widget_that_paints_may_have_more_methods(tree):
    painters = a_class("Large", 41, paints=True) + a_class("Small", 40, paints=True)
    heirs = a_class("Heir", 40, "room.Small") + a_class("LargeHeir", 41, "Heir")
    assert tree(room=painters, heirs=heirs) == {"house/room.py: Large", "house/heirs.py: LargeHeir"}


@pytest.mark.parametrize(
    ("folder", "content", "found"),
    [
        ("room", "", {"house/room"}),
        ("sources", "", {"house/sources"}),
        ("sources", 'NAME = "x"\n', set()),
        ("room", 'NAME = "x"\n', {"house/room"}),
    ],
)
def test_a_folder_of_too_many_files_is_found_unless_they_are_plug_ins(tree, folder, content, found):
    assert tree(**{f"{folder}__m{number}": content for number in range(15)}) == set()
    assert tree(**{f"{folder}__m15": content}) == found
