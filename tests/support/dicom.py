"""DICOM files made for tests: real ones, written by pydicom, with any element changed."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

PATIENT = "Doe^Jane"


def dataset_of(values: np.ndarray, **elements: Any) -> Dataset:
    """Return a data set of one image, or of several where `values` has a first axis for them.

    Args:
        values: (H, W), (N, H, W) or (H, W, 3), whole numbers or floats.
        elements: by keyword; None leaves an element out.
    """
    colour = values.ndim == 3 and values.shape[2] == 3
    ds = Dataset()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.file_meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    ds.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    ds.SOPClassUID = SecondaryCaptureImageStorage
    ds.SOPInstanceUID = ds.file_meta.MediaStorageSOPInstanceUID
    ds.PatientName, ds.PatientID, ds.Modality = PATIENT, "12345678", "OT"
    ds.SamplesPerPixel = 3 if colour else 1
    ds.PhotometricInterpretation = "RGB" if colour else "MONOCHROME2"
    if colour:
        ds.PlanarConfiguration = 0
    frames = values.shape[0] if values.ndim == 3 and not colour else 0
    ds.Rows, ds.Columns = values.shape[1:3] if frames else values.shape[:2]
    if frames:
        ds.NumberOfFrames = frames
    ds.BitsAllocated = 8 * values.dtype.itemsize
    if values.dtype.kind in "iu":
        ds.BitsStored, ds.HighBit = ds.BitsAllocated, ds.BitsAllocated - 1
        ds.PixelRepresentation = int(values.dtype.kind == "i")
        content = values.tobytes()
        ds.PixelData = content + b"\0" * (len(content) % 2)
        ds["PixelData"].VR = "OB" if values.dtype.itemsize == 1 else "OW"
    elif values.dtype == np.float32:
        ds.FloatPixelData = values.tobytes()
    else:
        ds.DoubleFloatPixelData = values.tobytes()
    for name, value in elements.items():
        if value is None:
            delattr(ds, name)
        else:
            setattr(ds, name, value)
    return ds


def write_dicom(path: Path, values: np.ndarray, **elements: Any) -> Path:
    """Write a DICOM file, see `dataset_of`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset_of(values, **elements).save_as(path, enforce_file_format=True)
    return path
