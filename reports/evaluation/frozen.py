"""What an edition's frozen inputs say of the city, for its documents."""

import json
from collections.abc import Sequence
from typing import Any

from data.evaluation.files import Texts
from data.i18n import languages
from reports.evaluation.outline import CityOutline


def languages_of(texts: Texts) -> Sequence[str]:
    """Those that both the city and the program speak."""
    return [code for code in _settings(texts)["city"]["languages"] if code in languages()] or ["en"]


def is_demo_of(texts: Texts) -> bool:
    return bool(_settings(texts).get("demo"))


def frozen_outline(texts: Texts) -> CityOutline:
    return CityOutline.from_json(json.dumps(json.loads(texts.inputs)["outline"]))


def _settings(texts: Texts) -> dict[str, Any]:
    return {row["key"]: row["value"] for row in json.loads(texts.inputs)["tables"]["settings"]}
