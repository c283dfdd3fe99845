"""Errors as problem JSON for programs, as pages for people, and never as a traceback."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.exceptions import TooManyRequests

from pawsight import errors
from pawsight.web import uploads
from pawsight.web.api import routes
from pawsight.web.api.problems import describe
from pawsight.web.security import visitor_cookie

PROBLEM = "application/problem+json"
STATUS = {
    errors.EmptyFile: 400,
    errors.UnsupportedFormat: 415,
    errors.BrokenImage: 422,
    errors.ImageTooLarge: 422,
    errors.ImageTooComplex: 422,
    errors.PayloadTooLarge: 413,
    uploads.MissingImage: 400,
    uploads.TooManyPhotos: 400,
    routes.BadChange: 400,
    errors.UnknownLabel: 400,
    visitor_cookie.NotYours: 403,
    errors.EntryNotFound: 404,
    errors.BadModel: 503,
    errors.BadArchive: 503,
    errors.ArchiveUnavailable: 503,
    errors.StorageFull: 507,
}


@pytest.mark.parametrize("kind", STATUS)
def test_each_error_has_its_status_and_words(kind: type[errors.PawsightError]) -> None:
    problem = describe(kind("Expected this, but that came.", "Do so."))
    assert (problem.status, problem.code) == (STATUS[kind], kind.code)
    assert problem.detail == "Expected this, but that came. Do so."
    assert problem.type.endswith(kind.code)
    assert problem.title


def test_an_error_of_our_own_making_tells_no_secrets() -> None:
    for error in (errors.BadData("/secret/path is gone"), ValueError("/secret/path")):
        problem = describe(error)
        assert (problem.status, problem.code) == (500, "internal_error")
        assert "secret" not in problem.detail


def test_an_http_error_without_words_of_ours() -> None:
    problem = describe(TooManyRequests())
    assert (problem.status, problem.code) == (429, "too_many_requests")


@pytest.fixture
def broken(app: Flask) -> FlaskClient:
    """An app with a bug, on a page and in the API."""

    def fail() -> str:
        raise RuntimeError("a secret")

    app.add_url_rule("/fail", "fail", fail)
    app.add_url_rule("/api/v1/fail", "api_fail", fail)
    return app.test_client()


CASES = {
    "/api/v1/nothing": (404, "not_found"),
    "/api/v1/predictions": (405, "method_not_allowed"),
    "/api/v1/fail": (500, "internal_error"),
}


@pytest.mark.parametrize("address", CASES)
def test_programs_get_problems(broken: FlaskClient, address: str) -> None:
    response = broken.get(address)
    assert (response.status_code, response.json and response.json["code"]) == CASES[address]
    assert response.mimetype == PROBLEM
    assert "secret" not in response.text
    assert "Traceback" not in response.text


@pytest.mark.parametrize(("address", "status"), [("/nothing", 404), ("/fail", 500)])
def test_people_get_pages(broken: FlaskClient, address: str, status: int) -> None:
    response = broken.get(address)
    assert (response.status_code, response.mimetype) == (status, "text/html")
    assert "<h1>" in response.text
    assert 'href="/"' in response.text
    assert "secret" not in response.text
    assert "Traceback" not in response.text


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    assert set(client.put("/api/v1/predictions").headers["Allow"].split(", ")) == {"POST", "DELETE", "OPTIONS"}
    assert client.post("/").status_code == 405
