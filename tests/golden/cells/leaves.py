"""Leaves, gradients and what may be done to them."""

# %% seed
Variable = torch.autograd.Variable
x = Variable(torch.ones(2, 2), requires_grad=True)
x
y = x + 2
y
y.grad_fn
z = y * y
z
t = torch.mean(z)
t
t.backward()
x.grad
print(z.grad)
t.backward()
x.grad = torch.ones(3)
t.grad_fn.next_functions
y.grad_fn.next_functions
y.grad_fn.name()
x.grad.sum("a")
x.sum(5)
x.backward()
x.data
isinstance(x, Variable)
torch.Size([2, 3])
torch.tensor([1, 2], requires_grad=True)
torch.float32
torch.device("cuda:0")
torch.device("foo")
float(t)

# %% views of constants that become leaves
base = torch.ones(2, 3)
x = base.t().requires_grad_()
x.detach()[...] = 1.5
x
base.mul_(2)
x
x[0]
(x * x).sum().backward()
x.grad
x.floor_()
x[[0]] = -1
x[0].mul_(2)
x.add_(1)
with torch.no_grad():
    x.mul_(3)
x
x.is_leaf, x.requires_grad

# %% writes to integers and truth values
x = torch.ones(3, requires_grad=True)
mask = torch.zeros(3, dtype=torch.bool)
mask[...] = x * 2
mask
counts = torch.tensor([1, 2, 3])
counts.floor_()._version
counts.copy_(x * 5)
