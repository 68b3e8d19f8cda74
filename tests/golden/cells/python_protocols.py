"""What Python's own functions and syntax do with tensors."""

# %% item and tolist
torch.tensor(2.5).item()
torch.tensor([[3]]).item()
torch.tensor(True).item()
torch.tensor(0.1).item()
torch.tensor(0.1, dtype=torch.float64).item()
torch.tensor(float("nan")).item()
torch.tensor(float("-inf")).item()
torch.tensor(2**53 + 1).item()
torch.tensor(2.5, requires_grad=True).item()
torch.ones(2, 3).item()
torch.ones(0).item()
torch.ones(2).item(1)  # words differ: names an internal class
torch.ones(1).item(bogus=1)  # words differ: names an internal class
torch.tensor([[1.5, 2.0], [3.0, 4.0]]).tolist()
torch.tensor(2.5).tolist()
torch.tensor([True, False]).tolist()
torch.ones(0, 2).tolist()
torch.ones(2, 0).tolist()
torch.ones(2, requires_grad=True).tolist()
torch.arange(6).reshape(2, 3).t().tolist()
[type(v).__name__ for v in torch.tensor([1, 2]).tolist()]
torch.ones(2).tolist(1)  # words differ: names an internal class

# %% numbers from tensors
t = torch.tensor(2.5)
i = torch.tensor(3)
b = torch.tensor(True)
r = torch.tensor(2.5, requires_grad=True)
many = torch.ones(2, 3)
none = torch.ones(0)
float(t)
float(i)
float(b)
float(torch.tensor([[1.5]]))
int(t)
int(torch.tensor(-2.7))
int(i)
int(b)
bool(t)
bool(torch.tensor(0.0))
bool(torch.tensor([0]))
bool(torch.tensor(float("nan")))
complex(t)
complex(i)
float(r)
int(r)
bool(r)
complex(r)
r.item()
float(many)
int(many)
bool(many)
complex(many)
float(none)
int(none)
bool(none)
int(torch.tensor(float("nan")))
int(torch.tensor(float("inf")))
not t
not many
t and i
t or i
bool(torch.tensor([[2]]))
import math
math.sqrt(torch.tensor(4.0))
math.floor(t)
math.ceil(t)
math.trunc(t)
math.isclose(t, 2.5)
math.isnan(torch.tensor(float("nan")))
math.sqrt(r)
math.sqrt(many)
math.gcd(torch.tensor(4), torch.tensor(6))
math.factorial(torch.tensor(4))
math.factorial(torch.tensor(4.0))
round(t)
round(torch.tensor(2.567), 2)
round(i)
abs(torch.tensor(-2.0))
divmod(torch.tensor(7), 2)
divmod(torch.tensor(7.5), torch.tensor(2))
divmod(7, torch.tensor(2))
pow(t, 2)
pow(2, t)
sum([t, t])
sum([torch.ones(2), torch.ones(2)])
sum(torch.tensor([1.0, 2.0]))
sum([t, 1])
sum([])
max(torch.tensor([1, 3, 2]))
min(torch.tensor([1.0, -3.0]))
max(t, torch.tensor(3.0))
max(torch.ones(2), torch.zeros(2))
max([torch.tensor(1), torch.tensor(4)], key=lambda q: -q)
sorted([torch.tensor(3), torch.tensor(1), torch.tensor(2)])
sorted(torch.tensor([3.0, 1.0]))
sorted([torch.ones(2), torch.zeros(2)])
any(torch.tensor([False, True]))
all(torch.tensor([False, True]))
import statistics
statistics.mean([torch.tensor(1.0), torch.tensor(2.0)])
statistics.median([torch.tensor(1.0), torch.tensor(2.0), torch.tensor(0.0)])
from fractions import Fraction
from decimal import Decimal
t + Fraction(1, 2)
Fraction(1, 2) + t
Fraction(1, 2) * torch.ones(2)
t + Decimal(1)
Decimal(1) * t
Fraction(t)
Decimal(t)
Fraction(i)
Decimal(i)
1j * t  # differs: no complex dtypes yet

