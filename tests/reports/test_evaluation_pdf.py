"""The PDF of an evaluation: what it says, how it is built, and that nothing in it is markup."""

import io
import re
from collections.abc import Sequence
from dataclasses import replace

import pytest
from pypdf import PdfReader

from components.report_tables import flags_view, subjects_view
from data.i18n import use_language
from queries.evaluation.model import Evaluation, FunnelPoint
from queries.measured import Measured
from reports.evaluation.components import components, interval_text, value_text
from reports.evaluation.document import evaluation_pdf, units_pdf
from reports.evaluation.fairness_page import fairness_page
from reports.evaluation.front import summary
from reports.evaluation.funnel_page import _evened
from reports.evaluation.material import Material, Standing
from reports.evaluation.outline import CityOutline
from reports.evaluation.tables import flag_lists, subject_tables
from reports.evaluation.unit_pages import unit_page
from reports.evaluation.unit_score import added, moved_words
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
    return [re.sub(r"\s+", " ", page.extract_text().replace("\u200b", "")) for page in pages]


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
    assert "The deadline of 15,000, kept or not, had passed" in english[1]  # not: were late
    cases = sum(unit.n for unit in material.evaluation.units)
    assert f"there were {cases:,}. On time is judged of the 15,000" in english[1]
    assert "11 Nov 2026, 00:00 WIB" in english[0]  # 17:00 UTC on the 10th


def test_a_unit_with_few_cases_has_no_rank(material: Material) -> None:
    few = [unit for unit in material.evaluation.units if not unit.is_ranked]
    assert few
    page = texts(units_pdf(material, "en", [few[0].code]))[0]
    assert "reported, not ranked" in page and "fewer than 24 cases of its own" in page
    assert few[0].rank is None


def test_what_rests_on_too_few_cases_is_starred_and_has_no_weight(material: Material) -> None:
    with use_language("en"):
        tables = subject_tables(material)
    row = next(row for row in tables[0]["rows"] if not row["is_ranked"])
    unit = material.subjects[row["code"]]
    assert row["score"].endswith("*")
    for component, (value, *_rest, is_few) in zip(components(), row["cells"], strict=True):
        assert is_few == (unit.components[component.code].state == "too_few") == ("*" in value)
    with use_language("en"):
        page = unit_page(material, unit)
    assert [few for *_card, few in page["figures"]] == [True, True, False, True]
    assert any("fewer than 20 cases" in note for note in page["notes"])
    assert "fewer than 20 cases" in tables[0]["note"]


def test_a_score_can_be_followed_from_the_points_of_its_row(material: Material) -> None:
    with use_language("en"):
        table = subject_tables(material)[0]
        drawn = str(subjects_view(table, "/pages.pdf?code="))
    row = table["rows"][0]
    points = {
        component.code: float(rests_on[1].removesuffix(" pts"))
        for component, (_value, _interval, rests_on, _few) in zip(
            components(), row["cells"], strict=True
        )
        if len(rests_on) > 1
    }
    assert points == pytest.approx(material.subjects[row["code"]].parts, abs=0.051)
    assert set(material.rules.weights) == set(points)
    assert f"/pages.pdf?code={row['code']}" in drawn and "data-report-find" in drawn


def test_officers_are_told_apart_by_the_unit_that_they_led(material: Material) -> None:
    with use_language("en"):
        units, officers = subject_tables(material)
    assert (units["head"][0], officers["head"][0]) == ("Unit", "Officer")
    for row in officers["rows"]:
        unit = material.subjects[material.subjects[row["code"]].parent or ""]
        assert row["about"] == f"{unit.name} · {row['code']}"


@pytest.mark.parametrize(
    ("differs", "about"),
    [
        ("better", "beyond chance, by the funnel plot"),
        ("as_expected", "no more apart than chance explains, by the funnel plot"),
        (None, "no deadline has passed yet"),
    ],
)
def test_a_verdict_says_what_it_rests_on(
    material: Material, differs: str | None, about: str
) -> None:
    ranked = next(unit for unit in material.evaluation.units if unit.is_ranked)
    with use_language("en"):
        page = unit_page(material, replace(ranked, differs=differs))
    assert page["figures"][3][2] == about


def test_a_unit_reads_what_raised_and_lowered_its_score(material: Material) -> None:
    weights = material.rules.weights
    unit = replace(material.evaluation.units[0], parts=dict.fromkeys(weights, 50.0))
    assert "No part moved" in moved_words(weights, unit)
    unit = replace(unit, parts=unit.parts | {"satisfaction": 70.0, "reopened_share": 10.0})
    assert added(weights, unit)["satisfaction"] == pytest.approx(15 * 20 / 100)
    with use_language("en"):
        words = unit_page(material, unit)["said"]
    assert "raised the score most: Satisfaction (+3.0)." in words
    assert "lowered it most: Reopened within 14 days (−6.0)." in words


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


