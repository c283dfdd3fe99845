"""What could not be done, once for programs (RFC 9457 problem JSON) and once for people (a page).

A `PawsightError.code` decides the status; nothing here ever shows a traceback.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from flask import Flask, Response, current_app, jsonify, render_template, request
from werkzeug.exceptions import HTTPException

from pawsight.errors import PawsightError

MEDIA_TYPE = "application/problem+json"
_FOR_PROGRAMS = ("/api/", "/livez", "/readyz")

# code -> status and title
_KNOWN = {
    "missing_image": (400, "No photo came"),
    "too_many_photos": (400, "Too many photos at once"),
    "empty_file": (400, "This file is empty"),
    "unknown_class": (400, "The model does not know this class"),
    "bad_change": (400, "This is no correction"),
    "not_yours": (403, "This photo is another visitor's"),
    "prediction_not_found": (404, "This answer is not here"),
    "payload_too_large": (413, "This photo is too large"),
    "unsupported_format": (415, "This is not a photo"),
    "broken_image": (422, "This photo is broken"),
    "image_too_large": (422, "This photo has too many pixels"),
    "image_too_complex": (422, "This photo is too costly to open"),
    "bad_model": (503, "The model does not answer as it should"),
    "bad_archive": (503, "The archive is damaged"),
    "archive_unavailable": (503, "The archive does not answer"),
    "storage_full": (507, "The server has no room for another photo"),
}
# status -> code, title and detail, for what Flask or the server refuse before our code is asked
_HTTP = {
    400: ("bad_request", "This request cannot be understood", "It is not what HTTP asks for."),
    404: ("not_found", "There is nothing here", "This address leads nowhere. The front page is at /."),
    405: ("method_not_allowed", "This cannot be done here", "This address exists, but takes other methods."),
    413: (
        "payload_too_large",
        "This is too large",
        "The request has more bytes than allowed. Send fewer photos at once.",
    ),
    500: ("internal_error", "Something went wrong on our side", "It is in the server's log. Please try again."),
}


@dataclass(frozen=True)
class Problem:
    """One problem, in the words of RFC 9457; `code` is what programs may rely on."""

    type: str
    title: str
    status: int
    detail: str
    code: str


def describe(error: Exception) -> Problem:
    """Translate an error; one of no known kind is our fault, and its text is nobody's business."""
    if isinstance(error, PawsightError) and error.code in _KNOWN:
        status, title = _KNOWN[error.code]
        return _problem(error.code, title, status, str(error))
    if isinstance(error, HTTPException) and error.code is not None and error.code not in _HTTP:
        return _problem(error.name.lower().replace(" ", "_"), error.name, error.code, error.description or "")
    return of_status((error.code if isinstance(error, HTTPException) else None) or 500)


def of_status(status: int) -> Problem:
    """The problem of an HTTP status that carries no more news than itself."""
    code, title, detail = _HTTP[status if status in _HTTP else 500]
    return _problem(code, title, status, detail)


def _problem(code: str, title: str, status: int, detail: str) -> Problem:
    return Problem(f"urn:pawsight:problem:{code}", title, status, detail, code)


def respond(problem: Problem, **more: Any) -> Response:
    """Make the JSON answer; `more` are further members of it."""
    response = jsonify(asdict(problem) | more)
    response.status_code = problem.status
    response.mimetype = MEDIA_TYPE
    return response


def install(app: Flask) -> None:
    """Let the app answer every error with a problem."""
    app.register_error_handler(PawsightError, _handle)
    app.register_error_handler(HTTPException, _handle)


def _handle(error: Exception) -> Response:
    problem = describe(error)
    if problem.status >= 500 and isinstance(error, PawsightError):
        current_app.logger.error("%s", error)
    response = respond(problem) if request.path.startswith(_FOR_PROGRAMS) else _page(problem)
    if isinstance(error, HTTPException):
        response.headers.extend([(name, value) for name, value in error.get_headers() if name != "Content-Type"])
    return response


def _page(problem: Problem) -> Response:
    return Response(render_template("error.html", problem=problem), problem.status, mimetype="text/html")
