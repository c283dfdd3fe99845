"""Photos of the current request -> outcomes; one sent before under the same key is answered as then.

A response can be lost: the server stops, or the connection breaks. A client that sends the photo again then names the
same key, a random text of its own, in the header `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header) or
the form field `key`. The prediction's id is made from it, so that the archive's primary key itself keeps two rows from
being, whichever process they come to; there is nothing to remember and nothing to tidy up.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets

from flask import request

from pawsight.errors import PawsightError
from pawsight.web.security.visitor_cookie import visitor_token
from pawsight.web.uploads import Upload

HEADER, FIELD = "Idempotency-Key", "key"
_CHARACTERS = "[A-Za-z0-9_.:-]{16,200}"
PATTERN, HEADER_PATTERN = f"^{_CHARACTERS}$", f'^({_CHARACTERS}|"{_CHARACTERS}")$'  # the draft's header has quotes
_KEY = re.compile(f'(?P<quote>"?)({_CHARACTERS})(?P=quote)')


class BadKey(PawsightError):
    """The idempotency key is too short or too simple: others could guess it, and find a photo that is not theirs."""

    code = "bad_key"
    remedy = "Send 16 to 200 random letters, digits, or `_.:-` as `Idempotency-Key`, such as a UUID."


def new_key() -> str:
    """A key for a form: a form that was sent and is reloaded sends the same photos again."""
    return secrets.token_urlsafe(16)


def request_ids(photos: list[Upload]) -> list[str]:
    """Return the id of the prediction for each photo of the current request; empty ones where it has no key.

    Raises:
        BadKey: the request has a key that cannot be one.
    """
    key = _key()
    return [_id(key, place, photo.data) if key else "" for place, photo in enumerate(photos)]


def _key() -> str:
    """Return the key of the current request, the header's before the form's; empty where it has none.

    Raises:
        BadKey: one of them cannot be a key. An empty one protects nobody, and is refused, too.
    """
    given = [text for text in (request.headers.get(HEADER), request.form.get(FIELD)) if text is not None]
    keys = [_parse(text) for text in given]
    return keys[0] if keys else ""


def _parse(text: str) -> str:
    if not (found := _KEY.fullmatch(text)):
        raise BadKey(
            f"Expected as {HEADER} 16 to 200 letters, digits or any of _.:-, but {len(text)} other characters came.",
            "Make a new random one for each request, such as a UUID, and send it again only with the same photos.",
        )
    return found[2]


def _id(key: str, place: int, data: bytes) -> str:
    """128 bits that only the same visitor gets again, with the same key, model, photo and place in the request."""
    model = request.form.get("model") or request.args.get("model", "")
    words = json.dumps([visitor_token(), key, model, place, hashlib.sha256(data).hexdigest()])
    return hashlib.sha256(words.encode()).hexdigest()[:32]
