"""Photos out of a request: bytes in memory, never a path, never a file of ours."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

from flask import Request, request

from pawsight.errors import PawsightError
from pawsight.settings import Settings
from pawsight.web.rates import BESIDE
from pawsight.web.state import state

FIELD = "image"
_SLACK = 1_000_000  # what multipart adds around the photos


class MissingImage(PawsightError):
    """A request for an answer without a photo in it."""

    code = "missing_image"


class TooManyPhotos(PawsightError):
    """More photos in one request than the settings allow."""

    code = "too_many_photos"


class MemoryRequest(Request):
    """A request whose uploads stay in memory; Werkzeug would write those over 500 kB to disk.

    Photos to learn from may be many at once, and come only from who is logged in: there it may.
    """

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self.path.startswith("/admin/learn/"):
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return io.BytesIO()


@dataclass(frozen=True)
class Upload:
    """One photo as it came.

    Attributes:
        name: what the client calls it; shown back to the sender as text, and used for nothing else.
        data: its bytes, of any kind and size up to the limit of the whole request.
    """

    name: str
    data: bytes


def photo_limit(settings: Settings) -> int:
    """The most bytes of a request for one photo."""
    return settings.max_bytes + _SLACK


def body_limit(settings: Settings) -> int:
    """The most bytes that one request may have."""
    return settings.max_bytes * settings.max_photos + _SLACK


def uploads(settings: Settings) -> list[Upload]:
    """Take the photos from the current request, in their order.

    Raises:
        MissingImage: there is none.
        TooManyPhotos: there are more than `settings.max_photos`.
        RateLimited: this client sent too many in the last minute, or too much in the last day.
        RequestEntityTooLarge: the body is larger than `body_limit`.
    """
    sent = [Upload(file.filename or "", file.read()) for file in request.files.getlist(FIELD)]
    photos = [upload for upload in sent if upload.name or upload.data]  # a browser sends an empty part for no choice
    if not photos:
        raise MissingImage(
            f"Expected a photo in the multipart file field {FIELD!r}, but none came.",
            "Choose a photo, or send one as multipart/form-data.",
        )
    if len(photos) > settings.max_photos:
        raise TooManyPhotos(
            f"Expected at most {settings.max_photos} photos in one request, but {len(photos)} came.",
            "Send them in several requests.",
        )
    client, shared = request.remote_addr or "", state()
    if shared.rates:
        shared.rates.take(client, len(photos))
    if shared.quota:
        shared.quota.take(client, sum(len(photo.data) + BESIDE for photo in photos))
    return photos
