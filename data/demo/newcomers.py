"""New complaints of the living demo, at the same places and by the same people as the old ones."""

from collections import deque
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.demo.answers import answers_to
from data.demo.arrivals import STORM_SHARE
from data.demo.character import Character
from data.demo.people import describe_person
from data.demo.places import make_spots, move, points_around, spot_weights
from data.demo.texts import Writer
from data.geography import Locator
from data.reference import Reference

_ECHO_SHARE = 0.06  # of complaints, those that someone else has just reported
_REMEMBERED = 20
_STEP_METRES = 9.0
_STORMY = 0.35  # how much of the storms' share falls on any hour of the wettest month


class Newcomers:
    """Draws one complaint at a time. `seed` is that of the fill, so that hot spots are the same."""

    def __init__(
        self, reference: Reference, locator: Locator, character: Character, seed: int
    ) -> None:
        self._reference, self._locator, self._character = reference, locator, character
        self._spots = make_spots(reference, locator, character, seed)
        self._service_ids = list(reference.services)
        weights = spot_weights(reference, character, self._spots, self._service_ids, seed)
        self._cumulative = np.cumsum(weights, axis=0)
        self._writer = Writer(character, reference, self._spots, seed)
        self._recent: deque[tuple[int, int, float, float]] = deque(maxlen=_REMEMBERED)

    def hour_factor(self, local: datetime) -> float:
        """Volume at this local hour beside the day's mean."""
        return float(self._service_weights(local).sum() / self._mean_weight(local))

    def draw(self, local: datetime, rng: np.random.Generator) -> dict[str, str]:
        """The form fields of one Open311 request, without the key."""
        is_echo = bool(self._recent) and rng.random() < _ECHO_SHARE
        service_id, spot, latitude, longitude = (
            self._echo(rng) if is_echo else self._anew(local, rng)
        )
        service = self._reference.services[service_id]
        ticket = int(rng.integers(0, 2**62))
        district = self._reference.districts[int(self._spots.district_id[spot])]
        person = int(rng.integers(0, int(self._character.people["registered"])))
        fields = {
            "jurisdiction_id": self._reference.city.jurisdiction_id,
            "service_code": service.service_code,
            "description": self._writer.description(service.id, spot, ticket),
            "address_string": self._writer.address(spot, ticket),
            **describe_person(self._character, person),
        }
        if np.isnan(latitude):
            fields["district_code"] = district.code
        else:
            fields |= {"lat": f"{latitude:.6f}", "long": f"{longitude:.6f}"}
        for code, values in answers_to(service, ticket).items():
            fields[f"attribute[{code}]"] = values[0]
        return fields

    def _anew(self, local: datetime, rng: np.random.Generator) -> tuple[int, int, float, float]:
        """Service, spot, latitude and longitude of something nobody has reported yet."""
        weights = self._service_weights(local)
        column = int(rng.choice(len(weights), p=weights / weights.sum()))
        cumulative = self._cumulative[:, column]
        spot = int(np.searchsorted(cumulative, rng.random() * cumulative[-1], side="right"))
        latitude, longitude = points_around(self._spots, np.asarray([spot]), self._locator, rng)
        found = (self._service_ids[column], spot, float(latitude[0]), float(longitude[0]))
        self._recent.append(found)
        return found

    def _echo(self, rng: np.random.Generator) -> tuple[int, int, float, float]:
        """What somebody else has reported a little while ago, a few steps away."""
        service_id, spot, latitude, longitude = self._recent[int(rng.integers(len(self._recent)))]
        north, east = rng.normal(0, _STEP_METRES, 2)
        lat, lon = move(
            np.asarray([latitude]),
            np.asarray([longitude]),
            np.asarray([north]),
            np.asarray([east]),
        )
        return service_id, spot, float(lat[0]), float(lon[0])

    def note(self, kind: str, rng: np.random.Generator) -> str:
        return self._writer.note(kind, int(rng.integers(0, 2**62)))

    def _service_weights(self, local: datetime) -> NDArray[np.float64]:
        storms = self._character.weather["storm_days"]
        wet = _STORMY * storms[local.month - 1] / max(max(storms), 1e-9)
        weights = []
        for service_id in self._service_ids:
            service = self._character.services[service_id]
            rhythm = self._character.rhythms[service.rhythm]
            share = STORM_SHARE[service.weather]
            hour = rhythm.hours[local.hour] / np.mean(rhythm.hours)
            weights.append(service.share * hour * (1 - share + share * wet))
        return np.asarray(weights)

    def _mean_weight(self, local: datetime) -> float:
        hours = [local.replace(hour=hour, fold=0) for hour in range(24)]
        return float(np.mean([self._service_weights(hour).sum() for hour in hours]))
