"""Where to look: `bbox`, or a circle of `lat`, `long` and `radius`."""

from data.decimals import read_decimal
from data.request_filter import Box, Circle
from intake.errors import Problem, problem
from intake.parsing import Fields
from intake.text import shown

_RADIUS_METRES = 1_000.0  # where a client sends none
_LARGEST_METRES = 100_000.0


def read_box(fields: Fields, problems: list[Problem]) -> Box | None:
    """`bbox` as west,south,east,north in WGS 84 degrees; what is wrong is added to `problems`."""
    text = fields.first("bbox")
    if text is None:
        return None
    numbers = [read_decimal(part) for part in text.split(",")]
    if len(numbers) != 4 or None in numbers:
        problems.append(
            problem(
                f"bbox {shown(text)} is not four numbers; send west,south,east,north in degrees, "
                "such as 106.8,-6.2,106.9,-6.1"
            )
        )
        return None
    west, south, east, north = (number or 0.0 for number in numbers)
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        problems.append(problem(f"bbox {shown(text)} leaves the Earth; send WGS 84 degrees"))
    elif west > east or south > north:
        problems.append(
            problem(
                f"bbox {shown(text)} ends before it begins; send west,south,east,north, and two "
                "boxes where the 180° meridian lies between"
            )
        )
    return Box(west, south, east, north)


def read_circle(fields: Fields, problems: list[Problem]) -> Circle | None:
    """All within `radius` metres of `lat` and `long`; 1,000 m where no radius is sent."""
    if not any(fields.first(name) for name in ("lat", "long", "radius")):
        return None
    before = len(problems)
    latitude = _number(fields, "lat", -90, 90, problems)
    longitude = _number(fields, "long", -180, 180, problems)
    radius = _RADIUS_METRES
    if fields.first("radius"):
        radius = _number(fields, "radius", 0, _LARGEST_METRES, problems)
    return None if len(problems) > before else Circle(latitude, longitude, radius)


def _number(fields: Fields, name: str, least: float, most: float, problems: list[Problem]) -> float:
    text = fields.first(name)
    if text is None:
        problems.append(problem(f"{name} is missing; send lat and long, and radius in metres"))
        return 0.0
    number = read_decimal(text)
    if number is None or not least <= number <= most:
        unit = "metres" if name == "radius" else "WGS 84 degrees"
        problems.append(
            problem(f"{name} {shown(text)} is not from {least:g} to {most:g}; send {unit}")
        )
        return 0.0
    return number
