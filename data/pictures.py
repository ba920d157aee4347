"""A photo as it was sent becomes a picture as it is kept: upright, small, pixels and nothing else.

Whatever else the file held (place, device, comments, colour profiles, a second document behind the
first) stays behind, because only the decoded pixels are written anew.
"""

import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, BinaryIO

import pillow_heif
from PIL import Image, ImageCms

PIXEL_LIMIT = 40_000_000
SIDE, SMALL_SIDE = 2_048, 320  # pixels; the longer side of a picture and of its small twin
FORMATS = "JPEG, PNG, WebP, HEIC or GIF"

_QUALITY, _SMALL_QUALITY = 85, 78
_AT_ONCE = 1  # forty megapixels take up to 600 MB while they are decoded
_WAIT_SECONDS = 20
_SCAN_LIMIT = 100  # a progressive JPEG has about ten; each costs a pass over the whole picture
_PROFILE_LIMIT = 4 * 1024 * 1024
_SIGNATURES = {
    "JPEG": rb"\xff\xd8\xff",
    "PNG": rb"\x89PNG\r\n\x1a\n",
    "WEBP": rb"RIFF.{4}WEBP",
    "HEIF": rb".{4}ftyp(hei[cmsx]|hev[cx]|mif1|msf1)",
    "GIF": rb"GIF8[79]a",
}
_TURNS = {  # EXIF orientation: what brings the picture upright
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION = 0x0112
_decoders = threading.BoundedSemaphore(_AT_ONCE)


class UnusablePhoto(ValueError):
    """A file that is no photo we can keep; says what is wrong and the remedy, after a name."""


class DecodersBusy(RuntimeError):
    """More photos are being decoded than this machine can hold; the same photo may pass later."""


@dataclass(frozen=True)
class Picture:
    """Two JPEG files in sRGB without metadata; width and height are the larger one's, in pixels."""

    content: bytes
    small: bytes
    width: int
    height: int


def make_picture(file: BinaryIO) -> Picture:
    """Decode a photo by what it holds, whatever its name says, and encode it anew.

    Raises UnusablePhoto, or DecodersBusy when no decoder gets free within 20 seconds.
    """
    with _decoder():
        try:
            upright = _decode(file)
            small = upright.copy()
            small.thumbnail((SMALL_SIDE, SMALL_SIDE), Image.Resampling.LANCZOS)
            return Picture(
                _encode(upright, _QUALITY), _encode(small, _SMALL_QUALITY), *upright.size
            )
        except UnusablePhoto:
            raise
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise UnusablePhoto(_too_many_pixels("over 89")) from None  # Pillow's own limit
        except MemoryError:
            raise DecodersBusy("no memory is left to decode a photo") from None
        except Exception as error:  # decoders stumble over broken files in every possible way
            raise UnusablePhoto("is damaged or was cut off; take or send it again") from error


@contextmanager
def _decoder() -> Iterator[None]:
    if not _decoders.acquire(timeout=_WAIT_SECONDS):
        raise DecodersBusy(f"other photos are being decoded for more than {_WAIT_SECONDS} s")
    try:
        yield
    finally:
        _decoders.release()


def _decode(file: BinaryIO) -> Image.Image:
    """The picture upright, in RGB, at most SIDE pixels long."""
    form = _find_format(file)
    with Image.open(file, formats=[form]) as opened:
        width, height = opened.size
        if width * height > PIXEL_LIMIT:
            raise UnusablePhoto(_too_many_pixels(f"{width * height / 1e6:.0f}"))
        # Bursts and depth maps behind a JPEG or HEIC are left out; the first picture is the photo.
        if form in ("PNG", "WEBP", "GIF") and getattr(opened, "is_animated", False):
            raise UnusablePhoto("is animated; send one still picture")
        opened.draft("RGB", (SIDE, SIDE))  # JPEG only: decodes at half size where that is enough
        opened.load()
        turn = _turn(opened)
        image = _shrink(opened)
    return image if turn is None else image.transpose(turn)


def _find_format(file: BinaryIO) -> str:
    content = file.read(32)
    if not content:
        raise UnusablePhoto("is empty; send the photo itself")
    form = next((f for f, sign in _SIGNATURES.items() if re.match(sign, content, re.DOTALL)), None)
    if form is None:
        raise UnusablePhoto(f"is not a photo that can be read here; send {FORMATS}")
    if form == "HEIF":
        _learn_heif()
    if form == "JPEG" and (content + file.read()).count(b"\xff\xda") > _SCAN_LIMIT:
        raise UnusablePhoto("is a JPEG of too many passes; save it as an ordinary JPEG")
    file.seek(0)
    return form


@cache
def _learn_heif() -> None:
    pillow_heif.register_heif_opener()


def _turn(image: Image.Image) -> Image.Transpose | None:
    orientation = 1
    with suppress(Exception):  # broken metadata is no reason to refuse a good photo
        orientation = image.getexif().get(_ORIENTATION, 1)
    return _TURNS.get(orientation)


def _shrink(image: Image.Image) -> Image.Image:
    """In RGB and small; transparency becomes white."""
    profile = image.info.get("icc_profile")
    if image.has_transparency_data:
        image = image.convert("RGBA")
    elif image.mode.startswith(("I", "F")):  # sixteen bits of grey
        image = image.convert("F").point(lambda value: value / 257).convert("L")
    elif image.mode not in ("RGB", "L", "CMYK"):
        image = image.convert("RGB")
    image.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    if image.mode == "RGBA":
        ground = Image.new("RGB", image.size, "white")
        ground.paste(image, mask=image.getchannel("A"))
        image = ground
    return _to_srgb(image, profile)


def _to_srgb(image: Image.Image, profile: Any) -> Image.Image:
    """Colours as they were meant: phones write Display P3, and the profile does not stay."""
    if isinstance(profile, bytes) and 0 < len(profile) <= _PROFILE_LIMIT:
        with suppress(ImageCms.PyCMSError, OSError, ValueError):  # a profile of other colours
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                image, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            if converted is not None:
                return converted
    return image.convert("RGB")


def _encode(image: Image.Image, quality: int) -> bytes:
    image.info = {}  # a comment would be written again
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=quality, optimize=True, progressive=True)
    return buffer.getvalue()


def _too_many_pixels(megapixels: str) -> str:
    return (
        f"has {megapixels} million pixels; send at most {PIXEL_LIMIT // 1_000_000} million, "
        "8000 by 5000 for example"
    )
