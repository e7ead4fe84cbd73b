"""`scipy.integrate`, differentiable: solutions of differential equations, integrals of functions and of samples."""

from typing import Final

from structgrad.scipy.integrate.ode import odeint, solve_ivp
from structgrad.scipy.integrate.quadrature import fixed_quad, quad
from structgrad.scipy.integrate.samples import cumulative_trapezoid, simpson, trapezoid
from structgrad.scipy.mirrored import rest_of

__all__ = ["cumulative_trapezoid", "fixed_quad", "odeint", "quad", "simpson", "solve_ivp", "trapezoid"]

__getattr__: Final = rest_of("scipy.integrate")
