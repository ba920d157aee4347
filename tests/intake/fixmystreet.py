"""A FixMyStreet site as far as an Open311 server meets it: XML only, and its own rules of taking.

The endpoint ends in a slash and paths are put behind it; the jurisdiction goes with everything,
the key with every POST and with the fetching of updates. Of an update it takes what is dated
inside the period asked for, belongs to a report it sent, and has an id it does not know.
"""

import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

_STATES = {
    "fixed": "fixed - council",
    "not councils responsibility": "not responsible",
    "no further action": "unable to fix",
    "open": "confirmed",
}
_VISIBLE = {
    *("confirmed", "investigating", "in progress", "action scheduled", "closed", "duplicate"),
    *("fixed - council", "not responsible", "unable to fix", "internal referral"),
}


class Failed(Exception):
    """What the site's administrator reads when the other side refuses."""


@dataclass
class Comment:
    """`external_id` is the other side's name for it; `state` None where none was understood."""

    external_id: str | None
    text: str
    state: str | None = None
    photo_url: str | None = None


@dataclass
class Report:
    external_id: str
    state: str = "confirmed"
    comments: list[Comment] = field(default_factory=list)


@dataclass
class Fetched:
    """What became of the updates in one answer."""

    taken: list[Comment] = field(default_factory=list)
    outside: int = 0
    strange: int = 0
    known: int = 0


@dataclass
class Site:
    endpoint: str
    api_key: str
    jurisdiction: str
    extended_statuses: bool = True
    reports: dict[str, Report] = field(default_factory=dict)

    def services(self) -> list[dict[str, Any]]:
        return self._get("services.xml").get("service", [])

    def questions(self, service_code: str) -> list[dict[str, Any]]:
        (attributes,) = self._get(f"services/{service_code}.xml")["attributes"]
        return attributes["attribute"]

    def send_report(self, fields: dict[str, Any]) -> tuple[Report, str]:
        """The report under the other side's number, and the token that came with it."""
        (answer,) = self._post("requests.xml", fields)["request"]
        number = answer["service_request_id"]
        self.reports[number] = Report(number)
        return self.reports[number], answer["token"]

    def poll_token(self, token: str) -> str:
        (answer,) = self._get(f"tokens/{token}.xml")["request"]
        return answer["service_request_id"]

    def send_comment(self, report: Report, update_id: int, text: str, **changes: Any) -> str:
        """The other side's id of a comment; it becomes the comment's own."""
        fields = {
            "updated_datetime": _w3c(datetime.now(UTC)),
            "service_request_id": report.external_id,
            "status": "OPEN",
            "description": text,
            "last_name": "-",
            "first_name": "Nama",
            "email": "nama@example.org",
            "update_id": str(update_id),
        } | changes
        (answer,) = self._post("servicerequestupdates.xml", fields)["request_update"]
        if all(comment.external_id != answer["update_id"] for comment in report.comments):
            report.comments.append(Comment(answer["update_id"], text))
        return answer["update_id"]

    def fetch_updates(self, start: datetime, end: datetime) -> Fetched:
        period = _w3c(start), _w3c(end)
        parameters = {"api_key": self.api_key, "start_date": period[0], "end_date": period[1]}
        answer = self._get("servicerequestupdates.xml", parameters)
        fetched = Fetched()
        for update in answer.get("request_update", []):
            self._take(update, period, fetched)
        return fetched

    def _take(self, update: dict[str, Any], period: tuple[str, str], fetched: Fetched) -> None:
        dated = _w3c(datetime.fromisoformat(update["updated_datetime"]))
        report = self.reports.get(update["service_request_id"])
        if not period[0] <= dated <= period[1]:
            fetched.outside += 1
        elif report is None:
            fetched.strange += 1
        elif any(comment.external_id == update["update_id"] for comment in report.comments):
            fetched.known += 1
        else:
            state = self._state(update["status"])
            if state is not None:
                report.state = state
            comment = Comment(
                update["update_id"], update["description"] or "", state, update["media_url"]
            )
            report.comments.append(comment)
            fetched.taken.append(comment)

    def _state(self, status: str) -> str | None:
        word = status.lower().replace("_", " ")
        if word == "closed" and not self.extended_statuses:
            word = "fixed"
        state = _STATES.get(word, word)
        return state if state in _VISIBLE else None

    def _get(self, path: str, parameters: dict[str, str] | None = None) -> dict[str, Any]:
        query = urllib.parse.urlencode((parameters or {}) | {"jurisdiction_id": self.jurisdiction})
        return _ask(urllib.request.Request(f"{self.endpoint}{path}?{query}"))

    def _post(self, path: str, fields: dict[str, Any]) -> dict[str, Any]:
        sent = fields | {"jurisdiction_id": self.jurisdiction, "api_key": self.api_key}
        body = urllib.parse.urlencode(sent, doseq=True).encode()
        return _ask(urllib.request.Request(f"{self.endpoint}{path}", body))


def _ask(request: urllib.request.Request) -> dict[str, Any]:
    """The children of the answer's outermost element; its name does not matter to the site."""
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return _children(ElementTree.fromstring(answer.read()))
    except urllib.error.HTTPError as error:
        errors = _children(ElementTree.fromstring(error.read()))["error"]
        words = "; ".join(f"{one['code']}: {one['description']}" for one in errors)
        raise Failed(words) from None


def _children(element: ElementTree.Element) -> dict[str, Any]:
    """Elements by their names: those with children as lists, leaves as texts, empty ones None."""
    found: dict[str, Any] = {}
    for child in element:
        if len(child):
            found.setdefault(child.tag, []).append(_children(child))
        else:
            found[child.tag] = child.text
    return found


def _w3c(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
