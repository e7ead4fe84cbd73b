"""Reading a part of a traced array by index: the hot path of code that goes through items one by one."""

import operator
from types import EllipsisType, NoneType
from typing import Any

import numpy as np

from structgrad.tape.hold import hold
from structgrad.tape.record import output
from structgrad.tape.rule import RULES
from structgrad.tape.tape import Tape
from structgrad.tape.value import Traced, TracedArray
from structgrad.tape.views import snapshot

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
        index = held_index(tape, index)
        # Items that a mask or a list leaves out have no say; of a leaf nothing comes before that could ask them.
        tape.selects = tape.selects or (_has_arrays(index) and not _is_leaf(v))
    y = v._value[index]
    rule = RULES[operator.getitem]
    slot = tape.next()
    tape.write((slot, rule, v._slot, v._home, rule.hot[0][0], index))
    return output(tape, slot, y, (operator.getitem, (v, index), {}))


def held_index(tape: Tape, index: Any) -> Any:
    """An index as it is now, whatever is written into its lists and arrays later."""
    if is_basic(index):
        return index
    if type(index) is tuple:
        return tuple([held_index(tape, item) for item in index])
    if type(index) is list:
        ids = np.array(index)
        return ids if ids.size else ids.astype(np.intp)
    return hold(tape, index) if type(index) is np.ndarray else index


def _has_arrays(index: Any) -> bool:
    return any(type(item) is np.ndarray for item in (index if type(index) is tuple else (index,)))


def _is_leaf(v: Any) -> bool:
    return type(v._slot) is int and v._slot < v._tape.leaves


def as_items(x: Any) -> Any:
    """A traced value as an object array of its items; anything else as it is."""
    if type(x) is TracedArray:
        return items_of(x)
    if type(x) is not Traced:
        return x
    item = np.empty((), dtype=object)
    item[()] = x
    return item


def items_of(v: Any) -> Any:
    """A traced array as an object array of its items; each remembers where it is from."""
    whole = snapshot(v)
    items = np.empty(v.shape, dtype=object)
    for i, index in enumerate(np.ndindex(v.shape)):
        item = read(whole, index)
        item._item = (whole, i)
        items[index] = item
    return items
