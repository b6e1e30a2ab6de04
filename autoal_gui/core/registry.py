"""Find the plug-ins of a package: every module in it that declares `NAME`.

Adding a source, a strategy or an exporter is adding one file; nothing else lists them. A frozen
program finds them too, because `build.spec` collects the sub-modules of these packages.
"""

import importlib
import pkgutil
from functools import cache
from types import ModuleType

from autoal_gui.core.language import tr


@cache
def discover(package: str) -> dict[str, ModuleType]:
    """Return the plug-in modules of `package` by their `NAME`, in order of `ORDER`, then of name.

    Raises:
        ValueError: two modules declare the same name.
    """
    found: dict[str, ModuleType] = {}
    for info in pkgutil.iter_modules(importlib.import_module(package).__path__):
        module = importlib.import_module(f"{package}.{info.name}")
        name = getattr(module, "NAME", None)
        if name is None:
            continue
        if name in found:
            raise ValueError(f"{package} has two plug-ins named {name!r}")
        found[name] = module
    return dict(sorted(found.items(), key=lambda item: (getattr(item[1], "ORDER", 100), item[0])))


def label_of(package: str, name: str) -> str:
    """Return what a plug-in is called in the user's language; its name where it is unknown."""
    return tr(english_label(package, name))


def english_label(package: str, name: str) -> str:
    """Return what a plug-in is called in English; its name where it is unknown."""
    module = discover(package).get(name)
    return str(module.LABEL) if module else name
