"""The summary of a struct: a table of its leaves that says what it knows and no more."""

import math
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad import tree
from structgrad.errors import StructMismatchError, UnknownLeafError


@dataclass
class Layer:
    w: Any
    b: Any
    act: Any = np.tanh


class Money:
    def __init__(self, cents: float) -> None:
        self.cents = cents

    def zero(self) -> "Money":
        return Money(0.0)

    def add(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def one(self) -> "Money":
        return Money(1.0)


def relu(x: Any) -> Any:
    return np.maximum(x, 0.0)


def text(lines: str) -> str:
    """A table as it is written in a test."""
    return "\n".join(line[4:] for line in lines.splitlines()[1:-1])


def test_a_small_table_to_the_letter() -> None:
    net = {"layers": [Layer(np.full((2, 3), 2.0), np.zeros(3, np.float32))], "scale": 3.0, "n": 2, "name": "a net"}
    grad = {"layers": [Layer(np.ones((2, 3)), np.array([3, 4, 0], np.float32))], "scale": 2.0, "n": 0, "name": "a net"}

    assert str(tree.summary(net, grad)) == text("""
    path               shape   dtype    size  bytes   norm  gradient  value
    ['layers'][0].w    (2, 3)  float64     6     48  4.899     2.449
    ['layers'][0].b    (3,)    float32     3     12      0         5
    ['layers'][0].act          ufunc                                  tanh
    ['scale']                  float       1      8      3         2
    ['n']                      int         1      8                   2
    ['name']                   str                                    'a net'
    total                                 11     76  5.745     5.916
    """)


def test_columns_that_say_nothing_are_left_out() -> None:
    assert str(tree.summary([1.0, np.full(10**6, 0.001)])) == text("""
    path   shape       dtype         size      bytes   norm
    [0]                float            1          8      1
    [1]    (1000000,)  float64  1,000,000  8,000,000      1
    total                       1,000,001  8,000,008  1.414
    """)


def test_each_class_of_leaves_is_listed() -> None:
    x = [
        1.0 + 1.0j,
        np.complex64(3 + 4j),
        np.array(2.0),
        Fraction(-1, 2),
        Decimal(-3),
        Money(3.0),
        True,
        np.arange(3),
    ]
    x += [relu, None, np.array(["a", "bc"]), np.int8(3), Layer, np.zeros((2, 0))]

    assert str(tree.summary(x)) == text("""
    path   shape   dtype      size  bytes   norm  value
    [0]            complex       1     16  1.414
    [1]            complex64     1      8      5
    [2]    ()      float64       1      8      2
    [3]            Fraction      1           0.5
    [4]            Decimal       1             3
    [5]            Money
    [6]            bool          1      1         True
    [7]    (3,)    int64         3     24         array([0, 1, 2])
    [8]            function                       relu
    [9]            NoneType                       None
    [10]   (2,)    <U2           2     16         array(['a', 'bc'], dtype='<U2')
    [11]           int8          1      1         np.int8(3)
    [12]           type                           Layer
    [13]   (2, 0)  float64       0      0      0
    total                       12     74  6.344
    """)


def test_norms_that_are_not_finite_are_seen() -> None:
    table = tree.summary([np.array([1.0, np.nan]), np.array([np.inf, 1.0])], [np.array([np.inf, 1.0]), np.zeros(2)])

    assert [(line.norm, line.gradient) for line in table.lines] == [
        (pytest.approx(math.nan, nan_ok=True), math.inf),
        (math.inf, 0.0),
    ]
    assert math.isnan(table.total.norm or 0.0)
    assert str(table).splitlines()[1].split()[-2:] == ["nan", "inf"]
    assert [line.norm for line in tree.summary([Fraction(10) ** 400, np.full(2, 1e200)]).lines] == [math.inf] * 2


def test_norms_of_small_dtypes_are_computed_in_double_precision() -> None:
    table = tree.summary([np.full(100, 300.0, np.float16), np.full(4, 1e30, np.float32)])

    assert [line.norm for line in table.lines] == [3000.0, pytest.approx(2e30, rel=1e-7)]  # 1e30 rounds in float32


def test_rows_of_a_sparse_gradient_that_are_named_twice_count_as_their_sum() -> None:
    sparse = sg.SparseRows(np.array([1, 1]), np.array([[1.0, 0.0], [2.0, 4.0]]), (3, 2))

    assert tree.summary({"w": np.ones((3, 2))}, {"w": sparse}).lines[0].gradient == 5.0
    with pytest.raises(StructMismatchError, match=r"\['w'\] has shape \(3, 3\) in one and \(3, 2\) in the other"):
        tree.summary({"w": np.ones((3, 3))}, {"w": sparse})


def test_a_gradient_of_grad_bp_fits() -> None:
    net = Layer(np.array([3.0, 4.0]), 1.0)

    table = tree.summary(net, sg.grad_bp(lambda p: np.sum(p.w**2) + p.b)(net))

    assert [line.gradient for line in table.lines] == [10.0, 1.0, None]


@pytest.mark.parametrize("rows", [0, 1, 3, 4, 100])
def test_a_long_struct_is_cut_after_some_rows(rows: int) -> None:
    table = tree.summary([1.0] * 4, rows=rows)

    assert len(table.lines) == 4
    left = [f"… {4 - rows} more"] if rows < 4 else []
    firsts = [line.split("  ")[0] for line in str(table).splitlines()]
    assert firsts == ["path", *[f"[{i}]" for i in range(min(rows, 4))], *left, "total"]
    assert "".join(left) in table._repr_html_()
    assert table.total.size == 4


def test_a_hundred_rows_are_shown_unless_asked_otherwise() -> None:
    assert "… 1,900 more" in str(tree.summary([1.0] * 2000))
    with pytest.raises(ValueError, match="rows is -1"):
        tree.summary([1.0], rows=-1)


def test_values_are_cut_to_one_short_line() -> None:
    table = tree.summary(["x\n" * 100, np.arange(10**5)])

    assert table.lines[0].value == "'x\\nx\\nx\\nx\\nx\\nx\\nx\\nx\\nx\\nx\\nx\\nx\\nx\\…"
    assert table.lines[1].value == "array([ 0, 1, 2, ..., 99997, 99998, 999…"


def test_the_html_table_is_escaped() -> None:
    html = tree.summary({"<b>": 1.0, "&": "<script>"})._repr_html_()

    assert html.startswith('<table><tr><th style="text-align:left">path</th>')
    assert '<td style="text-align:left">[&#x27;&lt;b&gt;&#x27;]</td>' in html
    assert "&#x27;&lt;script&gt;&#x27;" in html
    assert '<td style="text-align:right">8</td>' in html
    assert "<script>" not in html
    assert html.count("<tr>") == 4
    assert html.endswith("</table>")


@pytest.mark.parametrize(
    ("params", "gradient", "message"),
    [
        ({"a": [1.0, 2.0]}, {"a": [1.0]}, r"differ: \['a'\] has 2 parts in one struct and 1 in the other"),
        ({"a": 1.0}, {"b": 1.0}, r"differ: the whole has 1 parts .*\['a'\]"),
        ([1.0], (1.0,), "differ: the whole is a list in one struct and a tuple in the other"),
        ([np.ones(2)], [np.ones(3)], r"differ: \[0\] has shape \(2,\) in one and \(3,\) in the other"),
        (np.ones(2), 1.0, r"differ: the whole has shape \(2,\) in one and \(\) in the other"),
        ([1.0], [None], r"differ: \[0\] is None in the gradient, without a slope"),
        ([1.0], [1], r"differ: \[0\] is 1 in the gradient, without a slope"),
    ],
)
def test_a_gradient_of_another_struct_is_refused_with_the_path(params: Any, gradient: Any, message: str) -> None:
    with pytest.raises(StructMismatchError, match=message):
        tree.summary(params, gradient)


def test_one_leaf_and_none_are_structs() -> None:
    assert [line.split()[:2] for line in str(tree.summary(1.0)).splitlines()[1:]] == [["the", "whole"], ["total", "1"]]
    assert str(tree.summary({})) == "path   size  bytes\ntotal     0      0"


def test_an_unknown_leaf_is_refused_with_its_path() -> None:
    with pytest.raises(UnknownLeafError, match=r"\['x'\] is a builtins.object"):
        tree.summary({"x": object()})


def test_a_summary_is_read_by_programs_too() -> None:
    table = tree.summary({"w": np.array([3.0, 4.0])})

    assert (table.lines[0].path, table.lines[0].shape, table.lines[0].norm) == ("['w']", (2,), 5.0)
    assert repr(table) == str(table)
    with pytest.raises(AttributeError):
        table.rows = 3  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]  # what is refused
