"""Pages for the operator, behind a password; there are none until one is set.

Here: login and sessions, the archive's pages, training of own classes, publishing. Not here: work that takes longer
than a request; it runs in a process of its own (`jobs`).
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask, Response

from pawsight.storage import private
from pawsight.web.admin import auth, forecast, learning, login, many_photos, overview, photos, publish, usage_chart
from pawsight.web.api import problems

admin = Blueprint("admin", __name__, url_prefix="/admin")
admin.post("/logout", endpoint="leave")(login.leave)
auth.install(admin)
for one in (overview.overview, photos.photos, many_photos.many_photos, learning.learning, publish.offering):
    admin.register_blueprint(one)


@admin.errorhandler(OSError)
def refused_by_the_disk(error: OSError) -> Response:
    """Say what the system refuses, such as room for a ZIP: large forms wait in files, and so does what is unpacked."""
    return problems.handle(private.translate(error, "the admin folder"))


def moment(at: datetime) -> str:
    """A time for people, in UTC."""
    return f"{at:%Y-%m-%d %H:%M}"


def install(app: Flask) -> None:
    """Register the pages, and the filters of their templates."""
    app.register_blueprint(admin)
    app.register_blueprint(login.login)
    app.jinja_env.filters.update(verdict_text=usage_chart.words, moment=moment, span=forecast.span)
