"""The web: pages for people and an API for programs, both from one `Prediction`.

Here: `uploads` takes photos from the request, `service` has them classified and stored, `pages` shows the result, `api`
sends it. Not here: training and drawing; a layer test sees to that.
"""

from pawsight.web.app import create_app

__all__ = ["create_app"]
