"""Sixty functions from textbooks and fields, each with a point."""

from __future__ import annotations

import math

import numpy as np

import tapegrad
import tapegrad.nn.functional as F


def d(*values):
    return np.array(values, np.float64)


def n(value):
    return np.float64(value)


EXAMPLES = {}


def example(*inputs, **options):
    def add(function):
        EXAMPLES[function.__name__] = (function, inputs, options)
        return function

    return add


A = d([0.5, -0.25], [1.5, 2.0])
B = d([1.25, 0.75], [-0.5, 0.3])
SPD = d([2.0, 0.5], [0.5, 1.5])
POINTS = d([0.0, 0.0], [1.1, 0.1], [0.2, 1.2])
ROWS = d([0.1, 0.5, 0.2], [1.0, 2.0, -0.4])


# The seed ----------------------------------------------------------------------------------------


@example(np.ones((2, 2)))
def seed_mean_of_squares(x):
    return ((x + 2) ** 2).mean()


@example(d([0.01, 0.02]), np.ones((2, 2)))
def seed_products(s, x):
    for _ in range(10):
        s = s.mm(x)
    return s.mean()


# Losses ------------------------------------------------------------------------------------------


@example(d(0.5, -1.0), d([1.0, 2.0], [0.5, -1.5], [2.0, 0.25]), d(1, 0, 1))
def logistic_loss(w, x, y):
    z = x @ w
    return (F.softplus(z) - y * z).mean()


@example(ROWS, np.array([1, 0]))
def softmax_cross_entropy(x, t):
    return F.cross_entropy(x, t)


@example(ROWS, np.array([2, 1]))
def negative_log_likelihood(x, t):
    return F.nll_loss(x.log_softmax(1), t)


@example(d(0.3, 0.8, 0.6), d(0.0, 1.0, 1.0))
def binary_cross_entropy(p, y):
    return -(y * p.log() + (1 - y) * (1 - p).log()).mean()


@example(d(0.5, -1.0), d([1.0, 2.0], [0.5, -1.5], [2.0, 0.25]), d(1, 2, 3))
def least_squares(w, x, y):
    return F.mse_loss(x @ w, y)


@example(d(0.5, -1.0), d([1.0, 2.0], [0.5, -1.5], [2.0, 0.25]), d(1, 2, 3))
def ridge(w, x, y):
    return ((x @ w - y) ** 2).sum() + 0.1 * (w * w).sum()


@example(d(0.5, -1.0), d([1.0, 2.0], [0.5, -1.5]), d(1, 2))
def lasso(w, x, y):
    return ((x @ w - y) ** 2).sum() / 2 + 0.1 * w.abs().sum()


@example(d(0.3, -2.0, 1.7))
def huber(r):
    return tapegrad.where(r.abs() < 1, r**2 / 2, r.abs() - 0.5).sum()


@example(d(0.5, -1.0), d([1.0, 2.0], [0.5, -1.5]), d(1, -1))
def hinge(w, x, y):
    return (1 - y * (x @ w)).relu().mean()


@example(d(0.2, 0.3, 0.5), d(0.3, 0.3, 0.4))
def kullback_leibler(p, q):
    return (p * (p / q).log()).sum()


@example(d(0.2, 0.3, 0.5))
def entropy(p):
    return -(p * p.log()).sum()


@example(d(0.3, -0.2), d(0.1, 0.4))
def gaussian_kl(mean, log_variance):
    return -0.5 * (1 + log_variance - mean**2 - log_variance.exp()).sum()


@example(d(1.0, 2.0), d(0.5, -1.0))
def cosine_similarity(a, b):
    return (a * b).sum() / (a.norm() * b.norm())


@example(d(1.0, 0.2), d(0.5, 0.3), d(-1.0, 0.4))
def triplet_loss(a, p, q):
    return ((a - p).square().sum() - (a - q).square().sum() + 2.0).relu()


# Statistics --------------------------------------------------------------------------------------


