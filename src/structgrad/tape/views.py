"""Arrays that share memory: which traced values are views of which, found as NumPy finds it, and how they follow.

A traced value knows the array that it is a view of and the call that made it, and that array knows its views,
weakly. After a write the views are made anew by the same calls: so every function that gives a view takes part,
at every level of nesting, without a word from its rule.
"""

import weakref
from collections.abc import Iterator
from typing import Any, Literal

import numpy as np

from structgrad.errors import LostGradientError, users_line
from structgrad.tape.value import TracedArray, plain


def laid_out(y: Any, order: Literal["C", "A", "K"], like: Any = None) -> Any:
    """A traced array, or several, with memory of their own, in the order NumPy has: see `derive`.

    Where NumPy's result is no view and this one is, or where that ravels into a view and this one into a copy, the next
    write would go another way.
    """
    if type(y) is list or type(y) is tuple:
        return type(y)([laid_out(item, order, like) for item in y])
    now, model = plain(y), plain(like)
    if now is y or type(now) is not np.ndarray:
        return y
    if order == "K" and type(model) is np.ndarray and model.shape == now.shape:
        axes = tuple(np.argsort([-step for step in np.empty_like(model).strides], kind="stable"))
    else:
        backwards = order != "C" and type(model) is np.ndarray and model.flags.fnc
        axes = tuple(range(now.ndim))[:: -1 if backwards else 1]
    if now.base is None and now.transpose(axes).flags.c_contiguous:
        return y
    if axes == tuple(range(now.ndim)):
        return np.copy(y, order="C")
    turned = np.copy(np.transpose(y, axes), order="C")
    return np.copy(np.transpose(turned, tuple(np.argsort(axes))), order="K")


def snapshot(v: Any) -> Any:
    """A traced array as it is now, whatever is written into v later."""
    return TracedArray(v._value, v._slot, v._tape, v._home)


def as_now(x: Any) -> Any:
    """A snapshot of a traced array; anything else as it is."""
    return snapshot(x) if type(x) is TracedArray else x


class Listing(list[Any]):
    """A program that is kept: its lines name values as they were, whatever is written into them later."""

    def append(self, line: Any) -> None:
        """Note a line (function, args, kwargs, output)."""
        function, args, kwargs, *part, out = line
        now = {key: as_now(arg) for key, arg in kwargs.items()}
        super().append((function, tuple(map(_as_noted, args)), now, *part, as_now(out)))


def _as_noted(arg: Any) -> Any:
    return type(arg)([as_now(item) for item in arg]) if type(arg) in (list, tuple) else as_now(arg)


def rebind(v: Any, to: Any) -> None:
    """Let a traced array stand for what another stands for."""
    v._value, v._slot, v._tape, v._home = to._value, to._slot, to._tape, to._home


def note_view(out: Any, call: tuple[Any, ...]) -> None:
    """Remember that the output of a call is a view of one of its arguments, if it is."""
    memory = _owner(plain(out))
    for arg in call[1]:
        if type(arg) is TracedArray and _owner(plain(arg)) is memory:
            out._view = (arg, call)
            add_view(arg, out)
            return


def shown(y: Any, args: Any) -> bool:
    """Whether a result is the very array that a traced argument stands for."""
    return any(type(arg) is TracedArray and arg._value is y for arg in args)


def add_view(v: Any, view: Any) -> None:
    """Count a traced array, or an object array of v's items, among what shows the memory of v."""
    views = getattr(v, "_views", None)
    if views is None:
        v._views = [weakref.ref(view)]
        return
    if len(views) & (len(views) - 1) == 0:  # at each power of two, let go of the dead
        views[:] = [ref for ref in views if ref() is not None]
    views.append(weakref.ref(view))


def origin(v: Any) -> tuple[Any, tuple[Any, ...]] | None:
    """The array that v is a view of, and the call that made it; None if v has memory of its own."""
    return getattr(v, "_view", None)


def views_of(v: Any) -> Iterator[Any]:
    """The views of v that are still alive."""
    for ref in getattr(v, "_views", ()):
        view = ref()
        if view is not None:
            yield view


def root_of(v: Any) -> Any:
    """The array that has the memory which v shows.

    LostGradientError if an object array shows it too, np.asarray(v): its items could not follow a write.
    """
    while (parent := origin(v)) is not None:
        v = parent[0]
    arrays = [v]
    while arrays:
        for view in views_of(arrays.pop()):
            if type(view) is np.ndarray:
                raise LostGradientError(
                    f"an array is written into{users_line()} while np.asarray of it is in use, which would not "
                    f"show it. Take np.array(v), a copy, or leave np.asarray away."
                )
            arrays.append(view)
    return v


def follow(root: Any) -> None:
    """Bring every view of an array, and theirs, up to what the array has become."""
    arrays = [root]
    while arrays:
        parent = arrays.pop()
        for view in list(views_of(parent)):
            made = again(view._view[1], parent)
            rebind(view, made)
            arrays.append(view)


def again(call: tuple[Any, ...], parent: Any) -> Any:
    """What a call gives with the parent as it is now; a part of it, where it gave several."""
    function, args, kwargs, *part = call
    made = function(*[parent if arg is parent else arg for arg in args], **kwargs)
    return made[part[0]] if part else made


def _owner(x: Any) -> Any:
    while (base := getattr(x, "base", None)) is not None:  # windows of a sliding view are two steps from it
        x = base
    return x
