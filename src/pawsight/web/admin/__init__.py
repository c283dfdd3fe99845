"""Pages for who runs the server, behind a password; there are none until one is set.

`password` and `sessions` keep the door, `guard` stands in it. Behind it: `overview`, `photos`, `learning` and
`offering`.
"""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Flask

from pawsight.web.admin import days, foretold, guard, learning, login, offering, overview, photos

admin = Blueprint("admin", __name__, url_prefix="/admin")
admin.post("/logout", endpoint="leave")(login.leave)
guard.install(admin)
for one in (overview.overview, photos.photos, learning.learning, offering.offering):
    admin.register_blueprint(one)


def moment(at: datetime) -> str:
    """A time for people, in UTC."""
    return f"{at:%Y-%m-%d %H:%M}"


def install(app: Flask) -> None:
    """Add the pages, and teach the templates their words."""
    app.register_blueprint(admin)
    app.register_blueprint(login.login)
    app.jinja_env.filters.update(told=days.words, moment=moment, span=foretold.span)
