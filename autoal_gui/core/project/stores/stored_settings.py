"""Which settings a project has, and what each may be: read and checked once, when it is opened.

Some are JSON within JSON, because the first version wrote them so; nothing else sees that.
"""

import json
import re
from typing import Any

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.round_rows import run_settings
from autoal_gui.core.database.setting_rows import Setting
from autoal_gui.core.database.stored_values import (
    as_file_name,
    as_flag,
    as_line,
    as_list,
    as_number,
    as_row,
    as_share,
    as_text,
    as_whole,
    parsed,
)
from autoal_gui.core.images.source import SourceSpec
from autoal_gui.core.labels.bulk import LIMIT, LIMITS
from autoal_gui.core.labels.hidden_repeats import EVERY
from autoal_gui.core.measures.operating.point import OperatingRule
from autoal_gui.core.measures.operating.roc import KINDS, Kind
from autoal_gui.core.project.stores.warm_record import WarmRecord
from autoal_gui.core.readers.double_reading import Reading
from autoal_gui.core.settings import RunSettings

MOST_SECONDS = 1e10  # some three hundred years


def _ids(value: object) -> tuple[int, ...]:
    return as_list(value, as_whole)


def _place(value: object) -> str:
    text = as_text(value)
    if "\0" in text:
        raise damaged()
    return text


def _identity(value: object) -> str:
    """Return a SHA-256, by which files are named, or an empty text."""
    text = as_text(value)
    if not re.fullmatch("([0-9a-f]{64})?", text):
        raise damaged()
    return text


def _salt(value: object) -> str:
    """Return what goes into the hash of a group that names a person, or an empty text."""
    text = as_text(value)
    if not re.fullmatch("([0-9a-f]{32})?", text):
        raise damaged()
    return text


def _source(value: object) -> SourceSpec:
    return SourceSpec(*as_row(value, as_line, _place, _options))


def _options(value: object) -> tuple[tuple[str, str], ...]:
    return tuple((name, text) for name, text in as_list(value, _option))


def _option(value: object) -> tuple[Any, ...]:
    return as_row(value, as_line, _place)


def _plain_source(spec: SourceSpec) -> Any:
    return [spec.kind, spec.location, spec.options]


def _places(value: object) -> tuple[tuple[str, SourceSpec], ...]:
    return as_list(value, lambda row: as_row(row, _place_name, _source))


def _place_name(value: object) -> str:
    name = as_line(value)
    if not name or "/" in name or "\0" in name:
        raise damaged()
    return name


def _plain_places(places: tuple[tuple[str, SourceSpec], ...]) -> Any:
    return [(name, _plain_source(spec)) for name, spec in places]


def _readings(value: object) -> tuple[Reading, ...]:
    return as_list(value, lambda row: Reading(*as_row(row, as_line, _ids)))


def _plain_readings(readings: tuple[Reading, ...]) -> Any:
    return [(one.annotator, one.images) for one in readings]


def _counted(value: object) -> tuple[tuple[str, int], ...]:
    return as_list(value, lambda row: as_row(row, as_line, as_whole))


def _rule(value: object) -> OperatingRule | None:
    """Return how a threshold is chosen; where no kind is said, it is a specificity, as once."""
    if value is None:
        return None
    has_kind = isinstance(value, list) and len(value) > 2
    return OperatingRule(*as_row(value, as_whole, as_share, *((_kind,) if has_kind else ())))


def _kind(value: object) -> Kind:
    for kind in KINDS:
        if value == kind:
            return kind
    raise damaged()


def _plain_rule(rule: OperatingRule | None) -> Any:
    return rule and [rule.class_index, rule.least, rule.kind]


def _replaced(value: object) -> tuple[int, float] | None:
    """Return a round and the threshold of the model before it."""
    if value is None:
        return None
    number, threshold = as_row(value, as_whole, as_share)
    return number, threshold


def _seconds(value: object) -> float:
    return as_number(value, 0.0, MOST_SECONDS)


def _measured(value: object) -> tuple[tuple[str, float], ...]:
    return as_list(value, lambda row: as_row(row, as_line, _seconds))


def _drawn(value: object) -> tuple[tuple[int, int, float], ...]:
    return as_list(value, lambda row: as_row(row, as_whole, as_whole, as_share))


def _limit(value: object) -> float:
    return as_number(value, *LIMITS)


def _moved_limit(value: object) -> tuple[int, float, int] | None:
    """Return which check it was, the limit before it was moved, and the images read by then."""
    if value is None:
        return None
    number, before, asked = as_row(value, as_whole, as_share, as_whole)
    return number, before, asked


NAME = Setting("name", as_line)
SOURCE = Setting("source", _source, _plain_source)
MORE_SOURCES = Setting("more_sources", _places, _plain_places, default=())
NEAR = Setting("near", lambda value: as_list(value, _place), default=())
CACHE_NAME = Setting("cache_name", _identity, default="")
RUN = Setting("settings", run_settings, RunSettings.to_json)
ANNOTATOR = Setting("annotator", as_line)
SHOW_SUGGESTIONS = Setting("show_suggestions", as_flag)
PREDICTIONS_SEEN = Setting("predictions_seen", as_flag, default=False)
BATCH = Setting("batch", lambda text: _ids(parsed(text)), lambda ids: json.dumps(list(ids)))
START_FROM = Setting("start_from", as_file_name)
IDENTITY = Setting("identity", _identity, default="")
COLUMNS = Setting("columns", lambda value: as_list(value, as_line), default=())
GROUP_SALT = Setting("group_salt", _salt, default="")
PASSED_OVER = Setting("passed_over", _counted, default=())
WAITED_SECONDS = Setting("waited_seconds", _seconds, default=0.0)
WRITING_SECONDS = Setting("writing_seconds", _measured, default=())
REPEAT_EVERY = Setting("repeat_every", as_whole, default=EVERY)
REPEATS = Setting("repeats", _ids, default=())
DRAWN = Setting("drawn", _drawn, default=())
BULK_LIMIT = Setting("bulk_limit", _limit, default=LIMIT)
MOVED_LIMIT = Setting("moved_limit", _moved_limit, default=None)
BULK_CHECKS = Setting("bulk_checks", _ids, default=())
TAKEN_OUT = Setting("taken_out", _ids, default=())
REMOVED_CLASSES = Setting("removed_classes", _ids, default=())
CLASS_ORDER = Setting("class_order", _ids, default=())
READINGS = Setting("readings", _readings, _plain_readings, default=())
OPERATING_POINT = Setting("operating_point", _rule, _plain_rule, default=None)
REPLACED_THRESHOLD = Setting("replaced_threshold", _replaced, default=None)
WARM_START = Setting("warm_start", WarmRecord.from_plain, WarmRecord.plain_of, default=None)

SETTINGS: tuple[Setting[Any], ...] = (
    NAME,
    SOURCE,
    MORE_SOURCES,
    NEAR,
    CACHE_NAME,
    RUN,
    ANNOTATOR,
    SHOW_SUGGESTIONS,
    PREDICTIONS_SEEN,
    BATCH,
    START_FROM,
    IDENTITY,
    COLUMNS,
    GROUP_SALT,
    PASSED_OVER,
    WAITED_SECONDS,
    WRITING_SECONDS,
    REPEAT_EVERY,
    REPEATS,
    DRAWN,
    BULK_LIMIT,
    MOVED_LIMIT,
    BULK_CHECKS,
    TAKEN_OUT,
    REMOVED_CLASSES,
    CLASS_ORDER,
    READINGS,
    OPERATING_POINT,
    REPLACED_THRESHOLD,
    WARM_START,
)
