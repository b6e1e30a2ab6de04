"""The files beside a model, which get their names only once the model has been written."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import ModuleType

from autoal_gui.core.errors import CheckpointError
from autoal_gui.core.language import tr
from autoal_gui.core.system.files import replacing
from autoal_gui.core.trained_model import TrainedModel
from autoal_gui.exporters.companions.model_card import model_card
from autoal_gui.exporters.companions.preparation import preprocessing
from autoal_gui.exporters.contract import NOT_WRITTEN

CARD, PREPARATION, SCRIPT = "MODEL_CARD.md", "preprocessing.json", "predict.py"


def companion_files(target: Path, exporter: ModuleType) -> tuple[Path, ...]:
    """Return what is written beside the file of a model: each begins with that file's whole name.

    So models of several formats and rounds may lie in one folder, and none has another's card.
    """
    names = (CARD, PREPARATION, SCRIPT) if exporter.SCRIPT else (CARD, PREPARATION)
    return tuple(target.with_name(f"{target.name}.{name}") for name in names)


@contextmanager
def companions(
    target: Path, exporter: ModuleType, model: TrainedModel, about: str
) -> Iterator[None]:
    """Write the files beside a model; they get their names when the block has succeeded.

    Args:
        target: the file of the model, which the block writes.
        exporter: of its format.
        model: what it is made of.
        about: what its project tells, see `project_sections`.

    Raises:
        CheckpointError: they cannot be written; those that were there are left as they were.
    """
    name = target.name
    texts = [
        model_card(model, exporter, name, about),
        json.dumps(preprocessing(model.card, exporter, name), indent=1, ensure_ascii=False) + "\n",
        exporter.SCRIPT.replace("MODEL_FILE", json.dumps(name, ensure_ascii=False)),
    ]
    with ExitStack() as written:
        try:
            for file, text in zip(companion_files(target, exporter), texts, strict=False):
                partial = written.enter_context(replacing(file))
                partial.write_bytes(text.encode(errors="backslashreplace"))
            yield
            written.close()
        except (OSError, ValueError) as error:
            raise CheckpointError(tr(NOT_WRITTEN)) from error
