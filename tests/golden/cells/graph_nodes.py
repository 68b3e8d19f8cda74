"""Nodes as objects: what they offer, their hooks, and the errors about graphs and saved values."""

# %% surface
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 3
node = y.grad_fn
node
type(node)
type(node).__name__, type(node).__qualname__, type(node).__module__
node.name()
node is y.grad_fn
node == y.grad_fn, hash(node) == hash(y.grad_fn)
node == x, node != (x * 3).grad_fn
node.requires_grad
node.metadata
node.metadata["note"] = 1
y.grad_fn.metadata
x.grad_fn
(x * 3).detach().grad_fn
x.detach().requires_grad_().grad_fn
node.next_functions
leaf = node.next_functions[0][0]
leaf
leaf.name()
leaf.variable is x
leaf.next_functions
leaf is (x + 1).grad_fn.next_functions[0][0]
node.next_functions[1]
len(node.next_functions)
node.foo  # words differ: newer Pythons say more
node.foo = 1  # words differ: newer Pythons say more
node.name = 1  # words differ: Python's words for slots
node.next_functions = ()  # words differ: Python's words for properties
type(node)()
node.register_hook()  # words differ: the class that has the method
isinstance(leaf, type(leaf)), isinstance(node, type(leaf))
str(node)[:27]
f"{node}"[:27]
with torch.no_grad():
    print((x * 3).grad_fn, (x * 3).requires_grad)
torch.tensor([1, 2]).grad_fn
y.sum().grad_fn.next_functions[0][0] is node
z = y
z.grad_fn is node
z += 1
z.grad_fn is node, z.grad_fn.next_functions[0][0] is node
y.grad_fn

# %% in a repr
x = torch.tensor([1.0, 2.0], requires_grad=True)
x * 2
2 - x
1 / x
x**3
2**x
x.clone().copy_(x)
x.clone().zero_()
x.clone().fill_(3)
x // 1
m = torch.ones(2, 2, requires_grad=True).clone()
m[0] = 3
m
m[0]
m.view(4)
m.t()
w = m[1]
m.mul_(2)
w
torch.var_mean(m, 0)
m.split(1)
m.max(0)
m.unbind()
torch.aminmax(m)
x.flip(0)
x.roll(1)
x.repeat(2)

# %% several outputs
m = torch.tensor([[1.0, 2.0], [3.0, 5.0], [7.0, 8.0]], requires_grad=True)
a, b, c = m.split(1)
a.grad_fn is b.grad_fn, b.grad_fn is c.grad_fn
[(t * 2).grad_fn.next_functions[0][1] for t in (a, b, c)]
(c * 2).grad_fn.next_functions[0][0] is a.grad_fn
d, e = m.split([1, 2])
d.grad_fn is a.grad_fn, d.grad_fn is e.grad_fn
(e * 2).grad_fn.next_functions[0]
rows = m.unbind()
[(t + t).grad_fn.next_functions[1][1] for t in rows]
del a, b
c.grad_fn
(c * 2).grad_fn.next_functions[0][1]
again = m.split(1)
again[0].grad_fn is c.grad_fn
[(t * 2).grad_fn.next_functions[0][1] for t in m.chunk(2)]
[(t * 2).grad_fn.next_functions[0][1] for t in m.chunk(2, 1)]
variance, mean = torch.var_mean(m, 0)
variance.grad_fn is mean.grad_fn
[(t * 2).grad_fn.next_functions[0][1] for t in (variance, mean)]
spread, centre = torch.std_mean(m)
spread.grad_fn is centre.grad_fn
low, high = torch.aminmax(m)
low.grad_fn is high.grad_fn, (high * 2).grad_fn.next_functions[0][1]
values, indices = m.max(0)
(values * 2).grad_fn.next_functions, indices.grad_fn
(variance.sum() + 2 * mean.sum() + high - low).backward()
m.grad

