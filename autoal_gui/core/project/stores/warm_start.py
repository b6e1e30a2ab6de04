"""The warm start of a project: whether there is one, what it has left, and whether it goes on."""

import contextlib
from dataclasses import replace
from pathlib import Path

from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.messages import WarmStarted
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.project.stores.project_settings import ProjectSettings
from autoal_gui.core.project.stores.warm_record import WarmRecord, same_input, state_file
from autoal_gui.core.settings import RunSettings
from autoal_gui.core.system.foreign_files import sha256_of

WARM_FILE = "warm.pt"  # the checkpoint of the warm start


class WarmStart:
    """What a project knows of its warm start, and where its file is."""

    def __init__(self, rows: SettingRows, settings: ProjectSettings, models: Path) -> None:
        self._rows, self._settings, self._models = rows, settings, models

    @property
    def wanted(self) -> bool:
        """Whether the settings ask for one, and no checkpoint that was given takes its place."""
        run = self._settings.run
        return run.learns_first and run.mode != "paper" and not self._settings.start_from

    @property
    def file(self) -> Path:
        """Where it is written."""
        return self._models / WARM_FILE

    @property
    def record(self) -> WarmRecord | None:
        """What it has left; None before it, or where it was for other settings."""
        return self._record_under(self._settings.run)

    @property
    def checkpoint(self) -> str:
        """The checkpoint of it that the next round uses; or empty."""
        record = self.record if self.wanted else None
        return str(self._models / record.checkpoint) if record and record.checkpoint else ""

    @property
    def was_put_down(self) -> bool:
        """Whether a training has left a state to go on with, also where the program was killed."""
        return state_file(self.file).is_file()

    def finish(self, result: WarmStarted, settings: RunSettings) -> None:
        """Store what one under `settings` has brought.

        Raises:
            ProjectError: it could not be saved.
        """
        self._put(WarmRecord.of(result, self.file.name, settings))
        if result.complete:
            with contextlib.suppress(OSError):
                state_file(self.file).unlink(missing_ok=True)

    def put_down(self, result: WarmStarted, settings: RunSettings) -> None:
        """Take note of one that has made way for something else and goes on by itself.

        What it has brought so far is not used; where what it had brought before is, its file is
        another now.

        Raises:
            ProjectError: it could not be saved.
        """
        record = self._record_under(settings)
        if record is not None and record.checkpoint:
            self._put(replace(WarmRecord.of(result, self.file.name, settings), stopped=False))

    def stop(self, settings: RunSettings) -> None:
        """Note that the user stopped one under `settings` before it brought anything new.

        Raises:
            ProjectError: it could not be saved.
        """
        record = self._record_under(settings) or WarmRecord.of_nothing(settings)
        self._put(replace(record, stopped=True))

    def go_on(self) -> None:
        """Note that it goes on by itself again whenever the project is opened.

        Raises:
            ProjectError: it could not be saved.
        """
        record = self.record
        if record is not None:
            self._put(replace(record, stopped=False))

    def forget_lost(self) -> bool:
        """Forget one whose file is missing or damaged; say whether that was so.

        Raises:
            ProjectError: it could not be saved.
        """
        record = self.record
        if record is None or record.pending or not record.checkpoint:
            return False
        try:
            sound = sha256_of(self._models / record.checkpoint) == record.checkpoint_sha256
        except OSError:
            sound = False
        if not sound:
            self._put(None)
        return not sound

    def _record_under(self, settings: RunSettings) -> WarmRecord | None:
        record = self._rows.get(stored.WARM_START)
        return record if record is not None and same_input(record, settings) else None

    def _put(self, record: WarmRecord | None) -> None:
        self._rows.put(stored.WARM_START, record)
