"""The web edge: a page for people, an API for programs, both from one `Prediction`.

A photo's walk: `uploads` takes it from the request, `answers` lets the classifier answer and the archive remember;
`pages` shows them, `api` sends them, `problems` says in words and numbers what could not be done.
"""

from pawsight.web.factory import create_app

__all__ = ["create_app"]
