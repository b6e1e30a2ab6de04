import ast
import graphlib
import importlib
import os
import re
import shutil
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import grimp
import pytest
import tomllib

from autoal_gui.core.errors import SourceError
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.registry import discover
from autoal_gui.sources.opening import list_images, open_images, source_of, spec_of
from tests.support.paths import ROOT

COSTLY = ("torch", "torchvision", "medmnist", "sklearn", "pandas")  # seconds each


def lint_imports(folder: Path) -> tuple[int, str]:
    """Run the import linter on the package below `folder`."""
    done = subprocess.run(
        [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()",
         "--no-cache", "--no-logo"],
        cwd=folder, capture_output=True, text=True, timeout=300, check=False,
        env={**os.environ, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of the package and its contracts, to plant violations in."""
    folder = tmp_path_factory.mktemp("walls")
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "autoal_gui", folder / "autoal_gui", ignore=ignored)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def test_the_walls_stand():
    status, output = lint_imports(ROOT)
    assert status == 0, output
    assert "0 broken" in output


WHO, TORCH, QT = "who may import whom", "no torch outside learning", "no Qt outside gui and engine"
LINES = (
    ("core/labels/label_queue.py", "import torch", TORCH),
    ("core/labels/label_queue.py", "import PySide6", QT),
    ("core/labels/label_queue.py", "import autoal_gui.engine.engine", WHO),
    ("core/labels/label_queue.py", "import autoal_gui.sources.opening", WHO),
    ("gui/keys.py", "from autoal_gui.learning.progress import Work", WHO),
    ("gui/keys.py", "def f():\n    import torch", TORCH),
    ("engine/jobs.py", "import torchvision", TORCH),
    ("strategies/vote.py", "def f():\n    import torch", TORCH),
    ("engine/jobs.py", "import autoal_gui.gui.keys", WHO),
    ("engine/jobs.py", "import autoal_gui.learning.progress", WHO),
    ("learning/progress.py", "import PySide6.QtCore", QT),
    ("learning/progress.py", "import autoal_gui.engine.engine", QT),
    ("learning/progress.py", "import autoal_gui.gui.keys", WHO),
    ("sources/ticks.py", "import autoal_gui.strategies.vote", WHO),
    ("strategies/vote.py", "import autoal_gui.exporters.pt", WHO),
    ("exporters/pt.py", "import autoal_gui.sources.opening", WHO),
    ("engine/jobs.py", "import autoal_gui.sources.opening", WHO),
    ("gui/keys.py", "import autoal_gui.cli", WHO),
    ("evaluation/page.py", "import PySide6", QT),
    ("learning/progress.py", "import autoal_gui.evaluation.plan", WHO),
)
"""A module, a line that it must not hold, and the contract that says so."""


@contextmanager
def planted(copy, lines):
    """Add lines to modules of the copy: pairs of a module and a line."""
    whole = {module: (copy / "autoal_gui" / module).read_bytes() for module, _ in lines}
    try:
        for module, line in lines:
            with (copy / "autoal_gui" / module).open("a", encoding="utf-8") as file:
                file.write(f"\n{line}\n")
        yield
    finally:
        for module, content in whole.items():
            (copy / "autoal_gui" / module).write_bytes(content)


def dotted(module):
    return "autoal_gui." + module.removesuffix(".py").replace("/", ".")


@pytest.fixture(scope="module")
def violated(copy):
    """What the linter says of all lines at once, by contract: none hides another."""
    with planted(copy, [(module, line) for module, line, _ in LINES]):
        status, output = lint_imports(copy)
    assert status == 1, output
    parts = re.split(r"^([\w ]+)\n-+\n", output.partition("Broken contracts")[2], flags=re.M)
    return {name: " ".join(text.split()) for name, text in zip(*[iter(parts[1:])] * 2, strict=True)}


@pytest.mark.parametrize(("module", "line", "contract"), LINES)
def test_each_wall_bites(violated, module, line, contract):
    forbidden = re.search(r"(?:import|from) (autoal_gui[\w.]*|\w+)", line)[1]
    assert f"{dotted(module)} -> {forbidden} " in violated[contract]


ROOMS = (
    ("core/labels/label_queue.py", "autoal_gui.core.project.project", "rooms of core"),
    (
        "core/project/stores/class_rows.py",
        "autoal_gui.core.project.class_removal",
        "the project of core",
    ),
    ("gui/keys.py", "autoal_gui.gui.window.help_page", "rooms of gui"),
    ("learning/progress.py", "autoal_gui.learning.round", "rooms of learning"),
    ("sources/pixels/grey_numbers.py", "autoal_gui.sources.files.tree", "rooms of sources"),
    ("learning/data/context.py", "autoal_gui.learning.data.features", "data of learning"),
    (
        "learning/training/linear_head.py",
        "autoal_gui.learning.training.task_model",
        "training of learning",
    ),
    ("learning/selection/pins.py", "autoal_gui.learning.selection.auto", "selection of learning"),
    ("evaluation/methods.py", "autoal_gui.evaluation.page", "modules of evaluation"),
    (
        "evaluation/running/sampling.py",
        "autoal_gui.evaluation.running.runs",
        "modules of evaluation.running",
    ),
    (
        "evaluation/paper/claims.py",
        "autoal_gui.evaluation.paper.page",
        "modules of evaluation.paper",
    ),
    ("benchmark/plan.py", "autoal_gui.benchmark.parts.latency", "modules of benchmark"),
    (
        "benchmark/parts/round.py",
        "autoal_gui.benchmark.parts.latency",
        "parts of benchmark",
    ),
)
"""A module, one that it must not import, and the contract that says so: each contract once."""


def test_each_wall_between_rooms_bites(copy):
    """All at once: none of these violations hides another."""
    with planted(copy, [(module, f"import {forbidden}") for module, forbidden, _ in ROOMS]):
        status, output = lint_imports(copy)
    assert status == 1
    output = " ".join(output.split())  # long lines are wrapped
    for module, forbidden, contract in ROOMS:
        assert f"{contract} BROKEN" in output
        assert f"{dotted(module)} -> {forbidden}" in output


def test_every_contract_has_a_violation_planted():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    broken = {contract for _, _, contract in (*ROOMS, *LINES)}
    assert {contract["name"] for contract in contracts["contracts"]} == broken


def test_the_copy_passes_where_nothing_is_planted(copy):
    status, output = lint_imports(copy)
    assert status == 0, output


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Write a package of modules; its name is new, since what was found is kept."""
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, **files):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
        for stem, content in files.items():
            (tmp_path / name / f"{stem}.py").write_text(content)
        return name

    return write


# -- circles ------------------------------------------------------------------------------------


def circle_in(package: str) -> list[str]:
    """Return modules that import each other in a circle; empty where there is none."""
    graph = grimp.build_graph(package, cache_dir=None)
    imports = {m: graph.find_modules_directly_imported_by(m) for m in graph.modules}
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def test_no_modules_import_each_other_in_a_circle():
    """Imports within functions and for types alone count too."""
    assert circle_in("autoal_gui") == []


def test_a_circle_of_imports_is_found(package):
    straight = package("modules_straight", a="from . import b", b="", c="from . import b")
    assert circle_in(straight) == []
    round_about = package(
        "modules_round", a="from . import b", b="def f():\n    from . import c",
        c="from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .a import x",
    )  # fmt: skip
    assert set(circle_in(round_about)) == {f"modules_round.{name}" for name in "abc"}


def modules(*packages: str) -> list[str]:
    names = []
    for package in packages:
        for file in sorted((ROOT / "autoal_gui" / package).rglob("*.py")):
            parts = file.relative_to(ROOT).with_suffix("").parts
            names.append(".".join(part for part in parts if part != "__init__"))
    return names


def test_nothing_outside_learning_loads_what_takes_seconds():
    """Modules load in a fresh process, so that none hides behind another's import."""
    names = modules("core", "sources", "strategies", "exporters", "engine", "gui")
    assert len(names) > 50
    code = (
        "import importlib, sys\n"
        f"for name in {names!r}: importlib.import_module(name)\n"
        f"print([name for name in {COSTLY!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120,
        check=False, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_no_module_reads_a_pickle_but_by_the_safe_ways():
    """np.load never takes pickles, torch.load takes weights alone, and pickle loads nothing."""
    found = []
    for file in sorted((ROOT / "autoal_gui").rglob("*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            output = ast.unparse(call)
            unsafe = output.startswith(("pickle.load", "eval(", "exec(", "marshal.", "shelve."))
            unsafe |= output.startswith("np.load(") and "allow_pickle=False" not in output
            unsafe |= output.startswith("torch.load(") and "weights_only=True" not in output
            if unsafe:
                found.append((file.name, output))
    assert found == []


# -- the registry and what opens a set --------------------------------------------------------


@pytest.mark.parametrize("package", ["sources", "strategies", "exporters"])
def test_every_plug_in_is_found_by_its_name_in_order(package):
    found = discover(f"autoal_gui.{package}")
    declared = {}
    for file in (ROOT / "autoal_gui" / package).glob("*.py"):
        module = importlib.import_module(f"autoal_gui.{package}.{file.stem}")
        if hasattr(module, "NAME"):
            declared[module.NAME] = module
    assert found == declared
    orders = [(getattr(module, "ORDER", 100), name) for name, module in found.items()]
    assert orders == sorted(orders)


def test_adding_a_plug_in_is_adding_a_file(package):
    name = package(
        "plugins_added", late="NAME = 'a'\nORDER = 2", early="NAME = 'b'\nORDER = 1",
        plain="NAME = 'c'", helper="VALUE = 1",
    )  # fmt: skip
    found = discover(name)
    assert list(found) == ["b", "a", "c"]
    assert all(isinstance(module, ModuleType) for module in found.values())


def test_two_plug_ins_of_one_name_are_refused(package):
    name = package("plugins_twice", one="NAME = 'same'", two="NAME = 'same'")
    with pytest.raises(ValueError, match="plugins_twice has two plug-ins named 'same'"):
        discover(name)


def test_a_set_of_an_unknown_kind_is_refused_in_a_sentence(tmp_path):
    spec = SourceSpec("hologram", "x")
    for act in (
        lambda: source_of(spec),
        lambda: list_images(spec, tmp_path, lambda done, total: None),
        lambda: open_images(spec, tmp_path),
    ):
        with pytest.raises(SourceError) as caught:
            act()
        assert str(caught.value) == "This program cannot open images of the kind 'hologram'."


def test_what_the_user_names_is_a_file_a_folder_the_demo_or_a_set(tmp_path, monkeypatch):
    file = tmp_path / "set.npz"
    file.touch()
    assert spec_of(str(file)) == SourceSpec("npz", str(file))
    assert spec_of(str(tmp_path)) == SourceSpec("folder", str(tmp_path), (("layout", "infer"),))
    assert spec_of("demo") == SourceSpec("demo")
    assert spec_of("synthetic") == SourceSpec("synthetic")
    monkeypatch.chdir(tmp_path)
    for name, size in (("pneumoniamnist", "28"), ("bloodmnist:64", "64"), ("bloodmnist:", "28")):
        (tmp_path / f"{name.strip(':').replace(':', '_')}.npz").touch()
        spec = spec_of(name)
        assert (spec.kind, spec.location) == ("medmnist", name.split(":")[0])
        assert (spec.option("size"), spec.option("folder")) == (size, str(tmp_path))
    (tmp_path / "demo").mkdir()
    assert spec_of("demo").kind == "folder"  # what is there comes first


@pytest.mark.parametrize("data", ["x" * 5000, "a\0b", "", "no/such/place", "~", "..:..", ":"])
def test_whatever_the_user_names_gives_images_or_a_sentence(tmp_path, monkeypatch, data):
    monkeypatch.chdir(tmp_path)  # empty
    with pytest.raises(SourceError) as caught:
        list_images(spec_of(data), tmp_path, lambda done, total: None)
    assert str(caught.value).endswith((".", "?"))
