"""POST requests: what is accepted, what is refused, and how it is said."""

import json
from typing import Any

import pytest
from sqlalchemy import func, select

from data import schema
from data.database import read
from tests.intake.conftest import Api, from_xml


def count(api: Api) -> int:
    with read(api.store.engine) as connection:
        return connection.scalar(select(func.count()).select_from(schema.complaints)) or 0


def details(api: Api, service_request_id: str) -> Any:
    with read(api.store.engine) as connection:
        return connection.execute(
            select(schema.complaint_details).where(
                schema.complaint_details.c.complaint_id == int(service_request_id)
            )
        ).one()


def refusal(api: Api, **changes: Any) -> list[str]:
    """What is wrong with a request, said alike in both formats; it leaves no trace."""
    before = count(api)
    response, in_xml = api.post(**changes), api.post(ending="xml", **changes)
    assert response.status_code == in_xml.status_code
    errors = response.get_json()
    assert all(list(error) == ["code", "description"] for error in errors)
    assert [
        {"code": str(error["code"]), "description": error["description"]} for error in errors
    ] == from_xml(in_xml.data)
    assert count(api) == before
    return [f"{error['code']} {error['description']}" for error in errors]


def test_an_accepted_request_can_be_read_back(any_api: Api) -> None:
    api = any_api
    latitude, longitude = api.place
    created = api.report(
        description="Lampu mati\r\n<script>alert(1)</script> =cmd()|' /C calc'!A0 😀",
        address_string="Jalan Melati 3",
        address_id="A-7",
        zipcode="10110",
        email="a@example.org",
        phone="+62 811",
        first_name="Siti",
        last_name="Aminah",
        device_id="device",
        account_id="account",
        media_url="https://example.org/1.jpg",
    )
    assert list(created) == ["service_request_id", "token", "service_notice", "account_id"]
    assert created["account_id"] == "account"
    (found,) = api.get(f"requests/{created['service_request_id']}")
    assert list(found) == [
        "service_request_id",
        "status",
        "status_notes",
        "service_name",
        "service_code",
        "description",
        "agency_responsible",
        "service_notice",
        "requested_datetime",
        "updated_datetime",
        "expected_datetime",
        "address",
        "address_id",
        "zipcode",
        "lat",
        "long",
        "media_url",
    ]
    assert found["status"] == "open"
    assert found["description"] == ("Lampu mati\n<script>alert(1)</script> =cmd()|' /C calc'!A0 😀")
    assert (found["lat"], found["long"]) == (latitude, longitude)
    assert found["address"] == "Jalan Melati 3"
    assert (found["address_id"], found["zipcode"]) == ("A-7", "10110")
    assert found["media_url"] == "https://example.org/1.jpg"
    everything = json.dumps(api.get("requests"))
    for secret in ("Siti", "Aminah", "a@example.org", "+62 811", "device", created["token"]):
        assert secret not in everything
    assert details(api, created["service_request_id"]).first_name == "Siti"


def test_the_answer_in_xml_is_the_standards(api: Api) -> None:
    response = api.post(ending="xml")
    assert response.status_code == 201
    assert response.content_type == "text/xml; charset=utf-8"
    (created,) = from_xml(response.data)
    assert api.get(f"tokens/{created['token']}") == [
        {"service_request_id": created["service_request_id"], "token": created["token"]}
    ]


def test_an_unknown_token_is_404(api: Api) -> None:
    (error,) = api.get("tokens/nonsense", expect=404)
    assert error == {"code": 404, "description": "token 'nonsense' is not known here"}


@pytest.mark.parametrize("headers", [{}, {"X-API-Key": "wrong"}])
def test_without_a_valid_key_nothing_is_taken(api: Api, headers: dict[str, str]) -> None:
    response = api.post(api_key=None, headers=headers)
    assert response.status_code == 403
    assert response.get_json()[0]["code"] == 403
    assert "api_key" in response.get_json()[0]["description"]
    assert count(api) == 0


def test_the_key_may_come_in_the_form_the_header_or_the_address(api: Api) -> None:
    api.report()
    api.report(api_key=None, headers={"X-API-Key": api.key})
    response = api.client.post(
        f"/open311/v2/requests.json?api_key={api.key}", data=api.fields(api_key=None)
    )
    assert response.status_code == 201


def test_the_key_tells_the_channel(any_api: Api) -> None:
    api = any_api
    created = api.report()
    with read(api.store.engine) as connection:
        channel = connection.scalar(
            select(schema.channels.c.code)
            .join(schema.complaints, schema.complaints.c.channel_id == schema.channels.c.id)
            .where(schema.complaints.c.id == int(created["service_request_id"]))
        )
    assert channel == next(iter(api.store.reference().channel_by_code))


def test_form_multipart_and_json_are_the_same_request(api: Api) -> None:
    fields = api.fields(description="sama 😀", service_code=api.asking_service)
    answers = {"attribute[WHICH]": "left", "attribute[WHAT][]": ["a", "b"]}
    url = "/open311/v2/requests.json"
    in_json = {
        **fields,
        "lat": api.place[0],
        "long": api.place[1],
        "attribute": {"WHICH": "left", "WHAT": ["a", "b"]},
    }
    for response in (
        api.client.post(url, data=fields | answers),
        api.client.post(url, data=fields | answers, content_type="multipart/form-data"),
        api.client.post(url, json=in_json),
    ):
        assert response.status_code == 201, response.text
        stored = details(api, response.get_json()[0]["service_request_id"])
        assert stored.attributes == {"WHICH": ["left"], "WHAT": ["a", "b"]}
        assert stored.description == "sama 😀"


