"""A multipart body: texts in memory, up to a limit; photos on disk, each up to its own.

Parts are read as they come, because a parser that first stores everything would store whatever a
stranger sends.
"""

import hashlib
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import IO, Any

from flask import Request, Response, after_this_request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData

from data.reasons import Reason
from intake.errors import Problem, Refused, problem

TEXT_LIMIT = 2 * 1024 * 1024
PHOTO_LIMIT = 10 * 1024 * 1024
PHOTO_COUNT = 5
UPLOAD_LIMIT = TEXT_LIMIT + PHOTO_COUNT * PHOTO_LIMIT
_PART_LIMIT = 500
_IN_MEMORY = 512 * 1024
_CHUNK = 64 * 1024
_BUFFER = 4 * _CHUNK  # what the decoder may hold back: headers, or half a boundary
_LATIN = ("iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252")


@dataclass
class Upload:
    """A file that was sent. What exceeds PHOTO_LIMIT is counted in `size` and not kept."""

    name: str  # of the part
    filename: str
    file: IO[bytes]
    size: int = 0
    _digest: Any = field(default_factory=hashlib.sha256, repr=False)

    def write(self, data: bytes) -> None:
        self.size += len(data)
        self._digest.update(data)
        if self.size <= PHOTO_LIMIT:
            self.file.write(data)

    @property
    def sha256(self) -> str:
        """Of the file as it was sent: by it a retry is recognised."""
        return str(self._digest.hexdigest())


def codec_of(charset: str) -> str:
    """What old systems call Latin-1 is Windows-1252, also to browsers; all else is UTF-8."""
    return "cp1252" if charset.lower() in _LATIN else "utf-8"


def read_parts(
    request: Request, *, with_photos: bool
) -> tuple[list[tuple[str, str]], tuple[Upload, ...]]:
    """The texts in their order, and the files, whatever their parts are called.

    A file without name and content is what a form sends where nobody chose one: it is left out.
    Raises Refused or RequestEntityTooLarge.
    """
    uploads: list[Upload] = []

    @after_this_request
    def close(response: Response) -> Response:
        for upload in uploads:
            upload.file.close()
        return response

    texts = _Texts()
    part: Upload | None = None
    for event in _events(request):
        if isinstance(event, Field):
            part = None
            texts.begin(event)
        elif isinstance(event, File):
            file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 (closed above)
            part = Upload(event.name or "", event.filename, file)
            uploads.append(part)
        elif isinstance(event, Data):
            part.write(event.data) if part else texts.add(event)
    sent = tuple(upload for upload in uploads if upload.filename or upload.size)
    if sent and not with_photos:
        words = "the request carries a file; send photos as addresses in media_url"
        raise Refused(problem(words, Reason.MEDIA))
    if len(sent) > PHOTO_COUNT:
        words = f"{len(sent)} photos are sent; send at most {PHOTO_COUNT}"
        raise Refused(problem(words, Reason.MEDIA))
    for upload in sent:
        upload.file.seek(0)
    return texts.pairs, sent


class _Texts:
    """Collects the parts that are no files."""

    def __init__(self) -> None:
        self.pairs: list[tuple[str, str]] = []
        self._size = 0
        self._name, self._charset = "", "utf-8"
        self._content = bytearray()

    def begin(self, event: Field) -> None:
        _, options = parse_options_header(event.headers.get("Content-Type", ""))
        self._name = event.name or ""
        self._charset = codec_of(options.get("charset", ""))
        self._content.clear()

    def add(self, event: Data) -> None:
        self._size += len(event.data)
        if self._size > TEXT_LIMIT:
            words = f"the texts of the request are larger than {TEXT_LIMIT // 1024} KB; send less"
            raise Refused(Problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, words))
        self._content += event.data
        if event.more_data:
            return
        try:
            self.pairs.append((self._name, self._content.decode(self._charset)))
        except UnicodeDecodeError:
            raise Refused(
                problem(
                    f"{self._name[:64] or 'a part'} is not UTF-8; encode texts in UTF-8, "
                    "and send a photo as a file, with a filename",
                    Reason.UNREADABLE,
                )
            ) from None


def _events(request: Request) -> Iterator[Any]:
    boundary = request.mimetype_params.get("boundary", "")
    stream = request.stream  # refuses a body that says it is too large, before any of it is read
    if not boundary:
        words = "the multipart body has no boundary; name it in Content-Type"
        raise Refused(problem(words, Reason.UNREADABLE))
    decoder = MultipartDecoder(
        boundary.encode("latin-1", "replace"), _BUFFER, max_parts=_PART_LIMIT
    )
    try:
        while True:
            decoder.receive_data(stream.read(_CHUNK) or None)
            while not isinstance(event := decoder.next_event(), NeedData):
                yield event
                if isinstance(event, Epilogue):
                    return
    except (ValueError, AttributeError, RequestEntityTooLarge):
        words = "the multipart body is damaged or was cut off; send it again"
        raise Refused(problem(words, Reason.UNREADABLE)) from None
    finally:
        while stream.read(_CHUNK):  # most clients read an answer only when they have sent all
            pass
