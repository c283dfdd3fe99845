"""Reports of browsers are logged without their content."""

from __future__ import annotations

import pytest
from flask.testing import FlaskClient

from pawsight.web.security import headers

ADDRESS = "/csp-reports"


def test_the_policy_names_where_reports_go() -> None:
    assert f"report-uri {ADDRESS}" in headers.HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(("broken", "rule"), [("script-src-elem", "script-src"), ("x\nforged line", "another rule")])
def test_a_report_is_logged(client: FlaskClient, caplog: pytest.LogCaptureFixture, broken: str, rule: str) -> None:
    report = {"csp-report": {"violated-directive": broken, "document-uri": "http://x/predictions/secret"}}
    assert client.post(ADDRESS, json=report).status_code == 204
    assert caplog.messages == [f"A page broke its Content-Security-Policy: {rule}."]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"[]",
        b"{}",
        b'{"csp-report": 1}',
        b'{"csp-report": {}}',
        b"\xff",
        b'{"a": "\xff"}',
        b'{"a":' + b"[" * 9000,
    ],
)
def test_what_is_no_report(client: FlaskClient, body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert client.post(ADDRESS, data=body).status_code == 400
    assert not caplog.messages


def test_a_report_that_is_too_large(client: FlaskClient) -> None:
    assert client.post(ADDRESS, data=b" " * 20_000).status_code == 413