def cholesky_2x2(s):
    a = s[0, 0].sqrt()
    b = s[1, 0] / a
    return a, b, (s[1, 1] - b * b).sqrt()


@example(d(0.3, -0.7), d(0.1, 0.2), SPD)
def gaussian_log_density(x, mean, covariance):
    a, b, c = cholesky_2x2(covariance)
    r = x - mean
    z0 = r[0] / a
    z1 = (r[1] - b * z0) / c
    return -(z0**2 + z1**2) / 2 - a.log() - c.log() - math.log(2 * math.pi)


@example(d([2.0, 0.5, 0.3], [0.5, 1.5, 0.2], [0.3, 0.2, 1.0]))
def log_determinant_by_cholesky(s):
    a = s[0, 0].sqrt()
    b, e = s[1, 0] / a, s[2, 0] / a
    c = (s[1, 1] - b * b).sqrt()
    f = (s[2, 1] - b * e) / c
    g = (s[2, 2] - e * e - f * f).sqrt()
    return 2 * (a.log() + c.log() + g.log())


@example(d(0.4, 0.6), d(-1.0, 1.5), d(0.8, 1.2), n(0.3))
def gaussian_mixture(weights, means, sigmas, x):
    density = (-(((x - means) / sigmas) ** 2) / 2).exp() / sigmas
    return (weights * density).sum().log()


@example(n(2.5), n(1.5), n(0.8))
def gamma_kernel(x, shape, rate):
    return (shape - 1) * x.log() - rate * x + shape * rate.log()


@example(n(0.5), n(3.0), d(0.2, -1.0, 2.0))
def student_t_kernel(mean, degrees, x):
    return -((degrees + 1) / 2 * (1 + (x - mean) ** 2 / degrees).log()).sum()


@example(n(1.5), d(2.0, 0.0, 3.0))
def poisson_likelihood(rate, counts):
    return (counts * rate.log() - rate).sum()


@example(d(1.0, 2.0, 4.0))
def standard_score(x):
    return (x - x.mean()) / x.std()


@example(d(1.0, 2.0, 4.0), d(0.5, -1.0, 2.0))
def correlation(x, y):
    a, b = x - x.mean(), y - y.mean()
    return (a * b).sum() / ((a * a).sum() * (b * b).sum()).sqrt()


@example(d(0.2, 1.3, -0.4))
def log_sum_exp(x):
    return x.logsumexp(0)


@example(n(0.7), n(0.2))
def probit(x, y):
    return (0.5 * (1 + ((x - y) / math.sqrt(2)).erf())).log()


@example(d(0.5, 1.5), d(1.0, 2.0), n(0.7), n(1.3))
def squared_exponential_kernel(x, y, length, scale):
    return scale**2 * (-((x - y) ** 2).sum() / (2 * length**2)).exp()


# Finance -----------------------------------------------------------------------------------------


@example(n(100), n(95), n(0.05), n(0.2), n(1))
def black_scholes(spot, strike, rate, sigma, time):
    d1 = ((spot / strike).log() + (rate + sigma**2 / 2) * time) / (sigma * time.sqrt())
    d2 = d1 - sigma * time.sqrt()

    def normal(z):
        return 0.5 * (1 + (z / 2**0.5).erf())

    return spot * normal(d1) - strike * (-rate * time).exp() * normal(d2)


@example(n(0.04), d(5.0, 5.0, 105.0))
def bond_price(rate, payments):
    times = tapegrad.tensor([1.0, 2.0, 3.0], dtype=tapegrad.float64)
    return (payments * (-rate * times).exp()).sum()


@example(d(0.4, 0.6), SPD, d(0.05, 0.08))
def mean_variance_portfolio(w, covariance, mean):
    return w @ mean - 1.5 * (w @ (covariance @ w))


@example(n(0.5), n(0.03), d(0.2, 0.3))
def sharpe_ratio(weight, free, returns):
    mixed = weight * returns[0] + (1 - weight) * returns[1]
    return (mixed - free) / (weight**2 * 0.04 + (1 - weight) ** 2 * 0.09).sqrt()


