"""Where icons, style sheet, help and translations lie."""

from pathlib import Path

import autoal_gui


def resources() -> Path:
    """Return the folder of icons and style sheet.

    It lies beside the package in the sources and in a built program, inside it when installed.
    """
    package = Path(autoal_gui.__file__).resolve().parent
    beside = package.parent / "resources"
    return beside if (beside / "style.qss").is_file() else package / "resources"
