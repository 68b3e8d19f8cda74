"""In-place writes: versions, leaves, views, and values that a gradient needs."""

# %% versions
x = torch.ones(2)
x._version
x.add_(1)._version
x[0] = 1
x._version
x += 1
x._version
v = x[0]
v._version
v.add_(1)
v._version
x._version
x.zero_()._version
x.detach()._version
x.view(1, 2)._version
x.clone()._version
torch.ones(())._version
s = torch.ones(())
s.add_(1)._version
x.requires_grad_()._version
(x * 2)._version
y = x * 2
y.mul_(2)._version
with torch.no_grad():
    x.add_(1)
x._version
x._version = 3  # words differ: Python's own for a property
x.fill_(2)._version
x.data._version  # differs: aliases share their version
x.copy_(torch.ones(2))._version
with torch.no_grad():
    print(x.copy_(torch.ones(2))._version)

# %% leaves
x = torch.ones(2, 2, requires_grad=True)
x.add_(1)
x += 1
x -= 1
x *= 2
x /= 2
x **= 2
x[0] = 1
x[0, 0] = 1
x[0] += 1
x[x > 0] = 1
x.zero_()
x.fill_(1)
x.copy_(torch.ones(2, 2))
x.exp_()
x.clamp_(0, 1)
x
x[0].add_(1)
x.view(4).mul_(2)
x.t().zero_()
x.view(4)[0].fill_(3)
x.detach().add_(1)
x
x.data.sub_(1)
x
with torch.no_grad():
    x.add_(1)
    x[0] = 5
    x[0].mul_(2)
    x.view(4).sub_(1)
x
x.is_leaf
(x * x).sum().backward()
x.grad
c = torch.ones(2)
c += x[0]
c
c.is_leaf
c.grad_fn
d = torch.ones(2)
d.mul_(x[0].detach())
d.grad_fn

# %% values that a gradient needs
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x + 1
z = y * y
y.add_(1)
z.sum().backward()
x.grad
y = x + 1
z = y * y
y[0] = 3
z.sum().backward()
y = x * 2
z = y.exp()
z.add_(1)
z.sum().backward()
y = x * 2
z = y.exp()
y.add_(1)
z.sum().backward()
x.grad
y = x * 2
z = y.sin()
y.zero_()
z.sum().backward()
y = x * 2
w = torch.ones(2)
z = y * w
w.add_(1)
z.sum().backward()
y = x * 2
z = y + 1
y.add_(5)
z.sum().backward()
x.grad
a = torch.ones(2, 2, requires_grad=True)
b = torch.ones(2, 2)
c = a.mm(b)
b.mul_(2)
c.sum().backward()
c = a @ b
b[0, 0] = 7
b[0, 1] = 7
c.sum().backward()
m = a * 1
n = m.sum(0) * 2
m.add_(1)
n.sum().backward()
a.grad
m = a * 1
q = (m * m)[0]
m[1] = 5
q.sum().backward()
a.grad
d = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
e = d * 2
f = e * e
e.sub_(1)
f.sum().backward()
s = torch.tensor(3.0, requires_grad=True)
t = s * 2
u = t * t
t.add_(1)
u.backward()
with torch.no_grad():
    s.add_(1)
u = s * s
with torch.no_grad():
    s.add_(1)
u.backward()
x = torch.tensor([1.0, 2.0], requires_grad=True)
u = x * x
with torch.no_grad():
    x.add_(1)
u.sum().backward()
x.grad

# %% in-place results
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
i = id(y)
y += 1
id(y) == i
y.grad_fn
y.mul_(y)
y
y.sum().backward()  # differs: the old value was kept
x.grad = None
y = x * 1
y[0] = y[1] * 3
y
y.sum().backward()
x.grad
x.grad = None
y = torch.zeros(3)
y[:2] = x
y.grad_fn
y.is_leaf
(y * torch.tensor([2.0, 3.0, 4.0])).sum().backward()
x.grad
y = x * 1
y.zero_()
y.grad_fn
y.sum().backward()
x.grad
y = x * 1
y.fill_(3)
y
y = x * 1
y.copy_(torch.ones(2))
y
y.sum().backward()
x.grad
y = x.clone()
y.copy_(x * 2)
y.sum().backward()
x.grad
x.grad = None
y = x.clone().add_(1).mul_(2).sin_()
y.sum().backward()
x.grad

