"""Scalar functions that vectorise: `np.exp` and its kin are calls inside a Numba loop, polynomials are not.

Coefficients are Chebyshev fits; errors are below 1.5 units in the last place of the result's scale. Arguments of
`exp` are bounded, so that no product of results is a subnormal number, which would cost a factor of 3 to 6.
"""

from __future__ import annotations

import math

import numpy as np

from separatrix.engine._jit import by_width, kernel

_BOUND_32 = 25.0  # exp(-25)**3 is still a normal float32
_BOUND_64 = 230.0


def _exp_negative_32(x):
    # exp(-x) for x >= 0, x cut at the bound: 2**-k with k rounded, times a polynomial on [-ln2/2, ln2/2]
    x = -min(x, np.float32(_BOUND_32))
    biased = np.int32(x * np.float32(1.4426950408889634) + np.float32(127.5))
    k = np.float32(biased - np.int32(127))
    f = x - k * np.float32(0.693359375) + k * np.float32(2.12194440e-4)
    q = np.float32(0.0013926250831497611718)
    q = q * f + np.float32(0.0083632328836826182041)
    q = q * f + np.float32(0.041666554212984150314)
    q = q * f + np.float32(0.16666576666119928305)
    q = q * f + np.float32(0.5)
    return (q * f * f + f + np.float32(1.0)) * np.int32(biased << np.int32(23)).view(np.float32)


def _exp_negative_64(x):
    x = -min(x, _BOUND_64)
    biased = np.int32(x * 1.4426950408889634 + 1023.5)
    k = np.float64(biased - np.int32(1023))
    f = x - k * 6.93145751953125e-1 - k * 1.42860682030941723212e-6
    q = 2.5100472505694996003e-8
    q = q * f + 2.7620201591031548792e-7
    q = q * f + 2.7557268276905696187e-6
    q = q * f + 0.000024801521057868205199
    q = q * f + 0.00019841269863171556026
    q = q * f + 0.0013888888917367080562
    q = q * f + 0.0083333333333300381973
    q = q * f + 0.041666666666623820532
    q = q * f + 0.1666666666666666746
    q = q * f + 0.5
    return (q * f * f + f + 1.0) * np.int64(np.int64(biased) << 52).view(np.float64)


def _log1p_unit_32(x):
    # log(1 + x) for 0 <= x <= 1, as 2 atanh(x / (2 + x))
    s = x / (x + np.float32(2.0))
    u = s * s
    h = np.float32(0.13425749011418575903)
    h = h * u + np.float32(0.14118309902655240719)
    h = h * u + np.float32(0.20003780322455602882)
    h = h * u + np.float32(0.33333320168349619894)
    return np.float32(2.0) * (s + s * u * h)


def _log1p_unit_64(x):
    s = x / (x + 2.0)
    u = s * s
    h = 0.080820228059717661105
    h = h * u + 0.044003692430723369411
    h = h * u + 0.060005364047953562676
    h = h * u + 0.066570721048274680752
    h = h * u + 0.076927850324793115517
    h = h * u + 0.090908947180664290846
    h = h * u + 0.11111111358713931495
    h = h * u + 0.14285714283554378581
    h = h * u + 0.20000000000007291337
    h = h * u + 0.33333333333333329281
    return 2.0 * (s + s * u * h)


def _log_normal_32(x):
    # log(x) for a normal x > 0: x = 2**k m with m in [sqrt(1/2), sqrt(2)), log m = 2 atanh((m - 1) / (m + 1))
    bits = np.float32(x).view(np.int32)
    k = np.int32(np.int32(bits - np.int32(0x3F3504F3)) >> np.int32(23))
    m = np.int32(bits - np.int32(k << np.int32(23))).view(np.float32)
    s = (m - np.float32(1.0)) / (m + np.float32(1.0))
    u = s * s
    h = np.float32(0.14789974695986392355)
    h = h * u + np.float32(0.1999439028301099095)
    h = h * u + np.float32(0.33333342519787927511)
    return np.float32(k) * np.float32(0.6931471805599453) + np.float32(2.0) * (s + s * u * h)


def _log_normal_64(x):
    bits = np.float64(x).view(np.int64)
    k = (bits - 0x3FE6A09E667F3BCD) >> 52
    m = np.int64(bits - (k << 52)).view(np.float64)
    s = (m - 1.0) / (m + 1.0)
    u = s * s
    h = 0.073082248425217029302
    h = h * u + 0.076658608002780206343
    h = h * u + 0.090914445626308610401
    h = h * u + 0.11111105567397539928
    h = h * u + 0.14285714312987742461
    h = h * u + 0.19999999999949752245
    h = h * u + 0.33333333333333348431
    return np.float64(np.int32(k)) * 0.6931471805599453 + 2.0 * (s + s * u * h)


exp_negative = by_width(_exp_negative_32, _exp_negative_64)
log1p_unit = by_width(_log1p_unit_32, _log1p_unit_64)
log_normal = by_width(_log_normal_32, _log_normal_64)


@kernel
def logistic(z):
    """Return ``1 / (1 + exp(-z))``."""
    one = type(z)(1.0)
    e = exp_negative(abs(z))
    return (one if z >= 0 else e) / (one + e)


@kernel
def tanh(z):
    """Return the hyperbolic tangent."""
    one = type(z)(1.0)
    e = exp_negative(abs(z + z))
    t = (one - e) / (one + e)
    return t if z >= 0 else -t


@kernel
def softplus(z):
    """Return ``log(1 + exp(z))``."""
    return max(z, type(z)(0.0)) + log1p_unit(exp_negative(abs(z)))


@kernel
def normal_cdf(z):
    """Return the standard normal distribution function."""
    half = type(z)(0.5)
    return half + half * type(z)(math.erf(z * type(z)(0.7071067811865476)))
