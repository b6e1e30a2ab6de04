"""What the documents say of the code: the files they name exist, and the map is short and whole."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGE = ROOT / "autoal_gui"
DOCUMENTS = sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
MAPS = [file for file in DOCUMENTS if file.name not in ("CHANGELOG.md", "README.md")]
MOST_WORDS = 1500
ENDINGS = (".py", ".md", ".toml", ".yml", ".yaml", ".cff", ".spec", ".lock", ".qss")
OF_A_USER = ("backups/", "models/", "cache/", "models/warm.pt", "dist/")
"""Folders and files that the program makes; the documents speak of them as well."""
TREE_LINE = re.compile(r"^    ( *)([\w.]+/?)(?:  +\S.*)?$", re.MULTILINE)


def named_paths(text: str) -> set[str]:
    """Return what stands in backticks and looks like a file or folder of the project."""
    words = set(
        re.findall(r"`([\w.-][\w./-]*)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S))
    )
    paths = {word for word in words if "/" in word or word.endswith(ENDINGS)}
    return {path for path in paths if path not in OF_A_USER and not path.startswith(".venv/")}


def missing(text: str, folder: Path = ROOT) -> list[str]:
    """Return the paths and links of a document that lead nowhere; `yours` stands for a new file."""
    named = {path for path in named_paths(text) if "yours" not in path}
    lost = [path for path in named if not any((place / path).exists() for place in (ROOT, PACKAGE))]
    links = set(re.findall(r"\]\(([^)#\s]+)[^)]*\)", text))
    lost += [link for link in links if "://" not in link and not (folder / link).exists()]
    return sorted(lost)


def tree(text: str) -> list[str]:
    """Return the paths of an indented tree: a name a line, folders end with a stroke."""
    paths, above = [], {-1: ""}
    for indent, name in TREE_LINE.findall(text):
        parent = above[max(depth for depth in above if depth < len(indent))]
        above = {depth: path for depth, path in above.items() if depth < len(indent)}
        above[len(indent)] = parent + name
        paths.append(parent + name)
    return paths


@pytest.fixture(scope="module")
def architecture() -> str:
    return (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_what_a_document_names_is_there(document):
    assert DOCUMENTS
    text = document.read_text(encoding="utf-8")
    if document not in MAPS:  # what changed names what was; the README, what a user has
        text = re.sub("`[^`]*`", "", text)
    assert missing(text, document.parent) == []


@pytest.mark.parametrize(
    "text",
    ["see `core/no_such_room/`", "see `nothing.py`", "[text](docs/NOTHING.md)", "`docs/NO.md`"],
)
def test_a_name_that_leads_nowhere_is_noticed(text):
    assert len(missing(text)) == 1


def test_names_that_are_there_or_are_no_names_are_passed_over():
    assert (
        missing("`core/labels/` `Makefile` `cli.py` `models/` `.npz` `b/(M + N)` `a * b/c`") == []
    )


def test_the_map_of_the_code_is_short(architecture):
    assert len(architecture.split()) <= MOST_WORDS


def test_the_map_of_the_code_has_a_line_for_every_room(architecture):
    shown = tree(architecture)
    assert [path for path in shown if not (ROOT / path).exists()] == []
    rooms = {
        file.parent.relative_to(ROOT).as_posix() + "/" for file in PACKAGE.rglob("__init__.py")
    }
    assert sorted(rooms - set(shown)) == []
    assert len(shown) == len(set(shown))


def test_a_tree_is_read_by_its_indents():
    text = "    a/\n      b/       a room\n        c.py\n      d/  another\n    e/\n"
    assert tree(text) == ["a/", "a/b/", "a/b/c.py", "a/d/", "e/"]


def test_the_functions_that_the_method_names_are_in_the_files_beside_them():
    text = (ROOT / "docs" / "METHOD.md").read_text(encoding="utf-8")
    rows = re.findall(r"`([\w/]+\.py)`((?:, `\w+\(\)`)+)", text)
    assert len(rows) > 10
    for path, functions in rows:
        body = ast.parse((PACKAGE / path).read_text(encoding="utf-8")).body
        known = {node.name for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert set(re.findall(r"`(\w+)\(\)`", functions)) <= known, path


def test_what_the_readme_imports_of_the_package_is_there():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    imports = re.findall(r"^from (autoal_gui[\w.]*) import (\w+)$", text, re.MULTILINE)
    assert imports
    for module, name in imports:
        file = ROOT / (module.replace(".", "/") + ".py")
        body = ast.parse(file.read_text(encoding="utf-8")).body
        assert name in {getattr(node, "name", "") for node in body}, module