def test_a_place_in_a_longer_list_is_no_other_place(material: Material) -> None:
    evaluation = material.evaluation
    many = [
        replace(
            row,
            raw_rank=row.score_rank,
            other_cutoff_rank={"10": row.score_rank and 3 * row.score_rank},
        )
        for row in evaluation.fairness.rows
    ]
    ranked = sum(row.score_rank is not None for row in many)
    blank = replace(many[0], score_rank=None, standardised_rank=None, raw_rank=None)
    others = [replace(blank, other_cutoff_rank={"10": 1})] * (2 * ranked)
    fairness = replace(evaluation.fairness, rows=(*many, *others))
    with use_language("en"):
        page = fairness_page(replace(material, evaluation=replace(evaluation, fairness=fairness)))
    assert page["head"][-1] == f"Cut-off 10, of {3 * ranked}"
    for row in page["rows"]:
        score, _standardised, raw, _former, longer = row["cells"]
        assert not score[1] and not raw[1] and not longer[1], row


def test_the_unranked_follow_by_name_under_a_heading_of_their_own(material: Material) -> None:
    with use_language("en"):
        [units, _officers], fairness = subject_tables(material), fairness_page(material)
    for table in (units, fairness):
        ranked = [row["is_ranked"] for row in table["rows"]]
        assert ranked == sorted(ranked, reverse=True) and not all(ranked)
        names = [row["name"] for row in table["rows"] if not row["is_ranked"]]
        assert names == sorted(names)
    everything = " ".join(texts(evaluation_pdf(material, "en")))
    assert everything.count("Reported, not ranked: in the order of their names") == 2


def test_an_interval_of_a_change_is_short_and_without_a_dash(material: Material) -> None:
    backlog = next(one for one in components() if one.code == "backlog_change")
    measured = Measured(0.01, -0.023, 0.037, 40, "ok")
    with use_language("id"):
        assert interval_text(backlog, measured) == "−2,3 … +3,7%"


def test_a_star_in_the_citys_figures_is_explained(material: Material) -> None:
    evaluation, few = material.evaluation, Measured(0.5, 0.1, 0.9, 4, "too_few")
    small = replace(evaluation, city_figures=evaluation.city_figures | {"handover_share": few})
    with use_language("en"):
        assert "fewer than 20 cases" in summary(replace(material, evaluation=small))["more"][-1]
        assert "fewer than 20 cases" not in summary(material)["more"][-1]


@pytest.mark.parametrize(("n", "state"), [(15, "too_few"), (30, "not_reached")])
def test_a_median_that_is_not_reached_is_no_lack_of_data(n: int, state: str) -> None:
    response, measured = components()[0], Measured(None, 3600.0, None, n, state)
    with use_language("en"):
        assert value_text(response, measured).removesuffix("*") == "not reached"
        assert value_text(response, Measured(None, None, None, 0, "none")) == "–"


def test_documents_of_made_up_data_say_so_on_every_page(material: Material) -> None:
    made_up, unit = replace(material, is_demo=True), UNITS[0][0]
    pages = texts(evaluation_pdf(made_up, "en")) + texts(units_pdf(made_up, "en", [unit]))
    assert all("DEMO DATA, MADE UP" in page for page in pages)
    assert pages[0].count("DEMO DATA, MADE UP") == 2  # on the cover beside its state as well
    assert "DEMO DATA" not in squeezed(texts(units_pdf(material, "en", [unit])))


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


def test_an_officer_of_two_units_has_a_page_for_each(material: Material) -> None:
    evaluation = material.evaluation
    one, two, *_others = evaluation.officers
    both = replace(evaluation, officers=(one, replace(two, code=one.code)))
    pages = texts(units_pdf(replace(material, evaluation=both), "en", [one.code]))
    assert [one.name in pages[0], two.name in pages[1]] == [True, True]


def test_a_case_with_a_comma_in_its_number_is_one_link(material: Material) -> None:
    evaluation = material.evaluation
    flag = replace(evaluation.flags[0], cases=("A, 1 … B",), n=1)
    found = replace(material, evaluation=replace(evaluation, flags=(flag,)))
    with use_language("en"):
        drawn = flags_view(flag_lists(found))
    assert "href='/complaints/A%2C%201%20%E2%80%A6%20B'" in str(drawn)


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
