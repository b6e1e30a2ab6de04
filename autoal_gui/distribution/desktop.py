"""Put the program into the menu of a Linux desktop, and let it open project files.

Only files below the user's own data folder are written; `remove` takes exactly those away.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from autoal_gui.core.errors import AutoALError
from autoal_gui.core.language import tr
from autoal_gui.core.resources import resources
from autoal_gui.core.system.files import write_text

NAME = "autoal-gui"


def places(data: Path) -> dict[str, Path]:
    """Return where entry, kind of file and icon go below a folder of data (XDG_DATA_HOME)."""
    return {
        "entry": data / "applications" / f"{NAME}.desktop",
        "kind": data / "mime" / "packages" / f"{NAME}.xml",
        "icon": data / "icons" / "hicolor" / "scalable" / "apps" / f"{NAME}.svg",
    }


def install(data: Path, program: Path) -> None:
    """Write entry, kind of file and icon.

    Args:
        data: the folder of data, ~/.local/share by default on a desktop.
        program: what the entry starts.

    Raises:
        AutoALError: a file cannot be written there.
    """
    where, linux = places(data), resources() / "linux"
    try:
        for place in where.values():
            place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(linux / f"{NAME}.xml", where["kind"])
        shutil.copyfile(resources() / "icons" / "app.svg", where["icon"])
    except OSError as error:
        raise AutoALError(tr("The menu entry could not be written there.")) from error
    entry = (linux / f"{NAME}.desktop").read_text(encoding="utf-8")
    write_text(where["entry"], started_by(entry, program))
    refresh(data)


def remove(data: Path) -> None:
    """Take away what `install` has written; what is not there is no fault."""
    for place in places(data).values():
        place.unlink(missing_ok=True)
    refresh(data)


def started_by(entry: str, program: Path) -> str:
    """Return a desktop entry whose program is named by its whole path, quoted by the standard."""
    quoted = str(program)
    for character in '\\"`$':
        quoted = quoted.replace(character, "\\" + character)
    # A value is unescaped once as a string before it is unquoted, and % begins a field code.
    quoted = quoted.replace("\\", "\\\\").replace("%", "%%")
    lines = (line for line in entry.splitlines() if not line.startswith("TryExec="))
    return "".join(f"{line}\n" for line in lines).replace(f"Exec={NAME} ", f'Exec="{quoted}" ')


def refresh(data: Path) -> None:
    """Tell the desktop, where its programs for that are installed."""
    for command, folder in (
        ("update-mime-database", data / "mime"),
        ("update-desktop-database", data / "applications"),
    ):
        found = shutil.which(command)
        if found and folder.is_dir():
            # Both are our own: a name from the table above, and a folder below the user's.
            subprocess.run([found, str(folder)], check=False, capture_output=True)  # noqa: S603


def this_program() -> Path:
    """Return the file that starts this program: of the built one, or of the environment."""
    if getattr(sys, "frozen", False):
        return Path(sys.executable)
    return Path(sys.executable).with_name(NAME)
