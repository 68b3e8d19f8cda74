"""Backward passes, in-place writes, hooks and attributes that are refused."""

# %% backward passes
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.ones(2, 2)
v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = x * 2
y.sum().backward()
y.sum().backward()
z=(x*x).sum()
z.backward()
z.backward()
z=x.exp().sum()
z.backward()
z.backward()
y = x * 2
y.backward()
y = x * 2
y.backward(torch.ones(3))
y = x * 2
y.backward(1.0)
y = x * 2
y.backward([1.0])
y = x * 2
y.backward(np.ones((2,2)))
y = x * 2
y.sum().backward(torch.tensor([1.0]))
c.backward()
c.sum().backward()
torch.autograd.grad([], x)
y = x * 2
torch.autograd.grad(y.sum(), [])
y = x * 2
torch.autograd.grad(y.sum(), c)
y = x * 2
torch.autograd.grad(y.sum(), v)
torch.autograd.grad(c.sum(), x)
torch.autograd.grad(None, x)
y = x * 2
torch.autograd.grad(y, x)
y = x * 2
torch.autograd.grad(y.sum(), None)
torch.autograd.backward(None)
y = x * 2
y.sum().backward(inputs=[])
y = x * 2
y.sum().backward(inputs=[c])
y = x * 2
y.sum().backward(inputs=3)

# %% in-place writes
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.ones(2, 2)
x.add_(1)
x[0].add_(1)
x[0] = 5
x += 1
x.zero_()
x.t().mul_(2)
x.expand(3,2,2).add_(1)
c.expand(3,2,2).add_(1)
torch.ones(1).expand(3).copy_(torch.ones(3))
y = x * 2
z = y.exp()
z.add_(1)
z.sum().backward()
y = x * 2
z = y.sin()
y.add_(1)
z.sum().backward()
y = x * 2
z = y * y
y[0,0] = 5
z.sum().backward()
y = x * 2
z = y.sigmoid()
z[0].zero_()
z.sum().backward()
y = x * 2
z = y.detach()
q = y.cos()
z.fill_(0)
q.sum().backward()  # words differ: which output it is, is not known

# %% requires_grad
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
i = torch.tensor([0, 1])
torch.tensor([1,2], requires_grad=True)
torch.ones(2, dtype=torch.int32, requires_grad=True)
i.requires_grad_()
i.requires_grad = True
torch.tensor(True, requires_grad=True)
y = x * 2
y.requires_grad = False
y = x * 2
y.requires_grad_(False)
x.requires_grad_(None)
x.requires_grad = 'a'

# %% hooks
import copy
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.ones(2, 2)
def raiser(gradient):
    raise ValueError("from the hook")

y = x * 2
y.register_hook(raiser)
y.sum().backward()
y = x * 2
y.register_hook(lambda g: torch.ones(3))
y.sum().backward()
y = x * 2
y.register_hook(lambda g: 'a')
y.sum().backward()
y = x * 2
y.register_hook(lambda g: 5.0)
y.sum().backward()
y = x * 2
y.register_hook(lambda g: g.double())
y.sum().backward()
y = x * 2
y.register_hook(lambda: None)
y.sum().backward()
x.register_hook(raiser)
(x*2).sum().backward()
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
x.register_hook(lambda g: torch.ones(3))
(x*2).sum().backward()
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
x.register_hook(lambda g: g.sum())
(x*2).sum().backward()
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c.register_hook(raiser)
c.retain_grad()
y = x * 2
y.grad_fn.register_prehook(lambda g: (torch.ones(3),))
y.sum().backward()
y = x * 2
copy.deepcopy(y)

# %% attributes
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
i = torch.tensor([0, 1])
x.grad = torch.ones(3)
x.grad = 1.0
x.grad = 'a'
x.grad = torch.ones(2, 2, dtype=torch.float64)  # words differ: there is no grad_dtype
x.grad = x
i.grad = torch.ones(2)  # words differ: there is no grad_dtype
x.grad_fn = None  # words differ: names an internal class
x.shape = (4,)  # words differ: names an internal class
x.dtype = 1  # words differ: names an internal class
x.data = 5
x.data = torch.ones(2, dtype=torch.int64)
x.is_leaf = True  # words differ: names an internal class
