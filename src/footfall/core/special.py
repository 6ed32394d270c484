"""SciPy's special functions, without what their import brings along.

SciPy copies all public names of NumPy. Some of these are packages that NumPy loads when they are asked
for (a Fortran parser among them), and nobody here or in `scipy.special` does: they are half of the time.
So their names stand for nothing while SciPy is imported, unless somebody has loaded them before.
"""

from __future__ import annotations

import numpy as np

_UNASKED = [name for name in ("f2py", "testing", "ma", "polynomial") if name not in vars(np)]

for _name in _UNASKED:
    setattr(np, _name, None)
try:
    from scipy.special import (
        bdtr,
        bdtrik,
        betainc,
        betaincinv,
        chdtrc,
        erfc,
        gammainc,
        gammaincc,
        kolmogorov,
        ndtr,
        ndtri,
        pdtr,
        pdtrik,
    )
finally:
    for _name in _UNASKED:
        if vars(np).get(_name, ...) is None:  # else SciPy has loaded it after all
            delattr(np, _name)

__all__ = [
    "bdtr",
    "bdtrik",
    "betainc",
    "betaincinv",
    "chdtrc",
    "erfc",
    "gammainc",
    "gammaincc",
    "kolmogorov",
    "ndtr",
    "ndtri",
    "pdtr",
    "pdtrik",
]
