"""Lines about orders of options and wordings of a prompt, for below the score table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from metrics.registry import find


def variation_lines(results: Mapping[str, Any], manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield for every task with ``--permute`` or ``--paraphrase`` what these say."""
    for name, entry in results["tasks"].items():
        found = entry.get("variations", {})
        if "orders" in found:
            count = manifest["tasks"][name]["permute"]["orders"]
            yield from _order_lines(name, count, found["orders"])
        if "spread" in found:
            yield from _wording_lines(name, found)


def _order_lines(name: str, count: int, found: Mapping[str, Any]) -> Iterator[str]:
    orders = "1 order" if count == 1 else f"all {count} orders"
    yield (
        f"orders: {name}: {share(found['all_right'])} of {found['all_right']['n']} items are right in {orders}, "
        f"{share(found['all_same'])} get the same option"
    )
    for one in found["positions"]:
        yield (
            f"orders: {name}: option {one['position']}: right where it is the answer {share(one['gold'])}, "
            f"chosen in {share(one['share'])}, right then {share(one['chosen'])}, bias {share(one['bias'], signed=True)}"
        )


def _wording_lines(name: str, found: Mapping[str, Any]) -> Iterator[str]:
    for metric, readings in found["spread"].items():
        if find(metric).role == "abstention":
            continue
        for reading, one in readings.items():
            values = ", ".join(
                f"{wording} {_value(metric, part[metric][reading]['value'])}"
                for wording, part in found["paraphrases"].items()
            )
            spread = one["range"]
            yield (
                f"paraphrases: {name}: {metric} {reading}: {values}; {one['best']} minus {one['worst']} "
                f"{_value(metric, spread['value'], signed=True)}{_interval(metric, spread['ci95'])}, "
                f"standard deviation {_value(metric, one['deviation'])}"
            )


def share(found: Mapping[str, Any], *, signed: bool = False) -> str:
    """Return a share in percent with its interval.

    >>> share({"value": 0.25, "ci95": [0.1, 0.5], "n": 12}), share({"value": None, "ci95": None, "n": 0})
    ('25.0% [10.0, 50.0]', '-')
    """
    if found["value"] is None:
        return "-"
    return f"{100 * found['value']:{'+' if signed else ''}.1f}%{_interval('accuracy', found['ci95'], 1)}"


def _value(metric: str, value: float | None, *, signed: bool = False) -> str:
    if value is None:
        return "-"
    sign = "+" if signed else ""
    return f"{100 * value:{sign}.2f}%" if find(metric).is_percent else f"{value:{sign}.2f}"


def _interval(metric: str, interval: list[float | None] | None, decimals: int = 2) -> str:
    if not interval or None in interval:
        return ""
    scale = 100 if find(metric).is_percent else 1
    low, high = (scale * float(bound or 0.0) for bound in interval)
    return f" [{low:.{decimals}f}, {high:.{decimals}f}]"