# %% views of results
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
y = x * 1
v = y[0]
v.mul_(10)
y
y.grad_fn
v.grad_fn
v
(y * y).sum().backward()
x.grad
x.grad = None
y = x * 1
v = y[0]
y.mul_(10)
v
v.grad_fn
v.sum().backward()
x.grad
x.grad = None
y = x * 1
v = y.t()[1]
v.add_(100)
y
v.sum().backward()
x.grad
b = torch.zeros(2, 2)
v = b[0]
v.requires_grad
b.mul_(x)
v.requires_grad
v.is_leaf
v
v.sum().backward()
b = torch.zeros(2, 2)
b[0] = x[0]
b
b[0].requires_grad
v = b[1]
v.copy_(x[1])
b
b.sum().backward()
x.grad

# %% views of views
x = torch.arange(8.0, requires_grad=True)
y = x * 1
a = y.view(2, 4)
b = a[1]
c = b[::2]
c.mul_(10)
y
a.grad_fn
b.grad_fn
c.grad_fn
c._base is y
(y * y).sum().backward()
x.grad
b
a.sum().backward()

# %% views made without grad
x = torch.tensor([1.0, 2.0], requires_grad=True)
with torch.no_grad():
    v = x[:1]
v.is_leaf
v.add_(1)
x
v.mul_(x[1])
with torch.no_grad():
    v.add_(1)
x
y = x * 1
with torch.no_grad():
    w = y[:1]
w.add_(1)
y
w.mul_(y[1])
with torch.no_grad():
    u = x.view(2, 1)
    u.add_(1)
x
c = torch.zeros(2)
with torch.no_grad():
    k = c[:1]
k.add_(1)
k.mul_(x[:1].detach())
k.requires_grad_()
c
c = torch.zeros(2)
with torch.no_grad():
    k = c[:1]
k.mul_(x[:1])  # differs: it is recorded
with torch.no_grad():
    p = x.detach()[:1]
p.add_(1)
x

# %% outputs of functions with several views
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
y = x * 1
a, b = y.unbind(0)
a.add_(1)
a, b = y.unbind(1)
b.mul_(2)
a, b = y.split(1)
a.add_(1)
a, b = y.chunk(2)
b.zero_()
a, b = y.split([1, 1], 1)
b.zero_()  # words differ: SplitWithSizes is made of slices
for row in y:
    row.add_(1)
a, b = y
a *= 2
p, q = torch.ones(2, 2).unbind(0)
p.add_(1)
p.mul_(x[0])  # differs: it is recorded
c, d = torch.ones(4).chunk(2)
c.add_(x[0])  # differs: it is recorded
u, v = x.unbind(0)
u.add_(1)
with torch.no_grad():
    u, v = y.unbind(0)
    u.add_(1)
u.add_(1)
with torch.no_grad():
    u, v = x.unbind(0)
    u.mul_(2)
x
a, b = y.unbind(0)
y.mul_(2)
a  # differs: it is up to date
(a * 1).sum().backward()  # differs: it is up to date
a, b = y.unbind(0)
a[0].add_(1)
a.t().add_(1)
a.detach().add_(0)
with torch.no_grad():
    a.add_(0)

# %% shapes, dtypes and overlaps
x = torch.ones(2, requires_grad=True)
y = x * 1
y.add_(torch.ones(3))
y.add_(torch.ones(2, 2))
torch.ones(2, dtype=torch.int64).add_(x)
torch.ones(2, dtype=torch.int64).add_(1.5)
torch.ones(2, dtype=torch.int64).mul_(2.0)
torch.ones(2, dtype=torch.bool).add_(1)
torch.ones(1).expand(3).add_(1)
torch.ones(1, requires_grad=True).expand(3).add_(1)
(torch.ones(1, requires_grad=True) * 1).expand(3).add_(1)
y.add_("a")
y.add_(None)
y += "a"
y += None
y[0] = "a"
y[5] = 1
y.copy_(1)
y.copy_(torch.ones(3))
y.fill_("a")
y.fill_(torch.ones(2))
y.zero_(1)  # words differ: Python counts `self`
y

# %% writing the same memory twice
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 1
y[1:] = y[:-1]  # differs: as if copied first
z = x * 1
z.add_(z)
z.mul_(z)
z.sub_(z.sum())
z.sum().backward()  # differs: the old value was kept

# %% set_ and resize_ and other storages
x = torch.ones(2)
x.requires_grad_()
y = x.detach()
y.requires_grad_()
y.is_leaf, x.is_leaf
with torch.no_grad():
    y.add_(1)
x
(x * y).sum().backward()
x.grad, y.grad

# %% augmented assignment to rows in loops
w = torch.zeros(3, requires_grad=True)
s = torch.zeros(3)
for k in range(3):
    s[k] = s[k] + w[k] * (k + 1)
s
s.sum().backward()
w.grad
t = torch.zeros(3)
for k in range(3):
    t[k] += w[k] * (k + 1)
t.sum().backward()
w.grad
