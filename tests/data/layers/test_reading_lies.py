"""Bombs, lies and broken files: one clear sentence each, and nothing is written but the scratch."""

import io
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from data.layers.limits import Limits
from data.layers.model import LayerError
from data.layers.reading import archive, process
from tests.data.layers.layer_files import (
    PLACES,
    archive_of,
    geojson,
    inspect_here,
    kml,
    parts_of,
    patch,
    points,
    read_here,
    shapefile,
    topojson,
    zipped,
)

_ENTITY = '<?xml version="1.0"?><!DOCTYPE kml [{declared}]><kml><Document><name>{used}</name></Document></kml>'  # noqa: E501


def refusal(paths: Path | list[Path], folder: Path, **choice: str) -> str:
    """The sentence, the same from inspecting and from reading."""
    given = paths if isinstance(paths, list) else [paths]
    before = {path: path.read_bytes() for path in given}
    said = []
    for look in (inspect_here, read_here):
        with pytest.raises(LayerError) as refused:
            look(paths, folder, **choice)
        said.append(str(refused.value))
    assert said[0] == said[1] and "\n" not in said[0] and str(folder) not in said[0]
    assert {path: path.read_bytes() for path in given} == before
    return said[0]


def test_a_bomb_by_ratio(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "bom.zip", {"a.geojson": b" " * (40 * 1024**2)})
    assert "times its size, as bombs do" in refusal(path, tmp_path)


def test_a_bomb_by_total(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "bom.kmz", {"doc.kml": b"<kml/>"})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", content, content.index(mark) + offset, 2**31)
    path.write_bytes(content)
    assert "would unpack to 2,048 MB; 1,024 MB are unpacked at most" in refusal(path, tmp_path)


def test_a_member_that_unpacks_to_more_than_it_says(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "bohong.zip", {"a.geojson": b"x" * 100_000})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        struct.pack_into("<I", content, content.index(mark) + offset, 10)
    path.write_bytes(content)
    assert "is damaged at 'a.geojson'" in refusal(path, tmp_path)
    assert max(file.stat().st_size for file in tmp_path.rglob("a.geojson")) <= 10


def test_many_members(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "banyak.zip", {f"{n}.txt": b"" for n in range(2_001)})
    assert "holds 2,001 files; 2,000 are read at most" in refusal(path, tmp_path)


@pytest.mark.parametrize(
    "member", ["../x.geojson", "/etc/x.geojson", "a/../../x.geojson", "..\\x.geojson", "C:\\x.kml"]
)
def test_a_member_outside_the_archive(tmp_path: Path, member: str) -> None:
    path = archive_of(tmp_path / "jalan.zip", {member: b"{}"})
    assert "a path out of the archive" in refusal(path, tmp_path)
    assert not (tmp_path / "x.geojson").exists()


