"""Measure a model on photos that it has never seen.

Here: running models on a split, comparisons of two models, slices, robustness, nearest training photos, and replay of
corrections. Not here: the statistics themselves (`metrics`, `estimates`), figures (`displays`), and texts (`report`).
"""
