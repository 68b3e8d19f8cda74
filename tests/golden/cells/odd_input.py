"""Odd input that is fine, interrupted programs, and graphs of odd shapes."""

# %% gradients that are set, kept and changed
def fresh():
    global x, y, v
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    y = x * 2
fresh()
y.backward(torch.ones(2, 2, dtype=torch.float64))
x.grad
fresh()
x.grad = x.detach().clone()
(x * 1).sum().backward()
x.grad
fresh()
g = torch.ones(2, 2)
(x * 1).backward(g)
x.grad.add_(5)
g
fresh()
(x + v[0]).sum().backward()
x.grad.mul_(5)
v.grad
fresh()
(x * 3).sum().backward()
del x.grad
x.grad
(x * 2).sum().backward()
x.grad
fresh()
h = y.register_hook(lambda g: g.zero_())
y.sum().backward()
x.grad
fresh()
h = y.register_hook(lambda g: 1 / 0)
h.remove()
h.remove()
y.sum().backward()
x.grad
fresh()
h = y.register_hook(lambda g: x.sum().backward())
(3 * y).sum().backward()
x.grad
fresh()
y.sum().backward(y.detach().sum())
x.grad
fresh()
y.sum().backward(retain_graph=True)
y.sum().backward(retain_graph=True)
x.grad
x.grad.zero_()
y.mean().backward()
x.grad

# %% writes to parts
def fresh():
    global x, y
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
    y = x * 2
fresh()
w = y[0]
w = w.mul_(2)
y.sum().backward()
x.grad
fresh()
z = x.clone()
z += z
z = z * z
z.sum().backward()
x.grad
fresh()
z = x.clone()
z *= z
z.sum().backward()  # differs: the old value is kept
x.grad  # differs: the old value is kept
fresh()
z = x.clone()
z[0] = z[1]
z[1] += z[0]
z.sum().backward()
x.grad
fresh()
z = x * 1
z[1:] = z[:-1] * 2
z.sum().backward()
x.grad
fresh()
z = x * 1
z[0, 0] = 7
z[:, 1] = z[:, 0]
z.sum().backward()
z.tolist()
x.grad
fresh()
z = x * 1
z[z > 2] = 0
(z * z).sum().backward()
x.grad

# %% sizes and shapes
torch.cat([torch.empty(0), torch.ones(2, 2)])
torch.empty(0, 3).mm(torch.empty(3, 0))
torch.empty(3, 0).mm(torch.empty(0, 2))
torch.ones([1] * 32, requires_grad=True).sum()
torch.ones([2] * 12).permute(*range(11, -1, -1)).sum()
s = torch.tensor(2.0)
s[None]
s[...]
s.view(1, 1)
s[()]
n = torch.tensor(2)
torch.ones(n)
n.add_(1)
torch.ones(n)
torch.zeros(n, n)
n.sub_(2)
torch.zeros(n, n)
torch.tensor([float("inf"), 1.0]).softmax(0)
torch.tensor([1.0, float("nan")]).argmax()
torch.tensor([float("-inf")] * 2).logsumexp(0)
torch.tensor([float("nan"), 1.0]).max()
torch.tensor([1.0, 2.0]) == None
torch.tensor(np.float16(1.5).item())
torch.ones(3, 1) + torch.ones(1, 0)
torch.ones(0) + torch.ones(1)
torch.ones(0).sum() + torch.ones(2)

# %% arrays that are odd
a = np.lib.stride_tricks.as_strided(np.arange(6.0), (5, 2), (8, 8))
t = torch.from_numpy(a)
q = t.clone().requires_grad_()
(q * t).sum().backward()
q.grad
t.mul(2)
t.sum(0)
t.t().mm(t)
b = np.arange(12.0).reshape(3, 4)[:, ::-1]
torch.from_numpy(b)
torch.from_numpy(b.copy())
torch.tensor(b)
c = np.arange(24, dtype=np.int64).reshape(2, 3, 4).transpose(2, 0, 1)
u = torch.from_numpy(c)
u.shape
u.stride()
u.sum((0, 2))
(u + 1).stride()
u[1:3, 0].tolist()
u.reshape(-1)[:5]
z = torch.from_numpy(np.broadcast_to(np.arange(3.0), (2, 3)).copy()[:, :0])
z.sum()
d = np.ones(4)
t = torch.from_numpy(d)
del d
t.add_(1)
e = t.numpy()
del t
e += 1
e
f = np.zeros((3, 3), order="F")
t = torch.from_numpy(f)
t[0, 1] = 5
f
t.stride()
t.view(9)
t.t().view(9)
t.contiguous().stride()

