"""Every upload remembered: a file under its SHA-256, and a row in an index (SQLite, or PostgreSQL by URL).

`store.Archive` is the way in. SQLAlchemy is loaded with it, so import it where an archive is opened, not before;
`photo.clean` is free of it and may run in a process of its own. `docs/archive.md` says what is promised.
"""
