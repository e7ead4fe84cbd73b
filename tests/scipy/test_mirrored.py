"""The mirrors of whole modules: every function asked for is there, with SciPy's parameters in SciPy's order."""

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import scipy.fft
import scipy.linalg
import scipy.signal

import structgrad as sg
from structgrad.errors import LostGradientError
from structgrad.scipy import fft, linalg, signal
from structgrad.scipy.mirrored import mirrored, refused
from structgrad.tape.rule import RULES

LINALG = """
    block_diag circulant companion toeplitz hankel cho_factor cho_solve cholesky det eigh eigh_tridiagonal expm
    expm_frechet hessenberg inv logm lstsq lu lu_factor lu_solve norm pinv polar qr schur solve solve_banded
    solve_continuous_lyapunov solve_sylvester solve_triangular sqrtm svd
""".split()
SIGNAL = "convolve convolve2d correlate correlate2d csd detrend fftconvolve istft lfilter stft welch".split()
FFT = "dct dctn dst idct idctn idst".split()
F = Callable[[Any], Any]
MODULES: list[Any] = [(linalg, scipy.linalg), (signal, scipy.signal), (fft, scipy.fft)]


@pytest.mark.feature(139, 141)
def test_every_function_asked_for_is_mirrored() -> None:
    for module, names in ((linalg, LINALG), (signal, SIGNAL), (fft, FFT)):
        assert set(names) <= set(module.__all__)


@pytest.mark.parametrize(("module", "original"), MODULES)
def test_a_definition_takes_what_the_function_takes(module: Any, original: Any) -> None:
    for name in module.__all__:
        rule = RULES[getattr(module, name)]
        ours = inspect.signature(rule.function).parameters.values()
        named = [p.name for p in ours if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        theirs = list(inspect.signature(getattr(original, name)).parameters)
        assert named == theirs[: len(named)], name
        assert len(named) == len(theirs) or len(named) < len(ours) or rule.status == "refused", name


def test_a_mirror_is_the_function_itself_on_plain_arguments_and_its_definition_on_traced_ones() -> None:
    twice: F = mirrored(lambda x: 2.0 * np.asarray(x), lambda x: 2.0 * x)

    assert twice([1.0, 2.0]).tolist() == [2.0, 4.0]
    assert sg.grad_bp(lambda x: np.sum(twice(x)), np.ones(2)).tolist() == [2.0, 2.0]
    assert sg.grad_bp(lambda x: np.sum(twice([x, 1.0])), 3.0) == 2.0
    assert sg.grad_bp(lambda x: sg.grad_bp(lambda y: twice(y) * y, x), 3.0) == 4.0


def test_what_has_no_items_goes_to_the_function() -> None:
    counted: F = mirrored(lambda x: np.asarray(x).size, lambda x: x.no_such_attribute)

    assert sg.vjp(counted)(np.zeros((0, 2)))[0] == 0


def test_a_refused_function_says_what_to_do_instead_and_works_on_plain_arguments() -> None:
    lost: F = refused(lambda x: x, "it is lost. Take another.")

    assert lost(1.0) == 1.0
    with pytest.raises(LostGradientError, match="Take another"):
        sg.grad_bp(lost, 1.0)
