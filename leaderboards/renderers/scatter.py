"""A plot of score against effort as SVG, with the front of runs that no other run beats in both."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from leaderboards.renderers.page import text

WIDTH, HEIGHT = 720, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 24, 16, 48
_LABEL: Final = 15
"""Vertical room of a label."""


@dataclass(frozen=True, slots=True)
class Point:
    """One run: its name, effort (x), score (y) and the interval of the score."""

    name: str
    x: float
    y: float
    ci95: tuple[float, float] | None = None


def front(points: Sequence[Point], *, higher_is_better: bool = True) -> list[Point]:
    """Return the points that no other point beats: none has less effort and at least the score, from left to right.

    >>> points = [Point("a", 1, 50), Point("b", 2, 40), Point("c", 3, 60)]
    >>> [point.name for point in front(points)]
    ['a', 'c']
    """
    sign = 1 if higher_is_better else -1
    best = -math.inf
    found = []
    for point in sorted(points, key=lambda one: (one.x, -sign * one.y, one.name)):
        if sign * point.y > best:
            found.append(point)
            best = sign * point.y
    return found


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Return round numbers that cover a range, at least two; a range of one number is widened.

    >>> ticks(3, 47), ticks(5, 5)
    ([0.0, 10.0, 20.0, 30.0, 40.0, 50.0], [4.0, 4.5, 5.0, 5.5, 6.0])
    """
    if high - low <= 1e-9 * max(abs(low), abs(high)):
        reach = abs(high) / 5 or 1.0
        low, high = low - reach, high + reach
    span = high - low
    step = 10.0 ** math.floor(math.log10(span / count))
    step *= next(factor for factor in (1, 2, 2.5, 5, 10) if span / (step * factor) <= count)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [float(f"{number * step:.12g}") for number in range(first, last + 1)]


def scatter(
    points: Sequence[Point], *, x_label: str, y_label: str, higher_is_better: bool = True
) -> str:
    """Return the plot as one SVG element.

    Args:
        points: at least one.
        x_label: what the effort is, with its unit.
        y_label: what the score is.
        higher_is_better: direction of the score.
    """
    lows = [point.ci95[0] if point.ci95 else point.y for point in points]
    highs = [point.ci95[1] if point.ci95 else point.y for point in points]
    xs, ys = ticks(0, max(point.x for point in points)), ticks(min(lows), max(highs))

    def place_x(value: float) -> float:
        return _LEFT + (value - xs[0]) / (xs[-1] - xs[0]) * (WIDTH - _LEFT - _RIGHT)

    def place_y(value: float) -> float:
        return HEIGHT - _BOTTOM - (value - ys[0]) / (ys[-1] - ys[0]) * (HEIGHT - _TOP - _BOTTOM)

    parts = [
        f'<svg class="scatter" viewBox="0 0 {WIDTH} {HEIGHT}" role="img"'
        f' aria-label="{text(y_label)} against {text(x_label)}">'
    ]
    for value in ys:
        y = place_y(value)
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    for value in xs:
        parts.append(
            f'<text class="tick" x="{place_x(value):.1f}" y="{HEIGHT - _BOTTOM + 18}"'
            f' text-anchor="middle">{value:g}</text>'
        )
    parts.append(
        f'<text class="axis" x="{(_LEFT + WIDTH - _RIGHT) / 2}" y="{HEIGHT - 8}"'
        f' text-anchor="middle">{text(x_label)}</text>'
    )
    best = front(points, higher_is_better=higher_is_better)
    steps = []
    for number, point in enumerate(best):
        if number:
            steps.append(f"{place_x(point.x):.1f},{place_y(best[number - 1].y):.1f}")
        steps.append(f"{place_x(point.x):.1f},{place_y(point.y):.1f}")
    steps.append(f"{WIDTH - _RIGHT},{place_y(best[-1].y):.1f}")
    parts.append(f'<polyline class="front" points="{" ".join(steps)}"/>')
    taken: list[tuple[float, float, float]] = []
    for point in sorted(points, key=lambda one: place_y(one.y)):
        x, y = place_x(point.x), place_y(point.y)
        if point.ci95:
            top, bottom = place_y(point.ci95[1]), place_y(point.ci95[0])
            parts.append(
                f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>'
            )
        kind = "point on" if point in best else "point"
        title = f"{point.name}: {point.y:.1f} at {point.x:.3g}"
        parts.append(
            f'<circle class="{kind}" cx="{x:.1f}" cy="{y:.1f}" r="5"><title>{text(title)}</title></circle>'
        )
        parts.append(_label(point, x, y, taken))
    parts.append("</svg>")
    return "".join(parts)


def _label(point: Point, x: float, y: float, taken: list[tuple[float, float, float]]) -> str:
    """Return a name next to its point, moved down where another name stands."""
    name = point.name if len(point.name) <= 32 else f"{point.name[:31]}…"
    width = 7.0 * len(name)
    right = x + 10 + width <= WIDTH
    left = x + 10 if right else max(0.0, x - 10 - width)
    height = y + 4
    while any(
        abs(height - other) < _LABEL and left < end and start < left + width
        for start, end, other in taken
    ):
        height += _LABEL
    taken.append((left, left + width, height))
    anchor = "start" if right else "end"
    at = left if right else left + width
    return f'<text class="name" x="{at:.1f}" y="{height:.1f}" text-anchor="{anchor}">{text(name)}</text>'
