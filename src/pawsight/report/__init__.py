"""Evaluations -> what people read: lines of text, and one HTML page."""

from pawsight.report.text import contrast, explain_corrections, number, rate, summarise, tabulate

__all__ = ["contrast", "explain_corrections", "number", "rate", "summarise", "tabulate"]
