"""Lambert's W on every branch, and Wright's ω."""

import numpy as np

from structgrad.rules.elementwise import holomorphic
from structgrad.rules.scipy_special.raw import special

# scipy.special.lambertw is a function in front of this one. exp(−w) and not w/z, which is 0/0 at 0.
holomorphic(special._ufuncs._lambertw, params="z k tol", z=lambda g, y: g * np.exp(-y) / (1 + y))
holomorphic(special.wrightomega, z=lambda g, y: g * y / (1 + y))