# %% hooks after a node
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * x * 3
seen = []
handle = y.grad_fn.register_hook(lambda inputs, outputs: seen.append((inputs, outputs)))
type(handle).__name__
y.sum().backward()
seen
x.grad
inner = (x * x).grad_fn
y = x * x
handle = y.grad_fn.register_hook(lambda inputs, outputs: (inputs[0] * 0, inputs[1] * 10))
x.grad = None
y.sum().backward()
x.grad
handle.remove()
handle.remove()
y = x * x
x.grad = None
with y.grad_fn.register_hook(lambda inputs, outputs: (None, inputs[1])):
    y.sum().backward()
x.grad


def run(op, hook):
    t = torch.tensor([1.0, 2.0], requires_grad=True)
    y = op(t)
    y.grad_fn.register_hook(hook)
    y.sum().backward()
    return t.grad


run(lambda t: t * 3, lambda inputs, outputs: inputs[0])
run(lambda t: t * 3, lambda inputs, outputs: (inputs[0],))
run(lambda t: t * 3, lambda inputs, outputs: (1, 2))
run(lambda t: t * 3, lambda inputs, outputs: (inputs[0][:1], None))
run(lambda t: t * 3, lambda inputs, outputs: (inputs[0].double(), None))
run(lambda t: t * 3, lambda inputs, outputs: (None, None))
run(lambda t: t * 3, lambda inputs, outputs: [inputs[0], None])
run(lambda t: t * 3, lambda inputs, outputs: None)
run(lambda t: t * 3, lambda inputs: None)  # words differ: the name of the function
run(lambda t: t.exp(), lambda inputs, outputs: print(inputs, outputs))
run(lambda t: t.sum(), lambda inputs, outputs: print(inputs, outputs))
run(lambda t: t.view(2, 1), lambda inputs, outputs: (inputs[0] + 1,))
run(lambda t: t.flip(0), lambda inputs, outputs: (inputs[0] * 2,))
run(lambda t: torch.cat([t, t]), lambda inputs, outputs: print(inputs))
run(lambda t: torch.where(t > 1, t, 0.0), lambda inputs, outputs: print(inputs))
run(lambda t: t[0], lambda inputs, outputs: print(inputs, outputs))
run(lambda t: t[0] * t[1], lambda inputs, outputs: (inputs[0] * 100, inputs[1]))
run(lambda t: t.max(), lambda inputs, outputs: print(inputs))
run(lambda t: t**2, lambda inputs, outputs: (inputs[0] + 1,))
run(lambda t: t**3, lambda inputs, outputs: (inputs[0] + 1,))
run(lambda t: 2**t, lambda inputs, outputs: print(len(inputs)))
run(lambda t: t @ t, lambda inputs, outputs: print(inputs))
run(lambda t: torch.addmm(t, t[None].t(), t[None]), lambda inputs, outputs: print(inputs))
run(lambda t: t.clamp(0, 1), lambda inputs, outputs: print(inputs))
run(lambda t: t.softmax(0) * t, lambda inputs, outputs: (inputs[0] * 0, inputs[1]))
t = torch.tensor([1.0, 2.0], requires_grad=True)
y = t * 2
order = []
y.grad_fn.register_hook(lambda inputs, outputs: order.append("first"))
y.grad_fn.register_hook(lambda inputs, outputs: order.append("second"))
y.grad_fn.register_prehook(lambda outputs: order.append("before"))
y.register_hook(lambda gradient: order.append("tensor"))
y.sum().backward(retain_graph=True)
order
y.sum().backward()
order
y.sum().backward()
y = (t * 2).exp()
y.grad_fn.next_functions[0][0].register_hook(lambda inputs, outputs: print(inputs[1], outputs))
torch.autograd.grad(y.sum(), t)

# %% hooks of leaves' nodes
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
node = y.grad_fn.next_functions[0][0]
handle = node.register_hook(lambda inputs, outputs: print("after", inputs, outputs, x.grad))
y.sum().backward()
(x * 5).sum().backward()
handle.remove()
(x * 5).sum().backward()
x.grad
handle = node.register_prehook(lambda outputs: (outputs[0] * 10,))
x.grad = None
(x * 2).sum().backward()
x.grad
handle.remove()
x.grad = None
(x * 2).sum().backward()
x.grad

