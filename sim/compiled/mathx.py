"""Elementary functions of the kernel, as polynomials with the same bits on every x86-64 machine.

The C library's ``exp`` and ``log`` differ in the last bit between versions, and a last bit can tip
a choice; these do not. They have no branches and are merged into their callers, so that a loop over
partners runs in the processor's vector lanes, with the same bits as one by one. Errors against
correctly rounded values stay within two units in the last place (tested).
"""

from __future__ import annotations

import math

from sim.compiled.jit import bits_float, float_bits, inline, njit

_LOG2E = 1.4426950408889634
_LN2_HIGH = 6.93147180369123816490e-01
_LN2_LOW = 1.90821492927058770002e-10
_SQRT2 = 1.4142135623730951


# 1.5 x 2^52: added to a number below 2^51, the sum's low bits are the nearest integer
_ROUND = 6755399441055744.0
_TWO_52 = 4503599627370496.0


@inline
def exp(x: float) -> float:
    """Exponential; 0 below -708 and exp(709) above 709, so that no infinity enters the state."""
    y = min(max(x, -708.0), 709.0)
    t = y * _LOG2E + _ROUND
    k = t - _ROUND
    r = (y - k * _LN2_HIGH) - k * _LN2_LOW
    # Taylor series to r^13, summed in pairs (Estrin) so that the multiplications overlap
    r2 = r * r
    r4 = r2 * r2
    r8 = r4 * r4
    low = (0.5 + r * (1.0 / 6.0)) + r2 * (1.0 / 24.0 + r * (1.0 / 120.0))
    middle = (1.0 / 720.0 + r * (1.0 / 5040.0)) + r2 * (1.0 / 40320.0 + r * (1.0 / 362880.0))
    high = (1.0 / 3628800.0 + r * (1.0 / 39916800.0)) + r2 * (
        1.0 / 479001600.0 + r * (1.0 / 6227020800.0)
    )
    p = (low + r4 * middle + r8 * high) * r2 + r + 1.0
    scaled = p * bits_float((float_bits(t) + 1023) << 52)
    return 0.0 if x < -708.0 else scaled


@inline
def log(x: float) -> float:
    """Natural logarithm of a positive normal number; -745 for x <= 0 (log of the least float)."""
    bits = float_bits(x)
    exponent = bits_float(((bits >> 52) & 0x7FF) | 0x4330000000000000) - (_TWO_52 + 1023.0)
    mantissa = bits_float((bits & 0x000FFFFFFFFFFFFF) | 0x3FF0000000000000)
    upper = mantissa > _SQRT2
    m = 0.5 * mantissa if upper else mantissa
    k = exponent + 1.0 if upper else exponent
    f = m - 1.0
    s = f / (2.0 + f)
    z = s * s
    z2 = z * z
    z4 = z2 * z2
    z8 = z4 * z4
    low = (1.0 / 3.0 + z * (1.0 / 5.0)) + z2 * (1.0 / 7.0 + z * (1.0 / 9.0))
    middle = (1.0 / 11.0 + z * (1.0 / 13.0)) + z2 * (1.0 / 15.0 + z * (1.0 / 17.0))
    high = (1.0 / 19.0 + z * (1.0 / 21.0)) + z2 * (1.0 / 23.0)
    p = low + z4 * middle + z8 * high
    # log(1+f) = f - s*(f - 2 z p): the first-order part stays exact for x near 1
    value = k * _LN2_HIGH + (f - s * (f - 2.0 * z * p) + k * _LN2_LOW)
    return value if x > 2.2250738585072014e-308 else -745.0


@inline
def logistic(x: float) -> float:
    """1 / (1 + exp(-x)), range (0, 1)."""
    return 1.0 / (1.0 + exp(-x))


@inline
def clip(x: float, low: float, high: float) -> float:
    """x held within [low, high]."""
    return low if x < low else (high if x > high else x)


@njit
def normal_quantile(u: float) -> float:
    """Standard normal quantile of u in (0, 1), relative error below 1.2e-9 (Acklam 2003)."""
    if u < 0.02425 or u > 1.0 - 0.02425:
        tail = u if u < 0.5 else 1.0 - u
        q = math.sqrt(-2.0 * log(tail))
        x = (
            (
                (
                    ((-7.784894002430293e-03 * q - 3.223964580411365e-01) * q - 2.400758277161838)
                    * q
                    - 2.549732539343734
                )
                * q
                + 4.374664141464968
            )
            * q
            + 2.938163982698783
        ) / (
            (
                ((7.784695709041462e-03 * q + 3.224671290700398e-01) * q + 2.445134137142996) * q
                + 3.754408661907416
            )
            * q
            + 1.0
        )
        return x if u < 0.5 else -x
    q = u - 0.5
    r = q * q
    return (
        (
            (
                (
                    ((-3.969683028665376e01 * r + 2.209460984245205e02) * r - 2.759285104469687e02)
                    * r
                    + 1.383577518672690e02
                )
                * r
                - 3.066479806614716e01
            )
            * r
            + 2.506628277459239
        )
        * q
        / (
            (
                (
                    ((-5.447609879822406e01 * r + 1.615858368580409e02) * r - 1.556989798598866e02)
                    * r
                    + 6.680131188771972e01
                )
                * r
                - 1.328068155288572e01
            )
            * r
            + 1.0
        )
    )
