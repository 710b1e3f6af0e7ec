"""Fit the weights with which words of a reply lean towards refusing (``tasks/voicebench/leaning.py``), and write them.

The replies are those of ``tests/fixtures/voicebench``: ``refusals.txt``, ``compliance.txt`` and ``ordinary.txt``, one a line. The sets that only
measure (``unseen_*.txt``) are not read. ``--folds N`` writes nothing and prints how many replies are read as meant by
weights that were fitted without them.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tasks.voicebench.leaning import WEIGHTS, pieces
from tasks.voicebench.refusals import opened

REPLIES = Path(__file__).resolve().parents[1] / "tests" / "fixtures" / "voicebench"
LEAST = 2
"""Replies that a piece must be in."""
STRENGTH = 20.0
"""Inverse of the penalty on the squares of weights."""
SMALLEST = 0.2
"""Weights nearer to zero are left out."""


def lines() -> list[tuple[str, int]]:
    """Return the replies, each with 1 if it refuses, else 0."""
    found = []
    for name, refuses in (("refusals.txt", 1), ("compliance.txt", 0), ("ordinary.txt", 0)):
        text = (REPLIES / name).read_text(encoding="utf-8")
        found += [(line.replace("\\n", "\n"), refuses) for line in text.splitlines() if line]
    return found


def digest(replies: list[tuple[str, int]]) -> str:
    """Return what names a set of replies."""
    return hashlib.sha256(repr(sorted(replies)).encode()).hexdigest()[:16]


def fit(replies: list[tuple[str, int]]) -> tuple[dict[str, float], float]:
    """Return the weights of pieces, and the bias, of a logistic regression."""
    import numpy as np
    from scipy.optimize import minimize
    from scipy.sparse import csr_array

    sets = [pieces(opened(text)) for text, _ in replies]
    count = Counter(piece for found in sets for piece in found)
    names = sorted(piece for piece, number in count.items() if number >= LEAST)
    place = {name: number for number, name in enumerate(names)}
    rows, columns, values = [], [], []
    for row, found in enumerate(sets):
        for piece in found:
            if piece in place:
                rows.append(row)
                columns.append(place[piece])
                values.append(len(found) ** -0.5)
    matrix = csr_array((values, (rows, columns)), shape=(len(sets), len(names)))
    sign = np.array([2 * refuses - 1 for _, refuses in replies], dtype=float)

    def loss(at: Any) -> tuple[float, Any]:
        margin = sign * (matrix @ at[:-1] + at[-1])
        slope = -sign / (1 + np.exp(margin)) * STRENGTH
        gradient = np.append(matrix.T @ slope + at[:-1], slope.sum())
        return float(STRENGTH * np.logaddexp(0, -margin).sum() + at[:-1] @ at[:-1] / 2), gradient

    best = minimize(
        loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", options={"maxiter": 300}
    ).x
    return {name: float(best[place[name]]) for name in names}, float(best[-1])


def write(weights: dict[str, float], bias: float, name: str) -> str:
    """Return the file of the weights."""
    by_weight: dict[int, list[str]] = defaultdict(list)
    for piece, weight in weights.items():
        if abs(weight) >= SMALLEST:
            by_weight[round(weight * 20) * 5].append(piece)
    lines = [
        "# Weights of pieces of replies, in hundredths (tasks/voicebench/leaning.py); the empty piece is the bias.",
        "# Fitted by scripts/refusal_weights.py, not written by hand.",
        f"# replies: {name}",
        f"{round(bias * 100)}\t",
    ]
    lines += ["\t".join((str(weight), *sorted(by_weight[weight]))) for weight in sorted(by_weight)]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Fit and write, or measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folds", type=int, default=0)
    folds = parser.parse_args().folds
    replies = lines()
    if not folds:
        WEIGHTS.write_text(write(*fit(replies), digest(replies)), encoding="utf-8")
        return
    for wanted in (1, 0):
        right = total = 0
        for fold in range(folds):
            weights, bias = fit([one for n, one in enumerate(replies) if n % folds != fold])
            for text, refuses in replies[fold::folds]:
                if refuses == wanted:
                    found = pieces(opened(text))
                    sum_ = bias + sum(weights.get(p, 0) for p in found) / len(found) ** 0.5
                    total += 1
                    right += (sum_ > 0) == bool(wanted)
        print(("refusals" if wanted else "complying replies"), f"{right} of {total}")


if __name__ == "__main__":
    main()
