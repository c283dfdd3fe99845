"""Evaluations -> what people read: lines of text, and one HTML page."""

from pawsight.report.text import contrast, number, rate, summarise, tabulate

__all__ = ["contrast", "number", "rate", "summarise", "tabulate"]
