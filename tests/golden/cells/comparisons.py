"""Comparisons, choices, bounds, interpolation and comparison of whole tensors."""

# %% comparisons
nan, inf = float("nan"), float("inf")
x = torch.tensor([1.0, nan, inf, -0.0])
x == x, x != x, x < inf, x >= 0, x == 0.0, x <= nan
torch.eq(x, x), x.ne(1), x.lt(torch.tensor(2)), x.le(1), x.gt(0), x.ge(-inf)
torch.greater(x, 0), torch.less(x, 0), torch.not_equal(x, 1), torch.greater_equal(x, 1), torch.less_equal(x, 1)
torch.tensor([2**53 + 1]) == float(2**53)
torch.tensor([2**53 + 1]) == torch.tensor([float(2**53)], dtype=torch.float64)
torch.tensor([1, 2]) < 1.5, torch.tensor([True]) < 2, torch.tensor([True]) > torch.tensor([False])
torch.tensor([0.1]) == 0.1, torch.tensor([0.1]) == torch.tensor(0.1, dtype=torch.float64), torch.tensor([0.1]) == torch.tensor([0.1], dtype=torch.float64)
torch.tensor([]) == torch.tensor([]), torch.tensor(1) == torch.tensor(1.0)
1 < torch.tensor([0.5, 2]) < 3
bool(torch.tensor([0.0])), bool(torch.tensor(2))
bool(torch.tensor([1, 2]))
bool(torch.tensor([]))
if torch.tensor([1.0, 2.0]) > 0:
    print("never")
not torch.tensor(0)
torch.tensor([1, 2]) and 3
hash(x) == hash(x), x in [x]
torch.logical_and(x, torch.tensor([1, 0, 1, 1])), x.logical_or(x), x.logical_xor(torch.tensor([True])), x.logical_not()
torch.isnan(x), torch.isinf(x), torch.isfinite(x)
y = x.requires_grad_()
(y == y).requires_grad, (y < 2).grad_fn

# %% whole tensors
a = torch.tensor([1.0, 2.0])
torch.equal(a, a.clone()), torch.equal(a, torch.tensor([1.0, 3.0])), torch.equal(a, torch.zeros(3)), torch.equal(a, a.view(1, 2))
torch.equal(a, a.double())
torch.equal(a, torch.tensor([1, 2]))
torch.equal(a, [1.0, 2.0])
torch.equal(a, 1)
torch.equal(torch.tensor([float("nan")]), torch.tensor([float("nan")]))
n = torch.tensor([float("nan")])
torch.equal(n, n), torch.equal(torch.zeros(0), torch.zeros(0)), torch.equal(torch.zeros(0), torch.zeros(0, 2)), torch.equal(torch.tensor(0.0), torch.tensor(-0.0))
a.equal(a), a.equal(other=a)
torch.allclose(a, a + 1e-9), torch.allclose(a, a + 1e-3), torch.allclose(a, a + 1e-3, atol=1e-2), torch.allclose(a, a + 1e-3, rtol=1e-2)
torch.allclose(n, n), torch.allclose(n, n, equal_nan=True), a.allclose(a, 1e-3, 1e-3, True), torch.allclose(torch.zeros(0), torch.zeros(0))
torch.allclose(a, a.double())
torch.allclose(a, 1.0)
torch.allclose(a, torch.zeros(3))
torch.allclose(a, a, rtol=-1)
torch.allclose(a, a, atol=-1.0)
torch.allclose(a, a, rtol=float("nan"))
torch.isclose(a, a + 1e-9), torch.isclose(a, torch.tensor(1.0)), a.isclose(a, rtol=0, atol=0)
torch.isclose(a, a.double())
torch.isclose(a, "a")
torch.isclose(torch.tensor([1, 2]), torch.tensor([1, 3])), torch.isclose(torch.tensor([True, False]), torch.tensor([True, True]))
torch.isclose(torch.tensor([1, 2]), torch.tensor([1, 3]), rtol=1, atol=0)
torch.isclose(torch.tensor([float("inf"), float("inf"), float("nan")]), torch.tensor([float("inf"), float("-inf"), float("nan")]))
torch.isclose(torch.tensor([float("inf"), float("nan")]), torch.tensor([1.0, float("nan")]), equal_nan=True)
torch.isclose(input=a, other=a, rtol=1e-05, atol=1e-08, equal_nan=False)
torch.isclose(torch.tensor([1]), torch.tensor([2]), equal_nan=True)
torch.isclose(a.requires_grad_(), a), torch.allclose(a, a)

