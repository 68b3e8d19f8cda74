"""How tensors print."""

# %% values
torch.tensor(0.0)
torch.tensor(-0.0)
torch.tensor([0.0, -0.0])
torch.tensor([1.0, -1.0])
torch.tensor([1.5, -0.0])
torch.tensor(1.23456789)
torch.tensor([1.23456789, 100.0])
torch.tensor([1e-5])
torch.tensor([1e-5, 1.0])
torch.tensor([1e5, 1.0])
torch.tensor([1e5, 0.5])
torch.tensor([1e8])
torch.tensor([1e9])
torch.tensor([0.5, 600.0])
torch.tensor([0.5, 400.0])
torch.tensor([1000.0, 1.0])
torch.tensor([1001.0, 1.0])
torch.tensor(1e-5)
torch.tensor(123456.0)
torch.tensor(1e20)
torch.tensor(123456.5)
torch.tensor([float("nan")])
torch.tensor([float("nan"), 1.0])
torch.tensor([float("inf"), 1.5])
torch.tensor([-float("inf"), 1.5, float("nan")])
torch.tensor([float("inf"), -float("inf")])
torch.tensor([1e-5, float("nan")])
torch.tensor([-1e-5, 1e5])
torch.tensor([1e-45])
torch.tensor([3.4e38])
torch.tensor([1e308, 1e-308], dtype=torch.float64)
torch.tensor(1 / 3, dtype=torch.float64)
torch.tensor([1, 22, -333])
torch.tensor([2**63 - 1, -(2**63)])
torch.tensor(7, dtype=torch.int32)
torch.tensor([True, False])
torch.tensor(True)
torch.tensor([[True], [False]])
torch.arange(30)
torch.arange(30.0)
torch.arange(30) * 1000
torch.arange(24.0).reshape(2, 3, 4)
torch.arange(16).reshape(2, 2, 2, 2)
torch.arange(8).reshape(1, 2, 2, 2, 1)
torch.arange(40.0).reshape(2, 20) / 7
torch.ones(1, 1, 1)
torch.tensor([[1.0, 20.0], [300.0, 0.5]])
torch.tensor([99999.0, 1.0])
torch.tensor([99999.5])
torch.tensor([16777216.0, 3.0])

# %% empty
torch.tensor([])
torch.ones(0)
torch.ones(0, 3)
torch.ones(2, 0)
torch.ones(2, 0, 3)
torch.ones(0, dtype=torch.float64)
torch.ones(0, dtype=torch.int64)
torch.ones(0, 2, dtype=torch.bool)
torch.ones(0, requires_grad=True)
torch.ones(0, 3, requires_grad=True, dtype=torch.float64)
torch.ones(0, 3, requires_grad=True) * 2
torch.ones(0, requires_grad=True) * 2
(torch.ones(0, 3, requires_grad=True, dtype=torch.float64) * 2)

# %% suffixes
torch.ones(2, dtype=torch.float64)
torch.ones(2, dtype=torch.int32)
torch.ones(2, requires_grad=True)
torch.ones(2, dtype=torch.float64, requires_grad=True)
torch.ones(2, requires_grad=True) + 1
torch.ones(2, dtype=torch.float64, requires_grad=True) + 1
(torch.ones(2, 2, requires_grad=True) * 3).sum()
torch.ones(2, requires_grad=True)[0]
torch.ones(3, 3, requires_grad=True)[1:]
torch.ones(2, requires_grad=True).detach()
torch.ones(12, requires_grad=True)
torch.ones(13, requires_grad=True)
torch.ones(14, requires_grad=True)
torch.ones(15, requires_grad=True)
torch.ones(12, requires_grad=True) * 1.5
torch.ones(7, requires_grad=True) * 1.5
torch.ones(2, 8, requires_grad=True) * 1.5
torch.ones(16, dtype=torch.int32)
torch.ones(18, dtype=torch.int32)
x = torch.ones(2, requires_grad=True)
x.data
x.grad
(x * x).sum().backward()
x.grad
x
[x, 1]
(x, x.detach())
{"a": x}
print(x)
print(x.detach(), x.shape, x.dtype)

# %% summaries
torch.arange(1000)
torch.arange(1001)
torch.arange(1001.0)
torch.arange(1001.0) / 3
torch.zeros(1001)
torch.zeros(40, 40)
torch.zeros(7, 200)
torch.zeros(200, 7)
torch.zeros(2, 501)
torch.zeros(501, 2)
torch.zeros(10, 11, 12)
torch.arange(2 * 3 * 400).reshape(2, 3, 400)
torch.zeros(5, 5, 5, 9)
torch.zeros(2000, 1)
torch.zeros(1, 2000)
torch.zeros(6, 200)
torch.zeros(1, 1, 1001)
torch.zeros(2000, dtype=torch.float64)
torch.zeros(2000, dtype=torch.bool)
torch.zeros(2000, dtype=torch.int32)
torch.zeros(2000, requires_grad=True)
torch.zeros(2000, requires_grad=True) + 1
torch.zeros(40, 40, dtype=torch.float64, requires_grad=True)
torch.arange(3000.0).reshape(50, 60)
big = torch.zeros(2000)
big[1000] = 1e10
big
big[-1] = 0.001
big
torch.zeros(2000, 0)

