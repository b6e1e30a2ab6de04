"""Collect the licences of what the built program carries.

`build.spec` calls this with the packages that it really collects; the result lies in the program
as THIRD_PARTY_NOTICES.txt.
"""

import platform
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions, packages_distributions
from pathlib import Path

LICENCE_FILES = ("LICEN", "COPYING", "NOTICE", "COPYRIGHT")
INTRODUCTION = """\
AutoAL GUI is under the MIT licence. It comes with the packages below, each under its own licence.

Qt and PySide6 are used under the GNU Lesser General Public License, version 3. They lie in this
program as libraries of their own, unchanged, in the folder PySide6: whoever wants another version
of them puts that version's libraries in their place. Their source code is at
https://code.qt.io and https://download.qt.io.

The typeface Inter is under the SIL Open Font License 1.1: see resources/fonts/OFL.txt.
"""


def carried(modules: Iterable[str]) -> list[Distribution]:
    """Return the installed packages that hold any of some top-level modules, by name."""
    owners = packages_distributions()
    names = {name.lower() for module in modules for name in owners.get(module, ())}
    found = {d.name.lower(): d for d in distributions() if d.name.lower() in names}
    return [found[name] for name in sorted(found) if name != "autoal-gui"]


def licence_of(package: Distribution) -> str:
    """Return the name of a package's licence as the package tells it."""
    metadata = package.metadata
    for field in ("License-Expression", "License"):
        name = " ".join(metadata.get_all(field, [""])).strip()
        if name not in ("", "UNKNOWN") and "\n" not in name:
            return name
    kinds = [c.split(" :: ")[-1] for c in metadata.get_all("Classifier", []) if "License ::" in c]
    return ", ".join(kinds) or "see below"


def licence_texts(package: Distribution) -> list[str]:
    """Return the licence files that a package brings along."""
    texts = []
    for file in package.files or ():
        is_text = Path(file).suffix.lower() not in {".py", ".pyc", ".so", ".pyi"}
        if is_text and Path(file).name.upper().startswith(LICENCE_FILES):
            place = Path(str(package.locate_file(file)))
            if place.is_file():
                texts.append(place.read_text(encoding="utf-8", errors="replace").strip())
    return list(dict.fromkeys(texts))


def python_licence() -> str:
    """Return the licence of the Python that the program carries."""
    for name in ("LICENSE.txt", "LICENSE"):
        for folder in (Path(platform.__file__).parent, Path(platform.__file__).parents[2]):
            if (folder / name).is_file():
                return (folder / name).read_text(encoding="utf-8", errors="replace").strip()
    return "Python Software Foundation License Version 2: https://docs.python.org/3/license.html"


def notices(modules: Iterable[str]) -> str:
    """Return the notices for a program that carries some top-level modules."""
    rule = "=" * 80
    python = f"Python {platform.python_version()}"
    parts = [INTRODUCTION, f"{rule}\n{python}\nLicence: PSF-2.0\n\n{python_licence()}"]
    for package in carried(modules):
        head = f"{rule}\n{package.name} {package.version}\nLicence: {licence_of(package)}"
        parts.append("\n\n".join([head, *licence_texts(package)]))
    return "\n\n".join(parts) + "\n"
