"""Who may import whom, and which words may stand where: the map of docs/design.md, as a test."""

import ast
import graphlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src" / "structgrad"
FILES = {path.relative_to(SRC).as_posix(): path.read_text() for path in sorted(SRC.rglob("*.py"))}
HEIGHT = {
    "errors": 0,
    "native": 0,
    "arrays": 1,
    "struct": 2,
    "saving": 3,
    "tape": 3,
    "rules": 4,
    "transforms": 5,
    "compile": 6,
}
HEIGHT |= dict.fromkeys(["nn", "optim", "parallel", "viz", "scipy"], 7)
HEIGHT |= dict.fromkeys(["__init__", "extend", "testing", "debug", "mypy_plugin"], 8)
Check = Callable[[str, str], Iterator[str]]
NOWHERE = {"utils", "helpers", "misc", "base", "manager"}
MEETING_POINT = {"__array_ufunc__", "__array_function__"}


def imports(name: str, tree: ast.AST) -> Iterator[tuple[str, int]]:
    """What a file imports of structgrad, as paths such as "struct/lens/Lens", with the line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found = [alias.name.split(".") for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = ["structgrad", *name.split("/")][: -node.level] if node.level else []
            module = node.module.split(".") if node.module else []
            found = [[*start, *module, alias.name] for alias in node.names]
        else:
            continue
        yield from (("/".join(path[1:]), node.lineno) for path in found if path[0] == "structgrad")


def room(path: str) -> str:
    """The room that a file or an import stands in; what is no room of its own is at the front door."""
    first = path.split("/", maxsplit=1)[0].removesuffix(".py")
    return first if first in HEIGHT else "__init__"


def wrong_imports(name: str, text: str) -> Iterator[str]:
    """Imports that do not run leftwards, also where only the type checker or one function sees them."""
    for path, line in imports(name, ast.parse(text)):
        below = HEIGHT[room(path)] < HEIGHT[room(name)]
        if room(path) != room(name) and not below:
            yield f"{name}:{line} imports {path}"


def hidden_imports(name: str, text: str) -> Iterator[str]:
    """Imports of structgrad inside a function, where a cycle could hide."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from (f"{name}:{line} imports {path} in a function" for path, line in imports(name, node))


def wrong_files(name: str, text: str) -> Iterator[str]:
    """Files without a room, files that are too long, and files named for no purpose."""
    if name.split("/", maxsplit=1)[0].removesuffix(".py") not in HEIGHT:
        yield f"{name} stands in no room"
    if (lines := text.count("\n")) > 300:
        yield f"{name} has {lines} lines; is there a second room inside?"
    if NOWHERE & set(name.removesuffix(".py").replace("/", "_").split("_")):
        yield f"{name} is a name for lines with no home"


