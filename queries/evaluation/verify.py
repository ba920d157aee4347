"""Compute an edition again, from the event log as it was known and the inputs that were kept."""

from dataclasses import dataclass
from datetime import datetime

from data.evaluation.files import Texts
from data.evaluation.inputs import FrozenStore
from data.evaluation.method import MethodError, parse_method
from data.store import Store
from queries.evaluation.evaluate import evaluate
from queries.evaluation.model import Evaluation
from queries.evaluation.table import PARTS


@dataclass(frozen=True)
class Look:
    """A month, the instant from which one looks, and the newest event that was known."""

    month: str
    seen_at: datetime
    through_seq: int


def compute(store: Store, look: Look, method_text: str, inputs: str) -> Evaluation:
    """The same arguments give the same evaluation, whatever happened since.

    Raises MethodError, MonthError or EditionError.
    """
    frozen = FrozenStore(store, inputs)
    method = parse_method(method_text.encode(), name="method.toml")
    if strange := sorted(set(method.weights) - set(PARTS)):
        raise MethodError(
            f"method {method.version} weighs {', '.join(strange)}; parts are {', '.join(PARTS)}"
        )
    return evaluate(
        frozen, look.month, seen_at=look.seen_at, through_seq=look.through_seq, method=method
    )


def compute_again(store: Store, look: Look, texts: Texts) -> str:
    """The JSON of an edition as it comes out today; the same bytes, or something is wrong."""
    return compute(store, look, texts.method, texts.inputs).to_json()
