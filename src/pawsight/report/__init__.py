"""Evaluations as text and as one HTML page.

Here: the words and the layout, with every number, its n and its interval. Not here: measuring (`evaluate`, `metrics`)
and drawing (`displays`).
"""

from pawsight.report.text import (
    contrast,
    explain_corrections,
    number,
    rate,
    summarise,
    tabulate,
    tabulate_refusal,
)

__all__ = ["contrast", "explain_corrections", "number", "rate", "summarise", "tabulate", "tabulate_refusal"]
