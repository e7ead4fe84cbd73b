"""Numbers and arrays of every dtype and class come back to the last bit; what a file cannot hold is refused."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import UnknownLeafError
from structgrad.saving import load, save


def round_trip(folder: Path, x: Any) -> Any:
    """What is loaded into a struct like x with zeros for numbers."""
    save(folder / "x", x)
    return load(folder / "x", like=sg.zero(x))


@pytest.mark.parametrize("dtype", "f2 f4 f8 c8 c16 i1 i2 i4 i8 u1 u2 u4 u8 b1 q Q l".split())
@pytest.mark.parametrize("shape", [(), (3,), (2, 0, 3), (2, 3)])
@pytest.mark.parametrize("order", ["<", ">"])
def test_arrays_of_every_dtype_come_back(
    tmp_path: Path, dtype: str, shape: tuple[int, ...], order: Literal["<", ">"]
) -> None:
    numbers = np.random.default_rng(1).integers(0, 2**63, size=(*shape, 2), dtype=np.int64)
    kind = np.dtype(dtype).newbyteorder(order)
    flat = numbers.view(np.uint8) % 2 if dtype == "b1" else numbers.view(np.uint8)  # all bits, NaNs among them
    x = np.ascontiguousarray(flat).reshape(-1)[: int(np.prod(shape)) * kind.itemsize].copy().view(kind).reshape(shape)

    back = round_trip(tmp_path, x)

    assert (back.dtype, back.shape, back.tobytes()) == (x.dtype, x.shape, x.tobytes())
    assert back.flags.writeable


def test_scalars_of_every_class_come_back(tmp_path: Path) -> None:
    class Metre(float):
        pass

    class Half(np.float16):
        pass

    numpy = [np.dtype(c).type(3) for c in "? b B h H i I l L q Q e f d F D".split()]
    python = [True, 2**70, -3, 0.1, -0.0, float("nan"), float("inf"), 1.5 - 0.0j, Fraction(-1, 7), Fraction(0)]
    exact = [Decimal("-1.50E+7"), Decimal("NaN"), Decimal("-Infinity")]
    x = [*numpy, *python, *exact, Metre(2.5), Half(0.1)]

    save(tmp_path / "x", x)
    back = load(tmp_path / "x", like=x)

    assert [type(v) for v in x] == [type(v) for v in back]
    assert [repr(v) for v in x] == [repr(v) for v in back]


def test_numbers_longer_than_python_prints_come_back(tmp_path: Path) -> None:
    x = [-(10**5000), Fraction(10**5000, 7), Decimal(10) ** 5000]

    assert x == round_trip(tmp_path, x)


def test_strided_transposed_and_broadcast_arrays_come_back(tmp_path: Path) -> None:
    a = np.arange(24.0).reshape(4, 6)
    x = [a[::2, ::-3], a.T, np.asfortranarray(a), np.broadcast_to(a[0], (3, 6)), a[1:1], (a + 1j * a)[:, 1::2]]

    back = round_trip(tmp_path, x)

    assert all(np.array_equal(p, q) and p.dtype == q.dtype for p, q in zip(back, x, strict=True))


def test_a_memmap_comes_back_as_one(tmp_path: Path) -> None:
    x = np.memmap(tmp_path / "data", dtype=np.float32, shape=(3,), mode="w+")
    x[:] = [1.0, 2.0, 3.0]
    like = np.memmap(tmp_path / "other", dtype=np.float32, shape=(3,), mode="w+")

    save(tmp_path / "x", {"x": x})
    back = load(tmp_path / "x", like={"x": like})["x"]

    assert type(back) is np.memmap
    assert back.tolist() == [1.0, 2.0, 3.0]
    assert like.tolist() == [0.0, 0.0, 0.0]


class Money:
    def __init__(self, cents: float) -> None:
        self.cents = cents

    def zero(self) -> "Money":
        return Money(0.0)

    def add(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def one(self) -> "Money":
        return Money(1.0)


class Price(float):
    """A float with more in it than its number."""

    zero = one = add = float.conjugate


class Tagged(float):
    unit: str


def tagged() -> Tagged:
    x = Tagged(3.0)
    x.unit = "m"
    return x


@pytest.mark.parametrize(
    ("leaf", "message"),
    [
        (Money(3.0), r"\['x'\]\[0\] is a Money, and a file holds numbers and arrays. Make it a dataclass"),
        (Price(3.0), r"\['x'\]\[0\] is a Price, and a file holds"),
        (tagged(), r"\['x'\]\[0\] is a Tagged with attributes \(unit\) beside its number"),
        (np.ones(2, np.longdouble), r"\['x'\]\[0\] has dtype (float128|float96), .* astype\(np.float64\)"),
        (np.clongdouble(2), r"\['x'\]\[0\] has dtype complex"),
        (np.zeros(2, "i4,f8"), r"\['x'\]\[0\] is a numpy.ndarray of dtype"),
        (object(), r"\['x'\]\[0\] is a builtins.object"),
        (np.ma.ones(2), r"\['x'\]\[0\] is a numpy.ma.*MaskedArray"),
    ],
)
def test_a_leaf_that_a_file_cannot_hold_is_refused_with_its_path(tmp_path: Path, leaf: Any, message: str) -> None:
    (tmp_path / "x").write_bytes(b"old")

    with pytest.raises(UnknownLeafError, match=message):
        save(tmp_path / "x", {"x": [leaf]})
    assert (tmp_path / "x").read_bytes() == b"old"
    with pytest.raises(UnknownLeafError, match=message):
        load(tmp_path / "x", {"x": [leaf]})
