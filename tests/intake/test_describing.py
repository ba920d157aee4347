"""Discovery, services and their definitions: what a client asks before it reports."""

from tests.intake.conftest import Api


def test_discovery_names_this_endpoint_and_both_formats(api: Api) -> None:
    found = api.get("discovery")
    assert list(found) == ["changeset", "contact", "key_service", "endpoints"]
    (endpoint,) = found["endpoints"]
    assert list(endpoint) == ["specification", "url", "changeset", "type", "formats"]
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["url"] == "http://localhost/open311/v2"
    assert endpoint["type"] in ("production", "test")
    assert endpoint["formats"] == ["text/xml", "application/json"]


def test_changeset_grows_when_the_reference_changes(api: Api) -> None:
    from data.city import touch_reference
    from data.database import write

    before = api.get("discovery")["changeset"]
    with write(api.store.engine) as connection:
        touch_reference(connection)
    api.store.forget()
    assert api.get("discovery")["changeset"] > before


def test_services_are_listed_as_the_standard_words_them(api: Api) -> None:
    found = api.get("services")
    assert len(found) == len(api.store.reference().services)
    for service in found:
        assert list(service) == [
            "service_code",
            "service_name",
            "description",
            "metadata",
            "type",
            "keywords",
            "group",
        ]
        assert isinstance(service["service_code"], str)
        assert service["type"] == "realtime"
        assert isinstance(service["keywords"], str)
    metadata = {service["service_code"]: service["metadata"] for service in found}
    assert metadata[api.plain_service] is False
    assert metadata[api.asking_service] is True


def test_definition_lists_questions_in_their_order(api: Api) -> None:
    found = api.get(f"services/{api.asking_service}")
    assert list(found) == ["service_code", "attributes"]
    codes = [attribute["code"] for attribute in found["attributes"]]
    assert codes == ["HOWMANY", "WHICH", "SINCE", "LINE", "MORE", "WHAT", "INFO"]
    which = found["attributes"][1]
    assert list(which) == [
        "variable",
        "code",
        "datatype",
        "required",
        "datatype_description",
        "order",
        "description",
        "values",
    ]
    assert (which["variable"], which["required"], which["order"]) == (True, True, 2)
    assert [value["key"] for value in which["values"]] == ["left", "right"]
    assert found["attributes"][6]["variable"] is False


def test_definition_of_a_service_without_questions_is_empty(api: Api) -> None:
    found = api.get(f"services/{api.plain_service}")
    assert found == {"service_code": api.plain_service, "attributes": []}


def test_definition_of_an_unknown_service_is_404(api: Api) -> None:
    (error,) = api.get("services/no-such-service", expect=404)
    assert error["code"] == 404
    count = len(api.store.reference().services)
    assert error["description"] == (
        f"service_code 'no-such-service' is not one of this city's {count} services; "
        "see /open311/v2/services.json"
    )


def test_words_come_in_the_language_the_client_prefers(api: Api) -> None:
    def question(language: str) -> str:
        response = api.client.get(
            f"/open311/v2/services/{api.asking_service}.json",
            headers={"Accept-Language": language},
        )
        return response.get_json()["attributes"][1]["description"]

    first = api.store.reference().city.languages[0]
    texts = {"en": "Which side?", "id": "Sisi mana?"}
    for language in api.store.reference().city.languages:
        assert question(language) == texts[language]
    assert question("sw") == texts[first]


def test_jurisdiction_and_empty_parameters_change_nothing(api: Api) -> None:
    plain = api.get("services")
    assert api.get("services", jurisdiction_id="city.gov") == plain
    assert api.get("services", jurisdiction_id="") == plain


def test_the_notice_says_the_citys_targets_in_the_clients_language(api: Api) -> None:
    """The tiny city answers garbage within 6 hours and solves it within 24."""
    said = {
        language: api.post(headers={"Accept-Language": language}).get_json()[0]["service_notice"]
        for language in ("en", "id")
    }
    assert said == {
        "en": "The city means to respond within 6 h and to solve this within 24 h.",
        "id": "Pemerintah kota berupaya menanggapi dalam 6 jam dan menuntaskan dalam 24 jam.",
    }


def test_a_target_in_working_hours_is_told_as_such(api: Api) -> None:
    """In the tiny city a damaged road is solved within 336 hours in which its offices are open."""
    answer = api.post(service_code="damaged-road", headers={"Accept-Language": "id"})
    assert answer.get_json()[0]["service_notice"] == (
        "Pemerintah kota berupaya menanggapi dalam 24 jam dan menuntaskan dalam 336 jam kerja."
    )
