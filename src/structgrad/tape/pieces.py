"""Cotangents in pieces: of an array read by index, of a tuple used item by item.

They are collected and put together once, so that n reads of one array cost O(n), not n whole arrays.
"""

from typing import Any

from structgrad.tape.tape import Home


class Scatter:
    """A cotangent that is zero but at some indices: pieces (index, g), and a dense rest or None."""

    __slots__ = ("home", "pieces", "rest")

    def __init__(self, index: Any, g: Any) -> None:
        self.pieces: list[tuple[Any, Any]] = [(index, g)]
        self.rest: Any = None
        self.home: Home = ((), None)


class Parts:
    """The cotangent of a tuple of outputs: pieces (i, g), and the shape and dtype of every item."""

    __slots__ = ("homes", "pieces")

    def __init__(self, g: Any, i: int, homes: list[Home]) -> None:
        self.pieces: list[tuple[int, Any]] = [(i, g)]
        self.homes: list[Home] = homes
