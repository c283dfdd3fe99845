"""Many photos from the command line: find them, classify them, sort them into folders, and undo it.

Here: everything from a path or an address to lines of output, and to files that are copied, moved or linked. Not here:
options and texts of commands (`cli`), and how one photo is classified (`classifier`).
"""
