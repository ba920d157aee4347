"""Many threads, one transaction: what waits for the write lock is written together.

A commit costs the same for one row as for fifty, and only one writer may append at a time. So the
thread that gets the lock writes what all others have brought meanwhile (group commit).
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from data.database import AWAY

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Waiting(Generic[Item, Result]):
    __slots__ = ("error", "is_done", "item", "result")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.is_done = False
        self.result: Result | None = None
        self.error: BaseException | None = RuntimeError("the batch was given up")


class GroupCommit(Generic[Item, Result]):
    """Items of one process that are written in batches, in the order they came.

    `write_batch` writes all items in one transaction and gives a result for each; what it raises
    has stored nothing. A batch that fails is tried again item by item, so that one that cannot be
    written does not take the others with it; not where the database is away, which each of them
    would have to find out anew.
    """

    def __init__(
        self, write_batch: Callable[[list[Item]], list[Result]], *, largest: int = 64
    ) -> None:
        self._write_batch = write_batch
        self._largest = largest
        self._pending: list[_Waiting[Item, Result]] = []
        self._adding = threading.Lock()
        self._writing = threading.Lock()

    def put(self, item: Item) -> Result:
        """The result for this item, after commit. Raises what writing it raised."""
        mine: _Waiting[Item, Result] = _Waiting(item)
        with self._adding:
            self._pending.append(mine)
        while not mine.is_done:
            with self._writing:
                if not mine.is_done:
                    self._write_next()
        if mine.error is not None:
            raise mine.error
        return mine.result  # type: ignore[return-value]

    def _write_next(self) -> None:
        with self._adding:
            batch = self._pending[: self._largest]
            del self._pending[: self._largest]
        try:
            self._finish(batch)
        except AWAY as error:
            for waiting in batch:
                waiting.error = error
        except Exception as error:
            if len(batch) == 1:
                batch[0].error = error
            else:
                self._write_singly(batch)
        finally:
            for waiting in batch:
                waiting.is_done = True

    def _write_singly(self, batch: list[_Waiting[Item, Result]]) -> None:
        for place, waiting in enumerate(batch):
            try:
                self._finish([waiting])
            except AWAY as error:
                for left in batch[place:]:
                    left.error = error
                return
            except Exception as error:
                waiting.error = error

    def _finish(self, batch: list[_Waiting[Item, Result]]) -> None:
        results = self._write_batch([waiting.item for waiting in batch])
        for waiting, result in zip(batch, results, strict=True):
            waiting.result, waiting.error = result, None