def test_a_member_that_is_a_link(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("rahasia.geojson")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    path = archive_of(tmp_path / "tautan.zip", {link: b"/etc/passwd"})
    assert "which is no file but a link" in refusal(path, tmp_path)


def test_an_archive_within_an_archive(tmp_path: Path) -> None:
    inner = archive_of(tmp_path / "dalam.zip", {"a.geojson": b"{}"}).read_bytes()
    path = archive_of(tmp_path / "luar.zip", {"dalam.zip": inner})
    assert "holds another archive, 'dalam.zip'" in refusal(path, tmp_path)


def test_a_locked_archive(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "kunci.zip", {"a.geojson": b"{}"})
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    assert "is locked by a password" in refusal(path, tmp_path)


def test_members_of_one_name(tmp_path: Path) -> None:
    path = tmp_path / "dua.zip"
    with zipfile.ZipFile(path, "w") as made, pytest.warns(UserWarning, match="Duplicate"):
        made.writestr("a.geojson", b"{}")
        made.writestr("a.geojson", b"{}")
    assert "holds 'a.geojson' twice" in refusal(path, tmp_path)


def test_a_broken_archive(tmp_path: Path) -> None:
    shp = shapefile(tmp_path / "parts", points())
    path = zipped(tmp_path / "putus.zip", parts_of(shp))
    path.write_bytes(path.read_bytes()[:-40])
    assert "begins like a ZIP archive but is damaged or broke off" in refusal(path, tmp_path)


def test_a_member_whose_checksum_is_wrong(tmp_path: Path) -> None:
    path = tmp_path / "rusak.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as made:
        made.writestr("a.geojson", b'{"type": "Point", "coordinates": [106.8, -6.2]}')
    path.write_bytes(path.read_bytes().replace(b"106.8", b"107.8"))
    assert "is damaged at 'a.geojson'" in refusal(path, tmp_path)


@pytest.mark.parametrize(
    ("start", "said"),
    [
        (b"\x1f\x8b\x08", "is a gzip archive; unpack it, or pack it as ZIP"),
        (b"7z\xbc\xaf\x27\x1c", "is a 7z archive"),
        (b"Rar!\x1a\x07", "is a RAR archive"),
        (b"%PDF-1.7", "is a PDF document, not a layer"),
        (b"\x89PNG\r\n\x1a\n", "is a PNG picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "is an old Office document; save it as XLSX"),
        (b"   \r\n ", "is empty"),
        (b"\x01\x02\x00\x03abc", "is of no known kind; read are GeoJSON"),
        (b"<!DOCTYPE html><html><body></body></html>", "is a web page, not a layer"),
        (b"SQLite format 3\x00" + b"\x00" * 100, "is a damaged database"),
        (b'<OGRVRTDataSource><OGRVRTLayer name="a"/></OGRVRTDataSource>', "only points to other"),
        (b'{"type": "gdal_streamed_alg", "command_line": "gdal vector"}', "only points to other"),
        (b"<kml><NetworkLink><Link/></NetworkLink></kml>", "only points to other sources"),
    ],
)
def test_what_is_no_layer(tmp_path: Path, start: bytes, said: str) -> None:
    path = tmp_path / "peta.geojson"
    path.write_bytes(start)
    sentence = refusal(path, tmp_path)
    assert sentence.startswith("peta.geojson ") and said in sentence


@pytest.mark.parametrize(
    ("declared", "used"),
    [
        ('<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">', "&b;"),
        ('<!ENTITY x SYSTEM "file:///etc/passwd">', "&x;"),
        ('<!ENTITY x SYSTEM "http://127.0.0.1:9/x">', "&x;"),
        ('<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;', ""),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_of_its_own(tmp_path: Path, declared: str, used: str, encoding: str) -> None:
    path = tmp_path / "entitas.kml"
    path.write_bytes(_ENTITY.format(declared=declared, used=used).encode(encoding))
    assert "declares entities of its own, which are never read" in refusal(path, tmp_path)


def test_elements_nested_without_end(tmp_path: Path) -> None:
    path = tmp_path / "dalam.kml"
    path.write_text("<kml>" + "<Folder>" * 100_000 + "</Folder>" * 100_000 + "</kml>")
    assert "nested more than 256 elements deep" in refusal(path, tmp_path)


def test_an_encoding_that_nobody_uses(tmp_path: Path) -> None:
    path = kml(tmp_path / "a.kml", "utf-8", "utf-7")
    assert "says it is in the encoding 'utf-7'" in refusal(path, tmp_path)


def test_a_nested_geojson(tmp_path: Path) -> None:
    path = tmp_path / "dalam.geojson"
    deep = '{"type":"GeometryCollection","geometries":[' * 5_000 + "]}" * 5_000
    path.write_text(f'{{"type":"Feature","properties":{{}},"geometry":{deep}}}')
    assert refusal(path, tmp_path).startswith("dalam.geojson ")


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("kind", ["geojson", "topojson", "gml", "kml", "gpkg", "gpx"])
def test_a_file_that_broke_off(tmp_path: Path, kind: str, share: float) -> None:
    path = tmp_path / f"putus.{kind}"
    if kind == "topojson":
        topojson(path)
    elif kind == "kml":
        kml(path)
    elif kind == "gpx":
        points()[["geometry"]].to_file(path, driver="GPX", layer="waypoints")
    else:
        points().to_file(path, driver={"geojson": "GeoJSON", "gml": "GML", "gpkg": "GPKG"}[kind])
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content.rstrip()) * share)])
    assert refusal(path, tmp_path).startswith(path.name)


