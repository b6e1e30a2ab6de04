"""Which images are asked for: the batch in work, and the order of all the others."""

import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import filterfalse, zip_longest

from autoal_gui.core.database.setting_rows import SettingRows
from autoal_gui.core.images.pool import ImagePool
from autoal_gui.core.labels.hidden_repeats import repeats_for
from autoal_gui.core.labels.label_queue import LabelQueue
from autoal_gui.core.project.stores import stored_settings as stored
from autoal_gui.core.project.stores.bulk_store import BulkStore
from autoal_gui.core.project.stores.image_checks import ImageChecks
from autoal_gui.core.project.stores.label_store import LabelStore
from autoal_gui.core.project.stores.project_settings import ProjectSettings
from autoal_gui.core.project.stores.round_store import RoundStore


class BatchStore:
    """The batch in work, and what is asked after it."""

    def __init__(
        self,
        rows: SettingRows,
        pool: ImagePool,
        settings: ProjectSettings,
        checks: ImageChecks,
        labels: LabelStore,
        rounds: RoundStore,
        bulk: BulkStore,
    ) -> None:
        self._rows, self._pool, self._settings = rows, pool, settings
        self._checks, self._labels, self._rounds = checks, labels, rounds
        self._bulk = bulk
        self._shuffled: tuple[int, tuple[int, ...]] | None = None

    @property
    def queue(self) -> LabelQueue:
        """The batch in work and the rest of the last ranking."""
        images, unusable = self._pool.images, self._checks.unusable
        saved = self._rows.get(stored.BATCH)
        batch = tuple(i for i in saved if i in images and i not in unusable)
        inside = set(batch)
        drawn = [i for i in self._bulk.drawn if i not in unusable]
        failed = self._bulk.check.verdict == "fails"  # then what was drawn comes in its turn
        first = () if failed else (i for i in drawn if i not in self._labels.answers)
        order = dict.fromkeys((*first, *self.ranking))
        rest = tuple(filterfalse(inside.__contains__, order))
        repeats = self._rows.get(stored.REPEATS)
        again = inside.intersection(repeats, self._labels.answers)
        size = self._settings.run.batch_size
        aside = drawn if failed else ()
        return LabelQueue(batch, rest, size, frozenset(again), frozenset(drawn), frozenset(aside))

    def save(self, batch: Sequence[int], repeats: Iterable[int] = ()) -> None:
        """Remember the images in the strip, so that reopening goes on at the same one.

        `repeats` are those of them that are put to the reader a second time.

        Raises:
            ProjectError: it could not be saved.
        """
        again = tuple(sorted(repeats))
        if again != self._rows.get(stored.REPEATS):
            self._rows.put(stored.REPEATS, again)  # first: without its batch it means nothing
        self._rows.put(stored.BATCH, tuple(batch))

    def repeats(self) -> tuple[tuple[int, int], ...]:
        """Return (place, image) of what the next batch puts to the reader a second time."""
        settings, run = self._settings, self._settings.run
        return repeats_for(
            self._labels.journal,
            settings.annotator,
            run.batch_size,
            settings.repeat_every,
            run.seed,
            self._pool.groups,
        )

    @property
    def ranking(self) -> tuple[int, ...]:
        """Image ids in the order to ask: of the last ranking and of the evaluation set by turns.

        So the first batch trains a model, and measures it. Before the first ranking, and behind
        what is stored of the last, the order is random; that of the evaluation set always is, since
        a part of it measures until all of it has an answer.
        """
        order, unusable = self._rounds.ranking, self._checks.unusable
        images = self._pool.images  # the evaluation set may have been changed since the ranking
        ranked = (i for i in order if i not in unusable and images[i].split == "pool")
        passed_over = {*order, *self._labels.answers, *unusable}
        others = filterfalse(passed_over.__contains__, self._random_order(self._settings.run.seed))
        measuring = list(self._labels.unanswered_evaluation())
        random.Random(self._settings.run.seed).shuffle(measuring)  # noqa: S311 - no secret
        return tuple(by_turns((*ranked, *others), measuring))

    def _random_order(self, seed: int) -> tuple[int, ...]:
        """Return the ids of the pool in the order of a seed; shuffled once, pools are large."""
        if self._shuffled is None or self._shuffled[0] != seed:
            order = list(self._pool.ids("pool"))
            random.Random(seed).shuffle(order)  # noqa: S311 - no secret
            self._shuffled = (seed, tuple(order))
        return self._shuffled[1]


def by_turns(first: Sequence[int], second: Sequence[int]) -> Iterator[int]:
    """Yield one of each in turn as long as both have some, then the rest of the other."""
    for pair in zip_longest(first, second):
        yield from (image for image in pair if image is not None)
