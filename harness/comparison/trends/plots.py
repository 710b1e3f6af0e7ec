"""Plots of a trend: lines of characters for a terminal, panels of an SVG image."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from leaderboards.renderers.page import text
from leaderboards.renderers.scatter import ticks

if TYPE_CHECKING:
    from harness.comparison.trends.trend import Point, Series, Trend

ROWS: Final = 9
"""Height of a terminal plot."""
_STEP: Final = 6
PANEL_WIDTH, PANEL_HEIGHT = 360, 220
_LEFT, _RIGHT, _TOP, _BOTTOM = 48, 16, 34, 30
ACROSS: Final = 3
"""Panels side by side."""


def _range(series: Series) -> tuple[float, float] | None:
    ends = [
        series.shown(end)
        for point in series.points
        if point.value is not None
        for end in (point.value, *(point.ci95 or ()))
    ]
    if not ends:
        return None
    low, high = min(ends), max(ends)
    return (low, high) if high > low else (low - 1, high + 1)


def terminal_plot(series: Series) -> list[str]:
    """Return a plot of characters: ``●`` a value, ``│`` its interval; nothing without values."""
    found = _range(series)
    if found is None:
        return []
    low, high = found

    def row(value: float) -> int:
        return round((high - series.shown(value)) / (high - low) * (ROWS - 1))

    width = _STEP * len(series.points)
    grid = [[" "] * width for _ in range(ROWS)]
    for number, point in enumerate(series.points):
        if point.value is None:
            continue
        column = number * _STEP + _STEP // 2
        if point.ci95 is not None:
            for line in range(row(point.ci95[1]), row(point.ci95[0]) + 1):
                grid[line][column] = "│"
        grid[row(point.value)][column] = "●"
    labels = {0: high, ROWS // 2: (low + high) / 2, ROWS - 1: low}
    decimals = 1 if series.percent else 2
    lines = []
    for number, cells in enumerate(grid):
        label = f"{labels[number]:.{decimals}f}" if number in labels else ""
        lines.append(f"{label:>8} ┤{''.join(cells)}".rstrip())
    steps = "".join(f"{f'{point.step:g}'[:_STEP]:^{_STEP}}" for point in series.points)
    return [*lines, f"{'':>8} └{'─' * width}", f"{'':>10}{steps}".rstrip()]


def svg(trend: Trend) -> str:
    """Return all series as one SVG image, a panel each; it follows light and dark by itself."""
    across = min(ACROSS, max(1, len(trend.series)))
    down = -(-len(trend.series) // across)
    width, height = across * PANEL_WIDTH, max(1, down) * PANEL_HEIGHT
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
        ' role="img" font-family="system-ui, sans-serif">',
        f"<style>{_STYLE}</style>",
        f'<rect class="paper" width="{width}" height="{height}"/>',
    ]
    for number, series in enumerate(trend.series):
        x, y = number % across * PANEL_WIDTH, number // across * PANEL_HEIGHT
        parts.append(f'<g transform="translate({x} {y})">{_panel(series)}</g>')
    return "\n".join([*parts, "</svg>"]) + "\n"


_STYLE: Final = (
    ".paper{fill:#fff}.title{fill:#1c2024;font-size:12px;font-weight:600}.tick{fill:#5b6470;font-size:11px}"
    ".grid{stroke:#dfe2e6}.line{fill:none;stroke:#0b62a8;stroke-width:2}.whisker{stroke:#0b62a8;stroke-width:1.5;opacity:.6}"
    ".point{fill:#0b62a8}@media (prefers-color-scheme:dark){.paper{fill:#15181c}.title{fill:#e7e9ec}.tick{fill:#9aa4b0}"
    ".grid{stroke:#323840}.line,.whisker{stroke:#6db3f2}.point{fill:#6db3f2}}"
)


def _panel(series: Series) -> str:
    title = f'<text class="title" x="{_LEFT}" y="20">{text(series.title)}</text>'
    found = _range(series)
    if found is None:
        return f'{title}<text class="tick" x="{_LEFT}" y="50">no value</text>'
    ys = ticks(*found, 4)
    steps = [point.step for point in series.points]

    def place_x(point: Point) -> float:
        span = steps[-1] - steps[0]
        share = (point.step - steps[0]) / span if span else 0.5
        return _LEFT + 8 + share * (PANEL_WIDTH - _LEFT - _RIGHT - 16)

    def place_y(value: float) -> float:
        share = (value - ys[0]) / (ys[-1] - ys[0])
        return PANEL_HEIGHT - _BOTTOM - share * (PANEL_HEIGHT - _TOP - _BOTTOM)

    parts = [title]
    for value in ys:
        y = place_y(value)
        parts.append(
            f'<line class="grid" x1="{_LEFT}" x2="{PANEL_WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
            f'<text class="tick" x="{_LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
        )
    known = [point for point in series.points if point.value is not None]
    line = " ".join(
        f"{place_x(point):.1f},{place_y(series.shown(point.value or 0.0)):.1f}" for point in known
    )
    parts.append(f'<polyline class="line" points="{line}"/>')
    for point in known:
        parts.append(_mark(series, point, place_x(point), place_y))
    for point in _labelled(series.points):
        parts.append(
            f'<text class="tick" x="{place_x(point):.1f}" y="{PANEL_HEIGHT - 10}" text-anchor="middle">{point.step:g}</text>'
        )
    return "".join(parts)


def _labelled(points: Sequence[Point], most: int = 6) -> list[Point]:
    """Return the points whose step is written under the axis: both ends, and some evenly between."""
    count = min(most, len(points))
    places = {round(n * (len(points) - 1) / max(1, count - 1)) for n in range(count)}
    return [points[place] for place in sorted(places)]


def _mark(series: Series, point: Point, x: float, place_y: Callable[[float], float]) -> str:
    value = series.shown(point.value or 0.0)
    parts = []
    label = f"{point.run}: {value:.4g}"
    if point.ci95 is not None:
        low, high = (series.shown(end) for end in point.ci95)
        parts.append(
            f'<line class="whisker" x1="{x:.1f}" x2="{x:.1f}" y1="{place_y(high):.1f}" y2="{place_y(low):.1f}"/>'
        )
        label += f" [{low:.4g}, {high:.4g}]"
    parts.append(
        f'<circle class="point" cx="{x:.1f}" cy="{place_y(value):.1f}" r="3.5"><title>{text(label)}</title></circle>'
    )
    return "".join(parts)
