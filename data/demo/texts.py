"""What citizens write and where they say it is, from the templates of demo.toml."""

from data.demo.character import Character
from data.demo.places import Spots
from data.demo.streams import mix
from data.reference import Reference


class Writer:
    """Texts for cases; the same numbers always give the same words."""

    def __init__(self, character: Character, reference: Reference, spots: Spots, seed: int) -> None:
        words = character.words
        self._words = words
        self._texts = {i: service.texts for i, service in character.services.items()}
        self._names = {
            i: reference.language_text(service.names, reference.city.languages[0])
            for i, service in reference.services.items()
        }
        self._districts = [reference.districts[i].name for i in spots.district_id.tolist()]
        scattered = mix(spots.district_id * 1000 + range(len(spots.district_id)), seed).tolist()
        forms, streets = words["street_forms"], words["streets"]
        self._streets = [
            forms[n % len(forms)].format(name=streets[(n // 101) % len(streets)]) for n in scattered
        ]
        # Two landmarks a spot, so that one place is called by the same name again and again.
        marks = words["landmarks"]
        self._landmarks = [
            (marks[(n // 7919) % len(marks)], marks[(n // 104729) % len(marks)]) for n in scattered
        ]

    def description(self, service_id: int, spot: int, ticket: int) -> str:
        texts, moments = self._texts[service_id], self._words["moments"]
        text: str = texts[ticket % len(texts)]
        said = text.format(
            service=self._names[service_id],
            street=self._streets[spot],
            landmark=self._landmarks[spot][ticket // 11 % 2],
            moment=moments[ticket // 23 % len(moments)],
        )
        return said[:1].upper() + said[1:]

    def address(self, spot: int, ticket: int) -> str:
        form: str = self._words["address"]
        return form.format(
            street=self._streets[spot],
            number=1 + ticket // 41 % 8 * 3 + spot % 40,
            rt=1 + ticket // 53 % 3 + spot % 12,
            rw=1 + spot % 9,
            district=self._districts[spot],
        )

    def note(self, kind: str, ticket: int) -> str:
        """One of the sentences of `[words]` under this key."""
        choices: list[str] = self._words[kind]
        return choices[ticket // 61 % len(choices)]
