"""Districts that only the file knows: a city without a list of them starts from the boundaries."""

from collections.abc import Sequence

import numpy as np
import shapely
from sqlalchemy import Connection, func, insert, select

from data.boundaries.features import Feature
from data.boundaries.report import BoundaryError, examples
from data.boundaries.shapes import read_shapes
from data.reference import Reference
from data.schema import districts

_LONGEST_CODE, _LONGEST_NAME = 64, 200  # as the table has them


def create_districts(
    connection: Connection, features: Sequence[Feature], level: int, reference: Reference
) -> dict[int, Feature]:
    """Add a district for each feature, below the upper district it overlaps most.

    Returns them by id. Raises BoundaryError for a feature without code, a code in use at another
    level, or one that lies in no district of the level above.
    """
    if bare := [feature for feature in features if not feature.code]:
        raise BoundaryError(
            f"{len(bare)} features have no code, so that no district can be made of them: "
            f"{examples([str(feature) or 'without a name' for feature in bare])}"
        )
    for feature in features:
        if feature.code in reference.district_by_code:
            taken = reference.district_by_code[feature.code]
            raise BoundaryError(f"code {feature.code} is already that of {taken.name}")
        if len(feature.code) > _LONGEST_CODE:
            raise BoundaryError(f"code {feature.code[:20]}… is too long; choose another --code")
    parents = _parents(connection, features, level, reference)
    first = (connection.scalar(select(func.max(districts.c.id))) or 0) + 1
    rows = [
        {
            "id": first + index,
            "code": feature.code,
            "name": (feature.name or feature.code)[:_LONGEST_NAME],
            "level": level,
            "parent_id": parent,
        }
        for index, (feature, parent) in enumerate(zip(features, parents, strict=True))
    ]
    if rows:
        connection.execute(insert(districts), rows)
    return {first + index: feature for index, feature in enumerate(features)}


def _parents(
    connection: Connection, features: Sequence[Feature], level: int, reference: Reference
) -> list[int | None]:
    if level == 0:
        return [None] * len(features)
    above = reference.city.levels[level - 1].id
    candidates = reference.at_level(level - 1)
    if len(candidates) == 1:
        return [candidates[0].id] * len(features)
    shapes = read_shapes(connection, level - 1)
    ids, areas = list(shapes), np.asarray(list(shapes.values()), dtype=object)
    parents: list[int | None] = []
    for feature in features:
        shared = shapely.area(shapely.intersection(areas, feature.shape))
        if not shared.size or not shared.max() > 0:
            raise BoundaryError(
                f"{feature} lies in no {above}; import the boundaries of level {above} first"
            )
        parents.append(ids[int(shared.argmax())])
    return parents
