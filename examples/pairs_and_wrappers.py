"""Two results, a wrapper around a number, and a number with a count beside it.

1. A function may return two lists. The gradient by its argument is put together from what each was
   used for; one that is not used adds nothing.
2. A wrapper around one number has a gradient in the same wrapper.
3. A count beside a number is a constant: its gradient is 0, and stays whole. A lens of one's own
   shows the record as a pair, to set it, to read it, and to differentiate by it.

Prints:
    1. both: [2.0, 2.0, 0.5, 0.5, 0.5], the first alone: [2.0, 2.0, 0.0, 0.0, 0.0]
    2. Meters(value=6.0)
    3. DoubleInt(number=12.0, count=0), as a pair (12.0, 0)
"""

from dataclasses import dataclass

import structgrad as sg


def split_at(n: int, xs: list[float]) -> tuple[list[float], list[float]]:
    return xs[:n], xs[n:]


def both(xs: list[float]) -> float:
    first, second = split_at(2, xs)
    return 2.0 * sum(first) + 0.5 * sum(second)


def first_alone(xs: list[float]) -> float:
    first, _ = split_at(2, xs)
    return 2.0 * sum(first)


xs = [1.0, 2.0, 3.0, 4.0, 5.0]
by_both, by_first = sg.grad_bp(both, xs), sg.grad_bp(first_alone, xs)
assert by_both == [2.0, 2.0, 0.5, 0.5, 0.5]
assert by_first == [2.0, 2.0, 0.0, 0.0, 0.0]
print(f"1. both: {by_both}, the first alone: {by_first}")


@dataclass(frozen=True)
class Meters:
    value: float


def area(side: Meters) -> float:
    return side.value**2


by_side = sg.grad_bp(area, Meters(3.0))
assert by_side == Meters(6.0)
print(f"2. {by_side}")


@dataclass(frozen=True)
class DoubleInt:
    number: float
    count: int


def power(x: DoubleInt) -> float:
    return x.number**x.count


as_pair: sg.Lens[DoubleInt, tuple[float, int]] = sg.Lens.iso(
    lambda x: (x.number, x.count), lambda pair: DoubleInt(*pair)
)
cube = as_pair.set(DoubleInt(0.0, 0), (2.0, 3))
by_record, by_pair = sg.grad_bp(power)(cube), sg.grad_bp(power, wrt=as_pair)(cube)
assert cube == DoubleInt(2.0, 3)
assert by_record == DoubleInt(12.0, 0)
assert by_pair == (12.0, 0)
print(f"3. {by_record}, as a pair {by_pair}")
