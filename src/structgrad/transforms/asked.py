"""The cotangents of several outputs, where what nobody asked for stays away: as zeros it could turn to NaN."""

from typing import Any

from structgrad.tape.cotangent import dense
from structgrad.tape.rule import Rule


class Asked:
    """Cotangents of those of several outputs that are asked for; the others stay away, where zeros could be NaN."""

    def __init__(self, pieces: list[tuple[int, Any]]) -> None:
        self.pieces = pieces

    def of(self, n: int) -> list[Any]:
        """The cotangents of n outputs, None where there is none."""
        gs: list[Any] = [None] * n
        for i, g in self.pieces:
            gs[i] = g
        return gs

    def add(self, other: "Asked") -> "Asked":
        """Both."""
        return Asked(self.pieces + other.pieces)

    def zero(self) -> "Asked":
        """Nothing is asked."""
        return Asked([])

    one = zero


def asked(g: Any, i: int) -> Asked:
    """The pullback of output i: its cotangent as one of those of the whole."""
    return Asked([(i, dense(g))])


PART = Rule(tuple, "part", "slope")
