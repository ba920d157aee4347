"""Whether a shape in well-known binary has an arc, which GDAL gives as straight pieces unsaid."""

import struct

_DIMENSIONS = {0: 2, 1: 3, 2: 3, 3: 4}  # of the thousands of an ISO type: plain, Z, M, ZM
_POINT, _LINE, _POLYGON, _ARC, _TRIANGLE = 1, 2, 3, 8, 17
_OF_PARTS = frozenset(
    {4, 5, 6, 7, 9, 10, 11, 12, 15, 16}
)  # made of shapes with a type of their own
_DEEPEST = 32


def has_arc(shape: bytes, start: int = 0) -> bool:
    """From `start` on. False for what is no well-known binary: that is told elsewhere."""
    try:
        return _look(shape, start, 0)[0]
    except (struct.error, KeyError):
        return False


def _kind(shape: bytes, at: int) -> tuple[int, int, str]:
    """Kind, numbers of a coordinate, and the order of bytes."""
    order = "<" if shape[at : at + 1] == b"\x01" else ">"
    (code,) = struct.unpack_from(f"{order}I", shape, at + 1)
    extended = (code >> 31 & 1) + (code >> 30 & 1)  # Z and M of the older, extended form
    kind = code & 0x0FFFFFFF
    return kind % 1_000, _DIMENSIONS[kind // 1_000] + extended, order


def _look(shape: bytes, at: int, depth: int) -> tuple[bool, int]:
    """Whether there is an arc, and where the shape ends; the end means nothing with an arc."""
    kind, numbers, order = _kind(shape, at)
    at += 5
    if kind == _ARC or depth > _DEEPEST:
        return kind == _ARC, at
    if kind == _POINT:
        return False, at + 8 * numbers
    (count,) = struct.unpack_from(f"{order}I", shape, at)
    at += 4
    if kind == _LINE:
        return False, at + 8 * numbers * count
    if kind in _OF_PARTS:
        for _part in range(count):
            found, at = _look(shape, at, depth + 1)
            if found:
                return True, at
    elif kind in (_POLYGON, _TRIANGLE):
        for _ring in range(count):
            (points,) = struct.unpack_from(f"{order}I", shape, at)
            at += 4 + 8 * numbers * points
    return False, at
