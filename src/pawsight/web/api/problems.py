"""What could not be done, once for programs (RFC 9457 problem JSON) and once for people (a page).

A `PawsightError.code` decides the status; nothing here ever shows a traceback.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Flask, Response, current_app, g, jsonify, render_template, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from pawsight.errors import PawsightError
from pawsight.languages import SOURCE
from pawsight.web.ui import diagnoses
from pawsight.web.ui.i18n import current, mark
from pawsight.web.ui.i18n import gettext as _

MEDIA_TYPE = "application/problem+json"
_FOR_PROGRAMS = ("/api/", "/livez", "/readyz")

# code -> status and title
KNOWN = {
    "missing_image": (400, mark("No photo received")),
    "too_many_photos": (400, mark("Too many photos at once")),
    "empty_file": (400, mark("This file is empty")),
    "unknown_host": (400, mark("Unknown host name")),
    "unknown_class": (400, mark("The model does not know this class")),
    "bad_change": (400, mark("Invalid correction")),
    "bad_key": (400, mark("Invalid key")),
    "cross_site": (403, mark("Request from another site")),
    "not_yours": (403, mark("This photo is another visitor's")),
    "model_not_found": (404, mark("Model not found")),
    "prediction_not_found": (404, mark("Prediction not found")),
    "payload_too_large": (413, mark("This photo is too large")),
    "unsupported_format": (415, mark("This format is not supported")),
    "broken_image": (422, mark("This photo is broken")),
    "image_too_large": (422, mark("This photo has too many pixels")),
    "image_too_complex": (422, mark("This photo is too complex to decode")),
    "rate_limited": (429, mark("Too many photos in a short time")),
    "bad_model": (503, mark("The model failed its self-test")),
    "rate_limit_unavailable": (503, mark("Rate limiting is unavailable")),
    "bad_archive": (503, mark("The archive is damaged")),
    "archive_unavailable": (503, mark("The archive is unavailable")),
    "decoders_unavailable": (503, mark("Photos cannot be decoded now")),
    "storage_full": (507, mark("The server's storage is full")),
}
# status -> code, title and detail, for what Flask or the server refuse before our code is asked
_HTTP = {
    400: ("bad_request", mark("Malformed request"), mark("The server could not parse it.")),
    404: ("not_found", mark("Page not found"), mark("No page has this address. The front page is at /.")),
    405: (
        "method_not_allowed",
        mark("Method not allowed"),
        mark("This address accepts other methods."),
    ),
    408: (
        "request_timeout",
        mark("Request timeout"),
        mark("The upload was too slow. Try again over a better connection."),
    ),
    413: (
        "payload_too_large",
        mark("The request is too large"),
        mark("It has more bytes than allowed. Send fewer photos at once."),
    ),
    431: (
        "headers_too_large",
        mark("The request headers are too large"),
        mark("Send fewer or smaller ones, such as cookies."),
    ),
    503: (
        "overloaded",
        mark("The server is busy"),
        mark("Your photo is fine. Try again in a moment."),
    ),
    507: (
        "storage_full",
        mark("The server's storage is full"),
        mark("The photo could not be stored, so it was not classified. Try again when the operator has freed space."),
    ),
    500: (
        "internal_error",
        mark("Something went wrong"),
        mark("The server's log has the details. Please try again."),
    ),
}
# code -> what is wrong in general, for what `diagnoses` cannot say in the visitor's language
_GENERAL = {
    "missing_image": mark("Choose a photo first."),
    "too_many_photos": mark("Send fewer at a time."),
    "empty_file": mark("The file has no content. Copy it again."),
    "payload_too_large": mark("The file is larger than this server accepts. Send a smaller copy."),
    "unsupported_format": mark(
        "Its content is in no supported format, whatever its name says. Save it as JPEG or PNG."
    ),
    "broken_image": mark("It is damaged or cut off. Copy or export it again."),
    "image_too_large": mark("It has more pixels than this server accepts. Send a smaller copy."),
    "image_too_complex": mark("It is encoded in an unusual way. Save it again as an ordinary JPEG."),
    "unknown_class": mark("Choose one of the classes that the page shows."),
    "bad_change": mark("Choose one of the buttons next to the photo."),
    "bad_key": mark("Reload the page and send the photo again."),
    "cross_site": mark("Only this server's own pages can change something here. Open one and try again."),
    "rate_limited": mark("Wait a minute and try again."),
    "unknown_host": mark("The server does not accept the host name in the address."),
    "rate_limit_unavailable": mark("Try again later. The server's log has the details."),
    "not_yours": mark("Only the browser that a photo came from can change what is kept of it."),
    "prediction_not_found": mark("It was deleted or has expired. Send the photo again."),
    "model_not_found": mark("The page Model lists those that are available."),
    "bad_model": mark("The server's log has the details."),
    "bad_archive": mark("The server's log has the details."),
    "archive_unavailable": mark("The photo could not be stored, so it was not classified. Try again later."),
    "decoders_unavailable": mark("Try again in a moment. The server's log has the details."),
    "storage_full": mark(
        "The photo could not be stored, so it was not classified. Try again when the operator has freed space."
    ),
}


_BARE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{} - Pawsight</title>
<h1>{}</h1>
<p>{}</p>
<p><a href="{}">Back to the front page</a></p>
</html>
"""


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
    if isinstance(error, PawsightError) and error.code in KNOWN:
        status, title = KNOWN[error.code]
        return _problem(error.code, title, status, str(error))
    if isinstance(error, HTTPException) and error.code is not None and error.code not in _HTTP:
        return _problem(error.name.lower().replace(" ", "_"), error.name, error.code, error.description or "")
    return of_status((error.code if isinstance(error, HTTPException) else None) or 500)


