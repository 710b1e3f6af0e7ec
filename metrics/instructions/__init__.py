"""Instruction checkers of the IFEval family: 25 rules, three wrappers, no random draw.

``check`` judges one text by one instruction, ``evaluate`` a reply as Google's IFEval, VoiceBench or
Speech-IFEval would. Verdicts are probabilities in [0, 1], exact where upstream draws at random.
Errors are ``InstructionError`` (a ``UsageError``): upstream stops at such an item, so a scorer
records the item as aborted in the official reading and failed in the strict one.
"""

from metrics.instructions.arguments import (
    INSTRUCTION_IDS,
    InstructionError,
    UndeterminedArgumentError,
    UnknownInstructionError,
)
from metrics.instructions.verdicts import (
    InstructionVerdicts,
    check,
    clean_reply,
    evaluate,
    loose_variants,
)

__all__ = [
    "INSTRUCTION_IDS",
    "InstructionError",
    "InstructionVerdicts",
    "UndeterminedArgumentError",
    "UnknownInstructionError",
    "check",
    "clean_reply",
    "evaluate",
    "loose_variants",
]