# %% where
c = torch.tensor([True, False])
x, y = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
torch.where(c, x, y), torch.where(c, x, 0), torch.where(c, 0, x), torch.where(c, 1, 2), torch.where(c, 1.0, 2), torch.where(c, True, False)
torch.where(c, 1, 2).dtype, torch.where(c, 1.0, 2).dtype, torch.where(c, True, False).dtype, torch.where(c, 1, 2.5)
torch.where(c, torch.tensor([1, 2]), 2.5), torch.where(c, torch.tensor([1, 2]), y), torch.where(c, x.double(), y), torch.where(c, x, torch.tensor(1.0, dtype=torch.float64)).dtype
torch.where(condition=c, input=x, other=y), x.where(c, y), x.where(c, 0), x.where(condition=c, other=y)
torch.where(c), torch.where(torch.tensor([[1, 0], [0, 2]])), torch.where(torch.tensor(True)), torch.where(torch.tensor(0))
torch.where(x, x, y)
torch.where(torch.tensor([1, 0]), x, y)
torch.where(c, x)
torch.where(c, x, None)
torch.where(c, "a", x)
torch.where(True, x, y)
torch.where([True, False], x, y)
torch.where(c, x, [1.0, 2.0])
torch.where()
torch.where(c[:, None], x, y).shape, torch.where(c, torch.tensor(1.0), torch.tensor(2.0)), torch.where(torch.tensor(True), x, y)
p, q = x.clone().requires_grad_(), y.clone().requires_grad_()
torch.where(c, p * 2, q / 0).sum().backward()
p.grad, q.grad

# %% clamp
x = torch.tensor([-2.0, 0.5, 3.0, float("nan")])
i = torch.tensor([-2, 0, 3])
torch.clamp(x, 0, 1), torch.clamp(x, min=0), torch.clamp(x, max=1), torch.clamp(x, 2, 1), x.clamp(0), x.clamp(None, 1), x.clip(0, 1)
torch.clamp(x)
torch.clamp(x, None, None)
x.clamp()
x.clamp_()
torch.clip(x)
torch.clamp(x, "a")
torch.clamp(x, 0, "a")
torch.clamp(x, [0, 1])
torch.clamp(1.0, 0, 1)
torch.clamp(x, torch.tensor(0.0), torch.tensor(1.0)), torch.clamp(x, torch.zeros(4)), torch.clamp(x, max=torch.zeros(4)), torch.clamp(x, torch.zeros(2, 1)).shape
torch.clamp(x, torch.zeros(4), 1)
torch.clamp(x, 0, torch.ones(4))
torch.clamp(x, torch.zeros(4), torch.tensor(1.0))
torch.clamp(x, float("nan"), 1), torch.clamp(x, 0, float("nan")), torch.clamp(x, torch.tensor([0.0, float("nan"), 0, 0]))
torch.clamp(i, 0, 1), torch.clamp(i, 0.5), torch.clamp(i, 0.5, 2), torch.clamp(i, max=1.5).dtype, torch.clamp(i, torch.tensor(0.5)).dtype, torch.clamp(i, torch.zeros(3)).dtype
torch.clamp(x, 0, 1).dtype, torch.clamp(x, torch.tensor(0, dtype=torch.float64)).dtype, torch.clamp(x, torch.zeros(4, dtype=torch.float64)).dtype
torch.clamp(torch.tensor([True, False]), 0, 1)
torch.clamp(torch.tensor([True, False]), False, True)
torch.clamp(torch.tensor([True, False]), 0.5)
torch.clamp(i, True, True)
torch.clamp_min(x, 0), torch.clamp_max(x, 1), x.clamp_min(0), x.clamp_max(1), torch.clamp_min(x, torch.zeros(4))
torch.clamp_min(x)  # words differ: Python counts
torch.clamp_min(x, None)
torch.clamp_min(x, min=0), torch.clamp_max(x, max=0), x.clamp_min(min=0)
i.clamp_(0, 2), i.clamp_(min=1), x.clone().clip_(0, 1), x.clone().clamp_min_(0), x.clone().clamp_max_(0)
i.clamp_(0.5, 2)
torch.clamp(torch.zeros(0), 0, 1), torch.clamp(torch.tensor(5.0), 0, 1)
g = torch.tensor([-1.0, 0.0, 0.5, 1.0, 2.0, float("nan")], requires_grad=True)
g.clamp(0, 1).sum().backward()
g.grad
lo = torch.tensor([0.0, 0.0, 0.0, 1.0, 3.0, 0.0], requires_grad=True)
hi = torch.tensor([1.0, 1.0, 0.5, 1.0, 1.0, 1.0], requires_grad=True)
g.grad = None
torch.clamp(g, lo, hi).sum().backward()
g.grad, lo.grad, hi.grad

