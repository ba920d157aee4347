"""CSV and XLSX as layers: delimiters, encodings, decimal marks, guessed columns, bad files."""

import csv
import datetime
import io
from pathlib import Path

import openpyxl
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from data.layers.formats import csv_table, xlsx_table
from data.layers.formats.numbers import read_coordinates, read_pairs
from data.layers.model import Choice, LayerError, Note, RawLayer

MONAS = (106.827, -6.175)


def write(path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read_csv(folder: Path, content: str | bytes, choice: Choice | None = None) -> RawLayer:
    return csv_table.read(write(folder / "pompa.csv", content), choice or Choice())


def corners(layer: RawLayer) -> list[list[float]]:
    return shapely.get_coordinates(layer.shapes).round(6).tolist()


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252", "utf-16-le-mark"]
)
def test_every_delimiter_and_encoding(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = "nama|lat|lng\r\nCafé é|-6.175|106.827\r\nB|-6.2|106.8\r\n".replace("|", delimiter)
    if encoding == "utf-16-le-mark":
        content = b"\xff\xfe" + text.encode("utf-16-le")
    else:
        content = text.encode(encoding)
    layer = read_csv(tmp_path, content)
    assert corners(layer) == [[106.827, -6.175], [106.8, -6.2]]
    assert layer.columns["nama"] == ["Café é", "B"]
    assert layer.crs == "EPSG:4326"
    recoded = (Note("recoded", 1),) if encoding == "cp1252" else ()
    assert layer.notes == recoded


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [
        ("lat", "lng"),
        ("LATITUDE", "LONGITUDE"),
        ("Garis Lintang", "Garis Bujur"),
        ("stopLat", "stopLon"),
        ("koordinat_lintang", "koordinat_bujur"),
    ],
)
def test_headings_of_degrees(tmp_path: Path, latitude: str, longitude: str) -> None:
    layer = read_csv(tmp_path, f"id,{longitude},{latitude}\n1,106.827,-6.175\n")
    assert corners(layer) == [list(MONAS)]
    assert layer.crs == "EPSG:4326"


@pytest.mark.parametrize(("north", "east"), [("y", "x"), ("Northing", "Easting")])
def test_eastings_need_to_be_told_their_system(tmp_path: Path, north: str, east: str) -> None:
    layer = read_csv(tmp_path, f'nama;{east};{north}\nA;"702.123,5";9.317.000,25\n')
    assert corners(layer) == [[702123.5, 9317000.25]]
    assert layer.crs is None


@pytest.mark.parametrize("names", ["Koordinat Lintang;Koordinat Bujur", "Alamat;Koordinat"])
def test_titles_above_the_header(tmp_path: Path, names: str) -> None:
    cells = "-6,1;106,1" if "Bujur" in names else "Jl. A;-6.1 106.1"
    layer = read_csv(tmp_path, f"Data Pompa DKI 2026;;\n;;\nNama;{names}\nA;{cells}\n")
    assert corners(layer) == [[106.1, -6.1]]


def test_pairs_of_columns_that_belong_together(tmp_path: Path) -> None:
    text = "nama,from_lat,to_lat,to_lng,from_lng\nA,-6.1,-6.2,106.2,106.1\n"
    layer = read_csv(tmp_path, text)
    assert corners(layer) == [[106.1, -6.1]]


def test_chosen_columns_win_over_guessed_ones(tmp_path: Path) -> None:
    text = "lat,lon,a,b\n-6.1,106.1,-6.2,106.2\n"
    layer = read_csv(tmp_path, text, Choice(latitude="a", longitude="b"))
    assert corners(layer) == [[106.2, -6.2]]
    assert layer.crs is None  # their names do not say degrees


def test_well_known_text_bytes_and_geojson_in_cells(tmp_path: Path) -> None:
    line = "LINESTRING (106.8 -6.2, 106.9 -6.3)"
    hexed = shapely.to_wkb(shapely.from_wkt(line), hex=True)
    geojson = shapely.to_geojson(shapely.from_wkt(line)).replace('"', '""')
    for cell in (line, hexed, geojson):
        layer = read_csv(tmp_path, f'nama;bentuk\nA;"{cell}"\nB;\n')
        assert [shape.wkt for shape in layer.shapes] == [line]
        assert layer.notes == (Note("unplaced", 1),)
        assert list(layer.columns) == ["nama"]
    layer = read_csv(tmp_path, "nama,geom\nA,SRID=32748;POINT (702000 9317000)\n")
    assert layer.crs == "EPSG:32748"


