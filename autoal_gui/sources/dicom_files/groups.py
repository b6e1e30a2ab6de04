"""Whose image a DICOM file holds: read to keep a patient's images together, and for nothing else.

What is read is hashed at once and forgotten: no patient's id is in a listing, a log, a message or
a file.
"""

from typing import BinaryIO

from pydicom import dcmread

from autoal_gui.sources.dicom_files.file import inflated, plain_errors
from autoal_gui.sources.dicom_files.patient_hashes import GROUPING, Hashes, hash_of_value


def grouping_hashes(stream: BinaryIO) -> Hashes:
    """Return the hashes of what a file says of whose it is; the stream is read from its start.

    Raises:
        ImageUnreadable: the file is no DICOM file, or it is damaged.
    """
    stream.seek(0)
    with plain_errors():
        header = dcmread(
            inflated(stream), stop_before_pixels=True, specific_tags=list(GROUPING), force=True
        )
        return tuple(hash_of_value(name, str(header.get(name) or "")) for name in GROUPING)