@example(n(2.0), n(1.5), n(0.6), n(0.3))
def cobb_douglas(capital, labour, share, scale):
    return scale * capital**share * labour ** (1 - share)


# Mechanics and physics ---------------------------------------------------------------------------


@example(n(0.7), n(0.4))
def pendulum_energy(angle, speed):
    return speed**2 / 2 + 9.81 * (1 - angle.cos())


@example(d(0.5, 1.1), d(0.2, -0.3))
def double_pendulum_energy(q, v):
    kinetic = v[0] ** 2 + v[1] ** 2 / 2 + v[0] * v[1] * (q[0] - q[1]).cos()
    return kinetic - 9.81 * (2 * q[0].cos() + q[1].cos())


@example(d(1.0, 0.5), n(0.1))
def runge_kutta_step(y, h):
    def slope(y):
        return tapegrad.stack([y[1], -y[0] - y[0] ** 3])

    k1 = slope(y)
    k2 = slope(y + h / 2 * k1)
    k3 = slope(y + h / 2 * k2)
    k4 = slope(y + h * k3)
    return (y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4))[0]


@example(d(1.0, 0.5), n(0.1))
def leapfrog_steps(y, h):
    q, p = y[0], y[1]
    for _ in range(3):
        p = p - h / 2 * q.sin()
        q = q + h * p
        p = p - h / 2 * q.sin()
    return p**2 / 2 - q.cos()


@example(POINTS)
def lennard_jones(x):
    between = x[:, None] - x[None]
    r2 = (between * between).sum(2) + tapegrad.eye(3, dtype=tapegrad.float64)
    return (4 * (r2**-6 - r2**-3)).sum() / 2


@example(d([0.0, 0.0, 0.0], [1.0, 0.5, 0.2]), d(1.0, -2.0))
def coulomb(x, q):
    return q[0] * q[1] / (x[0] - x[1]).norm()


@example(n(1.2), n(2.0), n(1.1), n(1.5))
def morse_potential(r, depth, width, rest):
    return depth * (1 - (-width * (r - rest)).exp()) ** 2


@example(d(1.0, 0.2), d(0.1, 0.9))
def kepler_energy(q, v):
    return (v * v).sum() / 2 - 1 / (q * q).sum().sqrt()


@example(n(0.6))
def relativistic_energy(v):
    return (1 - v**2).rsqrt()


@example(n(1.5), n(0.4))
def planck_law(frequency, temperature):
    return frequency**3 / (frequency / temperature).expm1()


@example(n(1.3), n(0.9))
def van_der_waals(volume, temperature):
    return 8 * temperature / (3 * volume - 1) - 3 / volume**2


@example(d(0.5, -0.3, 0.8), n(0.7))
def ising_mean_field(m, coupling):
    return ((coupling * m.roll(1, 0)).tanh() * m).sum() - coupling * (m * m).sum() / 2


@example(n(0.4), n(1.1))
def spherical_wave(x, t):
    return (x - 2 * t).sin() / (1 + x**2)


@example(d(0.3, 0.7, 0.4))
def heat_equation_step(u):
    return (u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])).square().sum()


# Optimisation ------------------------------------------------------------------------------------


@example(d(0.5, 1.5, 2.0))
def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


