"""DICOM files: what is in them, how their values become grey, whose they are."""
