"""What a gradient does not go through, and values that are still to be read.

1. An op whose pullback is None has no derivative. It may be computed and set aside; where its
   gradient is needed, it raises, and never gives a silent zero.
2. Closures stand for effects. The sum of two reads is a read again: nothing happens until it is
   called, and then each part happens once and in order. The gradient is the store's, as a dict.

Prints:
    1. set aside: 2.0
    needed: the op parity was declared without a pullback, and its gradient is needed...
    2. {'a': 1.0, 'b': 1.0}, after: add, read a, read b
"""

from collections.abc import Callable

import structgrad as sg

Read = Callable[[], float]


@sg.op
def parity(x: float) -> tuple[float, None]:
    return x % 2.0, None


def set_aside(x: float) -> float:
    parity(x)
    return 2.0 * x


def needed(x: float) -> float:
    return 2.0 * x + parity(x)


slope = sg.grad_bp(set_aside, 3.0)
assert slope == 2.0
print(f"1. set aside: {slope}")

try:
    sg.grad_bp(needed, 3.0)
except sg.StructgradError as error:
    print(f"needed: {error}")
else:
    raise AssertionError("a gradient went through what has none")


def read(store: dict[str, float], key: str, log: list[str]) -> Read:
    def reading() -> float:
        log.append(f"read {key}")
        return store[key]

    return reading


def add(a: Read, b: Read, log: list[str]) -> Read:
    log.append("add")
    return lambda: a() + b()


def total(store: dict[str, float], log: list[str]) -> float:
    both = add(read(store, "a", log), read(store, "b", log), log)
    return both()


log: list[str] = []
slopes = sg.grad_bp(total)({"a": 5.0, "b": 7.0}, log)
assert slopes == {"a": 1.0, "b": 1.0}
assert log == ["add", "read a", "read b"]
print(f"2. {slopes}, after: {', '.join(log)}")
