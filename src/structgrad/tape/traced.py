"""How NumPy and Python reach a traced value: operators, and NumPy's two protocols."""

import functools
import operator
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from structgrad.native import native
from structgrad.tape.call import CALLERS, dispatch, innermost, on_values, refuse_out
from structgrad.tape.hot import binary, calling, unary, with_constant
from structgrad.tape.read import as_items, read
from structgrad.tape.refuse import refuse_array
from structgrad.tape.rule import Rule, name_of, on_entry
from structgrad.tape.value import Traced, TracedArray
from structgrad.tape.views import add_view
from structgrad.tape.write import blank, into, is_float_array, replace, write

_BINARY = {
    "add": (np.add, operator.add),
    "sub": (np.subtract, operator.sub),
    "mul": (np.multiply, operator.mul),
    "truediv": (np.divide, operator.truediv),
    "pow": (np.power, operator.pow),
    "mod": (np.remainder, operator.mod),
    "matmul": (np.matmul, operator.matmul),
}
_UNARY: dict[str, tuple[Any, Callable[[Any], Any]]] = {
    "neg": (np.negative, operator.neg),
    "pos": (np.positive, operator.pos),
    "abs": (np.absolute, operator.abs),
}
_FLAT = ("lt", "le", "eq", "ne", "gt", "ge", "floordiv")


# What makes an array to be filled: it depends on no leaf, and holds traced values once they are written into it.
_LIKE: tuple[Any, ...] = (np.zeros_like, np.ones_like, np.empty_like, np.full_like)
_MADE: tuple[Any, ...] = (np.zeros, np.ones, np.empty, np.full, np.eye, np.identity)
_TAKEN: tuple[Any, ...] = (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.asfortranarray)
_NEW = frozenset([*_LIKE, *_MADE, *_TAKEN])


_OPERATOR: dict[Any, tuple[str, Any]] = {f: (name, compute) for name, (f, compute) in (_BINARY | _UNARY).items()}
# How a ufunc is recorded that takes the hot path.
_RECORD: dict[Any, Callable[..., Any]] = {}


def _selecting(record: Callable[..., Any]) -> Callable[..., Any]:
    def select(*inputs: Any) -> Any:
        tape: Any = innermost(inputs)  # there is one, for a traced value was asked
        tape.selects = True
        return record(*inputs)

    return select


def _bind(function: Any, rule: Rule) -> None:
    """Record a ufunc, and the operator that it has, by the rule that was entered for it."""
    if not isinstance(function, np.ufunc):
        if native is not None:
            _bind_in_c(function, rule)
        return
    _RECORD.pop(function, None)
    if not rule.direct:
        return
    recorder = unary if rule.arity == 1 else binary
    record = recorder(rule, function)
    _RECORD[function] = _selecting(record) if rule.selects else record
    if function in _OPERATOR:
        name, compute = _OPERATOR[function]
        setattr(Traced, f"__{name}__", recorder(rule, compute))
        if rule.arity == 2:
            setattr(Traced, f"__r{name}__", with_constant(rule, 1, compute))


def _bind_in_c(function: Any, rule: Rule) -> None:
    if function is operator.getitem:
        setattr(TracedArray, "__getitem__", native.reader(read, rule, function, rule.hot[0][0]))  # noqa: B010  # as the others
        return
    caller = calling(rule) if function not in _NEW else None
    if caller is None:
        CALLERS.pop(function, None)
    else:
        CALLERS[function] = caller


def _flat_operator(name: str) -> None:
    compute = getattr(operator, name)
    setattr(Traced, f"__{name}__", lambda self, other: on_values(compute, (self, other), {}))


for _name in _FLAT:
    _flat_operator(_name)


def _array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **kwargs: Any) -> Any:
    if method == "__call__" and not kwargs:
        record = _RECORD.get(ufunc)
        if record is None:
            return dispatch(ufunc, inputs, kwargs)
        return record(*inputs)
    if kwargs.get("where") is True:
        del kwargs["where"]
    function = ufunc if method == "__call__" else (ufunc, method)
    out = kwargs.pop("out", None)
    if out is None:
        return dispatch(function, inputs, kwargs)
    if type(out[0]) is not TracedArray or len(out) > 1:
        refuse_out(ufunc.__name__)
    where = kwargs.pop("where", True) if method == "__call__" else True
    if any(type(x) is TracedArray or type(x) is Traced for x in inputs):
        return into(out[0], dispatch(function, inputs, kwargs), where)
    return into(out[0], getattr(ufunc, method)(*inputs, **kwargs), where)


def _array_function(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    out = kwargs.get("out")
    if out is None:
        made = dispatch(function, args, kwargs)
        return blank(made, self._tape) if function in _NEW and is_float_array(made) else made
    if type(out) is not TracedArray:
        refuse_out(name_of(function))
    return into(out, function(*args, **{key: value for key, value in kwargs.items() if key != "out"}))


def _in_place(name: str) -> Callable[[Any, Any], Any]:
    compute = getattr(operator, name)

    def assign(self: Any, other: Any) -> Any:
        y = compute(self, other)
        if y.shape != self.shape:
            raise ValueError(f"an array of shape {self.shape} cannot take the result in place, of shape {y.shape}")
        replace(self, y)
        return self

    return assign


def _array(self: Any, dtype: Any = None, copy: Any = None) -> Any:
    """Where NumPy gives no hook it gets an object array of traced items, which is lifted back later."""
    if (dtype is not None and np.dtype(dtype).kind != "O") or self.dtype.kind == "c":
        refuse_array(self)  # of objects NumPy does not know whether they are complex
    items = as_items(self)
    if copy is not True and type(self) is TracedArray:
        add_view(self, items)
        items.flags.writeable = False  # self would not show what is written there
    return items


def _rows(self: Any) -> Iterator[Any]:
    return map(functools.partial(read, self), range(len(self._value)))


def _rdivmod(self: Any, other: Any) -> Any:
    return other // self, other % self


_PYTHON: dict[str, Callable[..., Any]] = {
    "__array_ufunc__": _array_ufunc if native is None else native.ufunc_hook(_RECORD, _array_ufunc),
    "__array_function__": _array_function if native is None else native.function_hook(CALLERS, _array_function),
    "__array__": _array,
    "__rfloordiv__": lambda self, other: on_values(operator.floordiv, (other, self), {}),
    "__divmod__": lambda self, other: (self // other, self % other),
    "__rdivmod__": _rdivmod,
    "__bool__": lambda self: bool(on_values(bool, (self,), {})),
    "__hash__": lambda self: hash(on_values(lambda x: x, (self,), {})),
    "__round__": lambda self, *digits: on_values(round, (self, *digits), {}),
    "__floor__": lambda self: on_values(lambda x: x.__floor__(), (self,), {}),
    "__ceil__": lambda self: on_values(lambda x: x.__ceil__(), (self,), {}),
    "__trunc__": lambda self: on_values(lambda x: x.__trunc__(), (self,), {}),
}
for _name, _function in _PYTHON.items():
    setattr(Traced, _name, _function)

_SEQUENCE: dict[str, Callable[..., Any]] = {
    "__getitem__": read,
    "__setitem__": write,
    "__len__": lambda self: len(self._value),
    "__contains__": lambda self, x: on_values(lambda v, x: x in v, (self, x), {}),
    "__iter__": _rows,
}
for _name, _function in _SEQUENCE.items():
    setattr(TracedArray, _name, _function)
for _name in (*_BINARY, "floordiv"):
    setattr(TracedArray, f"__i{_name}__", _in_place(_name))

on_entry(_bind)
