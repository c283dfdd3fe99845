"""The model folder and what it says about itself.

Here: the card and its seal, the single-file form, names of classes, and the forecast as values. Not here: running
a graph (`runtime`), finding a shipped model (`zoo`), and making a prediction (`classifier`).
"""
