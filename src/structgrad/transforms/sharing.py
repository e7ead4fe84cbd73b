"""Which outputs of a run share memory with each other or with its leaves, and how to make them share it elsewhere."""

from typing import Any, TypeAlias

from structgrad.tape.run import slot_in
from structgrad.tape.tape import Tape
from structgrad.tape.value import Traced, TracedArray
from structgrad.tape.views import origin

# For each traced output what it shows, a number among the roots or ~number among the leaves; and the calls, each with
# the array it was made of, that lead from there to it.
Views: TypeAlias = dict[int, tuple[int, list[tuple[Any, Any]]]]


def roots_of(found: list[Any], inner: list[Any], tape: Tape) -> tuple[list[Any], Views]:
    """The values that the outputs of a run are, or are views of; for each output which one, and by which calls.

    Its number among the roots, or ~number among the leaves of the run. So what shares memory in the block shares it
    outside, where it may be written into.
    """
    numbers = {id(leaf): ~i for i, leaf in enumerate(inner)}
    roots: list[Any] = []
    views: Views = {}
    for i, leaf in enumerate(found):
        root = leaf
        calls: list[tuple[Any, Any]] = []
        while id(root) not in numbers and (view := origin(root)):
            root, call = view
            calls.insert(0, (call, root))
        if slot_in(root, tape) is not None:
            if id(root) not in numbers:
                numbers[id(root)] = len(roots)
                roots.append(root)
            views[i] = numbers[id(root)], calls
    return roots, views


def made_anew(call: Any, parent: Any, new: Any) -> Any:
    """What a call that made a view makes of another array."""
    function, args, kwargs, *part = call
    made = function(*[new if arg is parent else arg for arg in args], **kwargs)
    return made[part[0]] if part else made


def is_traced(x: Any) -> bool:
    """Whether x is a traced value, of any run."""
    return type(x) is TracedArray or type(x) is Traced
