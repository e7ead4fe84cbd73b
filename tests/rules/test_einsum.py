"""Einstein's summation in full: repeated operands and letters, ellipses, stretched axes, number lists."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.testing import check_gradient


def array(*shape: int, phase: float = 1.0) -> Any:
    """Numbers between -1 and 1 without a pattern; a float for no shape."""
    x = np.sin(phase + 1.7 * np.arange(float(np.prod(shape)))).reshape(shape)
    return x if shape else float(x)


Shapes = tuple[tuple[int, ...], ...]
SUMS: list[tuple[str, Shapes]] = [
    ("i->", ((3,),)),
    ("ij->ji", ((2, 3),)),
    ("ij->j", ((2, 3),)),
    ("ij->", ((2, 3),)),
    ("ji", ((2, 3),)),
    ("ii", ((3, 3),)),
    ("ii->", ((3, 3),)),
    ("ii->i", ((3, 3),)),
    ("iij->j", ((2, 2, 3),)),
    ("iji->ji", ((2, 3, 2),)),
    ("iii->i", ((2, 2, 2),)),
    ("ijij->", ((2, 3, 2, 3),)),
    ("ijij->ij", ((2, 1, 2, 1),)),
    ("...", ((2, 3),)),
    ("...i->...", ((2, 3),)),
    ("i...->...i", ((2, 3, 2),)),
    ("...ii->...i", ((2, 3, 3),)),
    ("ii...->...", ((2, 2, 3),)),
    ("->", ((),)),
    ("i,i", ((3,), (3,))),
    ("i,i->", ((3,), (3,))),
    ("i,i->i", ((3,), (3,))),
    ("i,j->ij", ((3,), (2,))),
    ("i,j->", ((3,), (2,))),
    ("ij,j", ((2, 3), (3,))),
    ("ij,jk", ((2, 3), (3, 4))),
    ("ij,jk->ki", ((2, 3), (3, 4))),
    (" i j , j k -> i k ", ((2, 3), (3, 4))),
    ("ij,kj->ik", ((2, 3), (4, 3))),
    ("ij,k->i", ((2, 3), (4,))),
    ("ij,ij->", ((2, 3), (2, 3))),
    ("bij,bjk->bik", ((2, 2, 3), (2, 3, 2))),
    ("nd,nn->d", ((3, 2), (3, 3))),
    ("ii,ij->j", ((3, 3), (3, 2))),
    ("ii,jj->ij", ((2, 2), (3, 3))),
    ("iij,jkk->ik", ((2, 2, 3), (3, 2, 2))),
    (",i->i", ((), (3,))),
    (",", ((), ())),
    ("...i,...i->...", ((2, 3), (3,))),
    ("...ij,jk->...ik", ((2, 2, 3), (3, 2))),
    ("b...ij,...jk->...bik", ((2, 3, 2, 2), (2, 2))),
    ("i...,i...", ((2, 3), (2, 3))),
    ("...,...", ((3,), (2, 3))),
    ("...a,...b", ((2, 1, 3), (4, 2))),
    ("Ab,bA->A", ((2, 3), (3, 2))),
    ("ij,jk->ik", ((2, 1), (3, 4))),  # an axis of length 1 is stretched
    ("ij,jk->ik", ((2, 3), (1, 4))),
    ("ij,ij->ij", ((2, 1), (1, 3))),
    ("i,i->", ((1,), (3,))),
    ("ii,i->i", ((1, 1), (3,))),
    ("ij,ij->", ((1, 3), (2, 1))),
    ("ij,jk->ik", ((2, 0), (0, 3))),
    ("ij,j->i", ((0, 3), (3,))),
    ("i,j,k->", ((2,), (3,), (2,))),
    ("ij,jk,kl->il", ((2, 3), (3, 2), (2, 3))),
    ("ij,ik,il->jkl", ((2, 2), (2, 3), (2, 2))),
    ("i,i,i->i", ((3,), (3,), (3,))),
    ("iij,jj,j->i", ((2, 2, 3), (3, 3), (3,))),
    ("...i,ij,...j->...", ((2, 2), (2, 3), (2, 3))),
    ("i,ij,jk,k", ((2,), (2, 3), (3, 2), (2,))),
    ("ij,jk,k->ik", ((2, 1), (3, 1), (4,))),
]


@pytest.mark.feature(129)
@pytest.mark.parametrize("optimize", [False, True])
@pytest.mark.parametrize(("subscripts", "shapes"), SUMS)
def test_sums_agree_with_differences_at_order_1_and_2(subscripts: str, shapes: Shapes, optimize: bool) -> None:
    operands = [array(*shape, phase=1.0 + i) for i, shape in enumerate(shapes)]

    check_gradient(lambda *xs: np.einsum(subscripts, *xs, optimize=optimize), *operands, order=2)
    for i, x in enumerate(operands):  # the others are constants
        check_gradient(lambda x, i=i: np.einsum(subscripts, *operands[:i], x, *operands[i + 1 :]), x)


@pytest.mark.feature(129)
@pytest.mark.parametrize(
    ("subscripts", "shapes"), [row for row in SUMS if row[0] in ("iij->j", "ij,jk", "ij,jk,kl->il", "...a,...b")]
)
def test_sums_of_complex_numbers(subscripts: str, shapes: Shapes) -> None:
    operands = [array(*shape) * (1 - 2j) + 1j * array(*shape, phase=1.0 + i) for i, shape in enumerate(shapes)]

    check_gradient(lambda *xs: np.einsum(subscripts, *xs), *operands, order=2)
    check_gradient(lambda x: np.einsum(subscripts, x.real, *operands[1:]), operands[0])


@pytest.mark.feature(129)
def test_a_repeated_operand_counts_each_time() -> None:
    v = array(3)

    np.testing.assert_array_equal(sg.grad_bp(lambda v: np.einsum("i,i->", v, v), v), 2 * v)
    check_gradient(lambda m: np.einsum("ij,jk,ki->", m, m, m), array(3, 3), order=2)
    check_gradient(lambda m: np.einsum("nd,nn->d", m, m), array(3, 3), order=2)
    check_gradient(lambda m: np.einsum("ij,kj->ik", m, m[:2]), array(3, 3), order=2)


@pytest.mark.feature(129)
def test_a_repeated_letter_is_the_diagonal() -> None:
    np.testing.assert_array_equal(sg.grad_bp(lambda m: np.einsum("ii->", m), array(3, 3)), np.eye(3))
    np.testing.assert_array_equal(sg.vjp(lambda m: np.einsum("ii->i", m))(array(2, 2))[1](array(2)), np.diag(array(2)))


@pytest.mark.feature(129)
@pytest.mark.parametrize(
    "f",
    [
        lambda a, b: np.einsum(a, [0, 1], b, [1, 2], [2, 0]),
        lambda a, b: np.einsum(a, [0, 1], b, [1, 2]),
        lambda a, b: np.einsum(a, (5, 3), b, (3, 1)),  # without a result the numbers are sorted
        lambda a, b: np.einsum(a, [27, 1], b, [1, 26]),
        lambda a, b: np.einsum(a, [27, 1], b, [1, 3]),
        lambda a, b: np.einsum(a, [Ellipsis, 0], b, [0, 1], [Ellipsis, 1], optimize=True),  # pyright: ignore[reportArgumentType, reportCallIssue]  # NumPy's stubs forget `...`
        lambda a, b: np.einsum(a, [0, Ellipsis], [Ellipsis]) + np.einsum(b, [0, 0], []),  # pyright: ignore[reportArgumentType, reportCallIssue]  # NumPy's stubs forget `...`
        lambda a, b: np.einsum(a, [0, 1], b, [1, 2], b, [2, 3], [0, 3]),
        lambda a, b: np.einsum(a, [0, 1], np.ones((3, 2)), [1, 2], [2]) * np.sum(b),
    ],
)
def test_lists_of_numbers_in_place_of_letters(f: Callable[..., Any]) -> None:
    check_gradient(f, array(2, 3), array(3, 3), order=2)


@pytest.mark.feature(129)
@pytest.mark.parametrize(
    "options",
    [
        {"optimize": True},
        {"optimize": "optimal"},
        {"optimize": ["einsum_path", (0, 2), (0, 1)]},
        {"optimize": ("greedy", 100)},
        {"dtype": np.complex128},
        {"order": "F", "casting": "safe"},
    ],
)
def test_other_keywords(options: dict[str, Any]) -> None:
    xs = array(2, 3), array(3, 4), array(4, 2)

    check_gradient(lambda *xs: np.einsum("ij,jk,kl->li", *xs, **options), *xs)


def test_operands_may_be_lists_of_numbers_and_of_traced_ones() -> None:
    check_gradient(lambda v: np.einsum("ij,j->i", [[1, 2, 3], [4, 5, 6]], v), array(3))
    check_gradient(lambda v: np.einsum("i,i->i", [v[0], 2.0, v[1] * v[2]], v), array(3), order=2)


@pytest.mark.parametrize("optimize", [False, True])
def test_the_gradient_of_a_number_is_a_number(optimize: bool) -> None:
    for x in (2.0, np.float64(2.0)):
        assert type(sg.grad_bp(lambda v: np.sum(np.einsum(",i->i", v, array(3), optimize=optimize)), x)) is type(x)


def test_views_float32_and_large_operands() -> None:
    a = array(4, 6)
    check_gradient(lambda a: np.einsum("ij,jk->ki", a.T[::-2], a[:, 1::3]), a, order=2)
    narrow, wide = (sg.grad_bp(lambda a: np.sum(np.einsum("ij,kj->ik", a, a) ** 2), a.astype(t)) for t in "fd")
    assert narrow.dtype == np.float32
    np.testing.assert_allclose(narrow, wide, atol=1e-4)  # some hundred roundings of numbers below 10

    b, c, g = array(60, 50), array(50, 70), array(60, 70)
    db, dc = sg.vjp(lambda p: np.einsum("ij,jk->ik", *p))((b, c))[1](g)
    np.testing.assert_allclose(db, g @ c.T, rtol=1e-10, atol=1e-12)  # summed in another order
    np.testing.assert_allclose(dc, b.T @ g, rtol=1e-10, atol=1e-12)


def test_nested_derivatives() -> None:
    def inner(v: Any) -> Any:
        return sg.grad_bp(lambda w: np.einsum("i,ij,j->", w, np.einsum("i,j->ij", w, w), w), v)

    check_gradient(inner, array(3), order=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("i->k", array(3)), "k"),
        (("i->ii", array(3)), "multiple"),
        (("ij->i", array(3)), "subscripts"),
        (("i,j->i", array(3)), "operands"),
        (("..i->i", array(3)), "ellipsis"),
        (("...i->i", array(2, 3)), "ellipsis"),
        ((array(3), [52], []), "52"),
        ((array(3), [-1], []), "-1"),
    ],
)
def test_what_numpy_refuses_is_refused(arguments: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ValueError):
        np.einsum(*arguments)
    with pytest.raises(ValueError, match=message):
        sg.grad_bp(
            lambda xs: np.sum(np.einsum(*[xs.get(i, x) for i, x in enumerate(arguments)])),  # pyright: ignore[reportArgumentType, reportCallIssue]  # no None among them
            {i: x for i, x in enumerate(arguments) if isinstance(x, np.ndarray)},
        )


def test_out_is_refused() -> None:
    with pytest.raises(LostGradientError, match="out="):
        sg.grad_bp(lambda v: np.sum(np.einsum("i,i->i", v, v, out=np.zeros(3))), array(3))
