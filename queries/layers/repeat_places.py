"""Places where the same thing is reported again and again."""

import numpy as np
import pandas as pd

from data.geography import tile_centers
from data.store import Store
from queries.counts import count_by, open_statuses
from queries.filters import ComplaintFilter

REPEAT_PLACE_COLUMNS = (
    "x",
    "y",
    "latitude",
    "longitude",
    "service_code",
    "n",
    "open",
    "days",
    "first_day",
    "last_day",
)
MOST = 200
AT_LEAST = 3  # times, to be called repeated


def repeat_places(
    store: Store, complaint_filter: ComplaintFilter, *, at_least: int = AT_LEAST, limit: int = MOST
) -> pd.DataFrame:
    """Zoom-20 cells (about 38 m) with one service reported `at_least` times, most first.

    Columns are REPEAT_PLACE_COLUMNS: the cell and its middle, the service, complaints, those still
    open, the number of days with one, and the first and last of these (days since 1970, local).
    """
    counts = count_by(store, ["x", "y", "service_id", "day", "status"], complaint_filter).dropna()
    cell = counts[["x", "y", "service_id"]].astype(np.int64)
    frame = cell.assign(
        n=counts["n"],
        open=counts["n"].where(counts["status"].isin(open_statuses()), 0),
        day=counts["day"].astype(np.int64),
    )
    keys = ["x", "y", "service_id"]
    totals = frame.groupby(keys, sort=False)["n"].sum()
    often = totals[totals >= max(at_least, 1)].sort_values(ascending=False)
    # Ties at the end of the list are cut by place, so that the same question has one answer.
    often = often.sort_index().sort_values(ascending=False, kind="stable").head(limit)
    chosen = frame.merge(often.rename("total").reset_index(), on=keys)
    found = (
        chosen.groupby([*keys, "total"])
        .agg(
            open=("open", "sum"),
            days=("day", "nunique"),
            first_day=("day", "min"),
            last_day=("day", "max"),
        )
        .reset_index()
        .rename(columns={"total": "n"})
        .sort_values(["n", "x", "y", "service_id"], ascending=[False, True, True, True])
    )
    services = store.reference().services
    found["latitude"], found["longitude"] = tile_centers(found["x"], found["y"])
    found["service_code"] = [services[one].service_code for one in found["service_id"]]
    return found[list(REPEAT_PLACE_COLUMNS)].reset_index(drop=True)
