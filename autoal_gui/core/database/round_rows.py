"""Rounds and the rankings that they brought, as rows of the project file."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any, Literal

from autoal_gui.core.database.database_errors import damaged
from autoal_gui.core.database.stored_values import (
    MOST,
    as_file_name,
    as_flag,
    as_line,
    as_list,
    as_mapping,
    as_number,
    as_row,
    as_sentence,
    as_share,
    as_text,
    as_whole,
    parsed,
)
from autoal_gui.core.errors import SettingsError
from autoal_gui.core.language import tr
from autoal_gui.core.measures.answers.estimate import Estimate, Said, estimate_as_plain
from autoal_gui.core.measures.metrics import ByChance, Metrics, NearlyAlike, as_plain, from_plain
from autoal_gui.core.messages import RoundFinished
from autoal_gui.core.queries import Asked, LearnedWeights, Query
from autoal_gui.core.sentences import Sentence, Sentences, said
from autoal_gui.core.settings import RunSettings

Outcome = Literal["running", "finished", "failed", "cancelled", "interrupted"]

RANKING_KEPT = 1000  # images of a ranking that are stored: many batches of labelling ahead

MOST_DESIGN = 1e9  # images in a group; more would be damage


@dataclass(frozen=True)
class RoundRecord:
    """One round as the project remembers it; empty fields where it did not finish."""

    number: int
    outcome: Outcome
    settings: RunSettings
    started: str
    ended: str
    labels: int
    sentence: str = ""
    confirmed: int = 0
    """How many images its model learned from besides, whose labels were confirmed in bulk."""
    weights: tuple[tuple[str, float], ...] = ()
    plain_weights: tuple[tuple[str, float], ...] = ()
    metrics: Metrics | None = None
    audit: Metrics | None = None
    """Out-of-fold, on the labelled images that were drawn at random."""
    estimate: Estimate | None = None
    """Of the pool, from all answers."""
    by_chance: ByChance | None = None
    """What the labels of images drawn at random give alone."""
    learned: LearnedWeights | None = None
    """What the search learned, be it trusted or not; None where it learned nothing."""
    nearly_alike: NearlyAlike | None = None
    """The evaluation images that are nearly the same as labelled ones, and how the others do."""
    checkpoint: str = ""
    """File name inside the project's models folder."""
    checkpoint_sha256: str = ""
    seconds: tuple[tuple[str, float], ...] = ()
    device: str = ""
    notices: tuple[str, ...] = ()
    reason: Sentences = ()
    """What chose the batch, and by what the model sees."""

    def remarks(self, *but: Sentence) -> str:
        """Say in sentences what there is to say of the round, but for some of them."""
        return " ".join(self.told(*but))

    def told(self, *but: Sentence) -> tuple[str, ...]:
        """Return what there is to say of the round one by one, but for some sentences."""
        notices = map(tr, self.notices)  # which are kept as they were said
        return (*notices, *(str(one) for one in self.reason if one not in but))


@dataclass(frozen=True)
class Suggestion:
    """What the last model makes of an image."""

    class_index: int
    confidence: float
    """The model's probability of that class, in [0, 1]."""


@dataclass(frozen=True)
class Ranking:
    """The last finished ranking, as far as it is stored."""

    order: tuple[int, ...] = ()
    """Image ids, the one to ask first in front."""
    suggestions: dict[int, Suggestion] = field(default_factory=dict)
    """By image id."""
    queries: dict[int, Query] = field(default_factory=dict)
    """Why an image was asked for, by its id."""


def now() -> str:
    """Return the time, ISO 8601 in UTC, to the millisecond."""
    return datetime.now(timezone.utc).isoformat(timespec="milliseconds")


# -- rounds -----------------------------------------------------------------------------------


def begin_round(db: sqlite3.Connection, settings: RunSettings, labels: int) -> int:
    """Note that a round starts; return its number."""
    (number,) = db.execute("SELECT coalesce(max(number), 0) + 1 FROM round").fetchone()
    db.execute(
        "INSERT INTO round (number, settings, outcome, started, labels) VALUES (?,?,?,?,?)",
        (number, settings.to_json(), "running", now(), labels),
    )
    return int(number)


def end_round(db: sqlite3.Connection, number: int, outcome: Outcome, sentence: str) -> None:
    """Note that a round ended without a result."""
    db.execute(
        "UPDATE round SET outcome=?, ended=?, sentence=? WHERE number=?",
        (outcome, now(), sentence, number),
    )


def store_result(db: sqlite3.Connection, result: RoundFinished) -> None:
    """Store what a round brought, and its ranking in the place of the last."""
    db.execute(
        "UPDATE round SET outcome='finished', ended=?, labels=?, result=? WHERE number=?",
        (now(), result.labels, json.dumps(_plain_result(result)), result.round_number),
    )
    # Earlier rankings are kept only as far as they were asked for.
    db.execute("DELETE FROM ranking WHERE query=''")
    db.executemany("INSERT INTO ranking VALUES (?,?,?,?,?,?)", _ranking_rows(result))


