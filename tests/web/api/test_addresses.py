"""Addresses in answers are those of the routes, also under a path."""

from __future__ import annotations

import pytest
from flask import Flask, url_for

from pawsight.web.api.routes import _address

ID = "0123456789abcdef" * 2


@pytest.mark.parametrize("prefix", ["", "/pawsight", "/a b/ü"])
def test_a_prediction_is_where_flask_says(app: Flask, prefix: str) -> None:
    with app.test_request_context("/api/v1/predictions", environ_overrides={"SCRIPT_NAME": prefix}):
        assert _address(ID) == url_for("api.read", id=ID)
        assert f"{_address(ID)}/photo.jpg" == url_for("api.photo", id=ID)
        assert f"{_address(ID)}/heatmap.png" == url_for("api.heat", id=ID)
