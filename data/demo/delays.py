"""How long after a citizen reported a complaint it was in the city's books, by kind of channel."""

import math
from zlib import crc32

from data.bulk import Delay
from data.complaints import NewComplaint
from data.reference import Reference

_MEDIANS = {"app": 4, "social": 900, "message": 240, "office": 9_000, "other": 40_000}  # seconds
_DEFAULT = 600
_SPREAD = 0.8  # of the logarithm; 90% are within three times the median
_STEPS = 997


def delays_of(reference: Reference) -> Delay:
    """Apps within seconds, the clerks of an office at the end of their day."""
    medians = {c.code: _MEDIANS.get(c.kind, _DEFAULT) for c in reference.channels.values()}

    def delay(new: NewComplaint) -> int:
        share = (crc32(str(new.external_id).encode()) % _STEPS + 0.5) / _STEPS
        logistic = math.log(share / (1 - share)) / 1.7  # near enough to a normal deviate
        return round(medians[new.channel_code] * math.exp(_SPREAD * logistic))

    return delay
