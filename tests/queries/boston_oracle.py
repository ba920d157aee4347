"""Boston's real requests, read by pandas and judged by lifelines: what our numbers must equal.

Nothing of the program is used here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from lifelines import KaplanMeierFitter

from tests.queries.lifelines_oracle import quantile

FOLDER = Path(__file__).parents[3] / "shared" / "real" / "boston"
REQUESTS = FOLDER / "311_service_requests_2011.zip"
NEIGHBOURHOODS = FOLDER / "neighborhoods.geojson"
ZONE = "America/New_York"


@dataclass(frozen=True)
class Cohort:
    """Requests opened on local dates start … end (exclusive), seen at an instant."""

    start: str
    end: str
    as_of: str
    types: Sequence[str] = ()


def read_requests() -> pd.DataFrame:
    """One row a request: id, opened, due, closed (UTC), day (local), type, unit, district, flag."""
    raw = pd.read_csv(REQUESTS, dtype=str, keep_default_na=False)
    frame = pd.DataFrame(
        {
            "id": raw["case_enquiry_id"],
            "day": raw["open_dt"].str[:10],
            "opened": _utc(raw["open_dt"]),
            "due": _utc(raw["target_dt"]),
            "closed": _utc(raw["closed_dt"]),
            "type": raw["type"],
            "unit": raw["department"],
            "flag": raw["ontime"],
        }
    )
    shapes = gpd.read_file(NEIGHBOURHOODS)[["Neighborhood_ID", "geometry"]]
    shapes["geometry"] = shapes.geometry.make_valid()
    places = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(raw["longitude"].astype(float), raw["latitude"].astype(float)),
        crs=shapes.crs,
    )
    inside = gpd.sjoin(places, shapes, predicate="intersects")
    assert inside.index.is_unique, "a request lies in two neighbourhoods"
    frame["district"] = inside["Neighborhood_ID"].reindex(frame.index)
    return frame


def _utc(local: pd.Series) -> pd.Series:
    times = pd.to_datetime(local.where(local != ""), format="%Y-%m-%d %H:%M:%S")
    first = pd.Series(True, index=times.index)  # of the hour that comes twice
    return times.dt.tz_localize(ZONE, ambiguous=first, nonexistent="shift_forward").dt.tz_convert(
        "UTC"
    )


def select(requests: pd.DataFrame, cohort: Cohort) -> pd.DataFrame:
    """The cohort's rows, with `seconds` on the clock and whether it was stopped by as_of."""
    as_of = pd.Timestamp(cohort.as_of).tz_convert("UTC")
    rows = requests[
        (requests["day"] >= cohort.start)
        & (requests["day"] < cohort.end)
        & (requests["opened"] <= as_of)
    ]
    if cohort.types:
        rows = rows[rows["type"].isin(cohort.types)]
    rows = rows.assign(stopped=rows["closed"] <= as_of)
    until = rows["closed"].where(rows["stopped"], as_of)
    return rows.assign(seconds=(until - rows["opened"]).dt.total_seconds())


def durations(requests: pd.DataFrame, cohort: Cohort, by: str) -> pd.DataFrame:
    """By key: n, events, median, p90, low, high in seconds; infinite where never reached."""
    result = {}
    for key, rows in select(requests, cohort).groupby(by):
        fitter = KaplanMeierFitter().fit(rows["seconds"], rows["stopped"])
        median, low, high = quantile(fitter)
        result[key] = {
            "n": len(rows),
            "events": int(rows["stopped"].sum()),
            "median": median,
            "p90": quantile(fitter, 0.1)[0],
            "low": low,
            "high": high,
        }
    return pd.DataFrame.from_dict(result, orient="index")


def on_time(requests: pd.DataFrame, cohort: Cohort, by: str) -> pd.DataFrame:
    """By key: how many were due by as_of, how many of those were closed by their due time."""
    as_of = pd.Timestamp(cohort.as_of).tz_convert("UTC")
    rows = select(requests, cohort)
    due = rows[rows["due"] <= as_of]
    kept = due[due["closed"] <= due["due"]]
    return pd.DataFrame(
        {
            "due": due.groupby(by).size(),
            "on_time": kept.groupby(by).size(),
            "not_due": rows[rows["due"] > as_of].groupby(by).size(),
        }
    ).fillna(0)
