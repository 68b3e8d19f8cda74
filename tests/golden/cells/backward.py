"""`backward` and `autograd.grad`."""

# %% backward of one element
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x * x).sum()
y.backward()
x.grad
y.backward()
y.grad_fn
x.grad
z = torch.tensor([[3.0]], requires_grad=True)
(z * z).backward()
z.grad
s = torch.tensor(2.0, requires_grad=True)
s.backward()
s.grad
s.backward()
s.grad
s.backward(torch.tensor(3.0))
s.grad
(s * 2).backward(torch.tensor(3.0))
s.grad
torch.ones(1).backward()
torch.tensor(1.0).backward()
torch.tensor(1).backward()
x.detach().sum().backward()
with torch.no_grad():
    n = (x * x).sum()
n.backward()
(x > 0).sum().backward()
x.backward
y.backward() is None

# %% backward of several elements
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * x
y.backward()
x.grad
y.backward(torch.tensor([1.0, 0.5]))
x.grad
x.backward()
x.backward(torch.ones(2))
x.grad
torch.ones(0, requires_grad=True).backward()
e = torch.ones(0, requires_grad=True)
(e * 2).backward(torch.ones(0))
e.grad
(x * x).backward(torch.ones(3))
(x * x).backward(torch.ones(2, 1))
(x * x).backward(torch.ones(1))
(x * x).backward(torch.tensor(1.0))
(x * x).backward(gradient=torch.tensor([1.0, 1.0]))
x.grad
(x * x).backward(torch.ones(2, dtype=torch.float64))
(x * x).backward(torch.ones(2, dtype=torch.int64))
(x * x).backward(torch.ones(2, dtype=torch.bool))
x.grad
(x * x).backward(1.0)
(x * x).backward([1.0, 1.0])
(x * x).backward((torch.ones(2),))
(x * x).backward("a")
(x * x).backward(np.ones(2))
(x * x).backward(True)
(x * x).backward(torch.ones(2), torch.ones(2))
(x * x).backward(grad=torch.ones(2))
(x * x).backward(torch.ones(2), False, False, None, None)
(x * x).backward(None)
x.grad

# %% a second time
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x * x).sum()
y.backward(retain_graph=True)
y.backward(retain_graph=True)
y.backward(retain_graph=False)
y.backward()
x.grad
z = (x + 3).sum()
z.backward()
z.backward()
x.grad
w = x.exp()
w.sum().backward()
w.sum().backward()
a = x * x
b = a * 2
c = a * 3
b.sum().backward()
c.sum().backward()
x.grad
y = (x * x).sum()
torch.autograd.grad(y, x, retain_graph=True)
torch.autograd.grad(y, x)
torch.autograd.grad(y, x)
y = (x * x).sum()
y.backward(None, True)
y.backward(retain_graph=None)
y.backward(retain_graph=1)
(x * x).sum().backward(retain_graph="a")
(x * 2).sum().backward(retain_graph=torch.tensor(True))

# %% inputs
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, 4.0], requires_grad=True)
(x * w).sum().backward(inputs=x)
x.grad, w.grad
(x * w).sum().backward(inputs=[w])
x.grad, w.grad
(x * w).sum().backward(inputs=(x, w))
x.grad, w.grad
(x * w).sum().backward(inputs=[])
(x * w).sum().backward(inputs=())
(x * w).sum().backward(inputs=torch.ones(2))
(x * w).sum().backward(inputs=[x, torch.ones(2)])
(x * w).sum().backward(inputs=[x, None])
(x * w).sum().backward(inputs=1)
(x * w).sum().backward(inputs="a")
(x * w).sum().backward(inputs=None)
x.grad, w.grad
u = torch.ones(2, requires_grad=True)
(x * w).sum().backward(inputs=[u])
u.grad
(x * w).sum().backward(inputs=[x, u])
x.grad, u.grad
(x * w).sum().backward(inputs=[x, x])
x.grad
y = x * 2
(y * y).sum().backward(inputs=[y])
y.grad
(y * y).sum().backward(inputs=[y, x])
x.grad
y.grad
y.retains_grad
z = (y * y).sum()
z.backward(inputs=[z])
z.grad
x.grad

