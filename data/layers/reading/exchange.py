"""How the process that reads hands over what it read: files of plain data, checked on arrival.

It may have been taken over by what it read, so nothing it wrote is ever run or unpickled.
"""

import json
import math
import re
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data.layers.formats.interface import Guess
from data.layers.limits import LIMITS, Limits
from data.layers.model import (
    FIELD_KINDS,
    NOTE_KINDS,
    Choice,
    Columns,
    FeatureTable,
    Field,
    LayerError,
    LayerInfo,
    Note,
    Shapes,
)
from data.layers.reading.crs import Hint
from data.layers.reading.frame import CityFrame
from data.layers.reading.inspection import QUESTIONS, Inspection
from data.sentence import Sentence, sentence_of

REQUEST, ANSWER = "request.json", "answer.json"
_SHAPES, _LENGTHS, _COLUMNS = "shapes.wkb", "lengths.u4", "columns.json"
_CODE = re.compile(r"EPSG:\d{4,6}", re.ASCII)


class BrokenAnswer(Exception):
    """The process wrote something that no sound process writes."""


def write_request(
    folder: Path, task: str, paths: list[str], choice: Choice, city: CityFrame, limits: Limits
) -> None:
    request = {
        "task": task,
        "paths": paths,
        "choice": asdict(choice),
        "city": asdict(city),
        "limits": asdict(limits),
    }
    (folder / REQUEST).write_text(json.dumps(request), encoding="utf-8")


def read_request(folder: Path) -> tuple[str, list[Path], Choice, CityFrame]:
    request = json.loads((folder / REQUEST).read_text(encoding="utf-8"))
    city = request["city"] | {"epsg": tuple(request["city"]["epsg"])}
    paths = [Path(path) for path in request["paths"]]
    return request["task"], paths, Choice(**request["choice"]), CityFrame(**city)


def write_refusal(folder: Path, sentence: Sentence) -> None:
    _write_answer(folder, {"refusal": sentence.as_data()})


def write_inspection(folder: Path, inspection: Inspection) -> None:
    _write_answer(folder, {"inspection": asdict(inspection)})


def write_table(folder: Path, table: FeatureTable) -> None:
    binary = shapely.to_wkb(table.shapes, output_dimension=2)
    with (folder / _SHAPES).open("wb") as file:
        file.writelines(binary)
    np.array([len(shape) for shape in binary], "<u4").tofile(folder / _LENGTHS)
    with (folder / _COLUMNS).open("w", encoding="utf-8") as file:
        for field in table.fields:  # a line each, so that no text holds them all
            json.dump(table.columns[field.name], file, allow_nan=False)
            file.write("\n")
    about = {
        "fields": [asdict(field) for field in table.fields],
        "notes": [asdict(note) for note in table.notes],
        "crs": table.crs,
        "file_format": table.file_format,
    }
    _write_answer(folder, {"table": about})


def read_answer(folder: Path) -> Inspection | FeatureTable:
    """Raises LayerError with the sentence of a refusal, BrokenAnswer for nonsense."""
    try:
        answer = _load(folder / ANSWER)
        if "refusal" in answer:
            raise LayerError(sentence_of(answer["refusal"]))
        if "table" in answer:
            return _table(folder, answer["table"])
        return _inspection(answer["inspection"])
    except LayerError:
        raise
    except (
        OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError,
        shapely.errors.ShapelyError,
    ) as error:  # fmt: skip
        raise BrokenAnswer(str(error)) from error


def _write_answer(folder: Path, answer: dict[str, Any]) -> None:
    (folder / ANSWER).write_text(json.dumps(answer), encoding="utf-8")


def _load(path: Path) -> Any:
    _demand(not path.is_symlink() and path.is_file(), "no file")
    _demand(path.stat().st_size <= LIMITS.answer_bytes, "too large")
    return json.loads(path.read_text(encoding="utf-8"), parse_constant=_refuse_constant)


def _refuse_constant(word: str) -> Any:
    raise BrokenAnswer(f"{word} is no JSON")


