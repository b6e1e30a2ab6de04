"""What DICOM files hold that are no images of a patient: said, not offered to be labelled."""

from pydicom import Dataset

from autoal_gui.core.language import mark, tr

STORAGE = "1.2.840.10008.5.1.4.1.1."
OTHERS = {
    "1.2.840.10008.1.3.10": mark("The file is the index of a disc, not an image."),
    STORAGE + "66.4": mark("The file holds a segmentation, not an image."),
    STORAGE + "66.5": mark("The file holds a segmentation, not an image."),
    STORAGE + "66.7": mark("The file holds a segmentation, not an image."),
    STORAGE + "66": mark("The file holds measurements of a scan, not an image."),
    STORAGE + "481.2": mark("The file holds a radiation dose, not an image."),
    STORAGE + "481": mark("The file holds a plan of radiotherapy, not an image."),
    STORAGE + "88": mark("The file holds a report, not an image."),
    STORAGE + "104": mark("The file holds a document, not an image."),
    STORAGE + "11": mark("The file says how other images are shown; it holds none itself."),
    STORAGE + "9": mark("The file holds a recording of signals, not an image."),
}
"""By the beginning of the SOP class; a longer beginning comes before a shorter one."""
IMAGES = (STORAGE + "481.1",)  # radiographs of radiotherapy
MODALITIES = {"SEG": STORAGE + "66.4", "RTDOSE": STORAGE + "481.2", "SR": STORAGE + "88"}
"""Where a file has another class, or none, its modality tells."""
SCREENS = ("SCREEN SAVE", "SCREENSAVE", "SCREEN_SAVE", "DOSE REPORT", "DOSE_REPORT", "DOSE_INFO",
           "CSA REPORT", "REPORT", "PATIENT_PROTOCOL", "PROTOCOL")  # fmt: skip
SCANNERS = ("CT", "MR", "PT", "NM")
SECONDARY_CAPTURE = STORAGE + "7"
A_SCREEN = mark("The file is a picture of a screen, such as a dose sheet, not of a patient.")


def why_no_image(header: Dataset) -> str:
    """Return a sentence about a file that is no image of a patient; empty where it may be one."""
    sop_class = str(header.get("SOPClassUID") or _of_file(header))
    modality = str(header.get("Modality") or "").strip().upper()
    for name in (sop_class, MODALITIES.get(modality, "")):
        parts = name.split(".")
        beginnings = (".".join(parts[:end]) for end in range(len(parts), 6, -1))
        found = next((OTHERS[one] for one in beginnings if one in OTHERS), "")
        if found and not name.startswith(IMAGES):
            return tr(found)
    return tr(A_SCREEN) if _is_screen(header, sop_class, modality) else ""


def _of_file(header: Dataset) -> str:
    meta = getattr(header, "file_meta", None)
    return str(meta.get("MediaStorageSOPClassUID") or "") if meta is not None else ""


def _is_screen(header: Dataset, sop_class: str, modality: str) -> bool:
    """Tell a dose sheet or a report that a scanner saved as a picture.

    Letters burned into a picture are usual in ultrasound and tell nothing there.
    """
    kinds = header.get("ImageType") or ()
    words = [kinds] if isinstance(kinds, str) else list(kinds)
    if any(str(word).strip().upper() in SCREENS for word in words[1:]):
        return True
    burned = str(header.get("BurnedInAnnotation") or "").strip().upper() == "YES"
    captured = sop_class.startswith(SECONDARY_CAPTURE)
    return burned and captured and modality in SCANNERS
