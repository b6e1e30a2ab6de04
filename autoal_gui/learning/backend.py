"""Carries out the engine's commands with torch; the command line uses it just the same."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import torch

from autoal_gui.core.backend import CancelCheck
from autoal_gui.core.errors import OutOfMemory
from autoal_gui.core.language import mark, tr
from autoal_gui.core.messages import (
    Command,
    Event,
    Explain,
    Exported,
    ExportModel,
    HandOver,
    MapImages,
    Notice,
    Predict,
    Progress,
    RunRound,
    WarmStart,
    Writing,
)
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.memory import TOO_LITTLE, give_back_memory
from autoal_gui.learning.inference.explain import explain
from autoal_gui.learning.inference.export import (
    export_model,
    format_named,
    hand_over,
    writing_words,
)
from autoal_gui.learning.inference.predict import answer
from autoal_gui.learning.model.device import choose_device, empty_caches, use_threads
from autoal_gui.learning.model.device_memory import is_out_of_memory
from autoal_gui.learning.round import run_round
from autoal_gui.learning.training.image_map import map_images
from autoal_gui.learning.training.warm_start import warm_start

ON_CPU = mark("The device has too little memory; this starts again on the CPU.")
SMALLER = mark("The device ran out of memory; this starts again with smaller batches.")
SMALLEST_BATCH = 8  # below this the CPU is the better place


class TorchBackend:
    """The backend of `autoal_gui.engine` and of the command line."""

    def __init__(self, threads: int | None = None) -> None:
        """Set up torch; `threads` CPU threads, by default all cores but one."""
        use_threads(threads)
        torch.backends.cudnn.benchmark = False  # its choice varies, and with it the numbers
        torch.backends.cudnn.deterministic = True

    def run(self, command: Command, cancelled: CancelCheck) -> Iterator[Event]:
        """Carry out a command; see `autoal_gui.core.backend.Backend.run`."""
        step = None
        try:
            for event in self._events(command, cancelled):
                if isinstance(event, Progress) and event.step != step:
                    step = event.step
                    give_back_memory()  # what one step has freed is of no use to the next
                yield event
        finally:
            give_back_memory()

    def _events(self, command: Command, cancelled: CancelCheck) -> Iterator[Event]:
        if isinstance(command, ExportModel):
            sentence = writing_words(format_named(command.exporter))
            yield Writing(command.request_id, 0, 1, sentence)
            export_model(
                command.exporter,
                Path(command.checkpoint),
                Path(command.target),
                command.about,
                command.start_from,
                command.threshold,
            )
            yield Exported(command.request_id, command.target)
        elif isinstance(command, HandOver):
            steps = hand_over(
                command.formats,
                Path(command.checkpoint),
                Path(command.target),
                command.about,
                command.report,
                command.start_from,
                command.threshold,
            )
            for done, total, sentence in steps:
                yield Writing(command.request_id, done, total, sentence)
            yield Exported(command.request_id, command.target)
        elif isinstance(command, Explain):
            yield explain(command)
        else:
            yield from within_memory(command, cancelled)


Large = RunRound | WarmStart | Predict | MapImages
"""Commands that may need more memory than there is."""


def within_memory(command: Large, cancelled: CancelCheck) -> Iterator[Event]:
    """Run a command; where memory is too small to train, with smaller batches, then on the CPU.

    Passes that only look at images have halved their parts by then, see `passed`.

    Raises:
        OutOfMemory: the computer's own memory is too small as well.
    """
    while True:
        try:
            if isinstance(command, WarmStart):
                yield from warm_start(command, cancelled)
            elif isinstance(command, Predict):
                yield from answer(command, cancelled)
            elif isinstance(command, MapImages):
                yield from map_images(command, cancelled)
            else:
                yield from run_round(command, cancelled)
            return
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise
            smaller = _smaller(command)
            if smaller is None:
                raise OutOfMemory(tr(TOO_LITTLE)) from error
        command, sentence = smaller
        empty_caches()
        yield Notice(command.request_id, tr(sentence))


def _smaller(command: Large) -> tuple[Large, str] | None:
    """Return a command that needs less, and the sentence marked for it; None where none does."""
    if isinstance(command, Predict):
        on_cpu = choose_device(RunSettings(device=command.device)).device.type == "cpu"
        return None if on_cpu else (replace(command, device="cpu"), ON_CPU)
    settings = command.settings
    batches = {name: getattr(settings, name) for name in _BATCHES[type(command)]}
    halved = {n: size // 2 for n, size in batches.items() if size // 2 >= SMALLEST_BATCH}
    if halved:
        settings = settings.but(**halved)
        sentence = SMALLER
    elif choose_device(settings).device.type != "cpu":
        settings = settings.but(device="cpu")
        sentence = ON_CPU
    else:
        return None
    return replace(command, settings=settings), sentence


_BATCHES: dict[type, tuple[str, ...]] = {
    RunRound: ("train_batch", "search_batch"),
    WarmStart: ("warm_batch",),
    MapImages: (),
}
