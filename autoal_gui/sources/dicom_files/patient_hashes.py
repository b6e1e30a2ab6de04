"""What stands for a patient, study or series in memory: a hash of what a file says.

No id itself is kept anywhere. A project keeps a hash of this hash with a salt of its own.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

PATIENT = "PatientID"
GROUPING = (PATIENT, "StudyInstanceUID", "SeriesInstanceUID")
"""Elements of a DICOM file, the widest first: an image without one goes by the next."""
NOBODY = frozenset(
    ("anon", "anonym", "anonymous", "anonymized", "anonymised", "deidentified", "de-identified",
     "unknown", "none", "null", "n/a", "na", "no id", "patient", "patientid", "xxx", "0", "-")
)  # fmt: skip
"""What programs write in the place of a patient's id, in small letters."""

Hashes = tuple[str, ...]
"""A hash for each element of `GROUPING`, in lower-case hex; empty where the file says nothing."""


def hash_of_value(name: str, value: str) -> str:
    """Return what stands for the value of an element; empty where it names nobody."""
    known = value.strip()
    if not known or (name == PATIENT and known.casefold() in NOBODY):
        return ""
    return hashlib.sha256(f"{name}\0{known}".encode()).hexdigest()


@dataclass(frozen=True)
class OwnGroups:
    """The group of each file, by what the files say."""

    groups: tuple[str, ...]
    """Empty where a file says nothing, or all say the same."""
    by_patient: bool
    """Whether they are patients, and not studies or series alone."""


def groups_of(found: Sequence[Hashes]) -> OwnGroups:
    """Return the group of each file: its patient; where that divides nothing, study or series.

    Where all files say that they are of one patient, often because an anonymiser wrote so, the set
    goes by studies, and where there is one, by series. A file that does not say goes by the next.

    Args:
        found: the hashes of each file.
    """
    for first in range(len(GROUPING)):
        groups = tuple(next(filter(None, hashes[first:]), "") for hashes in found)
        if len(set(groups) - {""}) > 1:
            return OwnGroups(groups, first == 0 and any(hashes[0] for hashes in found))
    return OwnGroups(tuple("" for _ in found), False)
