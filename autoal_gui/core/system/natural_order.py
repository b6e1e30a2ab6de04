"""The order in which people count: image 9 comes before image 10."""

import re

DIGITS = re.compile("([0-9]+)")


def natural(key: str) -> tuple[tuple[int | str, ...], str]:
    """Sort keys so that image 9 comes before image 10, folder by folder."""
    parts: list[int | str] = [*DIGITS.split(key.casefold().replace("/", "\0"))]
    parts[1::2] = map(int, parts[1::2])
    return tuple(parts), key
