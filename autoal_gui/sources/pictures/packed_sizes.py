"""The size that compressed data declares of itself: decoders trust it, so it is compared first."""

import struct

SOF = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # frame headers of JPEG
SOF_LS = 0xF7
PNG = b"\x89PNG\r\n\x1a\n"


def packed_size(frame: bytes) -> tuple[int, int, int] | None:
    """Return the rows, columns and bits that compressed data declares; None for other kinds.

    Reads the headers of JPEG, JPEG-LS, JPEG 2000 (bare or in a JP2 box), PNG and WebP. The bits
    are 0 where each component has its own.
    """
    at = frame.find(b"\xff\x4f\xff\x51", 0, 4096)
    if at >= 0 and len(frame) >= at + 24:
        width, height, left, top = struct.unpack_from(">4I", frame, at + 8)
        return height - top, width - left, 0
    if frame[:8] == PNG and len(frame) >= 25:
        width, height, bits = struct.unpack_from(">2IB", frame, 16)
        return height, width, bits
    if frame[:4] == b"RIFF" and frame[8:12] == b"WEBP":
        return _webp_size(frame)
    return _jpeg_size(frame)


def component_bits(frame: bytes) -> tuple[int, ...]:
    """Return the bits of each component of JPEG 2000 data; empty for other kinds."""
    at = frame.find(b"\xff\x4f\xff\x51", 0, 65536)
    if at < 0 or len(frame) < at + 42:
        return ()
    count = struct.unpack_from(">H", frame, at + 40)[0]
    each = frame[at + 42 : at + 42 + 3 * count : 3]
    return tuple((bits & 0x7F) + 1 for bits in each)


def _webp_size(frame: bytes) -> tuple[int, int, int] | None:
    kind = frame[12:16]
    if kind == b"VP8X" and len(frame) >= 30:
        width, height = (int.from_bytes(frame[at : at + 3], "little") + 1 for at in (24, 27))
        return height, width, 8
    if kind == b"VP8L" and len(frame) >= 25:
        packed = int.from_bytes(frame[21:25], "little")
        return (packed >> 14 & 0x3FFF) + 1, (packed & 0x3FFF) + 1, 8
    if kind == b"VP8 " and len(frame) >= 30:
        width, height = struct.unpack_from("<2H", frame, 26)
        return height & 0x3FFF, width & 0x3FFF, 8
    return None


def _jpeg_size(frame: bytes) -> tuple[int, int, int] | None:
    at = 2
    while frame[:2] == b"\xff\xd8" and at + 9 <= len(frame) and frame[at] == 0xFF:
        marker = frame[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
            continue
        if marker in SOF or marker == SOF_LS:
            bits, height, width = struct.unpack_from(">B2H", frame, at + 4)
            return height, width, bits
        at += 2 + int(struct.unpack_from(">H", frame, at + 2)[0])
    return None