# %% lerp
a, b = torch.tensor([0.0, 2.0]), torch.tensor([1.0, 6.0])
torch.lerp(a, b, 0.25), torch.lerp(a, b, torch.tensor(0.5)), torch.lerp(a, b, torch.tensor([0.0, 1.0])), a.lerp(b, 2), a.lerp(end=b, weight=0.5)
torch.lerp(a, b, 1), torch.lerp(a, b, True)
torch.lerp(a, 1.0, 0.5)
torch.lerp(a, b, "a")
torch.lerp(a, b)
torch.lerp(a, b.double(), 0.5)
torch.lerp(a, b, torch.tensor(0.5, dtype=torch.float64))
torch.lerp(a, b, torch.tensor([0.5, 0.5], dtype=torch.float64))
torch.lerp(a, b, torch.tensor([0, 1]))
torch.lerp(torch.tensor([1, 2]), torch.tensor([3, 4]), 0.5)
torch.lerp(torch.tensor([1, 2]), torch.tensor([3, 4]), 1)
torch.lerp(a, torch.ones(2, 2), 0.5)
a.lerp_(torch.ones(2, 2), 0.5)
a.lerp_(b, 0.5)
torch.lerp(torch.tensor([1e8]), torch.tensor([1.0]), 1.0)
torch.lerp(torch.tensor([float("inf")]), torch.tensor([1.0]), 0.0)

# %% maximum and minimum
x, y = torch.tensor([1.0, float("nan"), -1.0]), torch.tensor([2.0, 0.0, 0.0])
torch.maximum(x, y), torch.minimum(x, y), x.maximum(y), x.minimum(y), torch.max(x, y), torch.min(x, y), x.max(y), x.min(y), torch.max(x, other=y)
torch.maximum(x, torch.tensor([1, 2, 3])), torch.maximum(torch.tensor([1, 2]), torch.tensor([2.5, 0.5])), torch.maximum(torch.tensor([True]), torch.tensor([3]))
torch.maximum(torch.tensor([True, False]), torch.tensor([False, False])), torch.maximum(x, torch.tensor(0.5, dtype=torch.float64)).dtype
torch.max(x, out=torch.empty(()))
torch.max(x, y, out=torch.empty(3))
torch.maximum(x)
p, q = torch.tensor([1.0, 2.0, 3.0], requires_grad=True), torch.tensor([1.0, 3.0, 2.0], requires_grad=True)
torch.maximum(p, q).sum().backward()
p.grad, q.grad
torch.minimum(p, q).sum().backward()
p.grad, q.grad
torch.atan2(torch.tensor([0.0, -0.0, 0.0, -0.0, 1.0, float("inf"), float("nan")]), torch.tensor([0.0, 0.0, -0.0, -0.0, -1.0, float("-inf"), 1.0]))
torch.atan2(torch.tensor([1, 2]), torch.tensor([3, 4])), torch.arctan2(torch.tensor([True]), torch.tensor([2]))