# %% hooks before a node


def run(hook):
    t = torch.tensor([1.0, 2.0], requires_grad=True)
    y = t * 3
    y.grad_fn.register_prehook(hook)
    y.sum().backward()
    return t.grad


run(lambda outputs: outputs[0])
run(lambda outputs: (outputs[0], outputs[0]))
run(lambda outputs: (1,))
run(lambda outputs: (None,))
run(lambda outputs: (outputs[0] * 5,))
run(lambda outputs: [outputs[0]])
run(lambda outputs: None)
run(lambda outputs: (outputs[0][:1],))
run(lambda outputs: (outputs[0].double(),))

# %% calling nodes
x = torch.tensor([1.0, 2.0], requires_grad=True)
v = torch.tensor([1.0, 10.0])
y = x * 3
y.grad_fn(v)
y.grad_fn(v, v)
y.grad_fn()
(x + 1).grad_fn(v)
(x * x).grad_fn(v)[0].tolist()
x.sum().grad_fn(torch.tensor(2.0)).tolist()
x.flip(0).grad_fn(v)
torch.cat([x, x]).grad_fn(torch.cat([v, v]))
x.grad is None
y = x.sqrt()
y.sum().backward()
y.grad_fn(v)

# %% saved values
x = torch.tensor([1.0, 2.0], requires_grad=True)
w = torch.tensor([3.0, 4.0], requires_grad=True)
node = (x * w).grad_fn
node._saved_self
node._saved_other
x.exp().grad_fn._saved_result
x.sin().grad_fn._saved_self
(x**2.5).grad_fn._saved_exponent
(x**w).grad_fn._saved_exponent
(x * 2).grad_fn._saved_self
(x[None] @ w[:, None]).grad_fn._saved_mat2
(x + 1).grad_fn._saved_self
(x * w).grad_fn._saved_result
y = x * w
y.sum().backward()
y.grad_fn._saved_self
x.exp().grad_fn._saved_self

# %% overwritten values


def use(make, rule, write=lambda t: t.add_(1)):
    """Overwrite a value between its use and the backward pass."""
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    value = make(x)
    result = rule(value)
    write(value)
    result.sum().backward()
    return x.grad


