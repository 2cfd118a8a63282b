"""Products and transposes of whole sheets, against numpy."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest

from sim.compiled.jit import search
from sim.rules import sheet_algebra
from sim.types import Blocks


@cache
def compiled() -> SimpleNamespace:
    @search
    def product(w: Blocks) -> None:
        sheet_algebra.product(w, 2, 0, 1)

    @search
    def square(w: Blocks) -> None:
        sheet_algebra.square(w, 2, 0, 1)

    @search
    def sparse_product(w: Blocks) -> None:
        sheet_algebra.sparse_product(w, 2, 0, 1)

    @search
    def transpose(w: Blocks) -> None:
        sheet_algebra.transpose(w, 2, 0)

    return SimpleNamespace(
        product=product, square=square, sparse_product=sparse_product, transpose=transpose
    )


def some_sheets(n: int, filled: float) -> np.ndarray:
    rng = np.random.default_rng(n)
    M = rng.normal(size=(3, n, n))
    M[0] *= rng.random((n, n)) < filled
    return M


def blocks(M: np.ndarray) -> Blocks:
    none = np.zeros((1, 1))
    return Blocks(M, none, none, none, np.zeros(1), M.shape[1])


# 67 and 150 states take more than one tile, 300 more than one piece of the right operand; 5 and 67
# leave a rest of the fours, and an odd row
@pytest.mark.parametrize("n", [1, 5, 8, 67, 150, 300])
@pytest.mark.parametrize("filled", [0.1, 1.0])
@pytest.mark.parametrize("kind", ["product", "sparse_product"])
def test_products_are_those_of_numpy(kind: str, filled: float, n: int) -> None:
    M = some_sheets(n, filled)
    getattr(compiled(), kind)(blocks(M))
    np.testing.assert_allclose(M[2], M[0] @ M[1], rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("n", [1, 5, 8, 67, 150, 300])
def test_a_square_is_the_product_with_the_transpose(n: int) -> None:
    M = some_sheets(n, 1.0)
    M[1] = M[0].T
    whole = M.copy()
    compiled().square(blocks(M))
    compiled().product(blocks(whole))
    np.testing.assert_array_equal(M[2], whole[2])


@pytest.mark.parametrize("n", [1, 7, 8, 67])
def test_transposes(n: int) -> None:
    M = some_sheets(n, 1.0)
    compiled().transpose(blocks(M))
    np.testing.assert_array_equal(M[2], M[0].T)
