"""Which derivatives, bounds and constraints each of SciPy's methods takes."""

from attrs import frozen


@frozen
class Method:
    """gradient: it takes one. second: "products" with the Hessian, the whole "matrix", or "" for neither."""

    gradient: bool = True
    second: str = ""
    bounds: bool = False
    constraints: bool = False


METHODS = {
    "Nelder-Mead": Method(gradient=False, bounds=True),
    "Powell": Method(gradient=False, bounds=True),
    "CG": Method(),
    "BFGS": Method(),
    "Newton-CG": Method(second="products"),
    "L-BFGS-B": Method(bounds=True),
    "TNC": Method(bounds=True),
    "COBYLA": Method(gradient=False, bounds=True, constraints=True),
    "COBYQA": Method(gradient=False, bounds=True, constraints=True),
    "SLSQP": Method(bounds=True, constraints=True),
    "trust-constr": Method(second="products", bounds=True, constraints=True),
    "dogleg": Method(second="matrix"),
    "trust-ncg": Method(second="products"),
    "trust-exact": Method(second="matrix"),
    "trust-krylov": Method(second="products"),
}


def chosen(name: str | None, *, bounds: bool, constraints: bool) -> str:
    """The name of the method as SciPy writes it; for None, what SciPy would take.

    ValueError if there is no such method, or if it would ignore bounds or constraints.
    """
    if name is None:
        return "SLSQP" if constraints else "L-BFGS-B" if bounds else "BFGS"
    found = next((known for known in METHODS if known.lower() == str(name).lower()), None)
    if found is None:
        raise ValueError(f"minimize has no method {name!r}; there are {', '.join(METHODS)}")
    for what, given in (("bounds", bounds), ("constraints", constraints)):
        if given and not getattr(METHODS[found], what):
            able = [known for known, method in METHODS.items() if getattr(method, what)]
            raise ValueError(f"minimize: {found} takes no {what}; these do: {', '.join(able)}")
    return found
