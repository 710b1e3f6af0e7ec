"""The vocabulary that all packages share, for authors of tasks, metrics and adapters.

Scoring: a metric turns one item into additive *sufficient statistics* (``Stats``), and a sum of
statistics into a value. Generation: an adapter turns a ``Request`` into a ``Response``; a failure of
one request is a value (``Response.error``), an exception means that the adapter is dead.

This module is the public import path. The definitions are in ``harness.core``.
"""

from harness.core.adapter import (
    INTERFACE_VERSION,
    Adapter,
    AdapterInfo,
    ErrorInfo,
    Finish,
    Request,
    Response,
)
from harness.core.generation import Generation
from harness.core.messages import (
    AnswerKind,
    Audio,
    Hints,
    Message,
    Mode,
    Role,
    Text,
    mode_of,
)
from harness.core.scoring import (
    MISSING,
    OUTCOMES,
    READINGS,
    Document,
    Family,
    ItemScore,
    Metric,
    Outcome,
    Positions,
    Reading,
    Scored,
    Stats,
)
from harness.core.task import (
    DataInfo,
    Documents,
    FunctionRef,
    Task,
    TaskSpec,
    Template,
)

__all__ = [
    "INTERFACE_VERSION",
    "MISSING",
    "OUTCOMES",
    "READINGS",
    "Adapter",
    "AdapterInfo",
    "AnswerKind",
    "Audio",
    "DataInfo",
    "Document",
    "Documents",
    "ErrorInfo",
    "Family",
    "Finish",
    "FunctionRef",
    "Generation",
    "Hints",
    "ItemScore",
    "Message",
    "Metric",
    "Mode",
    "Outcome",
    "Positions",
    "Reading",
    "Request",
    "Response",
    "Role",
    "Scored",
    "Stats",
    "Task",
    "TaskSpec",
    "Template",
    "Text",
    "mode_of",
]
