"""no_grad and its kin."""

# %% no_grad
x = torch.ones(2, requires_grad=True)
torch.is_grad_enabled()
with torch.no_grad():
    print(torch.is_grad_enabled())
    y = x * 2
    print(y.requires_grad, y.is_leaf)
torch.is_grad_enabled()
y
with torch.no_grad():
    print(x.requires_grad)
    z = torch.ones(2, requires_grad=True)
    z.requires_grad_()
    v = x[0]
    c = x.clone()
z
v.requires_grad  # differs: it has no graph
v._is_view()
c.requires_grad
with torch.no_grad() as m:
    print(m)
torch.no_grad
torch.no_grad().__enter__()
torch.is_grad_enabled()
torch.set_grad_enabled(True) is None
torch.no_grad(1)
torch.no_grad(None)
torch.no_grad(True)
torch.no_grad(mode=False)
torch.no_grad("a", "b")
torch.enable_grad(1)
torch.no_grad.__name__
torch.is_grad_enabled(1)  # words differ: Python's own
repr(torch.no_grad())
torch.autograd.no_grad is torch.no_grad
torch.autograd.enable_grad is torch.enable_grad
torch.autograd.set_grad_enabled is torch.set_grad_enabled
torch.autograd.inference_mode is torch.inference_mode
torch.autograd.grad_mode.no_grad is torch.no_grad
torch.autograd.grad_mode.inference_mode is torch.inference_mode

# %% nesting
x = torch.ones(2, requires_grad=True)
with torch.no_grad():
    with torch.enable_grad():
        print(torch.is_grad_enabled(), (x * 2).requires_grad)
        with torch.no_grad():
            print(torch.is_grad_enabled())
        print(torch.is_grad_enabled())
    print(torch.is_grad_enabled(), (x * 2).requires_grad)
torch.is_grad_enabled()
m = torch.no_grad()
with m:
    with torch.enable_grad():
        pass
    print(torch.is_grad_enabled())
torch.is_grad_enabled()
with m:
    print(torch.is_grad_enabled())
torch.is_grad_enabled()
with torch.no_grad():
    raise ValueError("mine")
torch.is_grad_enabled()
with torch.no_grad(), torch.enable_grad():
    print(torch.is_grad_enabled())
torch.is_grad_enabled()

# %% decorators
x = torch.ones(2, requires_grad=True)
@torch.no_grad()
def f(a, b=2):
    "What f does."
    print(torch.is_grad_enabled())
    return a * b
f(x)
f(x, b=3)
f.__name__, f.__doc__
torch.is_grad_enabled()
@torch.no_grad
def g(a):
    return a * 2
g(x)
g.__name__
@torch.enable_grad()
def h(a):
    return a * 2
with torch.no_grad():
    print(h(x).requires_grad)
@torch.enable_grad
def h2(a):
    return a * 2
with torch.no_grad():
    print(h2(x).requires_grad)
@torch.no_grad()
def fails():
    raise ValueError("mine")
fails()
torch.is_grad_enabled()
class A:
    @torch.no_grad()
    def method(self, a):
        return a * 2

    @staticmethod
    @torch.no_grad
    def static(a):
        return a * 2

    @classmethod
    @torch.no_grad()
    def of(cls, a):
        return a * 2
A().method(x)
A.static(x)
A.of(x)
torch.no_grad()(lambda a: a * 2)(x)
torch.no_grad(lambda a: a * 2)(x)
@torch.no_grad()
def recursive(n):
    return torch.is_grad_enabled() if n == 0 else recursive(n - 1)
recursive(3)
torch.is_grad_enabled()
torch.no_grad()(3)
torch.no_grad()("a")
torch.no_grad()()

# %% decorated generators
x = torch.ones(2, requires_grad=True)
@torch.no_grad()
def numbers():
    print("in", torch.is_grad_enabled())
    got = yield 1
    print("got", got, torch.is_grad_enabled())
    yield 2
    return 3
