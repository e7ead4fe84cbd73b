"""Functions of texts, which have no slope."""

from typing import Any

import numpy as np
import pytest

import structgrad as sg

WORDS = np.array(["a gradient", "b"])


def test_texts_beside_traced_values_are_what_they_are() -> None:
    seen: list[Any] = []

    def loss(v: sg.Array) -> sg.Scalar:
        width = np.argmax(v) + 12
        seen.append((np.strings.center(WORDS, width), np.char.upper(WORDS), np.strings.find(WORDS, "a")))
        return np.sum(v * v)

    grad = sg.grad_bp(loss, np.array([1.0, 3.0]))

    assert grad.tolist() == [2.0, 6.0]
    assert seen[0][0].tolist() == np.strings.center(WORDS, 13).tolist()
    assert seen[0][1].tolist() == ["A GRADIENT", "B"]
    assert seen[0][2].tolist() == [0, -1]


@pytest.mark.parametrize(
    "f",
    [
        np.strings.isalpha,
        np.strings.str_len,
        np.strings.capitalize,
        np.char.upper,
        lambda v: np.strings.startswith(v, "a"),
    ],
)
def test_numbers_are_no_texts_in_numpys_words(f: Any) -> None:
    v = np.array([1.5, 2.5])
    with pytest.raises(TypeError) as plain:
        f(v)
    with pytest.raises(TypeError) as traced:
        sg.vjp(f)(v)

    assert str(traced.value) == str(plain.value)
