"""Read photos from a request: bytes in memory, never a path, never a file of ours."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import IO

from flask import Request, request

from pawsight.errors import PawsightError, UnsupportedFormat
from pawsight.settings import Settings

FIELD = "image"
_FORM, _UNTYPED = "multipart/form-data", ("", "application/octet-stream")  # what programs send by default
_SLACK = 1_000_000  # what multipart adds around the photos
_PARTS, _TRAINING_PARTS = 2000, 20_000


class MissingImage(PawsightError):
    """The request holds no photo in the field `image`."""

    code = "missing_image"
    remedy = "Send `multipart/form-data` with at least one file in the field `image`."


class TooManyPhotos(PawsightError):
    """One request holds more photos than `max_photos`."""

    code = "too_many_photos"
    remedy = "Send them in several requests, or raise the setting `max_photos`."


class MemoryRequest(Request):
    """A request whose uploads stay in memory; Werkzeug would write those over 500 kB to disk.

    Training photos may be many at once, and come only from a logged-in admin: those it may write.
    """

    @property
    def _is_training(self) -> bool:
        return self.path.startswith("/admin/learn/")

    @property
    def max_form_parts(self) -> int:
        """The most parts of a form: more than any limit of photos, so that this is what is reported."""
        return _TRAINING_PARTS if self._is_training else _PARTS

    @max_form_parts.setter
    def max_form_parts(self, value: int) -> None:
        raise AttributeError("The number of parts follows from the path.")

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if self._is_training:
            return super()._get_file_stream(total_content_length, content_type, filename, content_length)
        return io.BytesIO()


@dataclass(frozen=True)
class Upload:
    """One photo as it came.

    Attributes:
        name: what the client calls it, any text; shown back to the sender, and used for nothing else.
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
    """Read the photos of the current request, in their order: files of a form, or one photo as the whole body.

    Raises:
        MissingImage: there is none.
        TooManyPhotos: there are more than `settings.max_photos`.
        UnsupportedFormat: the body has a `Content-Encoding`.
        RequestEntityTooLarge: the body is larger than `body_limit`.
    """
    photos = [upload for upload in _sent() if upload.name or upload.data]  # a browser sends an empty part for no choice
    if not photos:
        raise MissingImage(
            f"There is no photo in the file field {FIELD!r} of the form.",
            "Send a photo as multipart/form-data, or as the body with a Content-Type such as image/jpeg.",
        )
    if len(photos) > settings.max_photos:
        raise TooManyPhotos(
            f"A request may hold at most {settings.max_photos} photos, but {len(photos)} came.",
            "Send them in several requests.",
        )
    return photos


def _sent() -> list[Upload]:
    kind = request.mimetype
    if (coding := request.headers.get("Content-Encoding", "").lower()) not in ("", "identity"):
        raise UnsupportedFormat(
            f"The body of the request is encoded ({coding}), and such bodies are not opened here.",
            "Send it without Content-Encoding.",
        )
    if kind.startswith("image/") or kind in _UNTYPED:
        return [Upload("", request.get_data())]
    if kind != _FORM:  # Werkzeug would read megabytes as fields, and complain about their size
        return []
    return [Upload(file.filename or "", file.read()) for file in request.files.getlist(FIELD)]