use(lambda x: x * 1, lambda t: t * t)
use(lambda x: x + 1, lambda t: t * t)
use(lambda x: x.sqrt(), lambda t: t * t)
use(lambda x: x.sqrt(), lambda t: t + 1)
use(lambda x: x * 1, lambda t: t.exp())
use(lambda x: x * 1, lambda t: t.sin())
use(lambda x: x * 1, lambda t: t.sum())
use(lambda x: x * 1, lambda t: t.abs())
use(lambda x: x * 1, lambda t: t**2)
use(lambda x: x * 1, lambda t: t**3)
use(lambda x: x * 1, lambda t: 2**t)
use(lambda x: x * 1, lambda t: t / 3)
use(lambda x: x * 1, lambda t: 3 / t)
use(lambda x: x * 1, lambda t: t * 3)
use(lambda x: x * 1, lambda t: t.clamp(0, 1))
use(lambda x: x * 1, lambda t: t.clamp(min=1))
use(lambda x: x * 1, lambda t: t.relu())
use(lambda x: x * 1, lambda t: t.softmax(0))
use(lambda x: x * 1, lambda t: t.mean())
use(lambda x: x * 1, lambda t: t.prod())
use(lambda x: x * 1, lambda t: t.max())
use(lambda x: x * 1, lambda t: t.norm())
use(lambda x: x * 1, lambda t: t.var())
use(lambda x: x * 1, lambda t: t.std())
use(lambda x: x * 1, lambda t: t.logsumexp(0))
use(lambda x: x * 1, lambda t: t.flip(0))
use(lambda x: x * 1, lambda t: t.roll(1))
use(lambda x: x * 1, lambda t: t.repeat(2))
use(lambda x: x * 1, lambda t: t.clone())
use(lambda x: x * 1, lambda t: t.double())
use(lambda x: x * 1, lambda t: torch.cat([t, t]))
use(lambda x: x * 1, lambda t: torch.where(t > 1, t, 0.0))
use(lambda x: x * 1, lambda t: t.masked_fill(t > 1, 0.0))
use(lambda x: x * 1, lambda t: t[torch.tensor([0])])
use(lambda x: x * 1, lambda t: torch.lerp(t, t, 0.5))
use(lambda x: x * 1, lambda t: torch.atan2(t, t))
use(lambda x: x * 1, lambda t: torch.maximum(t, t))
use(lambda x: x * 1, lambda t: t % 2)
use(lambda x: x * 1, lambda t: t.floor())
use(lambda x: x * 1, lambda t: t @ t)
use(lambda x: x * 1, lambda t: t.outer(t))  # words differ: what was saved is a view
use(lambda x: x * 1, lambda t: torch.nn.functional.mse_loss(t, t * 2))
use(lambda x: x**torch.ones(2), lambda t: t * t)
use(lambda x: x.clamp(0, 1), lambda t: t * t)
use(lambda x: x.clone(), lambda t: t * t, lambda t: t.zero_())
use(lambda x: x.clone(), lambda t: t * t, lambda t: t.fill_(2))
use(lambda x: x.clone(), lambda t: t * t, lambda t: t.copy_(torch.ones(2)))
use(lambda x: x.clone(), lambda t: t * t, lambda t: t.mul_(2))
use(lambda x: torch.cat([x]), lambda t: t * t)
use(lambda x: x[torch.tensor([0, 1])], lambda t: t * t)
use(lambda x: x.double(), lambda t: t * t)
use(lambda x: x.exp(), lambda t: t * 1)
use(lambda x: x.tanh(), lambda t: t * 1)
use(lambda x: x.sigmoid(), lambda t: t * 1)
use(lambda x: x.relu(), lambda t: t * 1)
use(lambda x: x.softmax(0), lambda t: t + 1)
use(lambda x: x.view(2, 1), lambda t: t * t, lambda t: None)
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * x
with torch.no_grad():
    x.add_(1)
y.sum().backward()
b = torch.ones(2)
y = x * b
b.add_(1)
b.add_(1)
y.sum().backward()
b = torch.ones(2, dtype=torch.float64)
y = x.double() * b
b.add_(1)
y.sum().backward()
i = torch.tensor([0, 1])
y = x.gather(0, i)
i.add_(1)
y.sum().backward()  # differs: the positions were copied, and the gradient is right
mask = x > 0
y = torch.where(mask, x, 2.0)
mask.logical_not_()
y.sum().backward()
m = torch.ones(2, 2, requires_grad=True)
y = m * 1
row = y[0]
row.mul_(2)
q = row * row
y.add_(1)
q.sum().backward()
y = x * 1
z = y.unsqueeze(0)
w = z * z
z.add_(1)
w.sum().backward()

# %% a second pass
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x + 1).sum()
y.backward()
y.backward()
x.grad
y = (x * 2).sum()
y.backward()
y.backward()
y = (x * 2).sum()
y.backward(retain_graph=True)
y.backward()
y.backward()
y = x.flip(0).roll(1).repeat(2).sum()
y.backward()
y.backward()
x.grad
y = torch.autograd.grad((x + x).sum(), x)
y
z = x.exp()
torch.autograd.grad(z.sum(), x)
torch.autograd.grad(z.sum(), x)

# %% functions without a derivative
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x // 2
y.requires_grad, y
y.grad_fn.name()
y.grad_fn.next_functions
y.sum().backward()
(x + y.detach()).sum().backward()
x.grad
z = x.clone()
z //= 2
z
z.sum().backward()
torch.floor_divide(x, x).sum().backward()
torch.div(x, 2, rounding_mode="floor").sum().backward()
x.grad
