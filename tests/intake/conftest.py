"""An Open311 client against a real database, and the city's services with questions to answer."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from data.database import write
from data.keys import create_key
from data.photos import photo_folder
from data.schema import services
from data.settings import Settings
from data.store import Store
from intake import create_app
from tests.conftest import CITIES

LISTS = {
    "services",
    "service_requests",
    "errors",
    "attributes",
    "values",
    "endpoints",
    "formats",
    "districts",
    "photos",
    "notes",
    "timeline",
    "service_request_updates",
}

QUESTIONS = [
    {
        "code": "WHICH",
        "datatype": "singlevaluelist",
        "required": True,
        "order": 2,
        "description": {"en": "Which side?", "id": "Sisi mana?"},
        "values": [
            {"key": "left", "name": {"en": "Left", "id": "Kiri"}},
            {"key": "right", "name": {"en": "Right", "id": "Kanan"}},
        ],
    },
    {
        "code": "HOWMANY",
        "datatype": "number",
        "public": True,
        "order": 1,
        "description": "How many?",
    },
    {"code": "SINCE", "datatype": "datetime", "order": 3, "description": "Since when?"},
    {"code": "LINE", "datatype": "string", "order": 4, "description": "One line"},
    {"code": "MORE", "datatype": "text", "order": 5, "description": "More"},
    {
        "code": "WHAT",
        "datatype": "multivaluelist",
        "order": 6,
        "description": "What?",
        "values": [{"key": "a", "name": "A"}, {"key": "b", "name": "B"}],
    },
    {"code": "INFO", "datatype": "string", "variable": False, "order": 7, "description": "Note"},
]


@dataclass
class Api:
    """Posts and reads as a citizen's app does."""

    client: FlaskClient
    store: Store
    key: str
    place: tuple[float, float]
    plain_service: str
    asking_service: str
    photos: Path  # the folder where they are kept

    def fields(self, **changes: Any) -> dict[str, Any]:
        """The fields of an acceptable request; a change to None leaves one out."""
        latitude, longitude = self.place
        fields = {
            "api_key": self.key,
            "service_code": self.plain_service,
            "lat": repr(latitude),
            "long": repr(longitude),
            "description": "A broken lamp",
        } | changes
        return {name: value for name, value in fields.items() if value is not None}

    def post(self, *, ending: str = "json", headers: Any = None, **changes: Any) -> Any:
        return self.client.post(
            f"/open311/v2/requests.{ending}", data=self.fields(**changes), headers=headers
        )

    def report(self, **changes: Any) -> dict[str, Any]:
        """The answer to an accepted request."""
        response = self.post(**changes)
        assert response.status_code == 201, response.text
        return response.get_json()[0]

    def get(self, path: str, *, expect: int = 200, **query: Any) -> Any:
        """What both formats say, as JSON has it; they have to agree."""
        found = {}
        for ending in ("json", "xml"):
            response = self.client.get(f"/open311/v2/{path}.{ending}", query_string=query)
            assert response.status_code == expect, response.text
            found[ending] = response
        content = found["json"].get_json()
        assert from_xml(found["xml"].data) == as_words(content)
        return content


def from_xml(document: bytes) -> Any:
    """The content of a document as lists, dicts and words; what is empty is None."""
    return _content(ElementTree.fromstring(document))


def _content(element: ElementTree.Element) -> Any:
    if element.tag in LISTS:
        return [_content(child) for child in element]
    if len(element):
        return {child.tag: _content(child) for child in element}
    return element.text


def as_words(content: Any) -> Any:
    """JSON content as XML can express it."""
    if isinstance(content, list):
        return [as_words(item) for item in content]
    if isinstance(content, dict):
        return {name: as_words(value) for name, value in content.items()}
    if content is None or content == "":
        return None
    return content if isinstance(content, str) else json.dumps(content)


def build_api(store: Store, var: Path = Path(os.devnull)) -> Api:
    """`var` may be left out where no photo is sent."""
    reference = store.reference()
    plain, asking = list(reference.services.values())[:2]
    with write(store.engine) as connection:
        for service, questions in ((plain, []), (asking, QUESTIONS)):
            connection.execute(
                update(services).where(services.c.id == service.id).values(attributes=questions)
            )
    store.forget()
    leaf = next(d for d in reference.at_level(reference.leaf_level) if d.latitude is not None)
    assert leaf.latitude is not None and leaf.longitude is not None
    settings = Settings(str(store.engine.url), CITIES / "tiny", demo=False, var=var)
    app = create_app(settings=settings, store=store)
    return Api(
        client=app.test_client(),
        store=store,
        key=create_key(store, "tests", next(iter(reference.channel_by_code))),
        place=(leaf.latitude, leaf.longitude),
        plain_service=plain.service_code,
        asking_service=asking.service_code,
        photos=photo_folder(settings),
    )


@pytest.fixture
def api(store: Store, tmp_path: Path) -> Api:
    return build_api(store, tmp_path / "var")


@pytest.fixture
def any_api(any_store: Store, tmp_path: Path) -> Api:
    return build_api(any_store, tmp_path / "var")
