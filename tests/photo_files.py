"""Photos as phones and attackers send them, made here."""

import io
import struct
import zlib
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 180, 60), (30, 60, 200), (250, 250, 250)
PLACE = b"SECRET-PLACE"  # what no kept photo may contain


def four_corners(width: int = 640, height: int = 480, *, mode: str = "RGB") -> Image.Image:
    """Red, green, blue and white, from the upper left clockwise: it shows every turn."""
    image = Image.new("RGB", (width, height), RED)
    image.paste(GREEN, (width // 2, 0, width, height // 2))
    image.paste(BLUE, (width // 2, height // 2, width, height))
    image.paste(WHITE, (0, height // 2, width // 2, height))
    return image.convert(mode)


def encoded(image: Image.Image, form: str = "JPEG", **options: Any) -> bytes:
    buffer = io.BytesIO()
    if form == "HEIF":
        pillow_heif.from_pillow(image).save(buffer, **options)
    else:
        image.save(buffer, form, **options)
    return buffer.getvalue()


def exif(orientation: int = 1) -> bytes:
    """Where it was taken and with what, as a phone writes it."""
    found = Image.Exif()
    found[0x0112] = orientation
    found[0x010F] = PLACE.decode()  # make
    found[0x9286] = PLACE  # comment
    gps = found.get_ifd(0x8825)
    gps[1], gps[2] = "S", (6.0, 10.0, 31.4)
    gps[3], gps[4] = "E", (106.0, 49.0, 38.5)
    gps[29] = PLACE.decode()
    return found.tobytes()


def profile() -> bytes:
    """A colour profile of some other display."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def colours(content: bytes) -> list[tuple[int, int, int]]:
    """The four corners of a JPEG, from the upper left clockwise."""
    image = Image.open(io.BytesIO(content)).convert("RGB")
    w, h = image.size
    places = (
        (w // 8, h // 8),
        (w * 7 // 8, h // 8),
        (w * 7 // 8, h * 7 // 8),
        (w // 8, h * 7 // 8),
    )
    return [image.getpixel(place) for place in places]  # type: ignore[misc]


def is_near(found: tuple[int, int, int], wanted: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 30 for a, b in zip(found, wanted, strict=True))


def png_of_size(width: int, height: int) -> bytes:
    """A PNG of few bytes that decodes to width times height."""
    row = zlib.compressobj(9)
    body = b"".join(row.compress(b"\0" * (width + 1)) for _ in range(height)) + row.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", body), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def multipart(fields: dict[str, Any]) -> tuple[bytes, str]:
    """A body and its Content-Type. A value is a text, a file (content, filename, content type), or
    a list of such."""
    body = bytearray()
    for name, given in fields.items():
        for value in given if isinstance(given, list) else [given]:
            content, extra = value.encode() if isinstance(value, str) else value[0], ""
            if not isinstance(value, str):
                quoted = value[1].replace('"', "%22")
                extra = f'; filename="{quoted}"\r\nContent-Type: {value[2]}'
            head = f'--pantau\r\nContent-Disposition: form-data; name="{name}"{extra}\r\n\r\n'
            body += head.encode() + content + b"\r\n"
    return bytes(body) + b"--pantau--\r\n", "multipart/form-data; boundary=pantau"
