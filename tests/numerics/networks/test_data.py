"""Data to train on."""

import numpy as np
import pytest

from trajalign.numerics.networks import Data, digits, gaussian_points, one_point, table
from trajalign.theory.errors import InputError


def test_one_point_is_the_first_unit_vector():
    data = one_point(4, 2.0)
    assert data.inputs.tolist() == [[1, 0, 0, 0]]
    assert data.targets.tolist() == [2]


def test_gaussian_points_lie_on_the_sphere_with_both_labels():
    data = gaussian_points(5, 7, 3)
    np.testing.assert_allclose(np.sum(data.inputs**2, axis=1), 1, rtol=1e-14)
    assert data.targets.tolist() == [1, -1, 1, -1, 1, -1, 1]
    assert not np.array_equal(data.inputs, gaussian_points(5, 7, 4).inputs)


def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    images, labels = datasets.load_digits(return_X_y=True)
    data = digits(3, 8, 40)
    expected = [(image, label) for image, label in zip(images, labels, strict=True)
                if label in (3, 8)][:40]  # fmt: skip
    for x, y, (image, label) in zip(data.inputs, data.targets, expected, strict=True):
        np.testing.assert_allclose(x * np.linalg.norm(image), image, atol=1e-12)
        assert y == (1 if label == 3 else -1)
    assert set(data.targets) == {1, -1}


def test_no_such_digits():
    with pytest.raises(InputError, match="two different ones"):
        digits(3, 3, 10)
    pytest.importorskip("sklearn")
    with pytest.raises(InputError, match="count = 5000"):
        digits(3, 8, 5000)


@pytest.mark.parametrize("sizes", [(0, 3, 1), (3, 0, 1), (10**6, 10**6, 1), (3, 3, -1)])
def test_no_such_points(sizes):
    with pytest.raises(InputError, match="data"):
        gaussian_points(*sizes)


@pytest.mark.parametrize(
    ("inputs", "targets"),
    [
        (np.ones(3), np.ones(3)),
        (np.ones((2, 3)), np.ones(3)),
        (np.ones((0, 3)), np.ones(0)),
        (np.array([[np.nan]]), np.ones(1)),
        (np.ones((1, 1)), np.array([np.inf])),
    ],
)
def test_data_that_do_not_fit(inputs, targets):
    with pytest.raises(InputError, match="data"):
        Data(inputs, targets)


@pytest.mark.parametrize(("name", "columns"), [("breast-cancer", 30), ("wine", 13)])
def test_tables_are_those_of_scikit_learn(name, columns):
    sets = pytest.importorskip("sklearn.datasets")
    data = table(name, 40)
    assert data.inputs.shape == (40, columns)
    np.testing.assert_allclose(np.sum(data.inputs**2, axis=1), 1, rtol=1e-14)
    assert np.sum(data.targets) == 0
    rows, labels = getattr(sets, "load_" + name.replace("-", "_"))(return_X_y=True)
    first = np.concatenate([rows[labels == k][:20] for k in (0, 1)])
    own = (rows[labels == 0][3] - first.mean(axis=0)) / first.std(axis=0)
    own /= np.linalg.norm(own)
    assert np.min(np.abs(data.inputs[data.targets == 1] - own).max(axis=1)) < 1e-13


def test_no_such_tables():
    pytest.importorskip("sklearn")
    with pytest.raises(InputError, match="known are breast-cancer, wine"):
        table("iris", 40)
    for count in (0, 3, 120):
        with pytest.raises(InputError, match="even number from 2 to 118"):
            table("wine", count)
