"""Bounds on the values of a record, next to their types; each also says so in the JSON Schema."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

JsonSchema = dict[str, Any]
Handler = Callable[[Any], JsonSchema]


@dataclass(frozen=True, slots=True)
class Minimum:
    """A number that is not smaller."""

    value: int

    def __get_pydantic_json_schema__(self, core: Any, handler: Handler) -> JsonSchema:
        """Add the bound."""
        return {**handler(core), "minimum": self.value}


@dataclass(frozen=True, slots=True)
class Maximum:
    """A number that is not larger."""

    value: int

    def __get_pydantic_json_schema__(self, core: Any, handler: Handler) -> JsonSchema:
        """Add the bound."""
        return {**handler(core), "maximum": self.value}


@dataclass(frozen=True, slots=True)
class Length:
    """A list of exactly this many elements."""

    value: int

    def __get_pydantic_json_schema__(self, core: Any, handler: Handler) -> JsonSchema:
        """Add the length."""
        return {**handler(core), "minItems": self.value, "maxItems": self.value}


@dataclass(frozen=True, slots=True)
class Ordered:
    """Two ends of which the first is not above the second; null is an open end. A JSON Schema cannot say it."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Handler) -> JsonSchema:
        """Add nothing."""
        return handler(core)


@dataclass(frozen=True, slots=True, init=False)
class HasKeys:
    """An object that has at least these keys."""

    names: tuple[str, ...]

    def __init__(self, *names: str) -> None:
        object.__setattr__(self, "names", names)

    def __get_pydantic_json_schema__(self, core: Any, handler: Handler) -> JsonSchema:
        """Add the keys."""
        return {**handler(core), "required": list(self.names)}


@dataclass(frozen=True, slots=True)
class OrEmpty:
    """An object of the given form, or one without any key."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Handler) -> JsonSchema:
        """Allow the empty object."""
        return {"anyOf": [handler(core), {"type": "object", "maxProperties": 0}]}


Count = Annotated[int, Minimum(0)]
AtLeastOne = Annotated[int, Minimum(1)]
MOST_REPEATS: Final = 10_000
"""Replies that are asked for one item."""
MOST_SHARDS: Final = 100_000
"""Parts that a run is cut into."""
MOST_NAMED: Final = 10
"""Items without their clip that a manifest names."""
RepeatCount = Annotated[int, Minimum(1), Maximum(MOST_REPEATS)]
ShardNumber = Annotated[int, Minimum(1), Maximum(MOST_SHARDS)]
Decimals = Annotated[int, Minimum(0), Maximum(12)]
NotNegative = Annotated[float, Minimum(0)]
Interval = Annotated[list[float], Length(2), Ordered()]
OpenInterval = Annotated[list[float | None], Length(2), Ordered()]
"""An interval; an end is null where it is not finite."""
Range = Annotated[list[Count], Length(2), Ordered()]