def interrupt_rounds(db: sqlite3.Connection) -> None:
    """Note of rounds that run according to the file that they were not brought to their end."""
    db.execute("UPDATE round SET outcome='interrupted' WHERE outcome='running'")


def read_rounds(db: sqlite3.Connection) -> tuple[RoundRecord, ...]:
    """Return every round, ascending by number.

    Raises:
        ProjectDamaged: one is not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute(
        "SELECT number, outcome, settings, started, ended, labels, sentence, result "
        "FROM round ORDER BY number"
    ).fetchall()
    return tuple(round_record(row) for row in rows)


def round_record(row: tuple[Any, ...]) -> RoundRecord:
    """Return a round from its row.

    Raises:
        ProjectDamaged: it is not what this program writes.
    """
    number, outcome, settings, started, ended, labels, sentence, text = row
    result = as_mapping(parsed(text))
    return RoundRecord(
        as_whole(number, low=1),
        outcome,
        run_settings(settings),
        as_line(started),
        as_line(ended),
        as_whole(labels),
        as_line(sentence),
        confirmed=as_whole(result.get("confirmed", 0)),
        weights=_pairs(result.get("weights", ())),
        plain_weights=_pairs(result.get("plain_weights", ())),
        metrics=_metrics(result) if result.get("confusion") else None,
        audit=_audit(result),
        estimate=_estimate(result.get("estimate")),
        by_chance=_by_chance(result.get("by_chance")),
        learned=_learned(result.get("learned")),
        nearly_alike=_nearly_alike(result.get("nearly_alike")),
        checkpoint=as_file_name(result.get("checkpoint", "")),
        checkpoint_sha256=as_line(result.get("checkpoint_sha256", "")),
        seconds=_pairs(result.get("seconds", ())),
        device=as_line(result.get("device", "")),
        notices=as_list(result.get("notices", ()), as_line),
        reason=_reason(result),
    )


def _reason(result: Mapping[str, Any]) -> Sentences:
    """Return what was told of a round; older ones tell it in the language in which they ran."""
    if sentences := as_list(result.get("sentences", ()), as_sentence):
        return sentences
    text = as_line(result.get("reason", ""))
    return (Sentence(text),) if text else ()


def run_settings(text: object) -> RunSettings:
    """Return settings from their text.

    Raises:
        ProjectDamaged: they are not what this program writes.
    """
    try:
        return RunSettings.from_json(as_text(text))
    except SettingsError as error:
        raise damaged() from error


def _plain_result(result: RoundFinished) -> dict[str, Any]:
    return {
        "weights": result.weights,
        "plain_weights": result.plain_weights,
        **(as_plain(result.metrics) if result.metrics else {"confusion": None}),
        "audit": result.audit.confusion if result.audit else None,
        **_plain_design(result.audit),
        **({"estimate": estimate_as_plain(result.estimate)} if result.estimate else {}),
        "by_chance": _plain_chance(result.by_chance),
        **({"learned": asdict(result.learned)} if result.learned else {}),
        **_plain_alike(result.nearly_alike),
        **({"confirmed": result.confirmed} if result.confirmed else {}),
        "checkpoint": Path(result.checkpoint).name,
        "checkpoint_sha256": result.checkpoint_sha256,
        "seconds": result.seconds,
        "device": result.device,
        "notices": result.notices,
        "reason": said(result.reason),  # for programs of before there were sentences
        "sentences": [sentence.as_plain() for sentence in result.reason],
    }


def _plain_design(audit: Metrics | None) -> dict[str, float]:
    return {"audit_design": audit.design} if audit and audit.design > 1 else {}


def _plain_chance(found: ByChance | None) -> dict[str, Any] | None:
    return {"labels": found.labels, **as_plain(found.metrics)} if found else None


def _plain_alike(found: NearlyAlike | None) -> dict[str, Any]:
    if found is None:
        return {}
    rest = as_plain(found.rest) if found.rest else {"confusion": None}
    return {"nearly_alike": {"images": found.images, **rest}}


def _learned(value: object) -> LearnedWeights | None:
    if not value:  # earlier versions kept nothing of it
        return None
    values = as_mapping(value)
    gain, error = as_number(values.get("gain")), as_number(values.get("error"))
    return LearnedWeights(
        _pairs(values.get("weights", ())), gain, error, as_flag(values.get("trusted"))
    )


def _nearly_alike(value: object) -> NearlyAlike | None:
    if not value:
        return None
    values = as_mapping(value)
    rest = _metrics(values) if values.get("confusion") else None
    return NearlyAlike(as_whole(values.get("images")), rest)


def _by_chance(value: object) -> ByChance | None:
    if not value:
        return None
    values = as_mapping(value)
    return ByChance(as_whole(values.get("labels")), _metrics(values))


def _audit(result: Mapping[str, Any]) -> Metrics | None:
    if not result.get("audit"):
        return None
    return _metrics({"confusion": result["audit"], "design": result.get("audit_design", 1.0)})


def _estimate(value: object) -> Estimate | None:
    if not value:
        return None
    values = as_mapping(value)
    counted = _metrics(values)
    shares = as_list(values.get("shares"), lambda row: as_list(row, as_share))
    said = Said(*as_row(values.get("said"), _said, *[lambda row: as_list(row, _said)] * 2))
    sizes = {len(shares), *map(len, shares), len(said.inside), len(said.outside)}
    if sizes != {len(counted.confusion)}:
        raise damaged()
    return Estimate(counted.confusion, counted.auroc, shares=shares, said=said)


def _said(value: object) -> float:
    return as_number(value, 0.0, MOST)


def _metrics(values: object) -> Metrics:
    """Return metrics whose every row and area has a class."""
    found = as_mapping(values)
    confusion = as_list(found.get("confusion"), lambda row: as_list(row, as_whole))
    areas = as_list(found.get("auroc") or (), _area)
    if any(len(row) != len(confusion) for row in confusion) or (
        areas and len(areas) != len(confusion) + 1
    ):
        raise damaged()
    design = as_number(found.get("design", 1.0), 1.0, MOST_DESIGN)
    return from_plain({"confusion": confusion, "auroc": areas, "design": design})


def _area(value: object) -> tuple[float, ...] | None:
    return as_row(value, as_number, as_number, as_number) if value else None


def _pairs(value: object) -> tuple[tuple[str, float], ...]:
    pairs = as_list(value, lambda pair: as_row(pair, as_line, as_number))
    return tuple((name, number) for name, number in pairs)


# -- rankings ---------------------------------------------------------------------------------


def read_ranking(db: sqlite3.Connection, round_number: int) -> Ranking:
    """Return the ranking that a round brought, as far as it is stored.

    Raises:
        ProjectDamaged: it is not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute(
        "SELECT image_id, suggested, confidence, query FROM ranking WHERE round_number=?"
        " ORDER BY position",
        (round_number,),
    ).fetchall()
    return Ranking(
        order=tuple(row[0] for row in rows),
        suggestions={i: Suggestion(c, as_share(p)) for i, c, p, _ in rows if c is not None},
        queries={i: query_from(i, text) for i, _, _, text in rows if text},
    )