def test_a_large_geojson_that_broke_off(tmp_path: Path) -> None:
    """Large ones are read piece by piece."""
    path = geojson(tmp_path / "besar.geojson", [shapely.Point(106.8, -6.2)] * 120_000)
    content = path.read_bytes()
    assert len(content) > 10_000_000
    path.write_bytes(content[:-5_000])
    assert refusal(path, tmp_path).startswith("besar.geojson cannot be read")


def _longer(shp: Path) -> None:
    patch(shp, 24, ">i", shp.stat().st_size)


def _shorter(shp: Path) -> None:
    patch(shp, 24, ">i", 60)


def _cut(shp: Path) -> None:
    shp.write_bytes(shp.read_bytes()[:-10])


def _record_too_long(shp: Path) -> None:
    patch(shp, 104, ">i", 2**30)


def _record_of_nothing(shp: Path) -> None:
    patch(shp, 104, ">i", 0)


def _table_cut(shp: Path) -> None:
    dbf = shp.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes()[:-40])


def _table_of_more(shp: Path) -> None:
    points().head(2).to_file(shp.with_name("lain.shp"))
    shp.with_name("lain.dbf").replace(shp.with_suffix(".dbf"))


def _no_table(shp: Path) -> None:
    shp.with_suffix(".dbf").unlink()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_longer, "pompa.shp broke off after"),
        (_shorter, "pompa.shp says that it has 120 bytes but has 184"),
        (_cut, "pompa.shp broke off after 174 of 184 bytes"),
        (_record_too_long, "pompa.shp is damaged at shape 1"),
        (_record_of_nothing, "pompa.shp is damaged at shape 1"),
        (_table_cut, "pompa.dbf broke off after"),
        (_table_of_more, "pompa.dbf has 2 rows for the 3 shapes of pompa.shp"),
        (_no_table, "pompa.shp comes without its .dbf, the attributes"),
    ],
)
def test_a_lying_shapefile(tmp_path: Path, spoil: Callable[[Path], None], said: str) -> None:
    shp = shapefile(tmp_path / "parts", points())
    spoil(shp)
    given = [path for path in parts_of(shp) if path.stem == "pompa"]
    assert said in refusal(given, tmp_path)
    assert said in refusal(zipped(tmp_path / "pompa.zip", given), tmp_path)


def test_an_index_that_is_missing_or_lies_is_made_anew(tmp_path: Path) -> None:
    shp = shapefile(tmp_path / "parts", points())
    patch(shp.with_suffix(".shx"), 100, ">i", 64)  # the first shape lies elsewhere
    assert len(read_here(parts_of(shp), tmp_path)) == 3
    shp.with_suffix(".shx").unlink()
    assert len(read_here(parts_of(shp), tmp_path)) == 3


def test_a_shape_of_more_points_than_it_has_room_for(tmp_path: Path) -> None:
    frame = points()
    frame.geometry = [shapely.box(x, y, x + 0.001, y + 0.001) for x, y in PLACES]
    shp = shapefile(tmp_path / "parts", frame)
    patch(shp, 100 + 8 + 40, "<i", 2**28)  # the points of the first polygon
    try:
        table = read_here(parts_of(shp), tmp_path)
    except LayerError as error:
        assert str(error).startswith("pompa.shp cannot be read")
    else:
        assert {note.kind: note.count for note in table.notes} == {"empty": 1}


@pytest.mark.parametrize("suffix", [".dbf", ".shx", ".prj"])
def test_a_part_alone(tmp_path: Path, suffix: str) -> None:
    shp = shapefile(tmp_path / "parts", points())
    sentence = refusal(shp.with_suffix(suffix), tmp_path)
    assert f"pompa{suffix} is only a part of a Shapefile" in sentence


