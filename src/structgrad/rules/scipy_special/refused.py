"""What has no derivative here, and what to do instead."""

from structgrad.rules.scipy_special.raw import special
from structgrad.tape.rule import refuse

_SHAPES = (
    "of noncentral distributions only the argument and the noncentrality have a derivative here. Take stop_gradient(v) "
    "if a constant is meant, or wrap your computation in structgrad.op."
)
for _name in "chndtridf ncfdtridfd ncfdtridfn".split():
    refuse(getattr(special, _name), _SHAPES)

_NONCENTRAL_T = (
    "the noncentral t distribution has no derivative here. Take stop_gradient(v) if a constant is meant, or wrap your "
    "computation in structgrad.op."
)
for _name in "nctdtr nctdtridf nctdtrinc nctdtrit".split():
    refuse(getattr(special, _name), _NONCENTRAL_T)

_VALUES = (
    "characteristic values have no derivative here. Take stop_gradient(v) if a constant is meant, or wrap your "
    "computation in structgrad.op."
)
for _name in "mathieu_a mathieu_b pro_cv obl_cv".split():
    refuse(getattr(special, _name), _VALUES)

_SECOND_KIND = (
    "SciPy's values of the radial functions of the second kind do not satisfy their equation well enough for a "
    "derivative. Wrap a computation of your own in structgrad.op."
)
for _name in "pro_rad2 pro_rad2_cv obl_rad2 obl_rad2_cv".split():
    refuse(getattr(special, _name), _SECOND_KIND)