def read_asked(db: sqlite3.Connection) -> tuple[Asked, ...]:
    """Return what the rounds asked for, in their order.

    Raises:
        ProjectDamaged: it is not what this program writes.
        sqlite3.Error: the file cannot be read.
    """
    rows = db.execute(
        "SELECT round_number, image_id, suggested, query FROM ranking WHERE query!=''"
        " ORDER BY round_number, position"
    ).fetchall()
    return tuple(Asked(number, query_from(i, text), c) for number, i, c, text in rows)


def query_from(image_id: int, text: object) -> Query:
    """Return why an image was asked for, from its text in the file.

    Raises:
        ProjectDamaged: it is not what this program writes.
    """
    values = as_list(parsed(text), lambda value: value)
    # Version 0.1 knew no audit, others before this one no two classes.
    lacking = {3: (False, None), 4: (None,)}.get(len(values), ())
    score, strategies, loss, audit, between = as_row(
        (*values, *lacking),
        as_number,
        lambda rows: as_list(rows, _strategy_row),
        lambda value: None if value is None else as_number(value),
        as_flag,
        lambda value: None if value is None else as_row(value, as_whole, as_whole),
    )
    return Query(image_id, score, strategies, loss, audit, between)


def _strategy_row(value: object) -> tuple[Any, ...]:
    return as_row(value, as_line, as_number, as_number)


def _query_text(query: Query) -> str:
    values = [query.score, query.strategies, query.predicted_loss, query.audit, query.between]
    return json.dumps(values)


def _ranking_rows(result: RoundFinished) -> Iterator[tuple[object, ...]]:
    queries = {query.image_id: _query_text(query) for query in result.queries}
    trained = len(result.probabilities) > 0
    for position, image_id in enumerate(result.ranking[:RANKING_KEPT].tolist()):
        suggested, confidence = None, None
        if trained:
            suggested = int(result.probabilities[position].argmax())
            confidence = float(result.probabilities[position].max())
        text = queries.get(image_id, "")
        yield result.round_number, position, image_id, suggested, confidence, text
