"""Compilation: typed doors to numba, arithmetic with the same bits everywhere, the cache."""
