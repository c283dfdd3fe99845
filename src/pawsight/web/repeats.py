"""Photos of the current request -> outcomes; one sent before under the same key is answered as then.

An answer can be lost on its way: the server dies, or the line does. Whoever sends the photo again then names the same
key, a random text of its own, in the header `Idempotency-Key` (IETF draft-ietf-httpapi-idempotency-key-header) or the
form field `key`. The id of the answer is made from it, so that the archive's primary key itself keeps two rows from
being, whichever process they come to; there is nothing to remember and nothing to tidy up.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets

from flask import request

from pawsight.classifier import Classifier
from pawsight.errors import EntryNotFound, PawsightError
from pawsight.web.answers import Answer, answer_or_error, recall
from pawsight.web.state import state
from pawsight.web.uploads import Upload
from pawsight.web.visitors import token

HEADER, FIELD = "Idempotency-Key", "key"
_KEY = re.compile(r"[\w.:-]{16,200}", re.ASCII)


class BadKey(PawsightError):
    """A key that others could guess, and so find a photo that is not theirs."""

    code = "bad_key"


def new_key() -> str:
    """A key for a form: a page that was sent and is loaded anew sends the same photos again."""
    return secrets.token_urlsafe(16)


def answer_all(photos: list[Upload], classifier: Classifier) -> list[Answer | PawsightError]:
    """Answer for each photo of the current request, in their order.

    Raises:
        BadKey: the request has a key that cannot be one.
    """
    key = _key()
    ids = [_id(key, place, photo.data) if key else "" for place, photo in enumerate(photos)]
    return [_outcome(photo.data, id, classifier) for photo, id in zip(photos, ids, strict=True)]


def _outcome(data: bytes, id: str, classifier: Classifier) -> Answer | PawsightError:
    shared = state()
    if id:
        try:
            return recall(id, shared.archive)
        except EntryNotFound:
            pass  # the first time, or forgotten since
    return answer_or_error(data, classifier, shared.archive, shared.decoders, token(), id)


def _key() -> str:
    key = request.headers.get(HEADER, "").strip('"') or request.form.get(FIELD, "")
    if key and not _KEY.fullmatch(key):
        raise BadKey(
            f"Expected as {HEADER} 16 to 200 letters, digits or any of _.:-, but {len(key)} other characters came.",
            "Make a new random one for each request, such as a UUID, and send it again only with the same photos.",
        )
    return key


def _id(key: str, place: int, data: bytes) -> str:
    """128 bits that only the same visitor gets again, with the same key, model, photo and place in the request."""
    model = request.form.get("model") or request.args.get("model", "")
    words = json.dumps([token(), key, model, place, hashlib.sha256(data).hexdigest()])
    return hashlib.sha256(words.encode()).hexdigest()[:32]