# %% options
x = torch.tensor([[1.23456789, -20.5, 300.0], [0.001, 5.0, 6.0]])
torch.set_printoptions(precision=2)
x
torch.tensor(1.23456)
torch.set_printoptions(precision=0)
x
torch.set_printoptions(precision=10)
x
torch.set_printoptions(profile="default")
x
torch.set_printoptions(sci_mode=True)
x
torch.arange(3.0)
torch.arange(3)
torch.tensor([float("nan"), 1.0])
torch.set_printoptions(sci_mode=False)
torch.tensor([1e-10, 1e10])
torch.tensor([1e10])
torch.tensor(1e-10)
torch.set_printoptions(sci_mode=None)
torch.tensor([1e-10, 1e10])
torch.set_printoptions(threshold=5)
torch.arange(5)
torch.arange(6)
torch.arange(7)
torch.arange(8.0).reshape(2, 4)
torch.set_printoptions(edgeitems=1)
torch.arange(7)
torch.arange(30.0).reshape(5, 6)
torch.arange(60).reshape(3, 4, 5)
torch.set_printoptions(edgeitems=0)
torch.arange(7)
torch.arange(30.0).reshape(5, 6)
torch.tensor(1.0)
torch.set_printoptions(profile="default")
torch.set_printoptions(linewidth=30)
torch.arange(20)
torch.arange(10.0) / 3
torch.ones(2, dtype=torch.float64, requires_grad=True)
torch.ones(2, 2, requires_grad=True) * 2
torch.set_printoptions(linewidth=1)
torch.arange(3)
torch.set_printoptions(profile="short")
x
torch.arange(2000)
torch.set_printoptions(profile="full")
torch.arange(1002)
torch.set_printoptions(profile="foo")
torch.set_printoptions(profile="default")
torch.set_printoptions(2, 5, 1, 40)
torch.arange(8.0)
torch.set_printoptions(profile="default")
torch.set_printoptions(foo=1)
torch.set_printoptions(1, 2, 3, 4, None, True, 7)
torch.set_printoptions(precision="a")
torch.tensor([1.5])
torch.set_printoptions(profile="default")
torch.set_printoptions(precision=-1)
torch.tensor([1.5])
torch.set_printoptions(profile="default")
torch.set_printoptions(precision=3, profile="short")
torch.tensor([1.23456])
torch.set_printoptions(profile="default")
torch._tensor_str.get_printoptions()
with torch._tensor_str.printoptions(precision=1):
    print(torch.tensor([1.23]))
torch.tensor([1.23])

# %% str and format
x = torch.tensor([1.5, 2.25])
s = torch.tensor(1.23456)
i = torch.tensor(42)
str(x) == repr(x)
f"{x}"
f"{s}"
f"{s:.2f}"
f"{s:8.3f}|"
f"{s:e}"
f"{i:d}"
f"{i:05d}"
f"{i:x}"
f"{i:>6}"
f"{i}"
f"{s:d}"
f"{x:.2f}"
f"{x[0]:.1f}"
f"{torch.tensor([1.5]):.1f}"
f"{torch.tensor(True)}"
f"{torch.tensor(True):>6}"
f"{torch.tensor(1.5, requires_grad=True)}"
f"{torch.tensor(1.5, requires_grad=True):.2f}"
f"{torch.tensor(float('nan')):.2f}"
"{:.3f}".format(s)
"{}".format(s)
"%s" % s
"%.2f" % s
"%d" % i
"%d" % s
format(s)
format(s, "")
format(x, "")
print(f"{s=}")
str(torch.tensor([]))
"{0!r}".format(s)

# %% named tuples
m = torch.max(torch.tensor([[1.0, 5.0], [3.0, 2.0]]), 0)
m
m.values
m.indices
m[0]
values, indices = m
indices
type(m)
type(m).__name__
isinstance(m, tuple)
len(m)
isinstance(m, torch.return_types.max)
torch.return_types.max
torch.return_types.max([1, 2])
torch.return_types.max((torch.ones(1), torch.ones(1)))
torch.return_types.max(1, 2)  # words differ: Python counts the arguments
torch.return_types.max([1])
torch.return_types.max()  # words differ: Python counts the arguments
m.foo
m.values = 3
m[2]
m == tuple(m)
str(m) == repr(m)
torch.min(torch.tensor([[1.0, 5.0], [3.0, 2.0]]), 1)
torch.tensor([[1, 5], [3, 2]]).max(dim=1)
torch.tensor([[1, 5], [3, 2]]).min(dim=1, keepdim=True)
torch.max(torch.tensor([1.0, 2.0], requires_grad=True), 0)
m + (1,)
m[:1]
m._fields
m.n_fields
m.n_sequence_fields
m.n_unnamed_fields
m.count(3)
hash(m) == hash(tuple(m))
import pickle
pickle.loads(pickle.dumps(torch.return_types.max([1, 2])))
torch.return_types.max.__module__
