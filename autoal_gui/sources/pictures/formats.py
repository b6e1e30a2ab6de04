"""Which files are pictures, and what the others are, told by their endings and first bytes."""

from PIL import features

from autoal_gui.core.language import mark, tr

ENDINGS = (
    ".png", ".apng", ".jpg", ".jpeg", ".jpe", ".jfif", ".tif", ".tiff", ".bmp", ".dib", ".webp",
    ".gif", ".jp2", ".j2k", ".jpf", ".jpx", ".j2c", ".jpc", ".pgm", ".ppm", ".pnm", ".pbm", ".pfm",
    ".avif", ".nii", ".nii.gz",
)  # fmt: skip
"""Lower-case endings of files that are taken for images."""

STACKS = (".tif", ".tiff", ".gif", ".webp", ".apng", ".nii", ".nii.gz")
"""Endings of files that hold many pictures so often that they are asked before they are listed."""

PILLOW = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "JPEG2000", "PPM") + (
    ("AVIF",) if features.check("avif") else ()
)
"""What Pillow is asked to decode, whatever the ending of the file says."""

NAMES = "PNG, JPEG, TIFF, BMP, WebP, GIF, JPEG 2000, AVIF, PGM, PPM or NIfTI"
"""For sentences: the formats that are read."""

SNIFFED = 400  # bytes of a file that tell its kind
UNREAD = {
    ".heic": "HEIC", ".heif": "HEIC", ".tga": "TGA", ".ico": "ICO", ".cur": "ICO", ".svg": "SVG",
    ".svgz": "SVG", ".psd": "Photoshop", ".psb": "Photoshop", ".xcf": "GIMP", ".jxl": "JPEG XL",
    ".jxr": "JPEG XR", ".wdp": "JPEG XR", ".dng": "RAW", ".cr2": "RAW", ".cr3": "RAW",
    ".nef": "RAW", ".arw": "RAW", ".orf": "RAW", ".rw2": "RAW", ".raw": "RAW", ".pcx": "PCX",
    ".exr": "OpenEXR", ".hdr": "HDR", ".img": "Analyze", ".nrrd": "NRRD", ".nhdr": "NRRD",
    ".mha": "MetaImage", ".mhd": "MetaImage", ".mgz": "FreeSurfer", ".mgh": "FreeSurfer",
    ".mnc": "MINC", ".czi": "Zeiss", ".lsm": "Zeiss", ".lif": "Leica", ".nd2": "Nikon",
    ".oib": "Olympus", ".oif": "Olympus", ".vsi": "Olympus", ".svs": "Aperio", ".scn": "Leica",
    ".ndpi": "Hamamatsu", ".mrxs": "3DHISTECH", ".dcm": "DICOM", ".dicom": "DICOM",
    ".pdf": "PDF", ".mp4": "video", ".avi": "video", ".mov": "video", ".mkv": "video",
    ".wmv": "video", ".mpg": "video", ".mpeg": "video", ".webm": "video", ".fits": "FITS",
    ".e2e": "Heidelberg", ".vol": "Heidelberg", ".fda": "Topcon", ".eps": "EPS", ".ai": "EPS",
}  # fmt: skip
"""Endings of pictures and films that cannot be read here, and what to call them."""

FILE_OF = mark("It is a file of the kind {kind}, which cannot be read here.")
VIDEO = mark("The file holds a video.")
OF_ITS_OWN = mark("DICOM files are read as a set of their own, not beside other images.")
ARCHIVE = mark("It is an archive: unpack it, and choose the folder.")
CONVERTED = mark("It is a file of the kind {kind}: save it as PNG or JPEG.")

_SIGNS = (
    (b"\x89PNG\r\n\x1a\n", "PNG"), (b"\xff\xd8\xff", "JPEG"), (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"), (b"II+\0", "TIFF"), (b"MM\0+", "TIFF"), (b"GIF8", "GIF"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"), (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\x1f\x8b", "gzip"), (b"PK\x03\x04", "zip"), (b"PK\x05\x06", "zip"), (b"Rar!", "rar"),
    (b"7z\xbc\xaf\x27\x1c", "7z"), (b"%PDF", "PDF"), (b"%!PS", "EPS"), (b"8BPS", "Photoshop"),
    (b"\xff\x0a", "JPEG XL"), (b"\0\0\0\x0cJXL ", "JPEG XL"), (b"NRRD000", "NRRD"),
    (b"\x76\x2f\x31\x01", "OpenEXR"), (b"\0\0\x01\0", "ICO"), (b"SIMPLE  =", "FITS"),
)  # fmt: skip
READ = frozenset({"PNG", "JPEG", "TIFF", "BMP", "WebP", "GIF", "JPEG 2000", "AVIF", "PNM", "NIfTI"})
"""The kinds of `kind_of` that are read here."""
ARCHIVES = frozenset({"zip", "rar", "7z"})


def kind_of(start: bytes) -> str:
    """Return what a file is by its first `SNIFFED` bytes; empty where they tell nothing."""
    for sign, kind in _SIGNS:
        if start.startswith(sign):
            return kind
    if start[:4] == b"RIFF":
        return {b"WEBP": "WebP", b"AVI ": "video"}.get(start[8:12], "")
    if start[4:8] == b"ftyp":
        return _iso_kind(start)
    if start[128:132] == b"DICM":
        return "DICOM"
    if start[:2] == b"BM" and start[6:10] == bytes(4):
        return "BMP"
    if start[:1] == b"P" and start[1:2] in b"123456fF" and start[2:3].isspace():
        return "PNM"
    return "NIfTI" if is_nifti(start) else ""


def is_nifti(start: bytes) -> bool:
    """Tell whether bytes are the beginning of an unpacked NIfTI volume of one file."""
    return start[344:348] == b"n+1\0" or start[4:8] == b"n+2\0"


def _iso_kind(start: bytes) -> str:
    brands = start[8 : min(len(start), max(16, int.from_bytes(start[:4], "big")))]
    if b"avif" in brands or b"avis" in brands:
        return "AVIF"
    if any(brand in brands for brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1", b"heim")):
        return "HEIC"
    return "video"


def why_unread(kind: str) -> str:
    """Say that a file of another kind cannot be read."""
    if kind == "video":
        return tr(VIDEO)
    if kind in ARCHIVES:
        return tr(ARCHIVE)
    if kind == "DICOM":
        return tr(OF_ITS_OWN)
    if kind in {"HEIC", "TGA", "ICO", "SVG", "Photoshop", "GIMP", "JPEG XL", "JPEG XR", "RAW",
                "PCX", "PDF", "EPS"}:  # fmt: skip
        return tr(CONVERTED, kind=kind)
    return tr(FILE_OF, kind=kind)
