"""Optics print as the expression that makes them."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import pytest

from structgrad.struct.optics import Lens, as_, each, lens, prism, some, traversal

T = TypeVar("T", bound=Any)


@dataclass
class Pair(Generic[T]):
    fst: T
    snd: T | None = None


def get(s: Any) -> Any:
    return s


def put(s: Any, part: Any) -> Any:
    return part


OPTICS: list[Any] = [
    lens(Pair),
    lens(Pair, lambda p: p.fst),
    lens(Pair, lambda p: p.fst[0]["k"][-1]),
    lens(Pair, lambda p: p.fst[1:][::-2][:3]),
    lens(Pair, lambda p: (p.fst, p.snd)),
    lens(Pair, lambda p: (p.fst,)),
    lens(Pair[float], lambda p: p.fst),
    lens(Pair, lambda p: p.fst) >> lens(Pair, lambda p: (p.fst, p.snd)),
    lens(Pair, lambda p: (p.fst, p.snd)) >> lens(tuple)[0].fst,
    prism(Pair, lambda p: p),
    prism(Pair, lambda p: p.fst),
    prism(Pair, lambda p: some(p.snd).fst),
    prism(Pair, lambda p: as_(p.fst, Pair).fst),
    traversal(Pair, lambda p: p.fst),
    traversal(Pair, lambda p: some(each(p.fst)["k"])),
    Lens.of(get, put),
    Lens.iso(get, get),
    Lens.of(get, put) >> Lens.iso(get, get),
    lens(Pair) >> Lens.of(get, put),
    lens(Pair).fst >> Lens.of(get, put).fst[0].some().each(),
    Lens.of(get, put) >> prism(Pair, lambda p: p.fst),
    prism(Pair, lambda p: some(p.snd)) >> Lens.of(get, put) >> traversal(Pair, lambda p: each(p.fst)),
]


@pytest.mark.parametrize("optic", OPTICS, ids=repr)
def test_the_text_of_an_optic_makes_that_optic(optic: Any) -> None:
    again = eval(repr(optic))

    assert optic == again
    assert hash(optic) == hash(again)


@pytest.mark.parametrize(
    ("optic", "text"),
    [
        (lens(Pair).fst[0].fst, "lens(Pair, lambda p: p.fst[0].fst)"),
        (lens(Pair).snd.some()["k"], "prism(Pair, lambda p: some(p.snd)['k'])"),
        (lens(Pair).fst.as_(list).each(), "traversal(Pair, lambda p: each(as_(p.fst, list)))"),
        (lens(Pair[list[float]]).fst, "lens(Pair[list[float]], lambda p: p.fst)"),
        (lens(Pair) >> lens(Pair).fst, "lens(Pair, lambda p: p.fst)"),
    ],
)
def test_an_optic_in_class_form_prints_its_lambda_form(optic: Any, text: str) -> None:
    assert text == repr(optic)
