"""What the user has chosen for a project."""

from collections.abc import Mapping
from pathlib import Path

from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.measures.operating.point import OperatingRule
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.settings import RunSettings


class ProjectSettings:
    """The project's choices; setting one saves it, and raises `ProjectError` where it cannot."""

    def __init__(self, rows: SettingRows, models: Path) -> None:
        self._rows, self._models = rows, models

    @property
    def name(self) -> str:
        """The project's name as the user typed it."""
        return self._rows.get(stored.NAME)

    @name.setter
    def name(self, name: str) -> None:
        self._rows.put(stored.NAME, name)

    @property
    def spec(self) -> SourceSpec:
        """Where the images come from."""
        return self._rows.get(stored.SOURCE)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of what is known of the images besides class and group, see `PoolImage`."""
        return self._rows.get(stored.COLUMNS)

    @property
    def passed_over(self) -> tuple[tuple[str, int], ...]:
        """(one sentence, how many files) of what no one takes for images, see `Listing`."""
        return self._rows.get(stored.PASSED_OVER)

    @property
    def start_from(self) -> str:
        """The project's own copy of the checkpoint that every round starts from; or empty."""
        name = self._rows.get(stored.START_FROM)
        return str(self._models / name) if name else ""

    @property
    def run(self) -> RunSettings:
        """The settings of the next round."""
        return self._rows.get(stored.RUN)

    @run.setter
    def run(self, settings: RunSettings) -> None:
        self._rows.put(stored.RUN, settings)

    @property
    def annotator(self) -> str:
        """Who labels."""
        return self._rows.get(stored.ANNOTATOR)

    @annotator.setter
    def annotator(self, name: str) -> None:
        self._rows.put(stored.ANNOTATOR, name)

    @property
    def show_suggestions(self) -> bool:
        """Whether the model's suggestion is visible before the answer; blind first by default."""
        return self._rows.get(stored.SHOW_SUGGESTIONS)

    @show_suggestions.setter
    def show_suggestions(self, shown: bool) -> None:
        self._rows.put(stored.SHOW_SUGGESTIONS, shown)

    @property
    def predictions_seen(self) -> bool:
        """Whether the reader has looked at what the model makes of images without an answer."""
        return self._rows.get(stored.PREDICTIONS_SEEN)

    @predictions_seen.setter
    def predictions_seen(self, seen: bool) -> None:
        self._rows.put(stored.PREDICTIONS_SEEN, seen)

    @property
    def waited_seconds(self) -> float:
        """How long the annotators had nothing to answer because the program made them wait."""
        return self._rows.get(stored.WAITED_SECONDS)

    @waited_seconds.setter
    def waited_seconds(self, seconds: float) -> None:
        self._rows.put(stored.WAITED_SECONDS, seconds)

    @property
    def writing_seconds(self) -> dict[str, float]:
        """How long a model took to be written last, by the name of the format."""
        kept = self._rows.get(stored.WRITING_SECONDS)
        return dict(kept)

    @writing_seconds.setter
    def writing_seconds(self, seconds: Mapping[str, float]) -> None:
        self._rows.put(stored.WRITING_SECONDS, tuple(sorted(seconds.items())))

    @property
    def repeat_every(self) -> int:
        """One answer in so many is to an image that the reader has answered before; 0 for none."""
        return self._rows.get(stored.REPEAT_EVERY)

    @repeat_every.setter
    def repeat_every(self, every: int) -> None:
        self._rows.put(stored.REPEAT_EVERY, every)

    @property
    def operating_point(self) -> OperatingRule | None:
        """How the threshold of one class is chosen; None: an image is given the likeliest class."""
        return self._rows.get(stored.OPERATING_POINT)

    @operating_point.setter
    def operating_point(self, rule: OperatingRule | None) -> None:
        self._rows.put(stored.REPLACED_THRESHOLD, None)  # it was chosen by another rule
        self._rows.put(stored.OPERATING_POINT, rule)

    @property
    def replaced_threshold(self) -> tuple[int, float] | None:
        """A round, and the threshold that the operating point had until its model; None: none."""
        return self._rows.get(stored.REPLACED_THRESHOLD)

    @replaced_threshold.setter
    def replaced_threshold(self, replaced: tuple[int, float] | None) -> None:
        self._rows.put(stored.REPLACED_THRESHOLD, replaced)
