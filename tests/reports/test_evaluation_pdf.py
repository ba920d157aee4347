"""The PDF of an evaluation: what it says, how it is built, and that nothing in it is markup."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from pypdf import PdfReader

from data.i18n import use_language
from queries.evaluation.model import Evaluation, FunnelPoint
from reports.evaluation.components import components, interval_text, value_text
from reports.evaluation.document import evaluation_pdf, units_pdf
from reports.evaluation.funnel_page import _evened
from reports.evaluation.material import Material, Standing
from reports.evaluation.outline import CityOutline
from reports.evaluation.words import rank_text
from tests.reports.evaluation_sample import HOSTILE_NAMES, METHOD, make_evaluation

UNITS = [(f"kel-{i:02d}", f"Kelurahan Contoh {i:02d}", "district_office") for i in range(40)]


def square(place: int) -> tuple[tuple[tuple[int, int], ...], ...]:
    x, y = 100 * (place % 8), 100 * (place // 8)
    return (((x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100), (x, y)),)


def make_material(evaluation: Evaluation | None = None) -> Material:
    shapes = {code: square(place) for place, (code, _name, _kind) in enumerate(UNITS)}
    outline = CityOutline("Asia/Jakarta", "WIB", "schematic", shapes)
    return Material(evaluation or make_evaluation(UNITS), METHOD, outline)


def texts(pdf: bytes) -> list[str]:
    """Of each page, on one line."""
    pages = PdfReader(io.BytesIO(pdf)).pages
    return [re.sub(r"\s+", " ", page.extract_text()) for page in pages]


def squeezed(pages: Sequence[str]) -> str:
    return re.sub(r"[\s\u200b]+", "", "".join(pages))


@pytest.fixture(scope="module")
def material() -> Material:
    return make_material()


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_pdf_holds_every_number_of_every_unit(material: Material, language: str) -> None:
    everything = squeezed(texts(evaluation_pdf(material, language)))
    with use_language(language):
        for unit in material.evaluation.units:
            row = f"{unit.name}{unit.code}{unit.n}"
            assert squeezed([row]) in everything.replace(".", "").replace(",", "")
            for component in components():
                found = unit.components[component.code]
                cell = value_text(component, found) + interval_text(component, found)
                assert squeezed([cell]) in everything, (unit.code, component.code)
            assert squeezed([rank_text(unit)]) in everything


def test_numbers_are_written_as_the_language_does(material: Material) -> None:
    english, indonesian = (texts(evaluation_pdf(material, language)) for language in ("en", "id"))
    assert "81.4%" in english[1] and "18,230 complaints" in english[1]
    assert "81,4%" in indonesian[1] and "18.230 pengaduan" in indonesian[1]
    assert "11 Nov 2026, 00:00 WIB" in english[0]  # 17:00 UTC on the 10th


def test_a_unit_with_few_cases_has_no_rank(material: Material) -> None:
    few = [unit for unit in material.evaluation.units if not unit.is_ranked]
    assert few
    page = texts(units_pdf(material, "en", [few[0].code]))[0]
    assert "reported, not ranked" in page and "fewer than 24 cases of its own" in page
    assert few[0].rank is None


def test_it_is_tagged_archival_and_has_bookmarks(material: Material) -> None:
    pdf = evaluation_pdf(material, "id", [UNITS[3][0]])
    reader = PdfReader(io.BytesIO(pdf))
    catalog = reader.trailer["/Root"]
    assert catalog["/Lang"] == "id"
    assert catalog["/MarkInfo"]["/Marked"]
    metadata = catalog["/Metadata"].get_data()
    assert re.search(rb"pdfaid:part[^0-9]+2", metadata)
    assert re.search(rb"pdfuaid:part[^0-9]+1", metadata)
    titles = [one.title for one in reader.outline if not isinstance(one, list)]
    assert titles[:2] == ["Ringkasan", "Peta skor"]
    assert titles[-1] == "Lampiran: metode"
    pages = texts(pdf)
    assert all(f"{n} / {len(pages)}" in page for n, page in enumerate(pages, start=1))
    assert UNITS[3][1] in " ".join(pages[-3:])


def test_fonts_are_within(material: Material) -> None:
    reader = PdfReader(io.BytesIO(evaluation_pdf(material, "en")))
    fonts = {
        font.get_object()["/BaseFont"].split("+")[-1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts
    assert all(name.startswith(("LibertinusSerif", "DejaVuSans")) for name in fonts), fonts


def test_the_map_is_drawn_only_where_there_are_shapes(material: Material) -> None:
    without = replace(material, outline=CityOutline())
    assert any("Map of the scores" in page for page in texts(evaluation_pdf(material, "en")))
    pages = texts(evaluation_pdf(without, "en"))
    assert not any("Map of the scores" in page for page in pages)
    assert "10 Nov 2026, 17:00 UTC" in pages[0]


def test_the_standing_of_an_edition_is_on_the_cover(material: Material) -> None:
    standing = Standing(2, "issued", "2026-11-11T02:00:00Z", "Inspektorat", "#eval of garbage")
    cover = texts(evaluation_pdf(replace(material, standing=standing), "en"))[0]
    for words in ("2, issued", "11 Nov 2026, 09:00 WIB", "Inspektorat", "#eval of garbage"):
        assert words in cover


def test_hostile_names_are_shown_and_never_run() -> None:
    units = [(f"u-{i}", name, "agency") for i, name in enumerate(HOSTILE_NAMES)]
    material = make_material(make_evaluation([*units, *UNITS[:3]]))
    codes = [code for code, _name, _kind in units]
    everything = squeezed(texts(evaluation_pdf(material, "id", codes)))
    shown = ('#eval("1+1")', "*bold*_under_", "=cmd|'/c calc'!A0", "</text>", "$x^2$", "@ref")
    for name in shown:
        assert squeezed([name]) in everything, name
    assert "x" * 290 in everything
    assert "�" in everything  # letters that no font has, instead of a document that fails
    for letter in "بلدية":
        assert letter in everything
    assert "\u202e" not in everything


def test_a_month_without_anything_still_makes_a_document() -> None:
    empty = make_evaluation([])
    pages = texts(evaluation_pdf(make_material(empty), "en"))
    assert "No case was flagged." in " ".join(pages)


def test_the_page_of_a_unit_names_who_led_it_then(material: Material) -> None:
    officer = material.evaluation.officers[0]
    unit = material.subjects[officer.parent or ""]
    led, other = texts(units_pdf(material, "en", [unit.code, UNITS[-1][0]]))
    assert f"led by {officer.name}" in led and "led by" not in other


def test_unit_pages_are_one_a_unit(material: Material) -> None:
    codes = [code for code, _name, _kind in UNITS]
    pages = texts(units_pdf(material, "id", codes))
    assert len(pages) == len(codes)
    for (_code, name, _kind), page in zip(UNITS, pages, strict=True):
        assert name in page


def test_the_lines_of_the_funnel_do_not_jump_with_the_services_of_a_unit() -> None:
    ends = [2.0, 1.9, 1.8, 1.2, 1.7, 1.6, 1.5]
    points = [
        FunnelPoint(str(place), 20.0 + place, 20, 1.0, 0.9, 1.1, 0.8, end, 0.0, "as_expected")
        for place, end in enumerate(ends)
    ]
    evened = _evened(points, "high998")
    assert evened == [2.0, 1.9, 1.8, 1.7, 1.6, 1.6, 1.5]
    assert _evened(points[:3], "high998") == ends[:3]
