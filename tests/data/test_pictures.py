"""Photos of every kind become pictures without metadata; what is no photo is told so."""

import io
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from data import pictures
from data.pictures import SIDE, SMALL_SIDE, DecodersBusy, UnusablePhoto, make_picture
from tests.photo_files import (
    BLUE,
    GREEN,
    PLACE,
    RED,
    WHITE,
    colours,
    encoded,
    exif,
    four_corners,
    is_near,
    png_of_size,
    profile,
)

CORNERS = [RED, GREEN, BLUE, WHITE]
UPRIGHT = {  # EXIF orientation: the corners of the upright picture, as places in CORNERS
    1: [0, 1, 2, 3],
    2: [1, 0, 3, 2],
    3: [2, 3, 0, 1],
    4: [3, 2, 1, 0],
    5: [0, 3, 2, 1],
    6: [3, 0, 1, 2],
    7: [2, 1, 0, 3],
    8: [1, 2, 3, 0],
}


def made(content: bytes) -> pictures.Picture:
    return make_picture(io.BytesIO(content))


def refusal(content: bytes) -> str:
    with pytest.raises(UnusablePhoto) as caught:
        made(content)
    return str(caught.value)


def assert_corners(content: bytes, wanted: list[tuple[int, int, int]]) -> None:
    found = colours(content)
    assert all(is_near(a, b) for a, b in zip(found, wanted, strict=True)), (found, wanted)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "GIF"])
def test_every_format_becomes_two_jpegs(form: str) -> None:
    picture = made(encoded(four_corners(), form))
    assert (picture.width, picture.height) == (640, 480)
    for content, size in ((picture.content, (640, 480)), (picture.small, (320, 240))):
        image = Image.open(io.BytesIO(content))
        assert (image.format, image.mode, image.size) == ("JPEG", "RGB", size)
        assert_corners(content, CORNERS)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
def test_nothing_but_pixels_is_left(form: str) -> None:
    sent = encoded(four_corners(), form, exif=exif(), icc_profile=profile())
    assert PLACE in sent
    assert Image.open(io.BytesIO(sent)).getexif().get_ifd(0x8825)[1] == "S"
    picture = made(sent)
    for content in (picture.content, picture.small):
        image = Image.open(io.BytesIO(content))
        assert not image.getexif() and "icc_profile" not in image.info
        assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"} | {
            "progressive",
            "progression",
        }
        assert PLACE not in content and b"Exif" not in content and b"http" not in content


def test_comments_and_what_hides_behind_a_photo_are_left_out() -> None:
    script = b"<script>alert(document.domain)</script>"
    archive = b"PK\x03\x04" + script + b"PK\x05\x06"
    sent = encoded(four_corners(), "JPEG", comment=script) + archive
    picture = made(sent)
    for content in (picture.content, picture.small):
        assert script not in content and b"PK\x03\x04" not in content
        assert b"comment" not in Image.open(io.BytesIO(content)).info
    assert picture == made(encoded(four_corners(), "JPEG"))


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_turned_photo_stands_upright(form: str, orientation: int) -> None:
    picture = made(encoded(four_corners(), form, exif=exif(orientation)))
    is_lying = orientation > 4
    assert (picture.width, picture.height) == ((480, 640) if is_lying else (640, 480))
    wanted = [CORNERS[place] for place in UPRIGHT[orientation]]
    assert_corners(picture.content, wanted)
    assert_corners(picture.small, wanted)


@pytest.mark.filterwarnings("ignore")  # Pillow warns of it; the program lets it
@pytest.mark.parametrize(
    "broken",
    [b"Exif\0\0", b"Exif\0\0MM\0*\0\0\xff\xff", b"Exif\0\0" + b"\xff" * 60, b"Exif\0\0II*\0"],
)
def test_broken_metadata_is_no_reason_to_refuse(broken: bytes) -> None:
    assert_corners(made(encoded(four_corners(), exif=broken)).content, CORNERS)
    assert_corners(made(encoded(four_corners(), icc_profile=b"no profile")).content, CORNERS)


