"""`georeport`, other people's client, unchanged against a running server."""

import pytest
import requests
from georeport import GeoReport

from data.complaints import resolve
from tests.intake.conftest import QUESTIONS, Api
from tests.intake.served import serving


@pytest.mark.parametrize("form", ["json", "xml"])
def test_it_reads_services_definitions_and_requests(any_api: Api, form: str) -> None:
    first, second = any_api.report(), any_api.report(description="Second <lamp> & more")
    resolve(any_api.store, first["service_request_id"], note="Replaced")
    reference = any_api.store.reference()
    with serving(any_api) as server:
        client = GeoReport(server.endpoint, jurisdiction="city.example", output_format=form)
        services = client.get_service_list()
        assert [s["service_code"] for s in services] == list(reference.service_by_code)
        asking = next(s for s in services if s["metadata"] in (True, "true"))
        assert asking["service_code"] == any_api.asking_service
        definition = client.get_service_definition(any_api.asking_service)
        asked = definition["attributes"]
        asked = asked["attribute"] if form == "xml" else asked
        assert {a["code"] for a in asked} == {question["code"] for question in QUESTIONS}
        found = client.get_service_requests()
        assert {one["service_request_id"] for one in found} == {
            first["service_request_id"],
            second["service_request_id"],
        }
        # The client takes an XML list of one for the one itself.
        closed = client.get_service_requests(status="closed")
        closed = closed[0] if form == "json" else closed
        assert closed["service_request_id"] == first["service_request_id"]
        assert closed["status_notes"] == "Replaced"
        one = client.get_service_request(second["service_request_id"])
        one = one[0] if isinstance(one, list) else one
        assert one["description"] == "Second <lamp> & more"
        assert one["status"] == "open"
        with pytest.raises(requests.HTTPError, match="404"):
            client.get_service_definition("nothing")
