"""The mypy plugin: it gives the class form of optics, `lens(Net).layers[0].w`, the types of the lambda form.

    [tool.mypy]
    plugins = ["structgrad.mypy_plugin"]

A step is checked as the expression it stands for: mypy is asked for the type of `focus.name` or `focus[key]`, so
generics, inheritance, the keys of a TypedDict and near misses are its own. To this come the rules of
struct/optics/hint.py, read from mypy's classes: an optic follows fields and items, and ends at leaves.
"""

from collections.abc import Callable, Collection
from functools import partial

from mypy.errorcodes import ATTR_DEFINED, INDEX, MISC, UNION_ATTR, ErrorCode
from mypy.nodes import (
    CallExpr,
    Decorator,
    Expression,
    IndexExpr,
    IntExpr,
    MemberExpr,
    OverloadedFuncDef,
    RefExpr,
    SymbolNode,
    TempNode,
    TypeInfo,
    UnaryExpr,
    Var,
)
from mypy.plugin import AttributeContext, MethodContext, Plugin
from mypy.typeops import make_simplified_union
from mypy.types import (
    AnyType,
    Instance,
    LiteralType,
    NoneType,
    ProperType,
    TupleType,
    Type,
    TypedDictType,
    TypeOfAny,
    TypeType,
    TypeVarType,
    UnionType,
    UnpackType,
    get_proper_type,
)

_OPTICS = tuple(f"structgrad.struct.optics.optic.{name}" for name in ("Lens", "Prism", "Traversal"))
_LENS = "structgrad.struct.optics.build.lens"
_CONTAINERS = {"builtins.list", "builtins.tuple", "builtins.dict", "collections.deque", "types.MappingProxyType"}
# The classes of struct/leaf.py. Their subclasses are leaves too, unless they are containers.
LEAVES = {f"builtins.{name}" for name in ("float", "complex", "int", "bool", "str", "bytes", "type", "range", "slice")}
LEAVES |= {"builtins.set", "builtins.frozenset", "builtins.ellipsis", "types.EllipsisType", "os.PathLike"}
LEAVES |= {f"datetime.{name}" for name in ("date", "time", "timedelta", "tzinfo")}
LEAVES |= {"numpy.ndarray", "numpy.generic", "numpy.dtype", "fractions.Fraction", "decimal.Decimal"}

_Context = AttributeContext | MethodContext


class StructgradPlugin(Plugin):
    """The steps of the class form, and the methods of optics that may hide a field."""

    def get_attribute_hook(self, fullname: str) -> Callable[[AttributeContext], Type] | None:
        """The hook of `optic.name`, where the optic has no such name itself and answers by `__getattr__`."""
        owner, _, name = fullname.rpartition(".")
        return partial(_field, owner, name) if owner in _OPTICS else None

    def get_method_hook(self, fullname: str) -> Callable[[MethodContext], Type] | None:
        """The hook of `optic[key]` and of `optic.method(...)`."""
        owner, _, name = fullname.rpartition(".")
        if owner not in _OPTICS:
            return None
        return partial(_item, owner) if name == "__getitem__" else partial(_method, owner, name)


def plugin(version: str) -> type[Plugin]:
    """What mypy calls, with its version."""
    return StructgradPlugin


def _field(owner: str, name: str, ctx: AttributeContext) -> Type:
    """The type of `optic.name`."""
    found = _focused(owner, ctx.type)
    if found is None:
        return ctx.default_attr_type
    optic, focus = found
    if name.startswith("_optic_") or (name.startswith("__") and name.endswith("__")):
        ctx.api.fail(f'"{optic.type.name}" has no attribute "{name}"', ctx.context, code=ATTR_DEFINED)
        return ctx.default_attr_type
    step = MemberExpr(TempNode(focus, context=ctx.context), name)
    part = _checked(ctx, focus, step, partial(_no_field, name), (ATTR_DEFINED, UNION_ATTR), f".{name}")
    if isinstance(focus, TypedDictType) and name in focus.items:
        _note(ctx, f'A key is written ["{name}"]', ATTR_DEFINED)
    return optic.copy_modified(args=[optic.args[0], part])


