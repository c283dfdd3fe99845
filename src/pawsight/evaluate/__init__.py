"""A model and a split -> answers, numbers, figures; several models -> which one is better, if any.

What is measured is the graph that answers, from the original files.
"""

from pawsight.evaluate.compare import Comparison, compare, compare_all
from pawsight.evaluate.corrections import Corrected, correct, read_corrections
from pawsight.evaluate.neighbours import Neighbour, nearest
from pawsight.evaluate.robustness import SAMPLE, Outcome, measure_robustness
from pawsight.evaluate.run import Evaluation, evaluate, evaluate_all
from pawsight.evaluate.seen import count_seen
from pawsight.evaluate.slices import Slice, measure_slices
from pawsight.evaluate.write import HISTORY, evaluate_into, with_headlines, write_evaluation

__all__ = [
    "HISTORY",
    "SAMPLE",
    "Comparison",
    "Corrected",
    "Evaluation",
    "Neighbour",
    "Outcome",
    "Slice",
    "compare",
    "compare_all",
    "correct",
    "count_seen",
    "evaluate",
    "evaluate_all",
    "evaluate_into",
    "measure_robustness",
    "measure_slices",
    "nearest",
    "read_corrections",
    "with_headlines",
    "write_evaluation",
]
