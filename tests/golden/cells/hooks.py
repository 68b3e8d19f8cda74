"""Hooks of tensors."""

# %% what a hook sees
x = torch.tensor([1.0, 2.0], requires_grad=True)
h = x.register_hook(lambda g: print("x", g))
(x * x).sum().backward()
x.grad
y = x * 2
y.register_hook(lambda g: print("y", g)) is None
(y * y).sum().backward()
h.remove()
h.remove()
(x * x).sum().backward()
x.grad
def shows(g):
    print(g.requires_grad, g.is_leaf, g.grad_fn, torch.is_grad_enabled())
h = x.register_hook(shows)
(x * 3).sum().backward()
type(h).__name__
type(h.id).__name__

# %% order
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y.register_hook(lambda g: print("first", g))
y.register_hook(lambda g: print("second", g))
y.register_hook(lambda g: g * 10)
y.register_hook(lambda g: print("last", g))
x.register_hook(lambda g: print("leaf", g))
y.sum().backward()
x.grad
z = x * 1
w = z * 1
w.register_hook(lambda g: print("w"))
z.register_hook(lambda g: print("z"))
w.sum().backward()
a = x.exp()
a.register_hook(lambda g: print("a", g))
(a * 2 + a * 3).sum().backward(retain_graph=True)
a.sum().backward()

# %% replacing
x = torch.tensor([1.0, 2.0], requires_grad=True)
h = x.register_hook(lambda g: g * 2)
x.sum().backward()
x.grad
k = x.register_hook(lambda g: g + 1)
x.grad = None
x.sum().backward()
x.grad
h.remove()
x.grad = None
x.sum().backward()
x.grad
k.remove()
y = x * 3
y.register_hook(lambda g: torch.zeros(2))
y.sum().backward()
x.grad
y = x * 3
y.register_hook(lambda g: None)
y.sum().backward()
x.grad
x.grad = None
y = x * 3
y.register_hook(lambda g: g.mul_(7))
(y * torch.tensor([1.0, 2.0])).sum().backward()
x.grad
y = x * 3
y.register_hook(torch.neg)
y.sum().backward()
x.grad

# %% wrong returns
x = torch.tensor([1.0, 2.0], requires_grad=True)
def run(returned):
    y = x * 3
    y.register_hook(lambda g: returned)
    y.sum().backward()
run(1)
run("a")
run([1.0, 2.0])
run((torch.ones(2),))
run(np.ones(2, np.float32))
run(True)
run(torch.ones(3))
run(torch.ones(1))
run(torch.tensor(1.0))
run(torch.ones(2, 1))
run(torch.ones(2, dtype=torch.float64))
run(torch.ones(2, dtype=torch.int64))
x.grad
def leaf(returned):
    h = x.register_hook(lambda g: returned)
    try:
        (x * 3).sum().backward()
    finally:
        h.remove()
leaf(1)
leaf(torch.ones(3))
leaf(torch.ones(2, dtype=torch.float64))
def named(g):
    return torch.ones(3)
y = x * 2
y.register_hook(named)
y.sum().backward()
class Hook:
    def __call__(self, g):
        return torch.ones(3)
y = x * 2
y.register_hook(Hook())
y.sum().backward()
x.grad
run(torch.ones(2))
x.grad

# %% registering
x = torch.tensor([1.0, 2.0], requires_grad=True)
torch.ones(2).register_hook(print)
torch.tensor([1]).register_hook(print)
x.detach().register_hook(print)
x.register_hook()
x.register_hook(print, print)
x.register_hook(hook=lambda g: None).remove()
x.register_hook(None)
x.sum().backward()
y = x * 2
y.register_hook(3)
y.sum().backward()
with torch.no_grad():
    z = x * 2
z.register_hook(print)
with torch.no_grad():
    h = x.register_hook(lambda g: print("seen"))
h.remove()

# %% handles
x = torch.tensor([1.0, 2.0], requires_grad=True)
with x.register_hook(lambda g: print("in")) as h:
    x.sum().backward()
x.sum().backward()
h.remove()
h2 = x.register_hook(lambda g: print("kept"))
del h2
x.sum().backward()
y = x * 2
h = y.register_hook(lambda g: print("y"))
h.remove()
y.sum().backward()
z = x * 2
def once(g):
    print("once")
    handle.remove()
handle = z.register_hook(once)
z.sum().backward(retain_graph=True)
z.sum().backward()
torch.utils.hooks.RemovableHandle.__name__

# %% errors inside
x = torch.tensor([1.0, 2.0], requires_grad=True)
def bad(g):
    raise ValueError("my own")
