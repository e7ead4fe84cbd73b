"""Reading a part of a traced array by index: the hot path of code that goes through items one by one."""

import operator
from types import EllipsisType, NoneType
from typing import Any

import numpy as np

from structgrad.tape.hold import hold
from structgrad.tape.record import output
from structgrad.tape.rule import RULES
from structgrad.tape.tape import Tape

# What an index is made of that cannot change, and names no item twice.
BASIC = frozenset([int, slice, NoneType, EllipsisType])


def is_basic(index: Any) -> bool:
    """Whether an index is whole numbers and slices alone."""
    t = type(index)
    return t in BASIC or (t is tuple and BASIC.issuperset(map(type, index)))


def read(v: Any, index: Any) -> Any:
    """v[index], recorded."""
    tape = v._tape
    if not is_basic(index):
        index = _held(tape, index)
        tape.selects = tape.selects or _has_arrays(index)  # items that a mask or a list leaves out have no say
    y = v._value[index]
    rule = RULES[operator.getitem]
    slot = tape.next()
    tape.write((slot, rule, v._slot, v._home, rule.hot[0][0], index))
    return output(tape, slot, y, (operator.getitem, (v, index), {}))


def _held(tape: Tape, index: Any) -> Any:
    """An index as it is now, whatever is written into its lists and arrays later."""
    if type(index) is tuple:
        return tuple(_held(tape, item) for item in index)
    if type(index) is list:
        ids = np.array(index)
        return ids if ids.size else ids.astype(np.intp)
    return hold(tape, index) if type(index) is np.ndarray else index


def _has_arrays(index: Any) -> bool:
    return any(type(item) is np.ndarray for item in (index if type(index) is tuple else (index,)))
