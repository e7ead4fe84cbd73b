"""The ways out of a run that would lose the gradient: each raises, and says what to do instead."""

from collections.abc import Callable
from typing import Any, Final, NoReturn

from structgrad.errors import LostGradientError, users_line
from structgrad.tape.rule import name_of
from structgrad.tape.tape import refuse_escaped
from structgrad.tape.value import Traced, TracedArray, home_of
from structgrad.tape.views import as_now

_NUMBER = (
    "{way}, or writing it into a plain array, would forget the gradient of {what}{line}. Leave it as it is (NumPy's "
    "functions take it; annotate the function `-> sg.Scalar`), use np.{function} in place of math.{function}; to fill "
    "an array, z[i] = v, make it with like=: z = np.zeros(3, like=v); or take stop_gradient(v) if a constant is meant."
)
_ARRAY = (
    "NumPy tried to turn {what} into a plain array{line}, which would forget its gradient. In place of "
    "np.array([v, w], dtype) write np.stack([v, w]).astype(dtype), and np.stack for complex numbers too; a "
    "np.float64(v) may stay v (annotate the function `-> sg.Scalar`); to fill an array, z[i] = v, make it with like=: "
    "z = np.zeros(3, like=v); or take stop_gradient(v) if a constant is meant."
)
_ITEM = (
    "{what} cannot be changed in this way{line}: its dtype and memory are fixed within a run. Write into it, v[i] = w, "
    "or build another array with np.stack or np.concatenate."
)
# No __getattr__ for these: a class that has one pays for it at every attribute it does have.
_ATTRIBUTE = "attribute {name} of {what} is not known to structgrad{line}. Take stop_gradient(v) to read it."
_PICKLE = "{what} cannot be pickled{line}: it lives only within its run. Take stop_gradient(v), or return the value."


def describe(v: Any) -> str:
    """What a traced value is, as the user knows it: the path of its leaf, or the operation that made it."""
    tape, slot = v._tape, v._slot
    paths = tape.paths()
    leaf = slot if type(slot) is int else slot.leaf  # forward mode's slots are cells
    if leaf is not None and leaf < len(paths):
        return paths[leaf] or "the argument"
    name = next((edge[1].name for edge in tape.edges[1:] if edge[0] == slot), None)
    return f"the result of {name}" if name else "a traced value"


def _raising(text: str, **words: str) -> Callable[..., NoReturn]:
    def refuse(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
        if self._tape.closed:
            refuse_escaped(self._tape)
        raise LostGradientError(text.format(what=describe(self), line=users_line(), **words))

    return refuse


for _way in ("float", "int", "complex", "index"):
    setattr(Traced, f"__{_way}__", _raising(_NUMBER, way=f"{_way}()", function="sin"))
for _way in (
    "item",
    "tobytes",
    "tofile",
    "dump",
    "dumps",
    "byteswap",
    "view",
    "getfield",
    "data",
    "__buffer__",
):
    setattr(Traced, _way, _raising(_NUMBER, way=f"{_way}()", function="sin"))
for _way in ("base", "ctypes", "as_integer_ratio", "is_integer", "hex"):
    setattr(Traced, _way, property(_raising(_ATTRIBUTE, name=_way)))
for _way in ("itemset", "resize", "setfield", "setflags"):
    setattr(TracedArray, _way, _raising(_ITEM))
refuse_array: Final = _raising(_ARRAY)
setattr(Traced, "__reduce_ex__", _raising(_PICKLE))  # noqa: B010  # one form for all


def _text(self: Any) -> str:
    return f"Traced({self._value!r}, %{self._slot})"


_PYTHON: dict[str, Callable[..., Any]] = {
    "__repr__": _text,
    "__str__": lambda self: str(self._value),
    "__format__": lambda self, spec: format(self._value, spec),
    # A copy stands for the same value, and goes its own way when one of the two is written into.
    "__copy__": as_now,
    "__deepcopy__": lambda self, memo: as_now(self),
}
for _name, _function in _PYTHON.items():
    setattr(Traced, _name, _function)


def _kind(arg: Any) -> str:
    shape, dtype = home_of(arg)
    return str(dtype.__name__) if shape is None else f"{dtype}{list(shape) if shape else ''}"


def no_rule(function: Any, args: tuple[Any, ...]) -> str:
    """What to say of a function that has no rule for these arguments."""
    name = name_of(function)
    kinds = ", ".join(_kind(a) for a in args)
    whole = f"np.{name}" if (getattr(function, "__module__", None) or "").startswith("numpy") else name
    return (
        f"no rule for {name}({kinds}){users_line()}. Give it one: structgrad.extend.rule({whole}, "
        f"x=lambda g, x: ...), where g is the cotangent of the result; or wrap your computation in structgrad.op."
    )
