"""Telling early that an array is changed which a gradient needs as it was."""

import functools
import operator
from collections.abc import Callable
from typing import Any, NamedTuple, ParamSpec, TypeVar

import numpy as np

from structgrad.errors import StructgradError
from structgrad.struct.walk import flatten
from structgrad.tape.call import innermost_of_items
from structgrad.tape.rule import RULES
from structgrad.tape.value import plain
from structgrad.transforms.notes import kind, place_of
from structgrad.transforms.sharing import is_traced

P = ParamSpec("P")
R = TypeVar("R")


def watch(fn: Callable[P, R], /) -> Callable[P, R]:
    """The same function, whose run raises where it writes into a plain array that the gradient needs as it was.

    fn: any function; differentiate `watch(fn)`, or a function that calls it. While it runs, constants are read-only
    from the operation on whose pullback needs them: the line that writes into one raises NumPy's ValueError, with a
    note of what they are needed for. What is written past that, through a view made before, or into the array of a
    leaf, raises StructgradError when fn returns. Then all arrays are as writeable as they were. Called with nothing
    traced it is just fn.

    Gradients do not need it: a constant that is used is copied. It finds the line after which a gradient speaks of
    another value than the rest of the code.

    >>> import numpy as np, structgrad as sg
    >>> from structgrad import debug
    >>> def loss(x: sg.Array) -> sg.Scalar:
    ...     c = np.ones(2)
    ...     y = np.sum(x * c)
    ...     c[0] = 5.0
    ...     return y
    >>> sg.grad_bp(debug.watch(loss))(np.zeros(2))
    Traceback (most recent call last):
    ValueError: assignment destination is read-only
    ...
    """

    @functools.wraps(fn)
    def watched(*args: P.args, **kwargs: P.kwargs) -> R:
        traced = [leaf for leaf in flatten([args, kwargs])[0] if is_traced(leaf)]
        tape = innermost_of_items(traced)
        if tape is None or tape.closed:
            return fn(*args, **kwargs)
        guard = _Guard(tape.program, [plain(leaf) for leaf in traced])
        tape.program = guard
        try:
            result = fn(*args, **kwargs)
        except ValueError as error:
            if "read-only" in str(error):
                error.add_note(guard.note())
            raise
        finally:
            tape.program = guard.before
            guard.release()
        guard.check()
        return result

    return watched


class _Watched(NamedTuple):
    """An array of the user's, what it was, and what it is needed for."""

    array: Any
    copy: Any
    use: str


class _Guard:
    """What stands in the place of a tape's program, over the one that was there: it freezes what operations need."""

    def __init__(self, before: Any, leaves: list[Any]) -> None:
        self.before = before
        self.arrays = {
            id(x): _watched(x, "it is of a leaf that is differentiated") for x in leaves if type(x) is np.ndarray
        }
        self.frozen: list[Any] = []

    def append(self, line: Any) -> None:
        """Freeze the constants that the pullbacks of an operation need, which has just been recorded."""
        if self.before is not None:
            self.before.append(line)
        for x in _needed(line):
            if type(x) is np.ndarray and id(x) not in self.arrays:
                self.arrays[id(x)] = _watched(x, f"{place_of(line)} uses it")
                self._freeze(x)

    def _freeze(self, x: Any) -> None:
        """Make an array read-only, and the memory that it shows; not where it could not be undone."""
        base = x.base if isinstance(x.base, np.ndarray) else None
        for array in (x, base) if base is None or base.flags.writeable else ():
            if array is not None and array.flags.writeable:
                array.flags.writeable = False
                self.frozen.append(array)

    def release(self) -> None:
        """Make all arrays writeable again, memory before what shows it."""
        for array in sorted(self.frozen, key=lambda x: isinstance(x.base, np.ndarray)):
            array.flags.writeable = True

    def check(self) -> None:
        """Raise StructgradError if an array was changed all the same."""
        for x, copy, use in self.arrays.values():
            if not np.array_equal(x, copy, equal_nan=x.dtype.kind in "fc"):
                raise StructgradError(
                    f"an array that the gradient needs, {kind(x)}, was changed while the function ran: {use}. "
                    f"Write into a copy."
                )

    def note(self) -> str:
        """Which arrays are read-only, and why."""
        frozen = {id(x) for x in self.frozen}
        uses = [f"{kind(x)}: {use}" for x, _, use in self.arrays.values() if id(x) in frozen]
        return "\n".join(["debug.watch made arrays read-only that the gradient needs:", *uses[-10:]])


def _watched(x: Any, use: str) -> _Watched:
    return _Watched(x, x.copy(), use)


def _needed(line: Any) -> list[Any]:
    """The arguments of an operation that its pullbacks need; all of them where no rule says."""
    function, args, kwargs, *_ = line
    if function is operator.setitem:
        return flatten(args[1])[0]  # what is written is copied at once
    rule = RULES.get(function)
    if rule is None or not rule.pulls:
        return flatten([args, kwargs])[0]
    given = dict(zip(rule.params, args, strict=False)) | kwargs
    moving = [name for name, x in given.items() if any(map(is_traced, flatten(x)[0]))]
    needed = {rule.params[i] for name in moving if name in rule.pulls for i in rule.pulls[name].holds}
    return flatten([given[name] for name in needed if name in given])[0]
