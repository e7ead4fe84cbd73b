"""`wrt=`: a gradient by a part has the type of the part; checked, never run."""

from typing import assert_type

import numpy as np

import structgrad as sg

from .models import Linear, Model, Net, Params, Point, Prior, loss


def of_model(model: Model, x: sg.Array) -> sg.Scalar:
    return loss(model.enc, x, x) + loss(model.dec, x, x)


def a_lens_gives_its_focus(net: Net, x: sg.Array) -> None:
    w0 = sg.lens(Net, lambda n: n.layers[0].w)
    assert_type(sg.grad_bp(loss, wrt=w0)(net, x, x), sg.Array)
    assert_type(sg.backprop(loss, wrt=w0)(net, x, x, l2=0.1), tuple[float, sg.Array])


def a_lens_gives_a_struct(net: Net, x: sg.Array) -> None:
    assert_type(sg.grad_bp(loss, wrt=sg.lens(Net, lambda n: n.layers[0]))(net, x, x), Linear)
    assert_type(sg.grad_bp(loss, wrt=sg.lens(Net, lambda n: n.layers))(net, x, x), list[Linear])


def a_prism_gives_its_focus_or_none(net: Net, x: sg.Array) -> None:
    b = sg.prism(Net, lambda n: sg.some(n.head).b)
    assert_type(sg.grad_bp(loss, wrt=b)(net, x, x), float | None)
    assert_type(sg.backprop(loss, wrt=b)(net, x, x), tuple[float, float | None])


def a_prism_of_a_class_gives_that_class(model: Model, x: sg.Array) -> None:
    head = sg.prism(Model, lambda m: sg.as_(m.head, Linear))
    assert_type(sg.grad_bp(of_model, wrt=head)(model, x), Linear | None)


def a_traversal_gives_a_list(net: Net, x: sg.Array) -> None:
    ws = sg.traversal(Net, lambda n: sg.each(n.layers).w)
    assert_type(sg.grad_bp(loss, wrt=ws)(net, x, x), list[sg.Array])
    assert_type(sg.backprop(loss, wrt=ws)(net, x, x), tuple[float, list[sg.Array]])


def several_parts_give_a_tuple(net: Net, x: sg.Array) -> None:
    both = sg.lens(Net, lambda n: (n.layers[0].w, n.layers[1].b))
    assert_type(sg.grad_bp(loss, wrt=both)(net, x, x), tuple[sg.Array, float])
    by_w, by_b = sg.grad_bp(loss, wrt=both)(net, x, x)
    assert_type(by_w, sg.Array)
    assert_type(by_b, float)


def composed_optics_give_the_last_focus(model: Model, x: sg.Array) -> None:
    enc = sg.lens(Model, lambda m: m.enc)
    w0 = sg.lens(Net, lambda n: n.layers[0].w)
    ws = sg.traversal(Net, lambda n: sg.each(n.layers).w)
    mu = sg.prism(Model, lambda m: sg.some(m.prior)) >> sg.lens(Prior, lambda p: p.mu)
    assert_type(sg.grad_bp(of_model, wrt=enc >> w0)(model, x), sg.Array)
    assert_type(sg.grad_bp(of_model, wrt=enc >> ws)(model, x), list[sg.Array])
    assert_type(sg.grad_bp(of_model, wrt=mu)(model, x), sg.Array | None)


def the_optic_gives_a_lambda_its_type(net: Net, x: sg.Array) -> None:
    w0 = sg.lens(Net, lambda n: n.layers[0].w)
    ws = sg.traversal(Net, lambda n: sg.each(n.layers).w)
    assert_type(sg.grad_bp(lambda n: loss(n, x, x), wrt=w0)(net), sg.Array)
    assert_type(sg.grad_bp(lambda n: loss(n, x, x), wrt=ws)(net), list[sg.Array])


def a_lens_of_a_whole_gives_the_whole(p: Point) -> None:
    def length(q: Point) -> float:
        return q.x * q.y

    assert_type(sg.grad_bp(length, wrt=sg.lens(Point))(p), Point)


def a_key_gives_its_value(params: Params) -> None:
    def of(q: Params) -> sg.Scalar:
        return np.sum(q["w"])

    assert_type(sg.grad_bp(of, wrt=sg.lens(Params, lambda q: q["w"]))(params), sg.Array)


def a_lens_of_your_own_gives_what_it_shows(linear: Linear, x: sg.Array) -> None:
    def transposed(l: Linear) -> sg.Array:
        return l.w.T

    def with_transposed(l: Linear, wt: sg.Array) -> Linear:
        return Linear(wt.T, l.b)

    wt = sg.Lens.of(transposed, with_transposed)
    assert_type(sg.grad_bp(Linear.energy, wrt=wt)(linear, x), sg.Array)


def sparse_goes_with_an_optic(net: Net, x: sg.Array) -> None:
    w0 = sg.lens(Net, lambda n: n.layers[0].w)
    assert_type(sg.grad_bp(loss, wrt=w0, sparse=True)(net, x, x), sg.Array)
