"""Sentences that are kept in a project, and read in whatever language is in use then."""

import contextlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from autoal_gui.core.language import percent, tr


@dataclass(frozen=True)
class Sentence:
    """A sentence in English and what its {names} stand for; `str()` says it in today's language."""

    english: str
    """As it is in the catalogues; of one that is in none this is what is said."""
    words: Mapping[str, str] = field(default_factory=dict)
    """Names or sentences in English, likewise."""
    shares: Mapping[str, float] = field(default_factory=dict)
    """Said as percentages: 1 is 100 %."""

    def __str__(self) -> str:
        """Return it in the language in use."""
        values = {name: tr(words) for name, words in self.words.items()}
        values |= {name: percent(share) for name, share in self.shares.items()}
        with contextlib.suppress(LookupError, ValueError, AttributeError):  # of a damaged project
            return tr(self.english, **values)
        return self.english

    def as_plain(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return {"english": self.english, "words": dict(self.words), "shares": dict(self.shares)}


Sentences = tuple[Sentence, ...]


def said(sentences: Iterable[Sentence]) -> str:
    """Return sentences one after the other in the language in use."""
    return " ".join(map(str, sentences))
