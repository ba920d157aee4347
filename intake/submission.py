"""A new request as the standard words it, checked against the city: everything wrong, at once."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

from data.decimals import read_decimal
from data.geography import Locator
from data.prepare import DESCRIPTION_LIMIT
from data.reasons import Reason
from data.reference import Reference
from data.web_addresses import LENGTH_LIMIT, MEDIA_LIMIT, PATTERN, is_web_address
from intake.attributes import attribute_problems
from intake.checking import read_model
from intake.errors import Problem, Refused, problem
from intake.parsing import Fields
from intake.text import shown


@dataclass(frozen=True)
class City:
    """What a submission is checked against."""

    reference: Reference
    locator: Locator


def wrong(
    description: str, *, code: int = HTTPStatus.BAD_REQUEST, reason: Reason | None = None
) -> PydanticCustomError:
    """Counted by its field where no reason is given."""
    context = {"description": description, "code": int(code), "reason": reason}
    return PydanticCustomError("submission", "{description}", context)


def limited_text(limit: int, *, name: str | None = None) -> BeforeValidator:
    def check(value: str, info: ValidationInfo) -> str:
        if len(value) > limit:
            raise wrong(
                f"{name or info.field_name} {shown(value)} is {len(value)} characters long; "
                f"send at most {limit}",
                reason=Reason.TOO_LONG,
            )
        return value

    return BeforeValidator(check, Annotated[str, Field(max_length=limit)])


def _degrees(limit: int) -> BeforeValidator:
    def check(value: str, info: ValidationInfo) -> float:
        degrees = read_decimal(value)
        if degrees is None:
            raise wrong(
                f"{info.field_name} {shown(value)} is not a number; "
                "send decimal degrees with a point, such as -6.1754"
            )
        if abs(degrees) > limit:
            raise wrong(
                f"{info.field_name} {shown(value)} is not between -{limit} and {limit}; "
                "send WGS 84 degrees"
            )
        return degrees

    return BeforeValidator(check, Annotated[float, Field(ge=-limit, le=limit)])


def _service_code(value: str, info: ValidationInfo) -> str:
    reference: Reference = info.context.reference  # type: ignore[union-attr]
    code = value.strip()
    if code not in reference.service_by_code:
        raise wrong(
            f"service_code {shown(value)} is not one of this city's "
            f"{len(reference.services)} services; see /open311/v2/services.json",
            code=HTTPStatus.NOT_FOUND,
        )
    return code


def _district_code(value: str, info: ValidationInfo) -> str:
    reference: Reference = info.context.reference  # type: ignore[union-attr]
    district = reference.district_by_code.get(value.strip())
    if district is None or district.level != reference.leaf_level:
        raise wrong(
            f"district_code {shown(value)} is not a {reference.city.levels[-1].id} of "
            f"{reference.city.name}; send its official code, or lat and long instead"
        )
    return district.code


def _address(value: str) -> str:
    """Only web addresses: these become links on a page."""
    if not is_web_address(value.strip()):
        raise wrong(
            f"media_url {shown(value)} is not a web address; "
            "send one that begins with http:// or https://, of at most 2000 characters"
        )
    return value.strip()


def _media(values: list[str]) -> list[str]:
    if len(values) > MEDIA_LIMIT:
        raise wrong(f"media_url is given {len(values)} times; send at most {MEDIA_LIMIT}")
    return values


_WebAddress = Annotated[str, Field(pattern=PATTERN, max_length=LENGTH_LIMIT)]
WebAddresses = Annotated[
    list[Annotated[str, BeforeValidator(_address)]],
    BeforeValidator(_media, Annotated[list[_WebAddress], Field(max_length=MEDIA_LIMIT)]),
]


class Place(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    lat: Annotated[
        float | None, _degrees(90), Field(description="WGS 84 degrees, inside the city.")
    ] = None
    long: Annotated[float | None, _degrees(180), Field(description="Comes with `lat`.")] = None


class Submission(Place):
    """The fields of POST requests; what is unknown to the standard is ignored."""

    service_code: Annotated[
        str, BeforeValidator(_service_code), Field(description="What is reported.")
    ]
    address_string: Annotated[
        str | None, limited_text(1_000), Field(description="Where it is, in words.")
    ] = None
    address_id: Annotated[
        str | None, limited_text(200), Field(description="The city's own id of the address.")
    ] = None
    zipcode: Annotated[str | None, limited_text(32), Field(description="Of the address.")] = None
    district_code: Annotated[
        str | None,
        BeforeValidator(_district_code),
        Field(description="Official code of the smallest kind of district."),
    ] = None
    description: Annotated[
        str | None,
        limited_text(DESCRIPTION_LIMIT),
        Field(description="What is the matter, in plain text; public."),
    ] = None
    first_name: Annotated[
        str | None, limited_text(200), Field(description="Of the reporter; never public.")
    ] = None
    last_name: Annotated[
        str | None, limited_text(200), Field(description="Of the reporter; never public.")
    ] = None
    email: Annotated[
        str | None, limited_text(320), Field(description="Of the reporter; never public.")
    ] = None
    phone: Annotated[
        str | None, limited_text(64), Field(description="Of the reporter; never public.")
    ] = None
    device_id: Annotated[
        str | None, limited_text(200), Field(description="Of the device; never public.")
    ] = None
    account_id: Annotated[
        str | None, limited_text(200), Field(description="The reporter's, in your app; comes back.")
    ] = None
    media_url: Annotated[
        WebAddresses, Field(description="Web addresses of photos, at most ten.")
    ] = []


_MISSING = {"service_code": "choose one of /open311/v2/services.json"}


def check_submission(fields: Fields, city: City) -> Submission:
    """Raises Refused with every problem of the request."""
    submission, problems = read_model(fields, Submission, context=city, missing=_MISSING)
    problems += _location_problems(fields, city)
    service = city.reference.service_by_code.get((fields.first("service_code") or "").strip())
    if service is not None:
        problems += attribute_problems(fields.attributes, service, city.reference)
    if problems or submission is None:
        raise Refused(*problems)
    return submission


def _location_problems(fields: Fields, city: City) -> list[Problem]:
    given = {name: fields.first(name) for name in ("lat", "long") if fields.first(name)}
    if len(given) == 1:
        came, missing = ("lat", "long") if "lat" in given else ("long", "lat")
        words = f"{came} came without {missing}; send both or neither"
        return [problem(words, Reason.LOCATION)]
    if given:
        try:
            place = Place.model_validate(given)
        except ValidationError:
            return []  # already said of lat or long themselves
        return _outside(place.lat or 0.0, place.long or 0.0, city)
    if any(fields.first(name) for name in ("address_string", "address_id", "district_code")):
        return []
    return [
        problem(
            "the location is missing; send lat and long, or address_string, "
            "or address_id, or district_code",
            Reason.LOCATION,
        )
    ]


def _outside(latitude: float, longitude: float, city: City) -> list[Problem]:
    where, name = f"lat {latitude}, long {longitude}", city.reference.city.name
    if latitude == 0 and longitude == 0:
        return [
            problem(
                f"{where} is what devices send that do not know their place; "
                "send the real one, or address_string instead",
                Reason.LOCATION,
            )
        ]
    if city.locator.has_boundaries and city.locator.locate(latitude, longitude) is None:
        words = f"{where} lies outside {name}; this service takes reports from there only"
        return [problem(words, Reason.OUTSIDE)]
    return []