# %% indices
i = torch.tensor(2)
[10, 20, 30][i]
[10, 20, 30][torch.tensor([1])]
"abc"[i]
(1, 2, 3)[torch.tensor(-1)]
[1, 2, 3][: torch.tensor(2)]
list(range(i))
list(range(torch.tensor(1), torch.tensor(4)))
[0] * i
"a" * torch.tensor(3)
hex(i)
bin(torch.tensor(5))
i.__index__()
torch.tensor(True).__index__()
[1, 2][torch.tensor(True)]
[1, 2][torch.tensor(1.0)]
[1, 2][torch.tensor([0, 1])]
range(torch.tensor(1.5))
[1, 2][torch.ones(0, dtype=torch.int64)]
import operator
operator.index(torch.tensor([[1]]))
operator.index(torch.tensor(1.0))
torch.zeros(i)
torch.zeros(i, i)
torch.zeros((i, 3))
torch.ones(2, 3).reshape(torch.tensor(3), 2)
torch.arange(5)[i]
torch.arange(i)
torch.ones(i + 1).sum(torch.tensor(0))
torch.zeros(torch.tensor(1.5))
torch.zeros(torch.tensor([2, 3]))
torch.Size([i, 3])
torch.ones(4).view(i, i)
torch.ones(1, 1).expand(i, 3)
torch.full((i,), i)
torch.eye(i)
{i: 1}[i]
torch.ones(2) * i
torch.linspace(0, 1, i)

# %% formats
t = torch.tensor(2.51)
m = torch.tensor([1.5, 2.5])
f"{t}"
f"{t:.1f}"
f"{t:8.3f}|"
f"{t:<8}|"
f"{t:e}"
f"{t!r}"
f"{t!s}"
f"{torch.tensor(3):d}"
f"{torch.tensor(3):05d}"
f"{torch.tensor(3)}"
f"{torch.tensor(True)}"
f"{torch.tensor(2.5, requires_grad=True):.2f}"
f"{torch.tensor(2.5, requires_grad=True)}"
f"{torch.tensor(2.5, requires_grad=True) * 2}"
f"{torch.tensor(3):.1f}"
f"{torch.tensor(2.5):d}"
f"{m}"
f"{m:.2f}"
f"{m:>30}"
f"{m!r}"
f"{torch.ones(1):.2f}"
format(t)
format(t, "")
format(t, ".3f")
format(m, "")
format(m, ".3f")
"%s" % t
"%r" % m
"%.2f" % t
"%d" % torch.tensor(3)
"%d" % t
"%.2f" % torch.tensor([2.5])
"%.2f" % m
"{:.2f} {}".format(t, m)
str(m) == repr(m)
print(t, m)
repr(torch.ones(2, requires_grad=True))
str(torch.nn)[:7]

# %% sequences
m = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
s = torch.tensor(2.0)
len(m)
len(torch.ones(0, 3))
len(s)
list(m)
[row.tolist() for row in m]
iter(s)
list(s)
[*m]
a, b = m
a
(c, d), e = m
c
a, b, c = m
first, *rest = torch.arange(4)
first
rest
q, = torch.ones(1)
q
for v in s: pass
for k, v in enumerate(torch.tensor([5, 6])): print(k, v)
list(zip(torch.arange(2), m))
dict(zip("ab", torch.arange(2)))
list(reversed(torch.arange(3)))
list(reversed(m))
reversed(s)
reversed(torch.arange(3))
list(map(float, torch.tensor([1.0, 2.0])))
np.array(list(torch.arange(3)))
next(iter(m))
it = iter(m)
type(it).__name__ != "list"
m[0] = 9
next(it)
match torch.arange(2):
    case [p, q]:
        print(p, q)
    case _:
        print("no sequence")
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
for k, v in enumerate(x): (v * k).backward()
x.grad
u, v, w = x
(u * v * w).backward()
x.grad
[v.requires_grad for v in x]
x.unbind()[0]
list(x)[0]
1.0 in m
5 in m
torch.tensor(3.0) in m
torch.tensor([9.0, 9.0]) in m
True in m
"a" in m
None in m
[1.0] in m
(0, 1) in m
np.float32(4.0) in m
2.0 in s
m in [m]
1 in torch.ones(0)
m.count(3)
del m[0]

