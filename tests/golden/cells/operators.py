"""Operators and binary functions: operands of all kinds, division by zero, reflected forms, errors."""

# %% reflected operators with Python numbers
x = torch.tensor([1.0, -2.0])
i = torch.tensor([3, -4])
b = torch.tensor([True, False])
2 + x, 2 - x, 2 * x, 2 / x, 2**x, 2 // x, 3 % x
2 + i, 2 - i, 2 * i, 2 / i, 7 // i, 7 % i
2.5 + i, 2.5 - i, 2.5 * i, 2.5 / i, 2.5 // i, 2.5 % i, 2.5**i
2**torch.tensor([3, 0])
2**i
True + x, True * i, True / i
True - x
True - i
2 + b, 2 * b, 2 / b, 2 - torch.tensor([1, 0])
2 - b
2.5 - b
True + b, True * b, True & b, True | b, True ^ b
5 & i, 5 | i, 5 ^ i
5 & b
5.0 & i
i & 5.0
x & 1
x | x
x ^ 1
i & x
b & x
5 << torch.tensor([1, 2])
torch.tensor([5, 6]) << 1
torch.tensor([5, -6]) >> 1
40 >> torch.tensor([1, 2])
torch.tensor([5, 6]) << torch.tensor([1, 2])
x << 1
x >> 1
b << 1
i <<= 1
i
i >>= 1
i
(2 == i, 2 != i, 2 < i, 2 <= i, 2 > i, 2 >= i)
2 < x, 2.5 >= i, True == b

# %% operands that are no tensors
x = torch.tensor([1.0, 2.0])
x + "a"
"a" + x
x + None
None + x
x + [1, 2]
[1, 2] + x
x + (1, 2)
x * [1.0, 2.0]
[1.0, 2.0] * x
x - "a"
"a" - x
x / "a"
"a" / x
"a" % x
x % "a"
x ** "a"
"a" ** x
x // "a"
"a" // x
x // None
None // x
x & "a"
"a" & x
x | None
x < "a"
x <= None
x > [1, 2]
x >= {}
x < None
x == "a"
x == None
x != None
None == x
x == [1.0, 2.0]
x == {}
x != "a"
x @ 2
x @ "a"
2 @ x
x @ None
x += "a"
x -= None
x *= [1]
x /= {}
x **= "a"
x //= "a"
x %= "a"
x &= "a"
x == x
x + 1j  # differs: no complex dtypes
x in [1]
x += 1
x + np.float64(2.5), x * np.float32(2.5), x + np.int64(2), x - np.bool_(True) * 1
np.float64(2.5) * x
np.int64(2) + x
x == np.float64(2.0)
x < np.int32(3)
x + np.array(2.0)  # differs: arrays as operands
torch.tensor([1]) + np.float64(2.5)
(torch.tensor([1]) + np.float64(2.5)).dtype
(torch.tensor([1]) + np.float32(2.5)).dtype
torch.tensor([1]) + np.int32(2)
(torch.tensor([1.0]) + np.float64(2.5)).dtype
(torch.tensor([True]) + np.int32(2)).dtype