def test_rows_without_place_are_counted_and_the_others_kept_together(tmp_path: Path) -> None:
    rows = ["A,-6.2,106.8", "B,,", "C,0,0", "D,abc,106.8", "E,-96.2,106.8", "F,-6.3,106.9", "G"]
    layer = read_csv(tmp_path, "nama,lat,lon\n" + "\n".join(rows) + "\n")
    assert layer.columns["nama"] == ["A", "F"]
    assert corners(layer) == [[106.8, -6.2], [106.9, -6.3]]
    assert layer.notes == (Note("unplaced", 5),)


def test_swapped_degrees_are_not_taken_for_degrees(tmp_path: Path) -> None:
    layer = read_csv(tmp_path, "nama,lat,lon\nA,106.8,-6.2\nB,106.9,-6.3\n")
    assert layer.crs is None
    assert len(layer.shapes) == 2  # so that the preview can say what they look like


def test_kinds_of_fields(tmp_path: Path) -> None:
    text = (
        "lat;lon;code;count;share;on;at;phone;mixed\n"
        "-6,1;106,8;007;1;0,5;true;2026-01-02T03:04:05+07:00;+62811;1\n"
        "-6,2;106,9;012;20;1,25;FALSE;;+62812;x\n"
    )
    layer = read_csv(tmp_path, text)
    kinds = {field.name: field.kind for field in layer.fields}
    assert kinds == {
        "lat": "number",
        "lon": "number",
        "code": "text",
        "count": "number",
        "share": "number",
        "on": "boolean",
        "at": "instant",
        "phone": "text",
        "mixed": "text",
    }
    assert layer.columns["share"] == [0.5, 1.25]
    assert layer.columns["on"] == [True, False]
    assert layer.columns["at"] == ["2026-01-01T20:04:05Z", None]
    assert layer.columns["code"] == ["007", "012"]


def test_repeated_and_missing_titles(tmp_path: Path) -> None:
    layer = read_csv(tmp_path, "lat,lon,nama,nama,\n-6.1,106.8,A,B,C\n")
    assert layer.columns["nama"] == ["A"]
    assert layer.columns["nama 2"] == ["B"]
    assert layer.columns["column 5"] == ["C"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("6°10'30\" LS", -6.175),
        ("6° 10.5' S", -6.175),
        ("S 6° 10′ 30″", -6.175),
        ("106°49'37.2\"BT", 106.827),
        ("−6,175", -6.175),
        ("-6.175", -6.175),
        ("6°61'S", None),
        ("kosong", None),
        ("", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("1_0", None),
        ("1.2.3,4,5", None),
    ],
)
def test_coordinates_as_people_write_them(text: str, value: float | None) -> None:
    found = read_coordinates([text])[0]
    assert (found != found) if value is None else found == pytest.approx(value)


@pytest.mark.parametrize(
    "cell",
    ["-6.175, 106.827", "(-6.175 106.827)", "-6,175; 106,827", "6°10'30\" LS, 106°49'37.2\" BT"],
)
def test_two_coordinates_in_one_cell(tmp_path: Path, cell: str) -> None:
    first, second = read_pairs([cell])
    assert (first[0], second[0]) == pytest.approx((-6.175, 106.827))
    quoted = cell.replace('"', '""')
    layer = read_csv(tmp_path, f'nama\tkoordinat\nA\t"{quoted}"\n')
    assert corners(layer) == [list(MONAS)]


def test_a_cell_with_longitude_first(tmp_path: Path) -> None:
    layer = read_csv(tmp_path, 'nama,koordinat\nA,"106.827, -6.175"\nB,"106.8 -6.2"\n')
    assert corners(layer) == [[106.827, -6.175], [106.8, -6.2]]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("nama,lat,lon\nA,-6.1,106.8,7\n", "pompa.csv, line 2 has 4 cells under 3 column names"),
        ("nama,isi\nA,1\n", "does not say where its coordinates are"),
        ('nama,lat,lon\n"A,-6.1,106.8\n', "does not say where its coordinates are"),
        (b"\x00\x01\x02\x03" * 100, "is not text"),
    ],
)
def test_bad_files_are_one_sentence(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    with pytest.raises(LayerError, match=sentence) as refusal:
        read_csv(tmp_path, content)
    assert "\n" not in str(refusal.value)


def test_a_chosen_column_that_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "nama,lat,lon\nA,-6.1,106.8\n")
    with pytest.raises(LayerError, match="no field 'utara'; it has nama, lat, lon"):
        csv_table.guess(path, Choice(latitude="utara"))