def test_everything_wrong_is_said_at_once(api: Api) -> None:
    service_count = len(api.store.reference().services)
    said = refusal(
        api,
        service_code="xyz",
        lat="-6,17",
        description="x" * 4001,
        media_url="javascript:alert(1)",
        email="e" * 321,
    )
    assert len(said) == 5
    assert (
        f"404 service_code 'xyz' is not one of this city's {service_count} services; "
        "see /open311/v2/services.json"
    ) in said
    assert any("lat '-6,17' is not a number" in text and "a point" in text for text in said)
    assert any("description" in text and "4001" in text and "4000" in text for text in said)
    assert any("media_url 'javascript:alert(1)'" in text for text in said)
    assert any("email" in text and "320" in text for text in said)


def test_an_unknown_service_alone_is_404(api: Api) -> None:
    response = api.post(service_code="xyz")
    assert response.status_code == 404


def test_a_missing_service_is_400(api: Api) -> None:
    assert refusal(api, service_code="") == [
        "400 service_code is missing; choose one of /open311/v2/services.json"
    ]


@pytest.mark.parametrize(
    ("lat", "long", "said"),
    [
        ("nan", "106", "lat 'nan' is not a number"),
        ("-6", "inf", "long 'inf' is not a number"),
        ("1e400", "106", "lat '1e400'"),
        ("91", "106", "between -90 and 90"),
        ("-6", "-180.1", "between -180 and 180"),
        ("0", "0.0", "do not know their place"),
        ("-6,2", "106,8", "with a point"),
        ("١", "106", "is not a number"),
        ("1_0", "106", "is not a number"),
        ("-6", "", "lat came without long"),
        ("", "106", "long came without lat"),
        ("60.2", "24.9", "lies outside"),
    ],
)
def test_absurd_places_are_refused(api: Api, lat: str, long: str, said: str) -> None:
    assert said in "\n".join(refusal(api, lat=lat, long=long))


def test_a_request_needs_a_place(api: Api) -> None:
    (said,) = refusal(api, lat=None, long=None)
    assert "lat and long, or address_string, or address_id, or district_code" in said


@pytest.mark.parametrize("place", ["address_string", "address_id"])
def test_an_address_is_place_enough(any_api: Api, place: str) -> None:
    created = any_api.report(lat=None, long=None, **{place: "Blok M"})
    (found,) = any_api.get(f"requests/{created['service_request_id']}")
    assert (found["lat"], found["long"]) == (None, None)


def test_a_district_code_is_place_enough(api: Api) -> None:
    reference = api.store.reference()
    leaf = reference.at_level(reference.leaf_level)[-1]
    created = api.report(lat=None, long=None, district_code=leaf.code)
    with read(api.store.engine) as connection:
        assert leaf.id == connection.scalar(
            select(schema.complaints.c.district_id).where(
                schema.complaints.c.id == int(created["service_request_id"])
            )
        )
    assert "district_code 'nowhere'" in refusal(api, district_code="nowhere")[0]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ({}, "attribute[WHICH] is missing"),
        ({"attribute[WHICH]": "up"}, "attribute[WHICH] 'up' is not one of its values"),
        ({"attribute[WHICH]": ["left", "right"]}, "attribute[WHICH] has 2 values"),
        ({"attribute[HOWMANY]": "many"}, "attribute[HOWMANY] 'many' is not a number"),
        ({"attribute[SINCE]": "monday"}, "attribute[SINCE] 'monday' is not a date"),
        ({"attribute[LINE]": "a\nb"}, "attribute[LINE] 'a b' is not on one line"),
        ({"attribute[WHAT][]": ["a", "c"]}, "attribute[WHAT] 'c' is not one of its values"),
        ({"attribute[MORE]": "x" * 1001}, "attribute[MORE]"),
    ],
)
def test_answers_are_checked_against_the_definition(
    api: Api, answers: dict[str, Any], said: str
) -> None:
    complete = ({"attribute[WHICH]": "left"} if answers else {}) | answers
    (found,) = refusal(api, service_code=api.asking_service, **complete)
    assert said in found


def test_good_answers_and_those_of_other_clients_are_kept(api: Api) -> None:
    created = api.report(
        service_code=api.asking_service,
        **{
            "attribute[WHICH]": "right",
            "attribute[HOWMANY]": "2.5",
            "attribute[SINCE]": "2026-10-01T09:00:00+07:00",
            "attribute[MORE]": "a\nb",
            "attribute[fixmystreet_id]": "123",
        },
    )
    stored = details(api, created["service_request_id"]).attributes
    assert stored["WHICH"] == ["right"]
    assert stored["fixmystreet_id"] == ["123"]


def test_a_field_given_twice_is_refused_unless_equal(api: Api) -> None:
    assert "address_id is given 2 times" in refusal(api, address_id=["a", "b"])[0]
    api.report(address_id=["a", "a"])


def test_several_media_are_stored(api: Api) -> None:
    urls = ["https://example.org/1.jpg", "http://example.org/2.jpg"]
    created = api.report(media_url=urls)
    assert details(api, created["service_request_id"]).media_urls == urls
    assert "11 times" in refusal(api, media_url=["https://example.org/"] * 11)[0]
