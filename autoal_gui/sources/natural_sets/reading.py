"""What goes wrong when the files of a set are read, in one sentence each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from autoal_gui.core.errors import SourceError
from autoal_gui.core.language import tr


def damaged(name: str) -> SourceError:
    """Return what is told of a file that is not what its name says."""
    return SourceError(
        tr("{name} is damaged, or not the file of the set that has this name.", name=name)
    )


@contextmanager
def reading(
    file: Path,
    wrong: type[Exception] | tuple[type[Exception], ...],
    told: Callable[[str], SourceError] = damaged,
) -> Iterator[None]:
    """Read a file of a set in the block.

    Args:
        file: which.
        wrong: what a damaged file ends in.
        told: what is said of it, by the file's name.

    Raises:
        SourceError: the file is missing, cannot be read, or is damaged.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise SourceError(tr("The file {name} of the set is missing.", name=file.name)) from error
    except OSError as error:
        raise SourceError(tr("{name} cannot be read.", name=file.name)) from error
    except wrong as error:
        raise told(file.name) from error
