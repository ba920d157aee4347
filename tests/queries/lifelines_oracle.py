"""What lifelines fits, read off where its curve reaches a share.

lifelines compares rounded products with the share itself: a curve that only touches it, because
half of an even number is done, may pass by (14 of the 99 medians of 2 to 100 times). The median is
the time at which half are done, so a touch is allowed the rounding.
"""

import numpy as np
import pandas as pd
from lifelines import KaplanMeierFitter


def reached(curve: "pd.Series[float] | pd.DataFrame", share: float) -> float:
    """The first time at which a curve is at or below the share; infinite where it never is."""
    at = curve.index[np.ravel(curve) <= share + 1e-9]
    return float(at[0]) if len(at) else np.inf


def quantile(fit: KaplanMeierFitter, share: float = 0.5) -> tuple[float, float, float]:
    """When `share` still wait, and the bounds of that; infinite where not reached."""
    bands = fit.confidence_interval_
    curves = fit.survival_function_, bands.iloc[:, 0], bands.iloc[:, 1]
    value, low, high = (reached(curve, share) for curve in curves)
    return value, low, high
