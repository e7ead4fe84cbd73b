"""Optics know struct and focus; checked, never run."""

from typing import Any, assert_type

import structgrad as sg
from structgrad import Array, Lens, Prism, Traversal, as_, each, lens, prism, some, traversal
from structgrad.testing import check_lens

from .models import Linear, Model, Net, Pair, Params, Prior


def a_lens_follows_fields() -> None:
    assert_type(lens(Net), Lens[Net, Net])
    assert_type(lens(Net, lambda n: n.layers), Lens[Net, list[Linear]])
    assert_type(lens(Model, lambda m: m.prior), Lens[Model, Prior | None])


def a_lens_follows_items() -> None:
    assert_type(lens(Net, lambda n: n.layers[0].w), Lens[Net, Array])
    assert_type(lens(Net, lambda n: n.table["k"]), Lens[Net, float])
    assert_type(lens(Net, lambda n: n.pair[1]), Lens[Net, float])
    assert_type(lens(Net, lambda n: n.layers[1:]), Lens[Net, list[Linear]])


def a_lens_follows_keys_and_generics() -> None:
    assert_type(lens(Params, lambda p: p["layers"][0].b), Lens[Params, float])
    assert_type(lens(Pair[Linear], lambda p: p.fst.w), Lens[Pair[Linear], Array])
    assert_type(lens(tuple[Linear, Net], lambda t: t[1].layers), Lens[tuple[Linear, Net], list[Linear]])


def a_lens_of_several_parts_is_one_of_a_tuple() -> None:
    assert_type(lens(Model, lambda m: (m.enc, m.dec)), Lens[Model, tuple[Net, Net]])


def a_prism_steps_over_what_may_be_absent() -> None:
    assert_type(prism(Model, lambda m: some(m.prior).mu), Prism[Model, Array])
    assert_type(prism(Model, lambda m: as_(m.head, Linear).w), Prism[Model, Array])
    assert_type(prism(Net, lambda n: n.layers[7]), Prism[Net, Linear])


def a_traversal_steps_into_each() -> None:
    assert_type(traversal(Net, lambda n: each(n.layers).w), Traversal[Net, Array])
    assert_type(traversal(Net, lambda n: each(n.table)), Traversal[Net, float])
    assert_type(traversal(Net, lambda n: each(n.row).b), Traversal[Net, float])


def a_lens_gets_sets_and_changes(net: Net, w: Array) -> None:
    first = lens(Net, lambda n: n.layers[0].w)
    assert_type(first.get(net), Array)
    assert_type(first.set(net, w), Net)
    assert_type(first.over(net, lambda a: a.T), Net)
    assert_type(first.to_list(net), list[Array])


def a_lens_of_a_tuple_gets_one(model: Model) -> None:
    assert_type(lens(Model, lambda m: (m.enc, m.dec)).get(model), tuple[Net, Net])


def a_prism_previews(model: Model, w: Array) -> None:
    mu = prism(Model, lambda m: some(m.prior).mu)
    assert_type(mu.preview(model), Array | None)
    assert_type(mu.set(model, w), Model)
    assert_type(mu.over(model, lambda a: -a), Model)
    assert_type(mu.to_list(model), list[Array])


def a_traversal_lists(net: Net, w: Array) -> None:
    ws = traversal(Net, lambda n: each(n.layers).w)
    assert_type(ws.to_list(net), list[Array])
    assert_type(ws.set(net, w), Net)
    assert_type(ws.over(net, lambda a: a.T), Net)


def a_lens_before_an_optic_is_of_its_kind() -> None:
    enc = lens(Model, lambda m: m.enc)
    first = lens(Net, lambda n: n.layers[0])
    seventh = prism(Net, lambda n: n.layers[7])
    layers = traversal(Net, lambda n: each(n.layers))
    w = lens(Linear, lambda l: l.w)
    assert_type(enc >> first, Lens[Model, Linear])
    assert_type(enc >> first >> w, Lens[Model, Array])
    assert_type(enc >> seventh, Prism[Model, Linear])
    assert_type(enc >> layers, Traversal[Model, Linear])
    assert_type(enc >> layers >> w, Traversal[Model, Array])


def a_prism_before_a_lens_is_a_prism() -> None:
    seventh = prism(Net, lambda n: n.layers[7])
    assert_type(seventh >> lens(Linear, lambda l: l.w), Prism[Net, Array])
    assert_type(lens(Model, lambda m: m.enc) >> seventh >> lens(Linear, lambda l: l.w), Prism[Model, Array])


def a_traversal_stays_one() -> None:
    layers = traversal(Net, lambda n: each(n.layers))
    assert_type(prism(Model, lambda m: m.enc) >> layers, Traversal[Model, Linear])
    assert_type(layers >> lens(Linear, lambda l: l.w), Traversal[Net, Array])
    assert_type(layers >> prism(Linear, lambda l: l.w), Traversal[Net, Array])


def class_form_steps_into_containers() -> None:
    layers = lens(Net, lambda n: n.layers)
    assert_type(layers[0], Lens[Net, Linear])
    assert_type(layers.each(), Traversal[Net, Linear])
    assert_type(lens(Net, lambda n: n.table)["k"], Lens[Net, float])
    assert_type(lens(Net, lambda n: n.table).each(), Traversal[Net, float])
    assert_type(lens(Net, lambda n: n.row)[0], Lens[Net, Linear])
    assert_type(prism(Net, lambda n: n.layers).each(), Traversal[Net, Linear])


def class_form_narrows() -> None:
    assert_type(lens(Model, lambda m: m.prior).some(), Prism[Model, Prior])
    assert_type(lens(Model, lambda m: m.head).as_(Linear), Prism[Model, Linear])
    assert_type(traversal(Model, lambda m: m.prior).some(), Traversal[Model, Prior])
    assert_type(traversal(Model, lambda m: m.head).as_(Net), Traversal[Model, Net])


def class_form_without_the_plugin_knows_the_struct_alone() -> None:
    assert_type(lens(Net).layers, Lens[Net, Any])
    assert_type(lens(Net).layers[0].w, Lens[Net, Any])


def lenses_of_your_own_are_typed_by_their_functions(linear: Linear) -> None:
    def transposed(l: Linear) -> Array:
        return l.w.T

    def with_transposed(l: Linear, wt: Array) -> Linear:
        return Linear(wt.T, l.b)

    assert_type(Lens.of(transposed, with_transposed), Lens[Linear, Array])
    check_lens(Lens.of(transposed, with_transposed), linear, linear.w.T)


def an_iso_is_a_lens_both_ways() -> None:
    def parts(l: Linear) -> tuple[Array, float]:
        return l.w, l.b

    def linear_of(p: tuple[Array, float]) -> Linear:
        return Linear(*p)

    assert_type(Lens.iso(parts, linear_of), Lens[Linear, tuple[Array, float]])


def a_function_may_take_any_optic_of_a_struct(net: Net) -> None:
    def doubled(optic: Lens[Net, float] | Prism[Net, float] | Traversal[Net, float]) -> Net:
        return optic.over(net, lambda b: 2.0 * b)

    assert_type(doubled(lens(Net, lambda n: n.layers[0].b)), Net)
    assert_type(doubled(traversal(Net, lambda n: each(n.table))), Net)


def names_of_the_package_are_those_of_the_room() -> None:
    assert_type(sg.lens(Net, lambda n: n.pair), Lens[Net, tuple[Linear, float]])