# %% functions of two operands that are no tensors
x = torch.tensor([1.0, 2.0])
torch.add(1, 2)
torch.add(1, x)
torch.add(x, "a")
torch.add("a", x)
torch.add(x)  # words differ: Python counts
torch.add()  # words differ: Python counts
torch.add(x, 1, 2)
torch.add(x, None)
torch.add(x, [1, 2])
torch.sub(1, x)
torch.mul(2, x)
torch.mul(2, 3)
torch.mul(x, None)
torch.div(2, x)
torch.div(x, "a")
torch.true_divide(x, 2)
torch.true_divide(2, x)
torch.floor_divide(x, 2)
torch.floor_divide(2, x)
torch.remainder(x, 2)
torch.remainder(2, x)
torch.remainder(2, 3)
torch.pow(2, x)
torch.pow(x, 2)
torch.pow(2, 3)
torch.pow(x, "a")
torch.pow(x)  # words differ: Python counts
torch.rsub(x, 2)
torch.rsub(2, x)
torch.rsub(x, x)
torch.eq(x, 1)
torch.eq(1, x)  # differs: numbers as operands
torch.eq(x, "a")
torch.eq(x, None)
torch.lt(x, 1.5)
torch.lt(1, x)  # differs: numbers as operands
torch.maximum(x, 1)  # differs: numbers as operands
torch.maximum(1, x)  # differs: numbers as operands
torch.maximum(x, "a")
torch.atan2(x, 1)  # differs: numbers as operands
torch.atan2(x, None)
torch.logical_and(x, 1)  # differs: numbers as operands
torch.logical_and(x, "a")
torch.bitwise_and(torch.tensor([3]), 1)
torch.bitwise_and(1, torch.tensor([3]))
torch.bitwise_and(1, 3)
torch.bitwise_and(torch.tensor([3]), 1.5)
torch.bitwise_and(torch.tensor([3]), "a")
x.add("a")
x.add(None)
x.add()  # words differ: Python counts
x.add([1, 2])
x.sub("a")
x.mul("a")
x.mul(None)
x.div("a")
x.pow("a")
x.pow(None)
x.eq("a")
x.lt(None)
x.maximum("a")
x.atan2("a")
x.add_("a")
x.sub_(None)
x.mul_("a")
x.div_("a")
x.pow_("a")
x.floor_divide("a")
x.floor_divide_("a")
x.remainder("a")
x.logical_and("a")
x.bitwise_and("a")
x.true_divide("a")
x.add(other=2), x.mul(other=2), x.pow(exponent=2), x.eq(other=1), x.sub(other=x), x.div(other=2)
torch.add(input=x, other=2), torch.mul(input=x, other=x), torch.pow(input=x, exponent=2), torch.div(input=x, other=2)
torch.remainder(input=x, other=2), torch.atan2(input=x, other=x), torch.lt(input=x, other=x), torch.maximum(input=x, other=x)
torch.add(x, othr=2)  # words differ: Python names the keyword
x.mul(x, x)  # words differ: an alias
x.add(2, 3)

# %% factors
x = torch.tensor([1.0, 2.0])
i = torch.tensor([1, 2])
b = torch.tensor([True, False])
torch.add(x, x, alpha=2), torch.sub(x, x, alpha=2), torch.rsub(x, x, alpha=2), x.add(1, alpha=3), x.sub(1, alpha=3)
torch.add(i, i, alpha=2), torch.add(i, x, alpha=2.5), torch.add(x, i, alpha=2.5)
torch.add(i, i, alpha=2.5)
torch.sub(i, i, alpha=2.5)
torch.add(i, 1.5, alpha=2.5)
torch.add(b, b, alpha=True)
torch.add(b, b, alpha=2)
torch.add(b, b, alpha=2.5)
torch.add(i, i, alpha=True)
torch.add(x, x, alpha=True)
torch.add(x, x, alpha="a")
torch.add(x, x, alpha=None)
torch.add(x, x, alpha=torch.tensor(2.0))
torch.add(x, x, alpha=torch.tensor([2.0, 3.0]))
torch.add(x, x, alpha=np.float64(2))
torch.add(1, x, alpha=3)
torch.sub(1, x, alpha=3)
torch.add(x, 2, x)
torch.add(x, 2, 3)
x.add_(x, alpha=10)
x.sub_(1, alpha=2)
i.add_(i, alpha=2.5)
i.add_(1, alpha=3)
i.add_(1.5, alpha=2)
x.add(x, alpha=float("nan"))
x.subtract(x, alpha=2), x.subtract_(x, alpha=1), torch.subtract(x, 1, alpha=2)
x.rsub(1)
torch.sub(b, b)
torch.sub(i, b)
torch.sub(b, i)
b - b
b - 1
1 - b
i - b
x - b
b.sub_(b)
torch.rsub(b, 1)
torch.rsub(b, b)

