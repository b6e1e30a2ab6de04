"""Sentences that are kept in a project, and read in whatever language is in use then."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autoal_gui.core.former_sentences import in_todays_words
from autoal_gui.core.language import percent, tr

SMALL = 0.1  # shares that are all below it are told to a tenth of a per cent


@dataclass(frozen=True)
class Sentence:
    """A sentence in English and what its {names} stand for; `str()` says it in today's language."""

    english: str
    """As it is in the catalogues; of one that is in none this is what is said."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Names or sentences in English, likewise."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Said as percentages: 1 is 100 %."""
    details: str = ""
    """Figures behind it, in a sentence of the same words and shares; "" where there are none."""

    def __str__(self) -> str:
        """Return it in the language in use, as it is said today."""
        return self._in_language(self._today[0])

    @property
    def figures(self) -> str:
        """The details in the language in use."""
        details = self._today[1]
        return self._in_language(details) if details else ""

    @property
    def _today(self) -> tuple[str, str]:
        """What earlier versions said otherwise is looked up in today's words."""
        return in_todays_words(self.english, self.details)

    def _in_language(self, english: str) -> str:
        values = {name: tr(words) for name, words in self.words.items()}
        digits = int(all(abs(share) < SMALL for share in self.shares.values()))
        values |= {name: percent(share, digits) for name, share in self.shares.items()}
        with contextlib.suppress(LookupError, ValueError, AttributeError):  # of a damaged project
            return tr(english, **values)
        return english

    def as_plain(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        plain = {"english": self.english, "words": dict(self.words), "shares": dict(self.shares)}
        return plain | ({"details": self.details} if self.details else {})


Sentences = tuple[Sentence, ...]


def said(sentences: Iterable[Sentence]) -> str:
    """Return sentences one after the other in the language in use."""
    return " ".join(map(str, sentences))


def figures(sentences: Iterable[Sentence]) -> str:
    """Return the figures behind sentences; "" where there are none."""
    return " ".join(filter(None, (one.figures for one in sentences)))