def wrong_words(name: str, text: str) -> Iterator[str]:
    """State that anybody can change, and a library that talks."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Global):
            yield f"{name}:{node.lineno} global"
        if isinstance(node, ast.Name) and node.id == "print":
            yield f"{name}:{node.lineno} print"


def meeting_points(files: dict[str, str]) -> list[str]:
    """The files whose code names how a value meets NumPy; comments and docstrings may."""
    return [name for name, text in files.items() if MEETING_POINT & set(words(ast.parse(text)))]


def words(tree: ast.AST) -> Iterator[object]:
    """Every identifier and every constant of a file."""
    for node in ast.walk(tree):
        yield from (getattr(node, field, None) for field in ("name", "id", "attr", "value"))


def knot(files: dict[str, str]) -> list[str]:
    """A cycle of imports among the files, or nothing."""
    graph = {
        name: {file for path, _ in imports(name, ast.parse(text)) for file in opened(path, files)}
        for name, text in files.items()
    }
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        return list(error.args[1])
    return []


def opened(path: str, files: dict[str, str]) -> list[str]:
    """The file that "struct/lens/Lens" names: a module, a package, or one of these that has the name."""
    places = [f"{p}{end}" for p in (path, path.rpartition("/")[0]) for end in (".py", "/__init__.py")]
    return [file for file in places if file in files][:1]


CHECKS = [wrong_imports, hidden_imports, wrong_files, wrong_words]


@pytest.mark.parametrize("check", CHECKS)
def test_each_line_stands_in_its_room(check: Check) -> None:
    assert [] == [complaint for name, text in FILES.items() for complaint in check(name, text)]


def test_values_meet_numpy_in_one_file() -> None:
    assert len(meeting_points(FILES)) == 1


def test_no_files_import_each_other() -> None:
    assert [] == knot(FILES)


@pytest.mark.parametrize(
    ("check", "name", "text"),
    [
        (wrong_imports, "struct/lens.py", "from structgrad.tape.record import record"),
        (wrong_imports, "struct/lens.py", "from ..tape import record"),
        (wrong_imports, "struct/lens.py", "from .. import tape"),
        (wrong_imports, "struct/lens.py", "import structgrad.tape"),
        (wrong_imports, "struct/lens.py", "if TYPE_CHECKING:\n    from structgrad.tape import Tape"),
        (wrong_imports, "struct/lens.py", "def f():\n    import structgrad.rules"),
        (wrong_imports, "errors.py", "from structgrad.arrays import Array"),
        (wrong_imports, "optim/sgd.py", "from structgrad.viz import text"),
        (wrong_imports, "viz/text.py", "from structgrad import grad_bp"),
        (wrong_imports, "viz/text.py", "import structgrad as sg"),
        (wrong_imports, "__init__.py", "from structgrad import testing"),
        (wrong_imports, "testing.py", "from structgrad.extend import rule"),
        (hidden_imports, "viz/text.py", "def f():\n    from structgrad.tape import Tape"),
        (wrong_files, "tape/string_utils.py", ""),
        (wrong_files, "tape/helpers.py", ""),
        (wrong_files, "cellar/tape.py", ""),
        (wrong_files, "tape/tape.py", "\n" * 301),
        (wrong_words, "tape/tape.py", "def f():\n    global x\n    x = 1"),
        (wrong_words, "tape/tape.py", "def f():\n    print(1)"),
    ],
)
def test_a_line_in_the_wrong_room_is_seen(check: Check, name: str, text: str) -> None:
    assert len(list(check(name, text))) == 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("tape/record.py", "from structgrad.struct import tree\nfrom structgrad import errors\nimport numpy"),
        ("tape/record.py", "from . import tape\nfrom .tape import Tape\nfrom ..struct.lens import Lens"),
        ("testing/check.py", "from structgrad.testing.numerical import numerical_gradient"),
        ("__init__.py", "from structgrad.optim import sgd\nfrom .viz import text"),
        ("viz/text.py", "def f():\n    import graphviz"),
    ],
)
def test_a_line_in_its_room_passes(name: str, text: str) -> None:
    assert [] == [complaint for check in CHECKS for complaint in check(name, text)]


@pytest.mark.parametrize("how", ["def __array_ufunc__(): ...", "__array_function__ = f", "x = {'__array_ufunc__': f}"])
def test_a_second_meeting_point_is_seen(how: str) -> None:
    text = f"class A:\n    {how}"

    assert ["a.py", "b.py"] == meeting_points({"a.py": text, "b.py": text, "c.py": "'an __array_ufunc__'"})


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ("from . import lens", {"struct/lens.py", "struct/node.py"}),
        ("from structgrad.struct import Lens", {"struct/lens.py", "struct/node.py", "struct/__init__.py"}),
        ("import numpy", set()),
    ],
)
def test_a_knot_is_seen(node: str, expected: set[str]) -> None:
    lens, door = "from structgrad.struct.node import Node", "from structgrad.struct.lens import Lens"

    found = knot({"struct/__init__.py": door, "struct/lens.py": lens, "struct/node.py": node})

    assert expected == set(found)