# %% several roots
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, 4.0], requires_grad=True)
torch.autograd.backward((x * w).sum())
x.grad
torch.autograd.backward([(x * w).sum(), (x * x).sum()])
x.grad, w.grad
torch.autograd.backward((x * w, x.sum()), (torch.ones(2), None))
x.grad
torch.autograd.backward([x * w], [torch.ones(2)])
torch.autograd.backward([x * w], torch.ones(2))
torch.autograd.backward(x * w, [torch.ones(2)])
torch.autograd.backward(x * w, torch.ones(2))
x.grad
torch.autograd.backward(tensors=(x * w).sum(), grad_tensors=None)
torch.autograd.backward([x * w, x.sum()], [torch.ones(2)])
torch.autograd.backward([x * w], [torch.ones(2), torch.ones(2)])
torch.autograd.backward([x * w])
torch.autograd.backward([x.sum(), x * w])
torch.autograd.backward([x * w], [None])
torch.autograd.backward([x.sum()], [None])
torch.autograd.backward([x.sum(), torch.ones(1)])
torch.autograd.backward([torch.ones(1), x.sum()])
torch.autograd.backward([])
torch.autograd.backward(())
torch.autograd.backward([], [])
torch.autograd.backward(None)
torch.autograd.backward(1)
torch.autograd.backward([1])
torch.autograd.backward("a")
torch.autograd.backward()
torch.autograd.backward([x.sum(), None])
torch.autograd.backward([x * w, x.sum()], [torch.ones(3), None])
torch.autograd.backward([x.sum(), x * w], [None, torch.ones(3)])  # words differ: PyTorch stumbles here
torch.autograd.backward([x * w], ["a"])
torch.autograd.backward([x * w], [1])
torch.autograd.backward((t for t in [x.sum()]))
torch.autograd.backward((x * w).sum(), inputs=[])
torch.autograd.backward((x * w).sum(), inputs=w)
torch.autograd.backward((x * w).sum(), None, None, False, None, w)
torch.autograd.backward((x * w).sum(), grad_variables=torch.tensor(2.0))
torch.autograd.backward(x * w, grad_tensors=torch.ones(2), grad_variables=torch.ones(2))
y = (x * x).sum()
torch.autograd.backward([y, y])
x.grad
torch.autograd.backward(x, torch.ones(2))
x.grad
torch.autograd.backward([x, x], [torch.ones(2), torch.ones(2)])
x.grad
w.grad

# %% grad
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, 4.0], requires_grad=True)
grad = torch.autograd.grad
grad((x * w).sum(), x)
grad((x * w).sum(), [x])
grad((x * w).sum(), (x, w))
grad([(x * w).sum()], [w, x])
grad(outputs=(x * w).sum(), inputs=w)
x.grad, w.grad
grad((x * w).sum(), [x, x])
grad(x * w, x)
grad(x * w, x, torch.ones(2))
grad(x * w, x, [torch.ones(2)])
grad([x * w, x.sum()], x, [torch.ones(2), None])
grad([x.sum(), w.sum()], [x, w])
grad([x.sum(), (x * w).sum()], x)
grad(x * w, x, grad_outputs=torch.tensor([1.0, 3.0]))
grad(x * w, x, torch.ones(3))
grad(x * w, x, torch.ones(2, dtype=torch.float64))
grad(x * w, x, 1.0)
grad([x * w], x, [torch.ones(2), torch.ones(2)])
grad(x.sum(), w)
grad(x.sum(), [x, w])
grad(x.sum(), [x, w], allow_unused=True)
grad(x.sum(), [x, w], allow_unused=False)
grad(x.sum(), w, allow_unused=True)
grad(x.sum(), [x, w], materialize_grads=True)
grad(x.sum(), [x, w], allow_unused=True, materialize_grads=True)
grad(x.sum(), [x, w], allow_unused=False, materialize_grads=True)
grad(x.sum(), torch.ones(2))
grad(x.sum(), [x, torch.ones(2)])
grad(torch.ones(1), x)
grad(torch.ones(1, requires_grad=True), x)
grad(x.sum(), [])
grad([], x)
grad([], [])
grad(None, x)
grad(x.sum(), None)
grad(1, x)
grad(x.sum(), 1)
grad([1], x)
grad(x.sum(), [None])
grad(x.sum(), [x, "a"])
grad(x.sum())
grad()
grad("a", x)
grad(x.sum(), x, create_graph="")
grad(x.sum(), x, None, None, False, None, False, False)
grad(x.sum(), x, only_inputs=True)
grad(x.sum(), x, only_inputs=False)