def test_what_is_no_file(tmp_path: Path) -> None:
    secret = tmp_path / "rahasia.geojson"
    geojson(secret, [shapely.Point(106.8, -6.2)])
    (tmp_path / "tautan.geojson").symlink_to(secret)
    (tmp_path / "kosong.geojson").write_bytes(b"")
    for name, said in [
        ("tautan.geojson", "is no file"), ("kosong.geojson", "is empty"),
        ("tiada.geojson", "cannot be opened"), (".", "is no file"),
    ]:  # fmt: skip
        with pytest.raises(LayerError, match=said):
            process.check_files([tmp_path / name])
    with pytest.raises(LayerError, match="no file was given"):
        process.check_files([])


def test_a_file_beyond_the_limit(tmp_path: Path) -> None:
    path = tmp_path / "besar.geojson"
    with path.open("wb") as file:
        file.truncate(200 * 1024**2 + 1)
    with pytest.raises(LayerError, match=r"besar.geojson is of 200 MB; 200 MB are taken at most"):
        process.check_files([path])
    path.unlink()


def test_unpacking_stops_at_its_own_count(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "a.zip", {"a": b"x" * 3_000, "b": b"y" * 3_000})
    with pytest.raises(LayerError, match="would unpack to 6 KB; 5 KB are unpacked at most"):
        archive.unpack(path, tmp_path / "out", "a.zip", Limits(unpacked_bytes=5_000))


def test_an_office_document(tmp_path: Path) -> None:
    path = archive_of(
        tmp_path / "surat.zip", {"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"}
    )
    assert "is a Word document, not a layer" in refusal(path, tmp_path)


def test_an_archive_of_nothing(tmp_path: Path) -> None:
    path = archive_of(tmp_path / "kosong.zip", {"__MACOSX/a": b"x", "x/.DS_Store": b"x"})
    assert "is an archive without files" in refusal(path, tmp_path)
    buffer = io.BytesIO()
    zipfile.ZipFile(buffer, "w").close()
    path.write_bytes(buffer.getvalue())
    assert "is an archive without files" in refusal(path, tmp_path)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "a.geojson",
            b'{"type": "FeatureCollection", "features": []}',
            "holds no shapes; there is",
        ),
        ("a.csv", b"name,latitude,longitude\n", "has column names, but no rows below them"),
        ("a.kml", b'<kml xmlns="http://www.opengis.net/kml/2.2"><Document/></kml>', "no shapes"),
    ],
)
def test_what_is_empty_is_not_asked_about(
    tmp_path: Path, name: str, content: bytes, said: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert said in refusal(path, tmp_path)
    with pytest.raises(LayerError, match=said):
        inspect_here(path, tmp_path)


def test_a_shapefile_without_a_shape_is_not_asked_for_its_system(tmp_path: Path) -> None:
    shp = shapefile(tmp_path / "parts", gpd.GeoDataFrame({"a": [1]}, geometry=[None], crs=4326))
    shp.with_suffix(".prj").unlink()
    with pytest.raises(LayerError, match=r"holds no shapes \(1 records without\)"):
        inspect_here(parts_of(shp), tmp_path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": '
         '"Point", "coordinates": [1e400, -6]}}]}', "holds the number 1e400, which is too"),
        ('{"type": "FeatureCollection", "features": [{"type": "Feature", "geometry": {"type": '
         '"Point", "coordinates": [106.8, -6}}]}', "it is not whole JSON; mend it"),
        ('{"type": "Point", "coordinates": [106.8, -6}}', "it is not whole JSON; mend it"),
        ('{"type": "Point",', "it is not whole JSON; mend it"),
    ],
)  # fmt: skip
def test_geojson_that_is_none_is_told_in_our_words(tmp_path: Path, content: str, said: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(content)
    sentence = refusal(path, tmp_path)
    assert said in sentence and "GeoJSON data" not in sentence
