"""What is saved comes back, bit by bit and in its own class."""

import collections
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple, assert_type

import attrs
import numpy as np
import pytest
import safetensors.numpy

import structgrad as sg
from structgrad.errors import CycleError, LostGradientError
from structgrad.saving import SavedFileError, load, save


@dataclass(frozen=True)
class Linear:
    w: Any
    b: Any
    act: Callable[[Any], Any] = np.tanh


@attrs.frozen
class Net:
    layers: list[Linear]
    scale: float
    name: sg.Static[str] = "net"


class Adam(NamedTuple):
    step: int
    mean: Any
    square: Any


def net(rng: np.random.Generator) -> Net:
    return Net([Linear(rng.normal(size=(3, 2)), rng.normal(size=3)) for _ in range(2)], float(rng.normal()))


def same(x: Any, y: Any) -> bool:
    """Whether two structs are the same to the last bit, classes and dtypes included."""
    rows, others = sg.tree.paths(x), sg.tree.paths(y)
    return type(x) is type(y) and list(rows) == list(others) and all(map(same_leaf, rows.values(), others.values()))


def same_leaf(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if isinstance(a, np.ndarray | np.generic):
        return (a.dtype, a.shape, a.tobytes()) == (b.dtype, b.shape, b.tobytes())
    return repr(a) == repr(b)


def round_trip(folder: Path, x: Any) -> Any:
    """What is loaded into a struct like x with zeros for numbers."""
    save(folder / "x.safetensors", x)
    return load(folder / "x.safetensors", like=sg.zero(x))


@pytest.mark.feature(170)
def test_params_and_the_state_of_an_optimizer_come_back(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    params, mean, square = net(rng), net(rng), net(rng)

    back, state = round_trip(tmp_path, (params, Adam(7, mean, square)))

    assert same(back, params)
    assert same(state, Adam(7, mean, square))
    assert np.array_equal(back.layers[1].act(back.layers[1].w), np.tanh(params.layers[1].w))


def test_each_class_of_containers_comes_back(tmp_path: Path) -> None:
    objects = np.array([[1.0, np.float32(2.0)], [np.ones(2), "text"]], dtype=object)
    default = collections.defaultdict(list, {"a": [1.0]})
    x = {
        "list": [1.0, (2.0, {"x": 3.0})],
        3: collections.deque([1.0, 2.0], maxlen=5),
        (1, "a"): collections.OrderedDict(b=1.0, a=2.0),
        "default": default,
        "plain": SimpleNamespace(u=1.0, v=np.ones(2)),
        "objects": objects,
        "empty": [[], {}, ()],
    }

    back = round_trip(tmp_path, x)

    assert same(back, x)
    assert [type(v) for v in back.values()] == [type(v) for v in x.values()]
    assert back["default"].default_factory is list
    assert back[3].maxlen == 5
    assert back["objects"].shape == (2, 2)


@pytest.mark.parametrize("x", [2.5, np.arange(3.0), "text", {}, None, np.float32(1.0)])
def test_one_leaf_or_none_is_a_struct(tmp_path: Path, x: Any) -> None:
    assert same(round_trip(tmp_path, x), x)


def test_what_is_loaded_shares_no_memory_with_like_which_stays_as_it_was(tmp_path: Path) -> None:
    save(tmp_path / "x", {"a": np.ones(3), "t": np.array(["x", "y"]), "s": {1, 2}, "n": [1.0]})
    like = {"a": np.zeros(3), "t": np.array(["x", "y"]), "s": {1, 2}, "n": [2.0]}

    back = load(tmp_path / "x", like=like)
    back["a"][:], back["t"][:] = 5.0, "z"  # type: ignore[index]  # pyright: ignore[reportArgumentType, reportCallIssue, reportIndexIssue]  # its item is of that class
    back["s"].clear()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # its item is of that class
    back["n"].append(7.0)  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # its item is of that class

    assert like["a"].tolist() == [0.0, 0.0, 0.0]  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # its item is of that class
    assert like["t"].tolist() == ["x", "y"]  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]  # its item is of that class
    assert like["s"] == {1, 2}
    assert like["n"] == [2.0]


def test_loading_runs_no_code_of_the_user(tmp_path: Path) -> None:
    made: list[str] = []

    @dataclass
    class Checked:
        w: float
        b: float = field(default=0.0)

        def __post_init__(self) -> None:
            made.append("post_init")

        def __setattr__(self, name: str, value: Any) -> None:
            made.append(name)
            object.__setattr__(self, name, value)

    class Metre(float):
        def __new__(cls, x: float) -> "Metre":
            made.append("new")
            return float.__new__(cls, x)

        def __init__(self, x: float) -> None:
            made.append("init")

    x = Checked(1.0), Metre(3.0)
    save(tmp_path / "x", x)
    made.clear()

    checked, metre = load(tmp_path / "x", like=x)

    assert made == []
    assert (checked.w, checked.b, metre) == (1.0, 0.0, 3.0)
    assert (type(checked), type(metre)) == (Checked, Metre)


def test_loading_is_typed_by_like(tmp_path: Path) -> None:
    params = net(np.random.default_rng(0))
    save(str(tmp_path / "x"), params)

    assert_type(load(str(tmp_path / "x"), like=params), Net)
    assert_type(load(tmp_path / "x", params), Net)


def test_other_programs_read_the_numbers_under_the_paths(tmp_path: Path) -> None:
    params = net(np.random.default_rng(0))
    save(tmp_path / "x", {"net": params, "z": 1.0 + 2.0j, "n": 3})

    tensors = safetensors.numpy.load_file(tmp_path / "x")

    paths = sg.tree.paths({"net": params, "z": 1.0j})
    assert set(tensors) == {path for path, leaf in paths.items() if not callable(leaf)}
    assert tensors["['net'].layers[1].w"].tolist() == params.layers[1].w.tolist()
    assert tensors["['z']"].tolist() == [1.0, 2.0]


def test_equal_structs_give_equal_bytes(tmp_path: Path) -> None:
    for name in "ab":
        save(tmp_path / name, {"w": np.ones((2, 3)), "b": np.zeros(3), "c": 1.0, "names": {"x", "y", "z"}})

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_struct_of_many_leaves_and_a_deep_one_come_back(tmp_path: Path) -> None:
    deep: Any = 1.0
    for _ in range(1000):
        deep = (deep,)
    x = {"many": [float(i) for i in range(3000)], "deep": deep}

    back = round_trip(tmp_path, x)

    assert back["many"] == x["many"]
    assert sg.tree.leaves(back["deep"]) == [1.0]


def test_a_traced_leaf_is_refused_with_its_path(tmp_path: Path) -> None:
    def loss(p: Any) -> Any:
        save(tmp_path / "x", p)
        return p["w"][0]

    with pytest.raises(LostGradientError, match=r"\['w'\]\[0\] is a traced value.*Save the params outside"):
        sg.grad_bp(loss)({"w": [2.0]})
    with pytest.raises(LostGradientError, match=r"\['w'\]\[0\] is a traced value"):
        sg.grad_bp(loss)({"w": [np.ones(2)]})
    assert list(tmp_path.iterdir()) == []


def test_a_struct_that_contains_itself_is_refused(tmp_path: Path) -> None:
    x: list[Any] = [1.0]
    x.append(x)

    with pytest.raises(CycleError):
        save(tmp_path / "x", x)


def test_two_keys_that_print_alike_are_refused(tmp_path: Path) -> None:
    class Key:
        def __repr__(self) -> str:
            return "key"

    with pytest.raises(SavedFileError, match=r"two leaves have the path \[key\]"):
        save(tmp_path / "x", {Key(): 1.0, Key(): 2.0})


def test_no_pickle_is_written_or_read(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> Any:
            return (tmp_path / "fired").touch, ()

    (tmp_path / "x").write_bytes(pickle.dumps(Bomb()))

    with pytest.raises(SavedFileError):
        load(tmp_path / "x", like=1.0)
    assert not (tmp_path / "fired").exists()
    code = (
        "import sys; sys.modules['pickle'] = sys.modules['_pickle'] = None\n"
        "from structgrad.saving import load, save\n"
        f"save({str(tmp_path / 'y')!r}, [1.0, 'x', len, {{'a'}}])\n"
        f"assert load({str(tmp_path / 'y')!r}, [2.0, 'x', len, {{'a'}}])[0] == 1.0"
    )
    subprocess.run([sys.executable, "-c", "import numpy, safetensors.numpy\n" + code], check=True)


def test_without_safetensors_the_error_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "x", 1.0)
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)

    with pytest.raises(ImportError, match=r'pip install "structgrad\[saving\]"'):
        save(tmp_path / "y", 1.0)
    with pytest.raises(ImportError, match=r'pip install "structgrad\[saving\]"'):
        load(tmp_path / "x", 1.0)
    assert not (tmp_path / "y").exists()


def test_safetensors_is_imported_when_it_is_used() -> None:
    code = "import sys, structgrad.saving; assert 'safetensors' not in sys.modules"

    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load(tmp_path / "none", 1.0)
    with pytest.raises(FileNotFoundError):
        save(tmp_path / "none" / "x", 1.0)