# %% division, rounding, zero
i = torch.tensor([7, -7, 0])
x = torch.tensor([7.0, -7.0, 0.0])
i / 2, i // 2, i % 2, i / 0
i // 0
i % 0
0 // i
0 % i
i // torch.tensor(0)
i // torch.tensor([1, 0, 2])
i % torch.tensor([1, 0, 2])
i.remainder(0)
i.floor_divide(0)
torch.div(i, 0, rounding_mode="floor")
torch.div(i, 0, rounding_mode="trunc")
i.div(0)
x / 0, x // 0, x % 0
x // 0.0, -x // 0.0
torch.div(x, 2, rounding_mode="floor"), torch.div(x, 2, rounding_mode="trunc"), torch.div(i, 2, rounding_mode="trunc")
torch.div(i, -2, rounding_mode="floor"), torch.div(i, -2, rounding_mode="trunc"), torch.div(i, 2.0, rounding_mode="floor")
torch.div(x, 0, rounding_mode="floor"), torch.div(x, 0, rounding_mode="trunc")
torch.div(i, 2, rounding_mode="up")
torch.div(i, 2, rounding_mode=1)
torch.div(i, 2, rounding_mode=None)
torch.div(i, 2, "floor")  # words differ: Python counts
i.div(2, rounding_mode="trunc"), i.div(2, rounding_mode="floor"), i.divide(2, rounding_mode="floor")
i.div(2, rounding_mode="x")
i.div_(2, rounding_mode="trunc")
i.div_(2, rounding_mode="floor")
i.div_(2)
i /= 2
i.true_divide_(2)
i.divide_(2)
x.div_(2, rounding_mode="floor")
y = torch.tensor([7.0, -7.0])
y % 4, y % -4, -y % 4, y % 2.5, 5 % y, y.remainder(3)
torch.tensor([5, -5]) % 3, torch.tensor([5, -5]) % -3
torch.tensor([5.5, -5.5]) // 2, torch.tensor([5.5, -5.5]) // -2
torch.tensor([float("inf"), float("nan"), 1.0]) // 2, torch.tensor([float("inf"), float("nan"), 1.0]) % 2
torch.tensor([1.0, -1.0]) // float("inf"), torch.tensor([1.0, -1.0]) % float("inf")
torch.tensor([True, False]) / 2, torch.tensor([True, False]) // 2, torch.tensor([True, False]) % 2
torch.tensor([True]) // torch.tensor([True])
torch.tensor([True]) % torch.tensor([True])
torch.tensor([True]) / torch.tensor([True])
torch.floor_divide(i, 2), torch.floor_divide(x, 2.5)
i //= 2
i %= 2
i
torch.tensor([-(2**63)]) // -1
torch.tensor([0.3]) // 0.1, torch.tensor([0.3]) % 0.1, torch.tensor([1.0]) // 0.1
torch.tensor([-1e-20]) % 3

# %% powers
i = torch.tensor([2, -3, 0])
x = torch.tensor([2.0, -3.0, 0.0])
i**2, i**0, i**3, x**2, x**0, x**-1, x**0.5, i**0.5, i**2.0
i**-1
i ** torch.tensor(-1)
i ** torch.tensor([1, 2, -1])
i.pow(-2)
2 ** torch.tensor([-1])
torch.pow(2, torch.tensor([1, -1]))
torch.tensor([1.0]) ** torch.tensor([-1])
i.pow_(-1)
i.pow_(0.5)
i.pow_(2)
i **= 2
i **= 0.5
i
torch.tensor([True, False]) ** 2
torch.tensor([True, False]) ** True
torch.tensor([True, False]) ** torch.tensor([True, False])
True ** torch.tensor([True])
torch.tensor([True]) ** 0.5
torch.tensor([10]) ** 20
torch.tensor([10], dtype=torch.int32) ** 10
torch.tensor([0.0]) ** 0, 0 ** torch.tensor([0.0]), torch.tensor([float("nan")]) ** 0, 1 ** torch.tensor([float("nan")])
torch.tensor([float("inf"), float("-inf")]) ** 2, torch.tensor([float("-inf")]) ** 3, torch.tensor([-1.0]) ** float("inf")
torch.tensor([-8.0]) ** (1 / 3), torch.tensor([1e30]) ** 2, torch.tensor([1e-30]) ** 2
x.pow(x), torch.pow(x, i), torch.pow(2.0, x), torch.pow(x, torch.tensor(2))
pow(x, 2), pow(2, x)
torch.pow(x, 2, 3)  # words differ: Python counts
x.pow(2, 3)  # words differ: Python counts
x**True

