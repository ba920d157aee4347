"""Python's cyclic garbage collector, kept still while millions of plain rows come and go."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """No search for reference cycles: rows have none, and it takes a third of an import's time.

    Everything else is freed as ever. For commands that do one thing, not for servers.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
