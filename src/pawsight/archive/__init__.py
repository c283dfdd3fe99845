"""The archive: every upload as a file under its SHA-256, and a row in an index (SQLite, or PostgreSQL by URL).

Here: storing, finding, deleting, retention, checks, backup, migrations. `store.Archive` is the way in; docs/archive.md
says what it promises. Not here: HTTP and predictions. Importing the store loads SQLAlchemy: do that late.
"""
