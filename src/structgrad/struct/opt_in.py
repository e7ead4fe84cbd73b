"""`extend.container`: a class of one's own becomes a container."""

from typing import TypeVar

from structgrad.struct.attributes import attributes
from structgrad.struct.kind import CONTAINERS
from structgrad.struct.leaf import ask_again

C = TypeVar("C", bound=type)


def container(cls: C, /) -> C:
    """Let structgrad open the objects of a class, and of its subclasses: every attribute is a field.

    A decorator, or a call for a class of somebody else's; gives the class back as it is. For classes that are
    no dataclass, attrs class or model, which need none of this. Attributes annotated `Static[...]` in the class
    are carried along; cached properties are computed anew. New objects are made without `__init__`.

    >>> import structgrad as sg
    >>> from structgrad import extend
    >>> @extend.container
    ... class Line:
    ...     def __init__(self, slope: float) -> None:
    ...         self.slope = slope
    >>> sg.grad_bp(lambda line: line.slope**2, Line(3.0)).slope
    6.0
    """
    CONTAINERS[cls] = attributes
    ask_again()
    return cls
