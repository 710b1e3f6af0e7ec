"""Sequences in which few values occur often: a number per element, every value once."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, Generic, TypeVar, overload

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

T = TypeVar("T")
_SHARED: Final = 4096
"""Values that are looked for again; where there are more, values usually differ and each is kept by itself."""


class Pooled(Generic[T]):
    """Values in the order in which they were added, four bytes each; equal ones are one object.

    >>> colours = Pooled()
    >>> for name in ("red", "blue", "red"): colours.add(name, name)
    >>> colours.values, colours[2], len(colours), colours.where(lambda one: one == "red").tolist()
    (['red', 'blue'], 'red', 3, [True, False, True])

    Attributes:
        values: the distinct values, in order of first occurrence.
    """

    def __init__(self) -> None:
        self.values: list[T] = []
        self._numbers = array("I")
        self._known: dict[Hashable, int] = {}

    def add(self, key: Hashable, value: T) -> None:
        """Add a value; values of one type with equal keys are equal."""
        known = (type(value), key)
        number = self._known.get(known)
        if number is None:
            number = len(self.values)
            self.values.append(value)
            if number < _SHARED:
                self._known[known] = number
        self._numbers.append(number)

    def __len__(self) -> int:
        return len(self._numbers)

    def __getitem__(self, place: int) -> T:
        return self.values[self._numbers[place]]

    def at(self, places: Iterable[int]) -> Iterator[T]:
        """Return the values at some places, without a step of ours for each."""
        return map(self.values.__getitem__, map(self._numbers.__getitem__, places))

    def where(self, wanted: Callable[[T], bool]) -> npt.NDArray[np.bool_]:
        """Return a mask of the places whose values are wanted."""
        import numpy as np

        found = np.fromiter(map(wanted, self.values), dtype=np.bool_, count=len(self.values))
        if not len(self._numbers):
            return np.zeros(0, dtype=np.bool_)
        mask: npt.NDArray[np.bool_] = found[np.frombuffer(self._numbers, dtype=np.uint32)]
        return mask


class Picked(Sequence[T]):
    """The values at some places, looked up whenever they are asked for.

    Args:
        pooled: where they are.
        places: which ones.
    """

    def __init__(self, pooled: Pooled[T], places: Sequence[int]) -> None:
        self._pooled = pooled
        self._places = places

    def __len__(self) -> int:
        return len(self._places)

    @overload
    def __getitem__(self, index: int) -> T: ...

    @overload
    def __getitem__(self, index: slice) -> Picked[T]: ...

    def __getitem__(self, index: int | slice) -> T | Picked[T]:
        if isinstance(index, slice):
            return Picked(self._pooled, self._places[index])
        return self._pooled[self._places[index]]

    def __iter__(self) -> Iterator[T]:
        return self._pooled.at(self._places)