y = x * x
h = y.register_hook(bad)
y.sum().backward()
x.grad
h.remove()
y.sum().backward()
x.grad
h = x.register_hook(bad)
(x * x).sum().backward()
x.grad
h.remove()
(x * x).sum().backward()
x.grad
torch.is_grad_enabled()
w = x * 2
w.register_hook(lambda: None)
w.sum().backward()
w = x * 2
w.register_hook(lambda g, h: None)
w.sum().backward()

# %% retain_grad with hooks
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y.register_hook(lambda g: g * 10)
y.retain_grad()
y.sum().backward()
y.grad
x.grad
y = x * 2
y.retain_grad()
y.register_hook(lambda g: g * 10)
y.sum().backward()
y.grad
y.retain_grad()
y = x * 2
y.retain_grad()
y.retain_grad()
y.sum().backward()
y.grad
y = x * 2
y.retain_grad()
h = y.register_hook(lambda g: g * 10)
h.remove()
y.sum().backward()
y.grad

# %% hooks and autograd.grad
x = torch.tensor([1.0, 2.0], requires_grad=True)
x.register_hook(lambda g: print("x", g))
x.register_hook(lambda g: g * 2)
torch.autograd.grad((x * x).sum(), x)
y = x * 3
y.register_hook(lambda g: print("y", g))
y.register_hook(lambda g: g * 5)
torch.autograd.grad(y.sum(), y, retain_graph=True)
torch.autograd.grad(y.sum(), x, retain_graph=True)
torch.autograd.grad(y.sum(), [x, y])
x.grad
y = x * 3
y.retain_grad()
torch.autograd.grad(y.sum(), x)
y.grad
w = torch.ones(2, requires_grad=True)
w.register_hook(lambda g: print("w is not asked for"))
torch.autograd.grad((x * w).sum(), x)
(x * w).sum().backward(inputs=x)
x.grad

# %% hooks and in-place writes
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y.register_hook(lambda g: print("before", g))
y.mul_(3)
y.register_hook(lambda g: print("after", g))
y.sum().backward()
x.grad
z = x.clone()
z.register_hook(lambda g: print("z", g))
z[0] = 0
z.sum().backward()
x.grad

# %% a hook on what is written through a leaf
x = torch.tensor([1.0, 2.0], requires_grad=True)
h = x.register_hook(lambda g: print("x", g))
with torch.no_grad():
    x.mul_(2)
(x * x).sum().backward()
x.data = torch.tensor([5.0, 6.0])
(x * x).sum().backward()
x.requires_grad_(False)
x.requires_grad_(True)
(x * x).sum().backward()

# %% backward within a hook
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, 4.0], requires_grad=True)
def inner(g):
    (w * w).sum().backward()
    print(torch.autograd.grad((w * 2).sum(), w))
y = x * 2
y.register_hook(inner)
y.sum().backward()
x.grad, w.grad

# %% post accumulate grad hooks
x = torch.tensor([1.0, 2.0], requires_grad=True)
h = x.register_post_accumulate_grad_hook(lambda p: print(p is x, p.grad))
(x * x).sum().backward()
(x * x).sum().backward()
x.grad
h.remove()
(x * x).sum().backward()
x.grad
k = x.register_post_accumulate_grad_hook(lambda p: setattr(p, "grad", None))
(x * x).sum().backward()
x.grad
k.remove()
x.register_post_accumulate_grad_hook(lambda p: print("one"))
x.register_post_accumulate_grad_hook(lambda p: print("two"))
x.register_hook(lambda g: print("before"))
(x * 2).sum().backward()
torch.autograd.grad((x * 2).sum(), x)
(x * 2).sum().backward(inputs=[x])
x.grad

# %% wrong post accumulate grad hooks
x = torch.tensor([1.0, 2.0], requires_grad=True)
torch.ones(2).register_post_accumulate_grad_hook(print)
(x * 2).register_post_accumulate_grad_hook(print)
x.register_post_accumulate_grad_hook()
h = x.register_post_accumulate_grad_hook(lambda p: 5)
(x * 2).sum().backward()
h.remove()
x.grad
def step(p):
    with torch.no_grad():
        p -= 0.5 * p.grad
    p.grad = None
h = x.register_post_accumulate_grad_hook(step)
(x * x).sum().backward()
x
x.grad
h.remove()
def bad(p):
    raise ValueError("mine")
h = x.register_post_accumulate_grad_hook(bad)
(x * x).sum().backward()
x.grad

# %% hooks of views
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
r = x[0]
r.register_hook(lambda g: print("row", g))
(r * r).sum().backward()
x.sum().backward()
x.grad
y = x * 1
c = y[:, 0]
c.register_hook(lambda g: print("column", g))
y.register_hook(lambda g: print("all", g))
(c.sum() + y.sum()).backward()