# %% grad of outputs that are inputs
x = torch.tensor([1.0, 2.0], requires_grad=True)
grad = torch.autograd.grad
s = x.sum()
grad(s, s)
grad(s, [s, x])
y = x * 2
grad(y, y, torch.tensor([5.0, 6.0]))
grad(y.sum(), y)
grad(y, [y, x], torch.ones(2))
grad([y, y], y, [torch.ones(2), torch.ones(2)])
grad(x, x, torch.ones(2))
grad(x, x)
grad([x, x.sum()], x, [torch.ones(2), None])
z = (y * y).sum()
grad(z, y)
grad(z, [x, y])
z = (y * y).sum()
grad(z, [x, y])
grad(y.sum(), z)
v = x[0]
grad((x * x).sum(), v)
grad((x * x).sum(), v, allow_unused=True)
grad(v * v, v)
grad(v * v, x)
grad(x.sum(), x)[0].requires_grad
grad(x.sum(), x)[0].is_leaf
grad(x.sum(), x)[0]  # differs: gradients are dense
grad(x.sum().double(), x)[0].dtype
grad(x.double().sum(), x)
x.grad

# %% grad inside no_grad, and of views
x = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = (x * x).sum()
with torch.no_grad():
    g = torch.autograd.grad(y, x)
g
with torch.no_grad():
    y = (x * 2).sum()
torch.autograd.grad(y, x)
z = x[1:]
(g,) = torch.autograd.grad((z * z).sum(), z)
g
torch.autograd.grad((x[::2] * torch.tensor([1.0, 5.0])).sum(), x)
torch.autograd.grad(x.flip(0)[0], x)
torch.autograd.grad(x.expand(2, 3).sum(), x)
torch.autograd.grad(x.max(), x)

# %% second derivatives are not there yet
x = torch.tensor([1.0, 2.0], requires_grad=True)
(x * x).sum().backward(create_graph=True)  # differs: not available yet
torch.autograd.grad((x * x).sum(), x, create_graph=True)  # differs: not available yet
torch.autograd.grad((x * x), x, torch.ones(2), is_grads_batched=True)
torch.autograd.grad((x * x), x, torch.eye(2), is_grads_batched=True)

# %% dtypes
x = torch.tensor([1.0, 2.0], requires_grad=True)
d = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
(x * d).sum().backward()
x.grad
d.grad
(x.double() * 2).sum().backward()
x.grad
(x * torch.tensor([1, 2])).sum().backward()
x.grad
x.sum(dtype=torch.float64).backward()
x.grad
x.to(torch.int64).sum().backward()
(x * d).sum().backward(torch.tensor(1.0))
(x * d).sum().backward(torch.tensor(1.0, dtype=torch.float64))
(x * d).sum().backward(torch.tensor(1))
torch.autograd.grad((x * d).sum(), (x, d))

# %% gradients given
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
g = torch.tensor([1.0, 2.0])
y.backward(g)
x.grad
g
g.add_(10)
x.grad
r = torch.tensor([1.0, 2.0], requires_grad=True)
(x * 2).backward(r)
x.grad.requires_grad
x.grad
r.grad
(x * 2).backward(torch.ones(1).expand(2))
x.grad
m = torch.ones(2, 3, requires_grad=True)
(m * 2).backward(torch.arange(6.0).view(3, 2).t())
m.grad
(m + 0).backward(torch.ones(2, 6)[:, ::2])
m.grad

# %% calls with wrong names
x = torch.ones(1, requires_grad=True)
x.backward(foo=1)
torch.autograd.backward(x, foo=1)
torch.autograd.grad(x, x, foo=1)
torch.Tensor.backward(3)
torch.Tensor.backward()

# %% deep and wide
x = torch.tensor(1.0, requires_grad=True)
y = x
for _ in range(5000):
    y = y + 1
y.backward()
x.grad
x.grad = None
s = sum(x * k for k in range(200))
s.backward()
x.grad
z = x
for _ in range(30):
    z = z + z
z.backward()
x.grad

# %% a pass to a tensor that was overwritten runs nothing behind it
x = torch.tensor([[2.25, -0.75], [1.5, -0.25]], requires_grad=True)
y = torch.where(x > 0, x * 1, x)
y[...] = -0.5
(y * y).sum().backward(inputs=[y])
y.grad
x.grad
(y * 1.5).sum().backward()
y.grad
x.grad