@pytest.mark.parametrize("mode", ["L", "1", "P", "RGBA", "LA", "CMYK"])
def test_every_kind_of_colour_is_read(mode: str) -> None:
    form = "JPEG" if mode == "CMYK" else "PNG"
    image = four_corners().quantize(8) if mode == "P" else four_corners(mode=mode)
    found = colours(made(encoded(image, form)).content)
    greys = colours(encoded(four_corners(mode="L"), "JPEG"))
    if mode in ("P", "RGBA", "CMYK"):
        assert all(is_near(a, b) for a, b in zip(found, CORNERS, strict=True))
    elif mode != "1":
        assert all(is_near(a, b) for a, b in zip(found, greys, strict=True))
    assert is_near(found[3], WHITE)


def test_colours_are_kept_as_they_were_meant() -> None:
    """A display whose red is our blue: without its profile the photo would show other things."""
    swapped = (
        profile().replace(b"rXYZ", b"tmp!").replace(b"bXYZ", b"rXYZ").replace(b"tmp!", b"bXYZ")
    )
    for form in ("JPEG", "PNG", "WEBP", "HEIF"):
        found = colours(made(encoded(four_corners(), form, icc_profile=swapped)).content)
        assert found[0][2] > 200 and found[0][0] < 80, (form, found)  # sent as red
        assert found[2][0] > 180 and found[2][2] < 90, (form, found)  # sent as blue


def test_sixteen_bits_of_grey_are_not_all_white() -> None:
    image = four_corners(mode="L").convert("I").point(lambda v: v * 257)
    found = colours(made(encoded(image.convert("I;16"), "PNG")).content)
    assert is_near(found[3], WHITE) and not is_near(found[2], WHITE)


def test_what_is_transparent_becomes_white() -> None:
    image = four_corners(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 320, 240))
    for form in ("PNG", "WEBP"):
        found = colours(made(encoded(image, form)).content)
        assert is_near(found[0], (255, 255, 255)) and is_near(found[1], GREEN)