# %% programs that are interrupted
x = torch.tensor([1.0, 2.0], requires_grad=True)
def fail(n):
    if n == 0:
        raise ValueError("stop")
    return fail(n - 1)
with torch.no_grad():
    fail(3)
torch.is_grad_enabled()
with torch.no_grad(), torch.enable_grad():
    fail(0)
torch.is_grad_enabled()
@torch.no_grad()
def quiet(n):
    fail(n)
quiet(2)
torch.is_grad_enabled()
def steps():
    for k in range(5):
        z = (x * k).exp()
        if k == 3:
            raise ValueError("in the middle")
        z.sum().backward()
steps()
x.grad
def hook(g):
    raise KeyError("hook")
y = x * 3
h = y.register_hook(hook)
y.sum().backward()
h.remove()
x.grad = None
y.sum().backward()
x.grad
for k in range(3): x[k] * 2
x.grad = None
try:
    (x * torch.ones(3)).sum().backward()
except RuntimeError:
    (x * 2).sum().backward()
x.grad
y = (x * 2).exp()
y.backward()
y.sum().backward()
y.sum().backward()
x.grad is None
z = x * 2
z.exp_().add_(1)
z.sum().backward()
w = x.clone()
w.copy_(torch.ones(3))
w
w.sum().backward()
torch.mm(x, x)
(x * x).sum().backward()

# %% tensors deleted before backward
x = torch.tensor([1.0, 2.0], requires_grad=True)
a = x * 2
b = a.sin()
c = a * b
del a, b
c.sum().backward()
x.grad
x.grad = None
y = (x.exp() * x).sum()
leaf = x
del x
y.backward()
leaf.grad
t = torch.tensor([3.0], requires_grad=True)
u = t * t
del t
u.backward()
v = torch.ones(3, requires_grad=True)
w = (v * 2)[1:]
part = w[0]
del w
part.backward()
v.grad
fn = (v * v).grad_fn
fn.name()
fn.next_functions[0][0].name()
import gc
gc.collect() >= 0
m = torch.ones(2, requires_grad=True)
m.me = m
n = (m * 2).sum()
del m
n.backward()

# %% deep and wide graphs
x = torch.tensor(1.0, requires_grad=True)
z = x
for _ in range(5000): z = z * 1.0 + 0.0
z.backward()
x.grad
del z
x.grad = None
z = x
for _ in range(40): z = z + z
z.backward()
x.grad
leaves = [torch.tensor([1.0], requires_grad=True) for _ in range(300)]
(torch.cat(leaves) * torch.arange(300.0)).sum().backward()
[leaves[k].grad.item() for k in (0, 17, 299)]
y = torch.tensor([1.0, 2.0], requires_grad=True)
torch.cat([y] * 500).sum().backward()
y.grad
y.grad = None
sum(y * k for k in range(100)).sum().backward()
y.grad
base = torch.zeros(4)
z = base
for _ in range(300): z = z[:]
z.add_(1)
base
y.grad = None
parts = [y.view(2, 1)[k // 50] for k in range(100)]
torch.stack(parts).sum().backward()
y.grad

# %% threads
import threading
x = torch.tensor([1.0, 2.0], requires_grad=True)
def work(k, found):
    z = torch.full((2,), float(k), requires_grad=True)
    (z * z).sum().backward()
    found[k] = z.grad.tolist()
found = {}
threads = [threading.Thread(target=work, args=(k, found)) for k in range(6)]
for t in threads: t.start()
for t in threads: t.join()
[found[k] for k in range(6)]
y = x * 3
def back(): y.sum().backward()
t = threading.Thread(target=back)
t.start()
t.join()
x.grad
modes = []
def mode(): modes.append(torch.is_grad_enabled())
with torch.no_grad():
    t = threading.Thread(target=mode)
    t.start()
    t.join()
modes
made = []
def build(): made.append(x * 5)
t = threading.Thread(target=build)
t.start()
t.join()
x.grad = None
(made[0] + x).sum().backward()
x.grad
