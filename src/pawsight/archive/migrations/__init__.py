"""Migrations of the archive's index (Alembic), run by `pawsight.archive.migrate`.

Here: the environment, and one file for each step in `versions`. Not here: the tables as they are now (`tables`).
"""
