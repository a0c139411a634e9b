"""A sequence of what has labels: by number, by label, or a part of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, Self, TypeVar, overload

T = TypeVar("T")


@dataclass(frozen=True, repr=False)
class Labelled(Sequence[T], Generic[T]):
    """`all` of them, and how many `seconds` they took."""

    all: tuple[T, ...]
    seconds: float

    def _label(self, one: T) -> str:
        """By what it is found."""
        raise NotImplementedError

    @overload
    def __getitem__(self, place: int | str) -> T: ...
    @overload
    def __getitem__(self, place: slice) -> Self: ...
    def __getitem__(self, place: int | str | slice) -> T | Self:
        if isinstance(place, slice):
            return replace(self, all=self.all[place])
        if isinstance(place, int):
            return self.all[place]
        for one in self.all:
            if self._label(one) == place:
                return one
        raise KeyError(place)

    def __len__(self) -> int:
        return len(self.all)

    def __iter__(self) -> Iterator[T]:
        return iter(self.all)