for n in numbers():
    print(n, torch.is_grad_enabled())
g = numbers()
next(g)
g.send("hello")
next(g)
torch.is_grad_enabled()
@torch.no_grad()
def catches():
    try:
        yield 1
    except ValueError as error:
        print("caught", error, torch.is_grad_enabled())
        yield 2
    finally:
        print("end", torch.is_grad_enabled())
g = catches()
next(g)
g.throw(ValueError("thrown"))
g.close()
torch.is_grad_enabled()
g = catches()
next(g)
g.close()
g.close()
@torch.enable_grad()
def outer():
    yield torch.is_grad_enabled()
    yield torch.is_grad_enabled()
with torch.no_grad():
    for mode in outer():
        print(mode, torch.is_grad_enabled())
@torch.no_grad()
def fails():
    yield 1
    raise ValueError("mine")
list(fails())
torch.is_grad_enabled()

# %% decorated coroutines and classes
import asyncio
x = torch.ones(2, requires_grad=True)
@torch.no_grad()
async def f(a):
    return (a * 2).requires_grad
asyncio.run(f(x))
torch.is_grad_enabled()
@torch.no_grad()
class B:
    def __init__(self):
        print("made", torch.is_grad_enabled())
        self.y = x * 2
B().y.requires_grad
@torch.inference_mode()
class D:
    pass
torch.is_grad_enabled()

# %% set_grad_enabled
x = torch.ones(2, requires_grad=True)
torch.set_grad_enabled(False)
torch.is_grad_enabled()
(x * 2).requires_grad
m = torch.set_grad_enabled(True)
torch.is_grad_enabled()
with torch.set_grad_enabled(False):
    print(torch.is_grad_enabled())
torch.is_grad_enabled()
with torch.no_grad():
    with torch.set_grad_enabled(True):
        print(torch.is_grad_enabled())
    print(torch.is_grad_enabled())
with torch.no_grad():
    torch.set_grad_enabled(True)
    print(torch.is_grad_enabled())
torch.is_grad_enabled()
with torch.set_grad_enabled(mode=False):
    print(torch.is_grad_enabled())
@torch.set_grad_enabled(False)
def f(a):
    return a * 2
torch.is_grad_enabled()
f(x)
torch.is_grad_enabled()
@torch.set_grad_enabled(True)
def g(a):
    return a * 2
with torch.no_grad():
    print(g(x).requires_grad, torch.is_grad_enabled())
torch.set_grad_enabled(1)
torch.set_grad_enabled("a")
torch.set_grad_enabled(None)
torch.set_grad_enabled(torch.tensor(True))
torch.set_grad_enabled()
torch.set_grad_enabled(True, False)
torch.is_grad_enabled()
m = torch.set_grad_enabled(False)
torch.is_grad_enabled()
with m:
    print(torch.is_grad_enabled())
torch.is_grad_enabled()
with torch.set_grad_enabled(False):
    raise ValueError("mine")
torch.is_grad_enabled()
repr(torch.set_grad_enabled(True))

# %% backward in modes
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x * x).sum()
with torch.no_grad():
    y.backward()
x.grad
with torch.no_grad():
    x -= 0.1 * x.grad
x
x.requires_grad, x.is_leaf
with torch.no_grad():
    x.zero_()
    x.grad.zero_()
    x[0] = 1
    x.add_(1)
x
(x * x).sum().backward()
x.grad
with torch.no_grad():
    z = (x * 2).sum()
    z.backward()
with torch.no_grad():
    with torch.enable_grad():
        z = (x * 2).sum()
    z.backward()
x.grad

# %% inference_mode
x = torch.ones(2, requires_grad=True)
torch.is_inference_mode_enabled()
with torch.inference_mode():
    print(torch.is_inference_mode_enabled(), torch.is_grad_enabled())
    a = torch.ones(2)
    b = x * 2
    d = x.detach()
    v = x[0]
