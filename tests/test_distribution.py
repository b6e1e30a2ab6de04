"""What leaves the sources: the wheel, with all that the program reads while it runs."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import autoal_gui
from autoal_gui.core.files import resources

ROOT = Path(__file__).parents[1]
SOURCES = ("autoal_gui", "resources", "pyproject.toml", "MANIFEST.in", "README.md", "LICENSE")


def python(code: str, folder: Path, *search: Path) -> str:
    """Run code in a fresh interpreter in `folder` and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True, text=True, cwd=folder, check=False, timeout=200,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, search))},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built of a copy of the sources without the network."""
    folder = tmp_path_factory.mktemp("wheel")
    for name in SOURCES:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(source, folder / name)
    build = "from setuptools import build_meta; print(build_meta.build_wheel('dist'))"
    name = python(build, folder).splitlines()[-1]
    return folder / "dist" / name


def test_the_wheel_holds_every_module_and_every_resource(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(f.relative_to(ROOT).as_posix()) for f in ROOT.glob("autoal_gui/**/*.py")}
    files = {f.relative_to(resources()) for f in resources().rglob("*") if f.is_file()}
    shown = {f for f in files if f.parts[0] != "screenshots"}
    wanted = modules | {f"autoal_gui/resources/{f.as_posix()}" for f in shown}
    ours = {name for name in held if ".dist-info/" not in name}
    assert ours == wanted
    assert len(shown) < len(files)
    assert any(name.endswith("licenses/LICENSE") for name in held)


def test_the_wheel_has_the_version_and_the_licence_of_the_sources(wheel: Path) -> None:
    archive = zipfile.ZipFile(wheel)
    (name,) = (name for name in archive.namelist() if name.endswith("/METADATA"))
    told = archive.read(name).decode()
    assert f"\nVersion: {autoal_gui.__version__}\n" in told
    assert "\nLicense-Expression: MIT\n" in told
    assert "MIT License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_version_is_written_in_one_place_and_told_in_the_changelog() -> None:
    version = autoal_gui.__version__
    assert f"\n## {version}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name in ("pyproject.toml", "build.spec", "Makefile"):
        assert f'"{version}"' not in (ROOT / name).read_text(encoding="utf-8")


def test_what_the_wheel_installs_runs_away_from_the_sources(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    zipfile.ZipFile(wheel).extractall(place)
    code = (
        "import autoal_gui; from autoal_gui.core.files import resources\n"
        "from autoal_gui.cli import run\n"
        "print(autoal_gui.__file__); print((resources() / 'style.qss').resolve())\n"
        "run(['--version'])"
    )
    package, style, version = python(code, tmp_path, place).splitlines()
    assert Path(package).is_relative_to(place)
    assert Path(style) == place / "autoal_gui" / "resources" / "style.qss"
    assert version == autoal_gui.__version__