def test_a_large_photo_is_made_smaller_and_a_small_one_is_not_made_larger() -> None:
    picture = made(encoded(Image.new("RGB", (6000, 3000), RED)))
    assert (picture.width, picture.height) == (SIDE, SIDE // 2)
    assert Image.open(io.BytesIO(picture.small)).size == (SMALL_SIDE, SMALL_SIDE // 2)
    picture = made(encoded(Image.new("RGB", (3, 2), RED)))
    assert (picture.width, picture.height) == (3, 2)
    picture = made(encoded(Image.new("RGB", (20_000, 1), RED), "PNG"))
    assert (picture.width, picture.height) == (SIDE, 1)


def test_forty_megapixels_are_taken_and_more_are_not() -> None:
    assert made(png_of_size(8000, 5000)).width == SIDE
    assert "has 40 million pixels; send at most 40 million" in refusal(png_of_size(8000, 5001))


@pytest.mark.parametrize("side", [9_500, 12_000, 20_000])
@pytest.mark.filterwarnings("ignore")  # Pillow warns before it refuses
def test_a_bomb_is_refused_unopened(side: int) -> None:
    bomb = png_of_size(side, 1)
    larger = bomb[:20] + struct.pack(">I", side) + bomb[24:]
    larger = larger[:29] + struct.pack(">I", zlib.crc32(larger[12:29])) + larger[33:]
    assert len(larger) < 1000
    assert "million pixels; send at most 40 million" in refusal(larger)


def test_a_bomb_of_text_in_a_photo_is_refused() -> None:
    packed = b"Comment\0\0" + zlib.compress(b"x" * 80_000_000, 9)
    whole = encoded(four_corners(), "PNG")
    chunk = struct.pack(">I", len(packed)) + b"zTXt" + packed
    chunk += struct.pack(">I", zlib.crc32(b"zTXt" + packed))
    assert "damaged" in refusal(whole[:33] + chunk + whole[33:])


def test_a_jpeg_of_endless_passes_is_refused() -> None:
    whole = encoded(four_corners(), "JPEG", progressive=True)
    last = whole.rindex(b"\xff\xda")
    scan = whole[last:-2]
    assert "too many passes" in refusal(whole[:-2] + scan * 200 + whole[-2:])


@pytest.mark.parametrize("form", ["PNG", "WEBP", "GIF"])
def test_an_animation_is_refused(form: str) -> None:
    frames = [four_corners(), Image.new("RGB", (640, 480), BLUE)]
    sent = encoded(frames[0], form, save_all=True, append_images=frames[1:], duration=100)
    assert refusal(sent) == "is animated; send one still picture"


def test_the_first_of_several_photos_in_a_file_is_the_photo() -> None:
    """As phones write bursts, and the depth and the brightness beside a photo."""
    frames = [four_corners(), Image.new("RGB", (640, 480), BLUE)]
    sent = encoded(frames[0], "MPO", save_all=True, append_images=frames[1:])
    assert_corners(made(sent).content, CORNERS)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "GIF"])
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_photo_cut_off_is_refused(form: str, part: float) -> None:
    noise = Image.effect_noise((300, 200), 90).convert("RGB")
    whole = encoded(noise, form)
    assert "damaged or was cut off" in refusal(whole[: int(len(whole) * part)])


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        b"%PDF-1.7\n",
        b"BM" + b"\0" * 60,
        b"II*\0" + b"\0" * 60,
        b"\0\0\0\x1cftypavif" + b"\0" * 60,
        b"\0\0\0\x18ftypmp42" + b"\0" * 60,
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"#!/bin/sh\n",
        b"\xff",
    ],
)
def test_what_is_no_photo_is_told_so(content: bytes) -> None:
    said = refusal(content)
    assert said == "is not a photo that can be read here; send JPEG, PNG, WebP, HEIC or GIF"


def test_an_empty_file_is_told_so() -> None:
    assert refusal(b"") == "is empty; send the photo itself"


@pytest.mark.parametrize(
    "start",
    [b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic", b"GIF89a"],
)
@pytest.mark.filterwarnings("ignore")
def test_a_mere_beginning_is_damaged(start: bytes) -> None:
    for rest in (b"", b"\0" * 100, b"<script>" * 50, bytes(range(256)) * 4):
        assert "damaged" in refusal(start + rest) or "million pixels" in refusal(start + rest)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "HEIF", "GIF"])
def test_flipped_bytes_never_break_anything(form: str) -> None:
    dice = random.Random(form)
    whole = encoded(four_corners(64, 48), form, **({} if form == "GIF" else {"exif": exif()}))
    for _ in range(150):
        broken = bytearray(whole)
        for _ in range(dice.randint(1, 6)):
            broken[dice.randrange(len(broken))] = dice.randrange(256)
        try:
            picture = made(bytes(broken))
        except UnusablePhoto:
            continue
        assert PLACE not in picture.content


def test_photos_are_decoded_one_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_WAIT_SECONDS", 0.05)
    sent, opened = encoded(four_corners()), Image.open

    def open_beside_others(*given: Any, **options: Any) -> Any:
        with pytest.raises(DecodersBusy):
            made(sent)
        return opened(*given, **options)

    with monkeypatch.context() as patch:
        patch.setattr(pictures.Image, "open", open_beside_others)
        assert made(sent).width == 640
    refusal(b"\xff\xd8\xff")
    assert made(sent).width == 640  # whatever became of the one before


def test_what_a_heic_says_of_its_size_is_not_believed() -> None:
    whole = encoded(four_corners(), "HEIF")
    sizes = struct.pack(">II", 640, 480)
    assert whole.count(sizes)
    said = refusal(whole.replace(sizes, struct.pack(">II", 20_000, 20_000)))
    assert "million pixels" in said or "damaged" in said