def _table(folder: Path, about: dict[str, Any]) -> FeatureTable:
    shapes = _shapes(folder)
    fields = tuple(_field(field) for field in about["fields"])
    return FeatureTable(
        shapes=shapes,
        columns=_columns(folder, fields, len(shapes)),
        fields=fields,
        notes=_notes(about["notes"]),
        crs=_text(about["crs"]),
        file_format=_text(about["file_format"]),
    )


def _shapes(folder: Path) -> Shapes:
    for name in (_SHAPES, _LENGTHS, _COLUMNS):
        _demand(not (folder / name).is_symlink(), "no file")
    lengths = np.fromfile(folder / _LENGTHS, "<u4").astype(np.int64)
    content = (folder / _SHAPES).read_bytes()
    _demand(int(lengths.sum()) == len(content), "shapes of another length")
    _demand(0 < len(lengths) <= LIMITS.features, "too many shapes")
    ends = np.cumsum(lengths).tolist()
    pieces = [content[end - size : end] for end, size in zip(ends, lengths.tolist(), strict=True)]
    shapes = np.asarray(shapely.from_wkb(pieces), dtype=object).reshape(len(pieces))
    # Holds the promise of FeatureTable whatever the process did.
    _demand(not shapely.is_missing(shapes).any(), "no shape")
    _demand(not shapely.is_empty(shapes).any(), "an empty shape")
    _demand(not shapely.has_z(shapes).any(), "a shape with heights")
    _demand(bool(np.isfinite(shapely.bounds(shapes)).all()), "a shape without a place")
    return shapes


def _columns(folder: Path, fields: tuple[Field, ...], count: int) -> Columns:
    columns: Columns = {}
    with (folder / _COLUMNS).open(encoding="utf-8") as file:
        for field, line in zip(fields, file, strict=True):
            values = json.loads(line, parse_constant=_refuse_constant)
            _demand(isinstance(values, list) and len(values) == count, "a column of another length")
            _demand(all(_is_plain(value) for value in values), "a value that is not plain")
            columns[field.name] = values
    _demand(len(columns) == len(fields), "two fields of one name")
    return columns


def _inspection(found: dict[str, Any]) -> Inspection:
    known = dict(found)
    known["layers"] = tuple(LayerInfo(**layer) for layer in found["layers"])
    known["fields"] = tuple(_field(field) for field in found["fields"])
    known["notes"] = _notes(found["notes"])
    guess = found["guess"]
    known["guess"] = Guess(
        **guess | {"columns": tuple(guess["columns"]), "record_paths": tuple(guess["record_paths"])}
    )
    known["questions"] = tuple(one for one in QUESTIONS if one in found["questions"])
    known["extent"] = tuple(found["extent"]) if found["extent"] else None
    known["rows"] = tuple(found["rows"])
    known["hint"] = _hint(found["hint"])
    if found["refusal"] is not None:
        known["refusal"] = sentence_of(found["refusal"])
    return Inspection(**known)


def _hint(hint: dict[str, Any] | None) -> Hint | None:
    if hint is None:
        return None
    _demand(_CODE.fullmatch(_text(hint["code"])) is not None, "a system of no known code")
    _demand(isinstance(hint["swapped"], bool), "neither true nor false")
    return Hint(hint["code"], _text(hint["looks"]), hint["swapped"])


def _field(field: dict[str, Any]) -> Field:
    _demand(field["kind"] in FIELD_KINDS, "a field of no known kind")
    return Field(_text(field["name"]), field["kind"])


def _notes(notes: list[dict[str, Any]]) -> tuple[Note, ...]:
    _demand(all(note["kind"] in NOTE_KINDS for note in notes), "a note of no known kind")
    return tuple(Note(note["kind"], int(note["count"])) for note in notes)


def _text(value: Any) -> str:
    _demand(isinstance(value, str), "no text")
    return value


def _is_plain(value: Any) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, str | int | bool)


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise BrokenAnswer(what)