def _item(owner: str, ctx: MethodContext) -> Type:
    """The type of `optic[key]`."""
    found = _focused(owner, ctx.type)
    if found is None or not isinstance(ctx.context, IndexExpr):
        return ctx.default_return_type
    optic, focus = found
    step = IndexExpr(TempNode(focus, context=ctx.context), ctx.context.index)
    part = _checked(ctx, focus, step, _no_items, (INDEX, INDEX), "[...]")
    if isinstance(focus, TupleType) and _is_beyond(focus, ctx.context.index):
        n = len(focus.items)
        _note(ctx, f"It has {n} items, from [0] to [{n - 1}]" if n else "It has no items", MISC)
    return optic.copy_modified(args=[optic.args[0], part])


def _method(owner: str, name: str, ctx: MethodContext) -> Type:
    """The type of `optic.method(...)`, refused in class form where the focus has a field of that name."""
    found, call = _focused(owner, ctx.type), ctx.context
    if found is None or not isinstance(call, CallExpr) or not isinstance(call.callee, MemberExpr):
        return ctx.default_return_type
    focus, made = found[1], get_proper_type(ctx.default_return_type)
    for info in _classes(focus, ctx) if _is_class_form(call.callee) else []:
        if name in (_fields(info) or ()):
            reason = f'"{info.name}" has a field "{name}", which the method "{name}" of optics hides in class form'
            ctx.api.fail(reason, call, code=ATTR_DEFINED)
            _note(ctx, f"The lambda form has it: lens({info.name}, lambda s: s.{name})", ATTR_DEFINED)
    if name == "each" and isinstance(focus, TupleType) and isinstance(made, Instance) and _is_fixed(focus):
        return made.copy_modified(args=[made.args[0], make_simplified_union(focus.items)])  # mypy: object
    return made


def _focused(owner: str, optic: Type) -> tuple[Instance, ProperType] | None:
    """The optic of class `owner`, in a union perhaps, and its focus; None if there are several."""
    optics = [arm for arm in _arms(optic) if isinstance(arm, Instance) and arm.type.fullname == owner]
    return (optics[0], get_proper_type(optics[0].args[1])) if len(optics) == 1 else None


def _checked(
    ctx: _Context,
    focus: ProperType,
    step: Expression,
    why_not: Callable[[TypeInfo], str | None],
    codes: tuple[ErrorCode, ErrorCode],
    text: str,
) -> Type:
    """The type of a step from a focus, by mypy and with its errors, unless a class says why not."""
    classes = _classes(focus, ctx)
    reason = next(filter(None, map(why_not, classes)), None)
    if reason:
        ctx.api.fail(reason, ctx.context, code=codes[0])
        part: Type = AnyType(TypeOfAny.from_error)
    else:
        step.set_line(ctx.context)
        part = ctx.api.get_expression_type(step)
        if any(isinstance(arm, NoneType) for arm in _arms(focus)):
            _note(ctx, f"Where it may be None, write .some(){text}", codes[1])
    member = step.name if isinstance(step, MemberExpr) else "__getitem__"
    able = [info.name for info in classes if info.get(member) and not why_not(info)]
    if able and len(able) < len(classes):
        _note(ctx, f"Where it may be of several classes, write .as_({able[0]}){text}", codes[0 if reason else 1])
    return part


def _note(ctx: _Context, text: str, code: ErrorCode) -> None:
    ctx.api.msg.note(text, ctx.context, code=code)


def _is_fixed(focus: TupleType) -> bool:
    return not any(isinstance(item, UnpackType) for item in focus.items)


def _is_beyond(focus: TupleType, key: Expression) -> bool:
    """Whether a key is a number out of the range of a tuple of known length."""
    sign = 1
    if isinstance(key, UnaryExpr) and key.op == "-":
        key, sign = key.expr, -1
    n = len(focus.items)
    return isinstance(key, IntExpr) and _is_fixed(focus) and not -n <= sign * key.value < n


def _arms(focus: Type) -> list[ProperType]:
    """The types of a union, None among them; else the type alone."""
    focus = get_proper_type(focus)
    if isinstance(focus, UnionType):
        return [arm for item in focus.items for arm in _arms(item)]
    return _arms(focus.upper_bound) if isinstance(focus, TypeVarType) else [focus]


