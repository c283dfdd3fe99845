"""What `jsonify` writes."""

from __future__ import annotations

import json

from flask import Flask, jsonify


def test_keys_keep_their_order_and_texts_their_letters(app: Flask) -> None:
    given = {"verdict": "Zoë", "id": None, "scores": {"dog": 0.25, "cat": 1e-6}, "many": [True, 3]}
    with app.test_request_context("/"):
        response = jsonify(given)
    assert response.mimetype == "application/json"
    assert list(json.loads(response.data).items()) == list(given.items())
    assert "Zoë" in response.get_data(as_text=True)
    assert response.data.endswith(b"}\n")