degrees = st.tuples(
    st.floats(-89.9, 89.9).filter(lambda value: abs(value) > 1e-6),
    st.floats(-179.9, 179.9).filter(lambda value: abs(value) > 1e-6),
)


@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(degrees, min_size=1, max_size=20),
    delimiter=st.sampled_from(";\t|"),
    comma=st.booleans(),
    names=st.lists(st.text(min_size=1, max_size=20), min_size=20, max_size=20),
)
def test_what_is_written_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    places: list[tuple[float, float]],
    delimiter: str,
    comma: bool,
    names: list[str],
) -> None:
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow(["nama", "lintang", "bujur"])
    for name, (latitude, longitude) in zip(names, places, strict=False):
        cells = [f"{value:.9f}" for value in (latitude, longitude)]
        safe = "".join(char for char in name if char.isprintable() and char.isascii())
        writer.writerow(
            [f"n {safe}", *(cell.replace(".", ",") if comma else cell for cell in cells)]
        )
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    layer = csv_table.read(write(path, file.getvalue()), Choice())
    assert shapely.get_coordinates(layer.shapes) == pytest.approx(
        shapely.get_coordinates([shapely.Point(east, north) for north, east in places]), abs=1e-8
    )


def workbook(path: Path) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Pompa"
    sheet.append(["Daftar Pompa"])
    sheet.append([])
    sheet.append(["Nama", "Lintang", "Bujur", "Kapasitas", "Tanggal", "Aktif"])
    sheet.append(["A", -6.175, 106.827, 12.5, datetime.datetime(2026, 1, 2), True])
    sheet.append([7, "-6,2", "106,8", None, None, False])
    sheet.append(["tanpa tempat", None, None, 1, None, None])
    book.create_sheet("Kosong")
    other = book.create_sheet("Sekolah")
    other.append(["x", "y", "nama"])
    other.append([702123, 9317000, "SD 1"])
    book.save(path)
    return path


def test_sheets_are_layers(tmp_path: Path) -> None:
    path = workbook(tmp_path / "kota.xlsx")
    infos = xlsx_table.list_layers(path, Choice())
    assert [(info.name, info.features) for info in infos] == [
        ("Pompa", None),
        ("Kosong", 0),
        ("Sekolah", None),
    ]
    pumps = xlsx_table.read(path, Choice(layer="Pompa"))
    assert corners(pumps) == [[106.827, -6.175], [106.8, -6.2]]
    assert pumps.columns["Nama"] == ["A", "7"]
    assert pumps.columns["Kapasitas"] == [12.5, None]
    assert pumps.columns["Tanggal"] == ["2026-01-02", None]
    assert pumps.columns["Aktif"] == [True, False]
    assert pumps.notes == (Note("unplaced", 1),)
    schools = xlsx_table.read(path, Choice(layer="Sekolah"))
    assert (corners(schools), schools.crs) == ([[702123.0, 9317000.0]], None)


def test_sheets_that_are_empty_or_missing(tmp_path: Path) -> None:
    path = workbook(tmp_path / "kota.xlsx")
    assert not xlsx_table.guess(path, Choice(layer="Kosong")).has_coordinates
    with pytest.raises(LayerError, match="sheet 'Kosong' is empty"):
        xlsx_table.read(path, Choice(layer="Kosong"))
    with pytest.raises(LayerError, match="no sheet 'Jalan'; it has Pompa, Kosong, Sekolah"):
        xlsx_table.read(path, Choice(layer="Jalan"))


@pytest.mark.parametrize("kept", [100, 2_000, 5_000])
def test_workbooks_cut_off(tmp_path: Path, kept: int) -> None:
    whole = workbook(tmp_path / "kota.xlsx").read_bytes()
    path = write(tmp_path / "rusak.xlsx", whole[:kept])
    with pytest.raises(LayerError, match=r"rusak.xlsx is damaged .* save it again as XLSX"):
        xlsx_table.list_layers(path, Choice())
