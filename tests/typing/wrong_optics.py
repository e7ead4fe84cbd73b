"""Mistakes about optics and `wrt=`, each reported by both checkers; checked, never run."""

# pyright: reportUnknownMemberType=false, reportUnknownLambdaType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportUnusedExpression=false

from structgrad import Array, Lens, as_, each, grad_bp, lens, prism, traversal
from structgrad.testing import check_lens

from .models import Linear, Model, Net, Params, Point, length, loss


def a_misspelt_field() -> None:
    lens(Net, lambda n: n.layerz)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_key_of_another_type() -> None:
    lens(Net, lambda n: n.layers["k"])  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_misspelt_key() -> None:
    lens(Params, lambda p: p["q"])  # type: ignore[typeddict-item]  # pyright: ignore[reportGeneralTypeIssues]


def a_field_of_what_may_be_none() -> None:
    lens(Model, lambda m: m.prior.mu)  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def a_field_of_one_of_two_classes() -> None:
    lens(Model, lambda m: m.head.layers)  # type: ignore[union-attr]  # pyright: ignore[reportAttributeAccessIssue]


def a_field_of_the_other_class() -> None:
    prism(Model, lambda m: as_(m.head, Linear).layers)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def a_misspelt_field_of_each() -> None:
    traversal(Net, lambda n: each(n.layers).v)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def each_of_what_has_no_items() -> None:
    traversal(Model, lambda m: each(m.prior))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType,reportCallIssue]


def an_index_beyond_a_tuple() -> None:
    lens(Net, lambda n: n.pair[2])  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]


def a_struct_in_the_place_of_its_class(net: Net) -> None:
    lens(net)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType]


def another_struct_to_get_from(model: Model) -> None:
    lens(Net, lambda n: n.layers).get(model)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_struct_to_list_from(model: Model) -> None:
    traversal(Net, lambda n: each(n.layers)).to_list(model)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_value_to_set(net: Net) -> None:
    lens(Net, lambda n: n.layers[0].w).set(net, "w")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def another_value_to_set_by_a_prism(net: Net, w: Array) -> None:
    prism(Net, lambda n: n.layers[7].b).set(net, w)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_change_to_another_type(net: Net) -> None:
    lens(Net, lambda n: n.layers[0].w).over(net, lambda a: "w")  # type: ignore[arg-type,return-value]  # pyright: ignore[reportArgumentType]


def a_prism_that_is_got(net: Net) -> None:
    prism(Net, lambda n: n.layers[7].b).get(net)()  # type: ignore[operator]  # pyright: ignore[reportCallIssue]


def a_focus_as_another_type(net: Net) -> None:
    b: Array = lens(Net, lambda n: n.layers[0].b).get(net)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    b.fill(0.0)


def a_preview_that_is_not_narrowed(net: Net) -> None:
    prism(Net, lambda n: n.layers[7].w).preview(net).T  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def an_optic_that_is_looped_over() -> None:
    for _ in lens(Net, lambda n: n.layers):  # type: ignore[misc]  # pyright: ignore[reportGeneralTypeIssues]
        pass


def a_lens_behind_one_of_another_focus() -> None:
    lens(Model, lambda m: m.enc) >> lens(Linear, lambda l: l.w)  # type: ignore[arg-type,attr-defined]  # pyright: ignore[reportOperatorIssue]


def a_traversal_before_a_lens_of_the_whole() -> None:
    traversal(Net, lambda n: each(n.layers)) >> lens(Model, lambda m: m.enc)  # type: ignore[arg-type,attr-defined]  # pyright: ignore[reportOperatorIssue]


def a_function_behind_a_lens() -> None:
    lens(Model, lambda m: m.enc) >> len  # type: ignore[operator]  # pyright: ignore[reportOperatorIssue]


def each_of_a_number() -> None:
    lens(Net, lambda n: n.pair[1]).each()  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def some_of_what_is_never_none() -> None:
    lens(Net, lambda n: n.layers).some()  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def a_lens_of_the_wrong_type() -> None:
    w: Lens[Net, float] = lens(Net, lambda n: n.layers[0].w)  # type: ignore[arg-type,return-value]  # pyright: ignore[reportAssignmentType]
    w.get


def a_class_form_of_another_struct() -> None:
    w: Lens[Model, Array] = lens(Net).layers[0].w  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    w.get


def a_put_in_the_place_of_the_get() -> None:
    def transposed(l: Linear) -> Array:
        return l.w.T

    def with_transposed(l: Linear, wt: Array) -> Linear:
        return Linear(wt.T, l.b)

    Lens.of(with_transposed, transposed)  # type: ignore[arg-type,misc]  # pyright: ignore[reportArgumentType]


def an_iso_that_does_not_come_back() -> None:
    def parts(l: Linear) -> tuple[Array, float]:
        return l.w, l.b

    Lens.iso(parts, parts)  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


def a_law_checked_with_another_value(net: Net) -> None:
    check_lens(lens(Net, lambda n: n.layers[0].w), net, "w")  # type: ignore[misc]  # pyright: ignore[reportArgumentType]


def a_gradient_by_a_lens_of_another_class() -> None:
    grad_bp(length, wrt=lens(Net, lambda n: n.layers[0].w))  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_gradient_by_a_prism_of_another_class() -> None:
    grad_bp(length, wrt=prism(Net, lambda n: n.layers[7]))  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_gradient_by_a_traversal_of_another_class() -> None:
    grad_bp(length, wrt=traversal(Net, lambda n: each(n.layers)))  # type: ignore[misc]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_gradient_by_the_name_of_a_field() -> None:
    grad_bp(loss, wrt="layers")  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_gradient_by_a_function() -> None:
    grad_bp(length, wrt=lambda p: p.x)  # type: ignore[call-overload]  # pyright: ignore[reportArgumentType,reportCallIssue]


def a_gradient_by_a_part_as_the_whole(net: Net, x: Array) -> None:
    grad: Net = grad_bp(loss, wrt=lens(Net, lambda n: n.layers[0]))(net, x, x)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    grad.layers.clear()


def a_gradient_by_a_prism_that_is_not_narrowed(net: Net, x: Array) -> None:
    grad_bp(loss, wrt=prism(Net, lambda n: n.layers[7]))(net, x, x).w  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]


def a_gradient_by_a_traversal_as_one_array(net: Net, x: Array) -> None:
    grad: Array = grad_bp(loss, wrt=traversal(Net, lambda n: each(n.layers).w))(net, x, x)  # type: ignore[assignment]  # pyright: ignore[reportAssignmentType]
    grad.fill(0.0)


def a_gradient_by_a_lens_at_another_struct(x: Array, p: Point) -> None:
    grad_bp(loss, wrt=lens(Net, lambda n: n.layers))(p, x, x)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def a_misspelt_field_of_a_lambda_beside_a_lens(net: Net) -> None:
    grad_bp(lambda n: n.row[0].c, wrt=lens(Net, lambda n: n.row))(net)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]
