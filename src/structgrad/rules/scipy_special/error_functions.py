"""The error function and its kin: erfc, erfcx, erfi, their inverses, wofz, dawsn, the Voigt profile.

erfcx(x) falls like 1/x, and its slope 2x · erfcx(x) − 2/√π is a difference of two numbers near each other: from
|x| = 10 on it is taken from the asymptotic series (Abramowitz and Stegun, 7.1.23), which has all digits there.
"""

import math
from typing import Any

import numpy as np

from structgrad.rules.elementwise import holomorphic, is_complex
from structgrad.rules.scipy_special.raw import special
from structgrad.rules.scipy_special.sides import SQRT_2PI, SQRT_PI
from structgrad.tape.rule import rule

_ORDERS = range(15, 0, -1)


def _series(t: Any) -> Any:
    """Σ (2k − 1)!! tᵏ from k = 1, for |t| up to 1/200."""
    s: Any = 1.0
    for k in _ORDERS:
        s = 1 + (2 * k + 1) * t * s
    return t * s


def _series_slope(t: Any) -> Any:
    """t times the slope of the same: Σ k (2k − 1)!! tᵏ."""
    s: Any = 16.0
    for k in _ORDERS:
        s = k + (2 * k + 1) * t * s
    return t * s


def _far(x: Any) -> tuple[Any, Any, Any]:
    """Where the series holds, and there x and −1/2x²; the third part is the exponential beside the series.

    exp(x²) is far below the series, but all there is in the real part of wofz on the real line.
    """
    if not is_complex(x):
        far = x >= 10
        r = np.where(far, x, 10.0)
        return far, r, 0.0
    far = (np.absolute(x) >= 10) & (np.real(x) >= -0.5 * np.absolute(np.imag(x)))
    r = np.where(far, x, 10.0)
    square = r * r
    small = np.real(square) < -50
    return far, r, np.where(small, np.exp(np.where(small, square, -50.0)), 0.0)


def slope_of_erfcx(x: Any, y: Any) -> Any:
    """The slope of erfcx at x, where it is y."""
    far, r, e = _far(x)
    return np.where(far, 2 / SQRT_PI * _series(-0.5 / (r * r)) + 2 * r * e, 2 * x * y - 2 / SQRT_PI)


def _bend_of_erfcx(x: Any, y: Any) -> Any:
    """The second derivative of erfcx."""
    far, r, e = _far(x)
    series = -4 / SQRT_PI * _series_slope(-0.5 / (r * r)) / r + (2 + 4 * r * r) * e
    return np.where(far, series, 2 * y + 2 * x * (2 * x * y - 2 / SQRT_PI))


def _slope_of_dawsn(x: Any, y: Any) -> Any:
    """1 − 2xy for small x. For complex ones through wofz: dawsn(z) = i√π/2 · (exp(−z²) − wofz(z))."""
    if not is_complex(x):
        far = np.absolute(x) >= 10
        r = np.where(far, x, 10.0)
        return np.where(far, -_series(0.5 / (r * r)), 1 - 2 * x * y)
    z = np.where(np.imag(x) < 0, -x, x)  # the slope is even, and wofz large below the real line
    return -1j * SQRT_PI * z * np.exp(-z * z) - SQRT_PI / 2 * slope_of_erfcx(-1j * z, special.wofz(z))


holomorphic(special.erf, x=lambda g, x: g * (2 / SQRT_PI) * np.exp(-x * x))
holomorphic(special.erfc, x=lambda g, x: g * (-2 / SQRT_PI) * np.exp(-x * x))
holomorphic(special.erfi, x=lambda g, x: g * (2 / SQRT_PI) * np.exp(x * x))
holomorphic(special.erfcx, x=lambda g, x, y: g * slope_of_erfcx(x, y))
holomorphic(special.dawsn, x=lambda g, x, y: g * _slope_of_dawsn(x, y))
# Not elementwise: its value is complex also for a real z, and so the engine must look at each cotangent's dtype.
holomorphic(special.wofz, elementwise=False, z=lambda g, z, y: g * (-1j * slope_of_erfcx(-1j * z, y)))
rule(special.erfinv, x=lambda g, y: g * (SQRT_PI / 2) * np.exp(y * y))
rule(special.erfcinv, x=lambda g, y: g * (-SQRT_PI / 2) * np.exp(y * y))


def _voigt(x: Any, sigma: Any, gamma: Any) -> tuple[Any, Any, Any]:
    """Where sigma is 0, a safe sigma, and the argument of erfcx: V = Re erfcx((γ − ix) / σ√2) / σ√2π."""
    sharp = sigma == 0
    s = np.where(sharp, 1.0, sigma)
    return sharp, s, (gamma - 1j * x) / (math.sqrt(2) * s)


def _voigt_slope(x: Any, sigma: Any, gamma: Any) -> tuple[Any, Any]:
    """The slopes of the Voigt profile by x and γ; for σ = 0 those of Lorentz's 1/π · Im 1/(x − iγ)."""
    sharp, s, z = _voigt(x, sigma, gamma)
    slope = slope_of_erfcx(z, special.erfcx(z)) / (math.sqrt(2) * s * s * SQRT_2PI)
    pole = np.where(sharp, gamma - 1j * x, 1.0)
    slope = np.where(sharp, -1 / (math.pi * pole * pole), slope)
    return np.imag(slope), np.real(slope)


def _voigt_bend(x: Any, sigma: Any, gamma: Any) -> Any:
    """The second derivative of the Voigt profile by x."""
    sharp, s, z = _voigt(x, sigma, gamma)
    bend = _bend_of_erfcx(z, special.erfcx(z)) / (2 * s * s * s * SQRT_2PI)
    pole = np.where(sharp, gamma - 1j * x, 1.0)
    return -np.real(np.where(sharp, 2 / (math.pi * pole * pole * pole), bend))


# By σ from the heat equation, ∂V/∂σ = σ ∂²V/∂x²; the quotient itself cancels where σ is small.
rule(
    special.voigt_profile,
    x=lambda g, x, sigma, gamma: g * _voigt_slope(x, sigma, gamma)[0],
    sigma=lambda g, x, sigma, gamma: g * sigma * _voigt_bend(x, sigma, gamma),
    gamma=lambda g, x, sigma, gamma: g * _voigt_slope(x, sigma, gamma)[1],
)