# %% out= of two-operand functions
x = torch.tensor([1.0, 2.0])
torch.add(x, x, out=torch.empty(2)), torch.add(x, 1, alpha=2, out=torch.empty(2))
torch.add(x, x, out=torch.empty(3))  # words differ: there is no resize_
torch.add(x, 1, out=torch.empty(2, dtype=torch.int64))
torch.mul(torch.tensor([1]), 1.5, out=torch.empty(1, dtype=torch.int32))
torch.mul(x, x, out=x)
torch.div(x, 2, rounding_mode="floor", out=torch.empty(2))
torch.div(torch.tensor([1]), 2, out=torch.empty(1, dtype=torch.int64))
torch.pow(x, 2, out=torch.empty(2, dtype=torch.float64))
torch.eq(x, x, out=torch.empty(2, dtype=torch.bool))
torch.eq(x, x, out=torch.empty(2))
torch.lt(x, 2, out=torch.empty(2, dtype=torch.int64))
torch.maximum(x, x, out=torch.empty(2, dtype=torch.int64))
torch.logical_and(x, x, out=torch.empty(2))
torch.bitwise_and(torch.tensor([3]), 1, out=torch.empty(1, dtype=torch.bool))
torch.add(x, torch.ones(3, 1), out=torch.empty(0))
torch.add(x, torch.ones(3, 1), out=torch.empty(3, 2)[:, :1])  # words differ: there is no resize_
torch.add(x, x.requires_grad_(), out=torch.empty(2))
torch.sub(x, x, out=torch.empty(2))
torch.add(torch.zeros(2), 1, out=x)
torch.add(torch.zeros(2), 1, out=None)
torch.add(torch.zeros(2), 1, out="a")
torch.floor_divide(torch.tensor([7]), 2, out=torch.empty(1, dtype=torch.int64))
torch.remainder(torch.tensor([7]), 2, out=torch.empty(1, dtype=torch.int64))
torch.clamp(torch.tensor([7]), 2, out=torch.empty(1, dtype=torch.int64))
torch.lerp(torch.zeros(2), torch.ones(2), 0.5, out=torch.empty(2))
torch.where(torch.tensor([True, False]), torch.zeros(2), torch.ones(2), out=torch.empty(2))
torch.atan2(torch.zeros(2), torch.ones(2), out=torch.empty(2, dtype=torch.float64))

# %% shapes that do not broadcast
a, b = torch.zeros(2, 3), torch.zeros(2)
a + b
torch.mul(a, b)
a / torch.zeros(3, 3)
a == b
a < b
torch.maximum(a, b)
torch.atan2(b, a)
a += b
b += a
b += torch.zeros(2, 1)
b.mul_(torch.zeros(3))
b.add_(torch.zeros(1, 2))
b.add_(torch.zeros(1))
a.logical_and(b)
a.add(torch.zeros(0, 3))
a.add(torch.zeros(0))
torch.zeros(0) + torch.zeros(1), torch.zeros(0, 3) + torch.zeros(1, 3), torch.zeros(0) + 1
torch.zeros(0) + torch.zeros(2)
torch.zeros(2, 1, 3) + torch.zeros(4, 1)
(torch.zeros(2, 1, 3) + torch.zeros(4, 1)).shape
torch.where(torch.tensor([True, False]), torch.zeros(3), 1.0)
torch.lerp(torch.zeros(2), torch.ones(3), 0.5)
torch.clamp(torch.zeros(2), torch.zeros(3))

# %% strides of results of two operands
t = torch.zeros(2, 3).t()
c = torch.zeros(3, 2)
(t + t).stride(), (t + c).stride(), (c + t).stride(), (t + 1).stride(), (1 + t).stride(), (t * torch.zeros(2)).stride()
(torch.zeros(2) * t).stride(), (t + torch.zeros(3, 1)).stride(), (t + torch.zeros(4, 3, 2)).stride(), (t == c).stride()
p = torch.zeros(2, 3, 4).permute(2, 0, 1)
(p + 1).stride(), (p + torch.zeros(4, 2, 3)).stride(), (torch.zeros(4, 2, 3) + p).stride(), (p * p).stride(), (p < 1).stride()
s = torch.zeros(4, 6)[:, ::2]
(s + s).stride(), (s + torch.zeros(4, 3)).stride(), (s.t() + s.t()).stride(), (s.t() + torch.zeros(3, 4)).stride()
e = torch.zeros(3, 1).expand(3, 4)
(e + e).stride(), (e + torch.zeros(3, 4)).stride(), (e + torch.zeros(4, 3).t()).stride()
torch.where(t > 0, t, t).stride(), torch.where(t > 0, 1.0, t).stride(), torch.clamp(t, 0, 1).stride(), torch.lerp(t, t, 0.5).stride()
(t + torch.tensor(1.0)).stride(), (torch.tensor([1.0]) + t).stride(), (t.unsqueeze(0) + t).stride()
(t + t.double()).stride(), (t.double() + c).stride()

