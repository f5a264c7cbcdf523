"""Functions of vectors of lanes, as polynomials: `np.exp` and the like would need a call for each number.

Coefficients are Chebyshev fits; errors are below 1.5 units in the last place of the result's scale. The
argument of the exponential is bounded, so that no product of results is a subnormal number, which would cost
a factor of 3 to 6.
"""

from __future__ import annotations

from separatrix.engine._jit import by_width, hot
from separatrix.engine.lanes import absolute, maximum, minimum, power_of_two, rint, split_exponent, where

_BOUND_32 = 25.0  # exp(-25)**3 is still a normal float32
_BOUND_64 = 230.0
_BOUND_POWER_32 = 36.0  # of a power of two: 25 / log(2)


def _exp_negative_32(x):
    # exp(-x) for x >= 0, x clipped to the bound: 2**k with k rounded, times a polynomial on [-ln2/2, ln2/2]
    x = -minimum(x, _BOUND_32)
    k = rint(x * 1.4426950408889634)
    f = (x - k * 0.693359375) + k * 2.12194440e-4
    q = f * 0.0013926250831497611718 + 0.0083632328836826182041
    q = q * f + 0.041666554212984150314
    q = q * f + 0.16666576666119928305
    q = q * f + 0.5
    return ((q * f) * f + f + 1.0) * power_of_two(k)


def _exp_negative_64(x):
    x = -minimum(x, _BOUND_64)
    k = rint(x * 1.4426950408889634)
    f = (x - k * 6.93145751953125e-1) - k * 1.42860682030941723212e-6
    q = f * 2.5100472505694996003e-8 + 2.7620201591031548792e-7
    q = q * f + 2.7557268276905696187e-6
    q = q * f + 0.000024801521057868205199
    q = q * f + 0.00019841269863171556026
    q = q * f + 0.0013888888917367080562
    q = q * f + 0.0083333333333300381973
    q = q * f + 0.041666666666623820532
    q = q * f + 0.1666666666666666746
    q = q * f + 0.5
    return ((q * f) * f + f + 1.0) * power_of_two(k)


def _log1p_unit_32(x):
    # log(1 + x) for 0 <= x <= 1, as 2 atanh(x / (2 + x))
    s = x / (x + 2.0)
    u = s * s
    h = u * 0.13425749011418575903 + 0.14118309902655240719
    h = h * u + 0.20003780322455602882
    h = h * u + 0.33333320168349619894
    return (s + (s * u) * h) * 2.0


def _log1p_unit_64(x):
    s = x / (x + 2.0)
    u = s * s
    h = u * 0.080820228059717661105 + 0.044003692430723369411
    h = h * u + 0.060005364047953562676
    h = h * u + 0.066570721048274680752
    h = h * u + 0.076927850324793115517
    h = h * u + 0.090908947180664290846
    h = h * u + 0.11111111358713931495
    h = h * u + 0.14285714283554378581
    h = h * u + 0.20000000000007291337
    h = h * u + 0.33333333333333329281
    return (s + (s * u) * h) * 2.0


def _log_normal_32(x):
    # log(x) for a normal x > 0: x = 2**k m, log m = 2 atanh((m - 1) / (m + 1))
    k, m = split_exponent(x)
    s = (m - 1.0) / (m + 1.0)
    u = s * s
    h = u * 0.14789974695986392355 + 0.1999439028301099095
    h = h * u + 0.33333342518787927511
    return k * 0.6931471805599453 + (s + (s * u) * h) * 2.0


def _log_normal_64(x):
    k, m = split_exponent(x)
    s = (m - 1.0) / (m + 1.0)
    u = s * s
    h = u * 0.073082248425217029302 + 0.076658608002780206343
    h = h * u + 0.090914445626308610401
    h = h * u + 0.11111105567397539928
    h = h * u + 0.14285714312987742461
    h = h * u + 0.19999999999949752245
    h = h * u + 0.33333333333333348431
    return k * 0.6931471805599453 + (s + (s * u) * h) * 2.0


exp_negative = by_width(_exp_negative_32, _exp_negative_64)
log1p_unit = by_width(_log1p_unit_32, _log1p_unit_64)
log_normal = by_width(_log_normal_32, _log_normal_64)


@hot
def _bounded_power_32(s):
    # 2**s, s clipped to the bound: 2**k with k rounded, times a polynomial on [-1/2, 1/2], to 7.5e-8
    s = minimum(maximum(s, -_BOUND_POWER_32), _BOUND_POWER_32)
    k = rint(s)
    f = s - k
    q = f * 0.0013276472167819944 + 0.009675541331021392
    q = q * f + 0.05550713272875391
    q = q * f + 0.2402211972396918
    q = q * f + 0.6931469670652649
    q = q * f + 1.0000000716546416
    return q * power_of_two(k)


def _logistic_32(x):
    return 1.0 / (_bounded_power_32(x * -1.4426950408889634) + 1.0)


def _logistic_64(x):
    e = exp_negative(absolute(x))
    return where(x >= 0.0, 1.0, e) / (e + 1.0)


def _tanh_32(x):
    return 1.0 - 2.0 / (_bounded_power_32(x * 2.8853900817779268) + 1.0)


def _tanh_64(x):
    e = exp_negative(absolute(x + x))
    t = (1.0 - e) / (1.0 + e)
    return where(x >= 0.0, t, -t)


logistic = by_width(_logistic_32, _logistic_64)
tanh = by_width(_tanh_32, _tanh_64)


@hot
def softplus(z):
    """Return ``log(1 + exp(z))``."""
    return maximum(z, 0.0) + log1p_unit(exp_negative(absolute(z)))