# %% equality, hashing, truth
t = torch.tensor([1.0, 2.0])
u = torch.tensor([1.0, 2.0])
t == u
t != u
t == 1
t == "a"
t != "a"
t == None
t != None
t == [1.0, 2.0]
t == (1.0, 2.0)
t == object()
None == t
"a" == t
t is None
t == torch.ones(3)
t < None
t < "a"
t > [1]
t <= {}
1 < t
"a" < t
None >= t
hash(t) == id(t)
hash(t) == hash(u)
{t: "t"}[t]
u in {t: 1}
len({t, u, t})
t in {t}
bool(t == u)
(t == u).all()
if t == u: pass
if torch.tensor(1.0): print("true")
assert torch.tensor(True)
assert torch.tensor([False])
t and u
[t].index(t)
[t, u].index(u)
t == t
not torch.tensor([0.0])
torch.tensor([1]) or 5
while torch.tensor([True, False]): pass
t.equal(u)
torch.equal(t, u)
1 == torch.tensor(1)
torch.tensor(1) == torch.tensor(1.0)
torch.tensor(1.0) in [torch.tensor(1.0)]
torch.tensor([1.0, 1.0]) in [torch.tensor([1.0, 2.0])]
torch.tensor([3, 4]) == np.array([3, 5])
5 != torch.tensor(5)

# %% operators refuse
t = torch.ones(2)
t + "a"
t + None
t + [1.0]
t + (1.0,)
t + {}
t + object()
"a" + t
None * t
[1.0] + t
t - "a"
t / "a"
t ** "a"
t % None
t // []
t @ 3
3 @ t
t & 1.5
t | "a"
t ^ None
~t
t += None
t -= "a"
t *= []
t /= None
-torch.tensor([True])
+torch.tensor([True])
t >> "a"
t()
t.bogus
t.bogus()
torch.bogus
with t: pass
await_me = t.__await__
t % 0
torch.tensor([1]) // 0
torch.tensor([1]) % 0
torch.tensor([2]) ** -1

# %% attributes
t = torch.ones(2)
t.note = "mine"
t.note
t.__dict__
"note" in dir(t)
"sum" in dir(t)
"note" in dir(torch.ones(1))
del t.note
t.note
vars(t)
hasattr(t, "shape")
hasattr(t, "bogus")
getattr(t, "bogus", 5)
t.shape = (4,)  # words differ: names an internal class
t.dtype = 1  # words differ: names an internal class
t.grad_fn = None  # words differ: names an internal class
t.is_leaf = True  # words differ: names an internal class
t.device = "cpu"  # words differ: names an internal class
t.ndim = 2  # words differ: names an internal class
t.T = 1  # words differ: names an internal class
del t.shape  # words differ: names an internal class
t.requires_grad = "a"
t.requires_grad = None
import weakref
w = weakref.ref(t)
w() is t
del t
w() is None
t = torch.ones(2)
t.me = t
seen = weakref.WeakKeyDictionary()
seen[t] = 1
seen[t]
callable(t)
type(t)
type(t) is torch.Tensor
isinstance(t, torch.Tensor)
issubclass(torch.Tensor, object)
torch.Tensor.__name__
torch.Tensor.__module__
torch.is_tensor(torch.nn)
isinstance(t, (int, torch.Tensor))
