"""Optics inside differentiated functions: where the gradient goes."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

import structgrad as sg
from structgrad.errors import NoFocusError


@dataclass(frozen=True)
class Dense:
    w: Any
    b: Any = 0.0


@dataclass(frozen=True)
class Conv:
    k: Any


@dataclass(frozen=True)
class Net:
    layers: list[Any]
    head: Any = None
    extra: dict[str, Any] = field(default_factory=dict)


NET = Net([Dense(np.array([1.0, 2.0]), 3.0), Dense(np.array([4.0, 5.0]), 6.0)], Conv(7.0), {"a": 8.0})
W0 = sg.lens(Net, lambda n: n.layers[0].w)
B = sg.traversal(Net, lambda n: sg.each(n.layers).b)
K = sg.prism(Net, lambda n: sg.as_(n.head, Conv).k)
W_OF_DENSE_HEAD = sg.prism(Net, lambda n: sg.as_(n.head, Dense).w)


@pytest.mark.feature(78)
def test_the_gradient_of_a_view_lands_in_its_field_only() -> None:
    by_lens = sg.grad_bp(lambda n: np.sum(W0.get(n) ** 2))(NET)
    by_code = sg.grad_bp(lambda n: np.sum(n.layers[0].w ** 2))(NET)

    assert np.array_equal(by_lens.layers[0].w, [2.0, 4.0])
    assert not by_lens.layers[1].w.any()
    for a, b in zip(sg.tree.leaves(by_lens), sg.tree.leaves(by_code), strict=True):
        assert np.array_equal(a, b)


@pytest.mark.feature(79)
def test_setting_a_part_cuts_the_old_one_and_feeds_the_new_one() -> None:
    def f(n: Net, new: Any) -> Any:
        changed = W0.set(n, new * 3.0)
        return np.sum(changed.layers[0].w) + changed.layers[1].b

    g, g_new = sg.grad_bp(f, argnums=(0, 1))(NET, np.ones(2))

    assert not g.layers[0].w.any()
    assert g.layers[1].b == 1.0
    assert np.array_equal(g_new, [3.0, 3.0])
    assert np.array_equal(NET.layers[0].w, [1.0, 2.0])


@pytest.mark.feature(80)
def test_over_is_set_of_view() -> None:
    over = sg.grad_bp(lambda n: np.sum(W0.over(n, np.tanh).layers[0].w))(NET)
    both = sg.grad_bp(lambda n: np.sum(W0.set(n, np.tanh(W0.get(n))).layers[0].w))(NET)

    assert np.array_equal(over.layers[0].w, both.layers[0].w)


@pytest.mark.feature(81, 90)
def test_a_preview_reaches_only_the_live_variant() -> None:
    def f(n: Net) -> Any:
        k = K.preview(n)
        assert k is not None
        assert W_OF_DENSE_HEAD.preview(n) is None
        return k * k

    assert sg.grad_bp(f)(NET).head == Conv(14.0)


@pytest.mark.feature(82)
def test_a_lens_that_finds_nothing_raises_with_its_path() -> None:
    with pytest.raises(NoFocusError, match=r"\.layers\[7\]"):
        sg.grad_bp(lambda n: np.sum(sg.lens(Net, lambda n: n.layers[7].w).get(n)))(NET)


@pytest.mark.feature(83)
def test_all_targets_of_a_traversal_get_their_gradient() -> None:
    g = sg.grad_bp(lambda n: sum(b * b for b in B.to_list(n)))(NET)

    assert [layer.b for layer in g.layers] == [6.0, 12.0]
    assert not g.layers[0].w.any()


@pytest.mark.feature(84, 85)
def test_sequence_and_collect_are_lists_and_back() -> None:
    def func_on_list(xs: Any) -> Any:
        a, b, c = xs
        return np.sqrt(a / b) * c

    value, grad = sg.backprop(func_on_list)([3.0, 5.0, -2.0])
    assert value == pytest.approx(-1.5491933385, abs=5e-11)  # ten printed digits
    assert grad == pytest.approx([-0.2581988897, 0.1549193338, 0.7745966692], abs=5e-11)  # as above
    collected = sg.grad_bp(lambda xs: sum(x * x for x in [*list(xs), 1.0]))([1.0, 2.0])
    assert collected == [2.0, 4.0]


@pytest.mark.feature(86)
def test_tuples_unpack() -> None:
    def total(v: Any) -> Any:
        a, b = v
        return a + b

    assert sg.grad_bp(lambda x: total((x, x)))(3.0) == 2.0
    assert np.array_equal(sg.grad_bp(total)(np.ones(2)), [1.0, 1.0])
    with pytest.raises(ValueError, match="unpack"):
        sg.grad_bp(total)((1.0, 2.0, 3.0))


@pytest.mark.feature(87, 90)
def test_match_statements_split_and_constructors_join() -> None:
    def f(layer: Any) -> Any:
        match layer:
            case Dense(w=w, b=_):
                joined = Dense(w * 2.0, 1.0)
                return np.sum(joined.w)
            case _:
                raise AssertionError

    g = sg.grad_bp(f)(Dense(np.ones(2), 5.0))
    assert type(g) is Dense
    assert np.array_equal(g.w, [2.0, 2.0])
    assert g.b == 0.0


@dataclass
class Checked:
    x: Any

    def __post_init__(self) -> None:
        if not isinstance(self.x, float):
            raise TypeError(f"not a float: {self.x!r}")


@pytest.mark.feature(88, 89)
def test_constructors_with_validators_accept_traced_values() -> None:
    def f(x: Any) -> Any:
        Checked(x * 2.0)  # built and not used
        return Checked(x * x).x * 3.0

    assert sg.grad_bp(f)(2.0) == 12.0


@pytest.mark.feature(91)
def test_composed_lenses_choose_what_is_differentiated() -> None:
    first = sg.lens(Net, lambda n: n.layers[0])
    w = first >> sg.lens(Dense, lambda d: d.w)
    loss = lambda n: np.sum(n.layers[0].w ** 2) * n.layers[1].b  # noqa: E731  # used several times

    assert np.array_equal(sg.grad_bp(loss, wrt=w)(NET), [12.0, 24.0])
    assert sg.grad_bp(loss, wrt=B)(NET) == [0.0, 5.0]
    assert sg.grad_bp(lambda n: n.head.k * 2.0, wrt=K)(NET) == 2.0
    assert sg.grad_bp(lambda n: n.layers[0].b * 2.0, wrt=W_OF_DENSE_HEAD)(NET) is None
    value, grad = sg.backprop(loss, wrt=first)(NET)
    assert (value, type(grad), grad.b) == (30.0, Dense, 0.0)


@pytest.mark.feature(92)
def test_one_lens_takes_several_fields_in_one_run() -> None:
    both = sg.lens(Net, lambda n: (n.layers[0].b, n.layers[1].b))
    assert sg.grad_bp(lambda n: n.layers[0].b * n.layers[1].b, wrt=both)(NET) == (6.0, 3.0)


@pytest.mark.feature(93)
def test_dicts_and_lists_are_read_as_always() -> None:
    def f(p: dict[str, Any]) -> Any:
        assert list(p) == ["b", "a"]
        assert len(p["a"]) == 3
        return p["a"][2] * sum(v for v in p["a"][1:]) + p["b"]

    assert sg.grad_bp(f)({"b": 1.0, "a": [2.0, 3.0, 4.0]}) == {"b": 1.0, "a": [0.0, 4.0, 11.0]}
    with pytest.raises(KeyError, match="missing"):
        sg.grad_bp(lambda p: p["missing"])({"b": 1.0})


@pytest.mark.feature(100)
def test_a_misspelt_field_lists_the_fields() -> None:
    with pytest.raises(AttributeError, match="layers"):
        sg.lens(Net, lambda n: n.layerz)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # the checker sees it as well
