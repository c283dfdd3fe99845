"""How the index's tables came to be, one step a file in `versions`; run by `pawsight.archive.migrate`."""
