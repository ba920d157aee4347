import numpy as np
import pandas as pd
import pytest

from queries.classes import classes_at, classify


def test_quantile_classes_hold_about_as_many_values_each():
    values = pd.Series(np.random.default_rng(1).lognormal(size=600))
    classes = classify(values, kind="sequential")
    assert len(classes.breaks) == 5
    assert len(classes.colours) == 6
    assert all(98 <= count <= 102 for count in classes.counts(values))


@pytest.mark.parametrize(
    "values",
    [[], [np.nan], [np.inf, 3.0], [0.0], [0.0, 0.0, 0.0], [1, 1, 1, 2], [None, 5, 7], [-1, 0, 4]],
)
@pytest.mark.parametrize("kind", ["sequential", "diverging"])
@pytest.mark.parametrize("count", [1, 2, 3, 6, 9])
def test_few_or_tied_values_give_fewer_classes_and_growing_limits(values, kind, count):
    series = pd.Series(values, dtype=float)
    classes = classify(series, kind=kind, classes=count)
    assert len(classes.colours) == len(classes.breaks) + 1 <= count
    assert list(classes.breaks) == sorted(set(classes.breaks))
    finite = series[np.isfinite(series)]
    assert sum(classes.counts(series)) == len(finite)
    for value in finite:
        assert classes.colour(value) in classes.colours


@pytest.mark.parametrize("values", [[1, 1, 1, 1, 9], [1, 1, 9, 9.1], [1, 2, 3], [0, 0, 5]])
def test_no_sequential_class_is_empty(values):
    series = pd.Series(values, dtype=float)
    assert min(classify(series, kind="sequential").counts(series)) > 0


def test_a_limit_belongs_to_the_class_above():
    classes = classes_at([10, 20])
    assert [classes.index(value) for value in (9.9, 10, 19.9, 20)] == [0, 1, 1, 2]


def test_diverging_is_symmetric_around_a_neutral_middle():
    classes = classify(pd.Series([-5.0, -2, -1, 0, 1, 3, 9]), kind="diverging", classes=6)
    assert len(classes.colours) == 5
    assert [-limit for limit in classes.breaks[::-1]] == list(classes.breaks)
    assert classes.index(0) == 2


def test_dark_is_good_whichever_way_the_measure_points():
    values = pd.Series([1.0, 2, 3, 4, 5, 6])
    low_is_good = classify(values, kind="sequential")
    high_is_good = classify(values, kind="sequential", higher_is_better=True)
    assert low_is_good.colours == high_is_good.colours[::-1]
    assert low_is_good.colours[0] == "#003070"


def test_limits_that_do_not_grow_are_refused():
    with pytest.raises(ValueError, match="must grow"):
        classes_at([3, 3])