# %% in-place results that do not fit
i = torch.tensor([1, 2])
x = torch.tensor([1.0, 2.0])
b = torch.tensor([True, False])
i += 1.5
i += x
i *= 1.5
i -= 0.5
i.add_(1.5)
i.mul_(x)
i.pow_(x)
i.remainder_(1.5)
i.floor_divide_(1.5)
i.maximum(x)
i.clamp_(0.5)
i.clamp_min_(0.5)
i.clamp_max_(torch.tensor(0.5))
i.atan2_(i)
b += 1
b *= 2
b += b
b *= b
b &= b
b |= 1
b ^= True
b.logical_and_(b)
b.add_(1.5)
b.eq_(b)
b.eq_(1.5)
i.eq_(1)
i.lt_(2.5)
x.eq_(1)
x.lt_(torch.tensor([1, 2]))
x &= 1
x.logical_or_(x)
i.logical_or_(x)
x += torch.tensor([1.0, 2.0], dtype=torch.float64)
x += torch.tensor([1, 2])
x -= b
i -= True
i -= b
x.float().add_(1e40)
i.add_(2**63 - 1)
i.int().add_(2**31)
i + 2**64
x + 2**64  # differs: large ints beside floats
x * 2**70  # differs: large ints beside floats
i == 2**64
i.fill_(2**64)
i.fill_(1.5)
i.fill_("a")
i.fill_(torch.tensor(3.5))
i.fill_(torch.tensor([3.5]))
i.fill_(torch.tensor([1, 2]))
b.fill_(2)
i.zero_(), b.zero_(), x.zero_()
x.fill_(None)
x.copy_(torch.tensor([5, 6])), i.copy_(torch.tensor([5.7, -6.7])), b.copy_(torch.tensor([0.5, 0.0]))
x.copy_(torch.zeros(3))
x.copy_([1, 2])
x.copy_(3)
x.copy_(torch.zeros(1, 2))
x.copy_(torch.zeros(2, 2))
x.masked_fill_(b, 1)
x.masked_fill_(i, 1)
x.masked_fill(b, torch.tensor([1.0, 2.0]))
x.masked_fill(b, "a")
x.masked_fill(torch.tensor([True, False, True]), 1)
i.masked_fill(torch.tensor([True, False]), 2.5)
torch.masked_fill(x, torch.tensor([[True, False], [False, True]]), 9.0)
x.masked_fill_(torch.tensor([[True, False], [False, True]]), 9.0)

# %% shifts
i = torch.tensor([5, -6, 0])
torch.bitwise_left_shift(i, 1), torch.bitwise_right_shift(i, 1), i.bitwise_left_shift(2), i.bitwise_right_shift(torch.tensor(2)), torch.bitwise_left_shift(3, i[:1])
i << -1, i >> -1, i << 64, i >> 64, i >> 63, i << 63
i.int() << 31, i.int() >> 33, (i.int() << torch.tensor(1)).dtype, (i.int() << torch.tensor([1])).dtype, (torch.tensor([True]) << 2).dtype
i << 1.0
i >> torch.tensor([1.0])
torch.tensor([True]) << True
torch.bitwise_left_shift(i, "a")
i.bitwise_right_shift("a")
torch.bitwise_left_shift(2, 3)
i << "a"
i << torch.tensor([1, 2])
i.int().bitwise_left_shift_(1), i.clone().bitwise_right_shift_(1)
torch.tensor([True]).bitwise_left_shift_(2)
torch.bitwise_left_shift(i, 1, out=torch.empty(3, dtype=torch.int64))
torch.bitwise_left_shift(i, 1, out=torch.empty(3))

# %% in-place functions with wrong arguments
torch.exp_(1.0)
torch.exp_([1.0])
torch.clamp_(torch.ones(2), "a")  # words differ: those of the method
torch.fill_(torch.ones(2), "a")  # words differ: those of the method
torch.round_(torch.ones(2), decimals="a")
torch.abs_(input=torch.tensor([-1.0]))
torch.tensor([2, 3]) ** torch.tensor([-1, -1]), torch.tensor([1, -1, 2, 0]) ** torch.tensor(-3), torch.tensor(2) ** torch.tensor([-1]), torch.tensor([2], dtype=torch.int32) ** torch.tensor([-1])