@example(d(0.5, -0.3))
def himmelblau(x):
    return (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2


@example(d(0.5, -0.3))
def rastrigin(x):
    return 20 + (x**2 - 10 * (2 * math.pi * x).cos()).sum()


@example(d(0.5, -0.3))
def ackley(x):
    root = (x.square().mean()).sqrt()
    return -20 * (-0.2 * root).exp() - (2 * math.pi * x).cos().mean().exp()


@example(d(0.5, 0.3))
def log_barrier(x):
    return x.sum() - 0.1 * (x.log().sum() + (1 - x.sum()).log())


@example(n(1.7))
def newton_square_root(a):
    x = a
    for _ in range(3):
        x = (x + a / x) / 2
    return x


# Networks ----------------------------------------------------------------------------------------


@example(d([0.1, 0.2], [0.3, 0.4]), d([1.0, 0.5], [0.25, 0.75]), d([1.0, 2.0], [3.0, 4.0]))
def attention_head(q, k, v):
    return ((q @ k.t()) / 2**0.5).softmax(1) @ v


@example(d([0.5, -0.3]), A, d(0.1, 0.2), B[:, :1])
def two_layer_network(x, w, b, v):
    return ((x @ w + b).tanh() @ v).sum()


@example(d(1.0, 2.0, 4.0), d(1.0, 1.1, 0.9), d(0.0, 0.1, -0.1))
def layer_norm(x, gain, bias):
    return ((x - x.mean()) / (x.var(correction=0) + 1e-5).sqrt() * gain + bias).square().sum()


@example(d(0.5, -0.3, 1.2))
def gelu(x):
    return (x * 0.5 * (1 + (x / math.sqrt(2)).erf())).sum()


@example(d(0.5, -0.3), d(0.2, 0.1), A, B)
def recurrent_cell(h, x, w, u):
    for _ in range(2):
        h = (w @ h + u @ x).tanh()
    return h.sum()


@example(d(0.2, 0.4), d(0.5, -0.1), d(1.0, -1.0))
def gated_unit(h, z, c):
    gate = z.sigmoid()
    return (gate * h + (1 - gate) * c.tanh()).sum()


@example(d(0.2, -0.5, 0.9), d(0.3, 0.6))
def convolution(x, k):
    return tapegrad.stack([x[:2] @ k, x[1:] @ k]).relu().sum()


# Estimation and geometry -------------------------------------------------------------------------


@example(d(1.0, 0.5), SPD, n(1.4), n(0.3))
def kalman_update(state, p, measured, noise):
    gain = p[:, 0] / (p[0, 0] + noise)
    new = state + gain * (measured - state[0])
    return (new * new).sum() + (p - gain[:, None] * p[0][None]).square().sum()


@example(A)
def log_determinant_2x2(a):
    return (a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]).log()


@example(A, d(1.0, 2.0))
def solve_2x2(a, b):
    determinant = a[0, 0] * a[1, 1] - a[0, 1] * a[1, 0]
    return (a[1, 1] * b[0] - a[0, 1] * b[1]) / determinant


@example(d(0.6, 0.3), n(0.4))
def rotation(x, angle):
    c, s = angle.cos(), angle.sin()
    return tapegrad.stack([c * x[0] - s * x[1], s * x[0] + c * x[1]])


@example(d(0.9, 0.4, 1.2))
def spherical_coordinates(x):
    r = x.norm()
    return r, (x[2] / r).acos(), tapegrad.atan2(x[1], x[0])


@example(n(0.85), n(0.04), n(0.7), n(0.3))
def great_circle(lat1, lon1, lat2, lon2):
    inside = lat1.sin() * lat2.sin() + lat1.cos() * lat2.cos() * (lon1 - lon2).cos()
    return inside.acos()


@example(n(0.5), n(1.2), n(0.3))
def logistic_growth(t, rate, start):
    return 1 / (1 + (1 / start - 1) * (-rate * t).exp())


@example(d(0.9, 0.3), n(0.5), n(0.2))
def lotka_volterra_step(y, a, h):
    prey, hunter = y[0], y[1]
    return prey + h * (a * prey - prey * hunter), hunter + h * (prey * hunter - hunter)


@example(n(0.8), n(1.4))
def michaelis_menten(concentration, constant):
    return concentration / (concentration + constant)


@example(A)
def matrix_exponential_series(a):
    total = term = tapegrad.eye(2, dtype=tapegrad.float64)
    for k in range(1, 4):
        term = term @ a / k
        total = total + term
    return total.sum()