def of_status(status: int) -> Problem:
    """The problem of an HTTP status that carries no more news than itself."""
    code, title, detail = _HTTP[status if status in _HTTP else 500]
    return _problem(code, title, status, detail)


def known() -> list[Problem]:
    """Every kind of problem, by status; those of our own have their detail from the error."""
    ours = [_problem(code, title, status, "") for code, (status, title) in KNOWN.items()]
    return sorted({one.code: one for one in [*map(of_status, _HTTP), *ours]}.values(), key=lambda one: one.status)


def _problem(code: str, title: str, status: int, detail: str) -> Problem:
    return Problem(f"urn:pawsight:problem:{code}", title, status, detail, code)


def in_words(problem: Problem) -> Problem:
    """A problem in the visitor's language: exactly, or in general where the library says what nobody has translated."""
    detail = problem.detail
    if current().code != SOURCE:
        detail = diagnoses.translate(detail) or _(_GENERAL.get(problem.code, detail))
    return replace(problem, title=_(problem.title), detail=detail)


def bare_page(problem: Problem, front: str = "/") -> bytes:
    """Return a plain page about a problem, in English, for where the app cannot or must not make one.

    Args:
        problem: what is wrong.
        front: address of the front page.
    """
    words = (escape(text) for text in (problem.title, problem.title, problem.detail, front))
    return _BARE.format(*words).encode()


def respond(problem: Problem, **more: Any) -> Response:
    """Make the JSON answer; `more` are further members of it."""
    g.code = problem.code  # for the log
    response = jsonify(asdict(problem) | more)
    response.status_code = problem.status
    response.mimetype = MEDIA_TYPE
    return response


def install(app: Flask) -> None:
    """Let the app answer every error with a problem."""
    app.jinja_env.globals.update(diagnoses=diagnoses.for_scripts)
    app.register_error_handler(PawsightError, handle)
    app.register_error_handler(HTTPException, handle)


def handle(error: Exception) -> Response:
    """Make the answer to an error: JSON for programs, a page for people."""
    problem = describe(error)
    if problem.status >= 500 and isinstance(error, PawsightError):
        current_app.logger.error("%s", error)
    response = respond(problem) if request.path.startswith(_FOR_PROGRAMS) else _page(problem)
    if problem.code == "unknown_host" and response.mimetype == "text/html":  # no page for a name that is not ours
        response.set_data(bare_page(problem, f"{request.root_path}/"))
    if seconds := getattr(error, "seconds", None):
        response.headers["Retry-After"] = str(seconds)
    if isinstance(error, HTTPException):
        response.headers.extend([(name, value) for name, value in error.get_headers() if name != "Content-Type"])
    return response


def _page(problem: Problem) -> Response:
    g.code = problem.code
    return Response(render_template("error.html", problem=in_words(problem)), problem.status, mimetype="text/html")
