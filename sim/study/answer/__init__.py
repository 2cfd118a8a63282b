"""The answer first: what an intervention changes, in one sentence with its size and its surety."""

from sim.study.answer.ask import MOST_RUNS, Watch, ask, needed
from sim.study.answer.question import Question, answered_by, find_question
from sim.study.answer.result import Answer, Row, read_answer, save_answer

__all__ = [
    "MOST_RUNS",
    "Answer",
    "Question",
    "Row",
    "Watch",
    "answered_by",
    "ask",
    "find_question",
    "needed",
    "read_answer",
    "save_answer",
]
