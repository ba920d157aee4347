"""How much a file may be, hold and cost; beyond it there is a sentence, never a fallen server."""

from dataclasses import dataclass

from data.sentence import Sentence, say

MEGABYTE = 1024**2
OUT_OF_MEMORY = 71  # exit code of the process that reads


@dataclass(frozen=True)
class Limits:
    """Bytes, counts and seconds. `memory_bytes` and below bind the process that reads."""

    file_bytes: int = 200 * MEGABYTE  # of all parts together, as they come
    features: int = 1_000_000
    unpacked_bytes: int = 1024 * MEGABYTE
    ratio: int = 250  # of unpacked to packed; blank Shapefile tables reach a hundred
    ratio_from_bytes: int = 16 * MEGABYTE  # below it no ratio does harm
    members: int = 2_000  # of an archive
    memory_bytes: int = 4096 * MEGABYTE  # of addresses, of which half is usually in use
    cpu_seconds: int = 120
    wall_seconds: int = 240
    answer_bytes: int = 2048 * MEGABYTE  # of a file the reading process may write


LIMITS = Limits()


def size_words(size: int) -> Sentence:
    """Bytes as people say them: 12 KB, 3.4 MB, 200 MB."""
    if size < MEGABYTE:
        return say("{n} KB", n=max(1, round(size / 1024)) if size else 0)
    megabytes = size / MEGABYTE
    return say("{n} MB", n=round(megabytes, 1) if megabytes < 10 else round(megabytes))
