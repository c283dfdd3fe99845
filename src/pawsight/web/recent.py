"""The newest answers, in memory, so that a heat map can be asked for after the answer.

Bounded: the oldest answer goes when a new one comes. Nothing outlives the process.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock

from pawsight.errors import PawsightError
from pawsight.web.answers import Answer


class AnswerNotFound(PawsightError):
    """No answer has this id: never given, forgotten, or pushed out by newer ones."""

    code = "prediction_not_found"


class Recent:
    """A thread-safe shelf for the newest `keep` answers."""

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._answers: OrderedDict[str, Answer] = OrderedDict()
        self._lock = Lock()

    def add(self, answer: Answer) -> None:
        """Put an answer on the shelf; the oldest falls off where it is full."""
        with self._lock:
            self._answers[answer.id] = answer
            while len(self._answers) > self._keep:
                self._answers.popitem(last=False)

    def get(self, id: str) -> Answer:
        """Find an answer.

        Raises:
            AnswerNotFound: it is not, or no longer, here.
        """
        with self._lock:
            answer = self._answers.get(id)
        if answer is None:
            raise self._missing()
        return answer

    def forget(self, id: str) -> None:
        """Drop an answer and its picture.

        Raises:
            AnswerNotFound: it is not, or no longer, here.
        """
        with self._lock:
            answer = self._answers.pop(id, None)
        if answer is None:
            raise self._missing()

    def _missing(self) -> AnswerNotFound:
        return AnswerNotFound(
            f"No answer with this id is here; the newest {self._keep} are kept until the server stops.",
            "Ask again with the photo.",
        )