def _classes(focus: Type, ctx: _Context) -> list[TypeInfo]:
    """The classes that a focus may be of, as far as they are known; None is left out."""
    return [info for arm in _arms(focus) if (info := _class(arm, ctx))]


def _class(arm: ProperType, ctx: _Context) -> TypeInfo | None:
    if isinstance(arm, TupleType):
        return arm.partial_fallback.type
    if isinstance(arm, TypedDictType | LiteralType):
        return arm.fallback.type
    if isinstance(arm, TypeType):
        return ctx.api.named_generic_type("builtins.type", []).type
    return arm.type if isinstance(arm, Instance) else None


def _fields(info: TypeInfo) -> Collection[str] | None:
    """The fields of a class of records; None for a class of another kind."""
    for base in info.mro:
        if "namedtuple" in base.metadata:
            return list(base.metadata["namedtuple"]["fields"])
        for table in ("dataclass", "attrs"):  # that of dataclasses also has what dataclass_transform makes
            if table in base.metadata:
                names = [field["name"] for field in base.metadata[table]["attributes"]]
                hidden = info.has_base("pydantic.main.BaseModel")  # whose names with an underscore are no fields
                return [name for name in names if not (hidden and name.startswith("_"))]
    return None


def _derives(info: TypeInfo, bases: Collection[str]) -> bool:
    return any(base.fullname in bases for base in info.mro)


def _is_leaf(info: TypeInfo) -> bool:
    """Whether values of a class end a struct, as struct/kind.py has it."""
    if info.fullname in LEAVES or info.is_enum:
        return True
    if all(info.get_method(name) for name in ("zero", "add", "one")):  # the protocol Backprop
        return True
    return _fields(info) is None and not _derives(info, _CONTAINERS) and _derives(info, LEAVES)


def _into_leaf(info: TypeInfo, step: str) -> str:
    return f'"{info.name}" is a leaf, and {step} leads into it; the path of an optic ends at leaves'


def _no_field(name: str, info: TypeInfo) -> str | None:
    """Why a name is no field of a class, or None: it is one, or mypy has to say."""
    fields = _fields(info)
    if _is_leaf(info):
        return _into_leaf(info, f".{name}")
    if fields is not None and name in fields:
        return None
    closed = fields is not None or _derives(info, _CONTAINERS)  # no object has more than its class tells
    symbol = info.get(name)
    if symbol is None:
        return f'"{info.name}" has no field "{name}"' if closed and info.get_method("__getattr__") else None
    what = _what_else(symbol.node)
    if what or closed:
        return f'"{name}" of "{info.name}" is {what or "no field"}; an optic follows fields and items'
    return None


def _what_else(node: SymbolNode | None) -> str:
    """What a member of a class is; nothing, if its objects may have it as a field."""
    if isinstance(node, OverloadedFuncDef) and node.is_property:
        node = node.items[0]
    if isinstance(node, Decorator) and node.var.is_property:
        # What a base class asks for as a property, a struct may have as a field.
        return "" if node.func.abstract_status else "a property"
    if isinstance(node, Var):
        return "a class variable" if node.is_classvar else ""
    return "a class" if isinstance(node, TypeInfo) else "a method"


def _no_items(info: TypeInfo) -> str | None:
    """Why a class has no items, or None: it has, or mypy has to say."""
    if _is_leaf(info):
        return _into_leaf(info, "[...]")
    record = _fields(info) is not None and info.tuple_type is None
    return f'"{info.name}" has fields and no items' if record and info.get_method("__getitem__") else None


def _is_class_form(optic: Expression) -> bool:
    """Whether an optic is written as steps from `lens(Net)`, or from a step that names the class."""
    while True:
        if isinstance(optic, MemberExpr):
            optic = optic.expr
        elif isinstance(optic, IndexExpr):
            optic = optic.base
        elif isinstance(optic, CallExpr) and isinstance(optic.callee, RefExpr):
            if optic.callee.fullname == _LENS:
                return len(optic.args) == 1
            if not isinstance(optic.callee, MemberExpr) or optic.callee.name == "as_":
                return isinstance(optic.callee, MemberExpr)
            optic = optic.callee
        else:
            return False