torch.is_inference_mode_enabled()
d.is_inference(), v.is_inference(), x.is_inference()
torch.is_inference(x)
torch.is_inference(3)
a.is_inference()  # differs: inference tensors are constants
b.requires_grad, b.is_leaf
a + 1
a.clone().is_inference()
x + a
a[0]
a.view(2, 1)
with torch.inference_mode():
    a.add_(1)
    print(a)
a.add_(1)  # differs: inference tensors are constants
with torch.inference_mode(False):
    print(torch.is_inference_mode_enabled(), torch.is_grad_enabled())
with torch.inference_mode():
    with torch.inference_mode(False):
        n = torch.ones(2)
        print(torch.is_inference_mode_enabled(), torch.is_grad_enabled(), n.is_inference())
        print((x * 2).requires_grad)
    with torch.enable_grad():
        print(torch.is_grad_enabled(), (x * 2).requires_grad, torch.is_inference_mode_enabled())
    with torch.no_grad():
        print(torch.is_grad_enabled(), torch.is_inference_mode_enabled())
    with torch.set_grad_enabled(True):
        print(torch.is_grad_enabled(), (x * 2).requires_grad, torch.is_inference_mode_enabled())
    print(torch.is_inference_mode_enabled(), torch.is_grad_enabled())
torch.is_inference_mode_enabled(), torch.is_grad_enabled()
with torch.no_grad():
    with torch.inference_mode(False):
        print(torch.is_grad_enabled())
    with torch.inference_mode():
        pass
    print(torch.is_grad_enabled())

# %% inference_mode as decorator and its arguments
x = torch.ones(2, requires_grad=True)
@torch.inference_mode()
def f(a):
    return a * 2
f(x).requires_grad
@torch.inference_mode
def g(a):
    return a * 2
g(x).requires_grad
@torch.inference_mode(mode=False)
def h(a):
    return a * 2
h(x).requires_grad
@torch.inference_mode(True)
def k():
    return torch.is_inference_mode_enabled()
k()
torch.is_inference_mode_enabled()
@torch.inference_mode()
def gen():
    yield torch.is_inference_mode_enabled()
    yield torch.is_inference_mode_enabled()
for mode in gen():
    print(mode, torch.is_inference_mode_enabled())
torch.inference_mode(1)
torch.inference_mode("a")
torch.inference_mode(None)
torch.inference_mode(True, False)
torch.inference_mode(0)
with torch.inference_mode(0):
    print(torch.is_inference_mode_enabled())
with torch.inference_mode():
    raise ValueError("mine")
torch.is_inference_mode_enabled()
torch.is_inference_mode_enabled(1)  # words differ: Python's own

# %% inference tensors and graphs
x = torch.tensor([1.0, 2.0], requires_grad=True)
with torch.inference_mode():
    a = torch.tensor([3.0, 4.0])
y = x + a
y
y.sum().backward()
x.grad
y = x - a
(a.clone() * x).sum().backward()
x.grad
x * a  # differs: inference tensors are constants
with torch.no_grad():
    print(x * a)
a.sum()
a.tolist()
a.numpy()
a.is_leaf
a.grad
a.grad_fn
a.backward()
a.data
a.detach()
v = a[:1]
with torch.inference_mode():
    v.add_(1)
    w = torch.ones(2, requires_grad=True)
    print(w.requires_grad, w.is_leaf)
    q = w * 2
    print(q.requires_grad)
a
w
a.register_hook(print)

# %% normal tensors in inference_mode
x = torch.tensor([1.0, 2.0])
y = torch.tensor([1.0, 2.0], requires_grad=True)
z = y * 1
with torch.inference_mode():
    x.add_(1)
    z.add_(1)
    y.add_(1)
    print(x.is_inference(), z.is_inference())
    print(z.requires_grad)
x
y
z
z.sum().backward()
y.grad
w = torch.ones(2, requires_grad=True)
p = w.exp()
with torch.inference_mode():
    p.add_(1)
p.sum().backward()
