"""A condition on many numbers: one parameter, however many there are."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Boolean, ColumnElement, String, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler


class IsAmong(ColumnElement[bool]):
    """True where `column` is one of `numbers`. A list of a million costs about a second."""

    inherit_cache = False
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], numbers: NDArray[np.integer[Any]]) -> None:
        self.column = column
        self.numbers = bindparam(None, ",".join(map(str, numbers.tolist())), String, unique=True)


@compiles(IsAmong, "sqlite")
def _sqlite(element: IsAmong, compiler: SQLCompiler, **kw: Any) -> str:
    column, numbers = (compiler.process(part, **kw) for part in (element.column, element.numbers))
    return f"{column} IN (SELECT value FROM json_each('[' || {numbers} || ']'))"


@compiles(IsAmong, "postgresql")
def _postgresql(element: IsAmong, compiler: SQLCompiler, **kw: Any) -> str:
    column, numbers = (compiler.process(part, **kw) for part in (element.column, element.numbers))
    return f"{column} = ANY(string_to_array({numbers}, ',')::int[])"
