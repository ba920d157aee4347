"""The answers of GeoReport v2: names, order and nesting of fields as the standard has them."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class Endpoint(Answer):
    specification: str
    url: str
    changeset: str
    type: Literal["production", "test"]
    formats: list[str]


class Discovery(Answer):
    changeset: str
    contact: str
    key_service: str
    endpoints: list[Endpoint]


class Service(Answer):
    service_code: str
    service_name: str
    description: str
    metadata: bool
    type: Literal["realtime", "batch", "blackbox"]
    keywords: str  # comma separated
    group: str


class AttributeValue(Answer):
    key: str
    name: str


class Attribute(Answer):
    variable: bool
    code: str
    datatype: Literal["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]
    required: bool
    datatype_description: str | None
    order: int
    description: str
    values: list[AttributeValue]


class ServiceDefinition(Answer):
    service_code: str
    attributes: list[Attribute]


class ServiceRequest(Answer):
    """A complaint as anyone may read it: no names, contacts, accounts or devices."""

    service_request_id: str
    status: Literal["open", "closed"]
    status_notes: str | None
    service_name: str
    service_code: str
    description: str | None
    agency_responsible: str | None
    service_notice: str | None
    requested_datetime: str
    updated_datetime: str
    expected_datetime: str | None
    address: str | None
    address_id: str | None
    zipcode: str | None
    lat: float | None
    long: float | None
    media_url: str | None


class CreatedRequest(Answer):
    """The answer to a new request; with the token its reporter can come back."""

    service_request_id: str
    token: str
    service_notice: str | None
    account_id: str | None


class RequestOfToken(Answer):
    service_request_id: str
    token: str


class Error(Answer):
    code: int
    description: str
