"""What a leaf is, and the attributes `requires_grad`, `grad` and `data`."""

# %% requires_grad
x = torch.ones(2)
x.requires_grad
x.is_leaf
x.grad_fn
x.grad
x.requires_grad = True
x
x.requires_grad, x.is_leaf, x.grad_fn
x.requires_grad = False
x
x.requires_grad = 1
x.requires_grad = "yes"
x.requires_grad = None
x.requires_grad = torch.tensor(True)
x.requires_grad = np.bool_(True)
x.requires_grad
x.requires_grad_() is x
x.requires_grad_(False)
x.requires_grad_(True)
x.requires_grad_(requires_grad=False)
x.requires_grad_(1)
x.requires_grad_(0)
x.requires_grad_("a")
x.requires_grad_(None)
x.requires_grad_(1.0)
x.requires_grad_(True, False)  # words differ: Python counts `self`
x.requires_grad_(mode=True)
del x.requires_grad
x.is_leaf = False  # words differ: Python's own for a property
x.grad_fn = None  # words differ: Python's own for a property
y = torch.ones(2, requires_grad=True) * 2
y.requires_grad, y.is_leaf
y.requires_grad = True
y.requires_grad_()
y.requires_grad = False
y.requires_grad_(False)
i = torch.tensor([1, 2])
i.requires_grad = True
i.requires_grad_()
i.requires_grad = False
i.requires_grad_(False)
torch.tensor(True).requires_grad_()
torch.ones(2, requires_grad=True).long().requires_grad
torch.ones(2, requires_grad=True).long().is_leaf
(torch.ones(2, requires_grad=True) > 0).requires_grad
torch.ones(2, requires_grad=True).argmax().requires_grad
torch.ones(0, requires_grad=True)
torch.tensor(1.0, requires_grad=True)
torch.Tensor.requires_grad.__doc__ is None

# %% requires_grad of results
a = torch.ones(2, requires_grad=True)
b = torch.ones(2)
(a + b).requires_grad
(b + b).requires_grad
(b + b).is_leaf
(a + b).is_leaf
a.detach().requires_grad
a.detach().is_leaf
a.data.requires_grad
a.clone().requires_grad
a.clone().is_leaf
a[0].is_leaf
a.view(2, 1).is_leaf
b.view(2, 1).is_leaf
a.to(torch.float32) is a
a.to(torch.float64).is_leaf
b.to(torch.float64).is_leaf
torch.zeros_like(a).requires_grad
torch.zeros_like(a, requires_grad=True).requires_grad
a.new_zeros(2).requires_grad
torch.where(b > 0, a, b).requires_grad
torch.cat([b, a]).requires_grad
torch.stack([b, b]).requires_grad
torch.empty(0, requires_grad=True).sum().requires_grad
a.requires_grad_(False)
(a + b).requires_grad

# %% turning a flag off keeps what was recorded
a = torch.tensor([1.0, 2.0], requires_grad=True)
y = (a * a).sum()
a.requires_grad = False
y.requires_grad
y.backward()
a.grad
a.requires_grad_()
a.grad
z = (a * 3).sum()
z.backward()
a.grad

# %% grad of leaves
x = torch.tensor([1.0, 2.0], requires_grad=True)
x.grad
x.grad is None
(x * x).sum().backward()
x.grad
g = x.grad
(x * x).sum().backward()
x.grad is g
g
x.grad.zero_()
x.grad
x.grad is g
x.grad.data.zero_() is x.grad
x.grad.data
x.grad = None
x.grad
(x * 2).sum().backward()
x.grad is g
x.grad.requires_grad
x.grad.is_leaf
x.grad.grad_fn
x.grad += 1
x.grad
x.grad *= 2
x.grad
x.grad[0] = 7
x.grad
x.grad.add_(1)
(x * 2).sum().backward()
x.grad
del x.grad
x.grad
x.grad = torch.zeros(2)
(x * 2).sum().backward()
x.grad

# %% assigning to grad
x = torch.ones(2, 3, requires_grad=True)
x.grad = torch.ones(2, 3)
x.grad
x.grad = torch.ones(1)
x.grad = torch.ones(3, 2)
x.grad = torch.ones(())
x.grad = torch.ones(2, 3, 1)
x.grad = torch.ones(2, 3, dtype=torch.float64)  # words differ: no grad_dtype
x.grad = torch.ones(2, 3, dtype=torch.int64)  # words differ: no grad_dtype
x.grad = torch.ones(2, 3, dtype=torch.bool)  # words differ: no grad_dtype
x.grad = 1
x.grad = 1.0
x.grad = [1.0, 2.0]
x.grad = "a"
x.grad = np.ones((2, 3), np.float32)
x.grad = (torch.ones(2, 3),)
x.grad
x.grad = x
g = torch.ones(3, 2).t()
x.grad = g
x.grad is g
x.grad.stride()
(x * 2).sum().backward()  # differs: no layout contract, no warning
g
x.grad is g
x.grad.stride()
c = torch.ones(3)
c.grad = torch.zeros(3)
c.grad
c.grad = torch.zeros(2)
i = torch.ones(2, dtype=torch.int64)
i.grad
i.grad = torch.zeros(2, dtype=torch.int64)
i.grad
i.grad = None
y = x * 2
y.grad = torch.ones(2, 3)
y.grad
y.grad = None
x.grad = torch.ones(2, 3, requires_grad=True)
x.grad
x.grad = None
x._grad

# %% one tensor as grad of two leaves
a = torch.ones(2, requires_grad=True)
b = torch.ones(2, requires_grad=True)
g = torch.zeros(2)
a.grad = g
b.grad = g
(a * 2 + b * 3).sum().backward()
g
a.grad is b.grad
(a.sum() + b.sum()).backward()
g

# %% gradients of equal terms do not share memory
a = torch.ones(2, requires_grad=True)
b = torch.ones(2, requires_grad=True)
(a + b).sum().backward()
a.grad is b.grad
a.grad.add_(1)
b.grad
w = torch.tensor([1.0, 2.0])
a.grad = b.grad = None
(a + b).backward(w)
a.grad is w
a.grad.add_(1)
b.grad
w
a.grad = None
a.backward(w)
a.grad.mul_(5)
w
v = a.grad
a.backward(w)
v

# %% strides of grad
x = torch.ones(3, 2, requires_grad=True)
(x.t() * torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])).sum().backward()
x.grad
x.grad.stride()
y = torch.ones(2, 3).t().requires_grad_()
y.is_leaf
y.stride()
(y * torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])).sum().backward()
y.grad
z = torch.ones(4, 6)[::2, ::3].requires_grad_()
z.stride()
(z * 2).sum().backward()
z.grad
e = torch.ones(1).expand(3).requires_grad_()
e.is_leaf
(e * 2).sum().backward()
e.grad
m = torch.ones(2, 3, requires_grad=True)
m.t().mm(torch.ones(2, 2)).sum().backward()
m.grad
n = torch.ones(2, 2, requires_grad=True)
n.mean().backward()
n.grad
n.grad = None
n.sum(0).sum().backward()
n.grad
n.grad = None
n.expand(3, 2, 2).sum().backward()
n.grad

# %% grad of inner results
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y.grad
y.retain_grad()
y.grad
y.retains_grad
(y * y).sum().backward()
y.grad
x.grad
(y * 3).sum().backward()
y.grad
y.grad.zero_()
(y * 3).sum().backward()
y.grad
y.grad = None
y.grad
y.retain_grad()
x.retain_grad()
x.retains_grad
torch.ones(2).retain_grad()
torch.ones(2).retains_grad
x.detach().retain_grad()
x.retain_grad(True)  # words differ: Python counts `self`
torch.ones(2, dtype=torch.int64).retain_grad()
y.retains_grad = True  # words differ: Python's own for a property
del y
z = x * 3
z.retains_grad
z.sum().backward()
z.grad
z.retain_grad()
z.retains_grad
z.grad
z.sum().backward()
z.grad

# %% identity of a retained grad
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y.retain_grad()
(y * y).sum().backward()
g = y.grad
(y * 3).sum().backward()
y.grad is g
g
y.grad

# %% retain_grad and in-place writes
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y.retain_grad()
y.mul_(3)
y.retains_grad
y.sum().backward()
y.grad
x.grad
y = x * 2
v = y[0]
v.retain_grad()
v.mul_(5)
y.sum().backward()
v.grad
x.grad

# %% detach
x = torch.tensor([1.0, 2.0], requires_grad=True)
d = x.detach()
d
d.data_ptr() == x.data_ptr()
d.requires_grad, d.is_leaf, d.grad_fn
d[0] = 5
x
x.detach() is x
torch.ones(2).detach()
torch.detach(x)
torch.detach(input=x)
torch.detach(3)
x.detach(1)  # words differ: Python counts `self`
y = x * 2
e = y.detach()
e
e.requires_grad_()
(e * e).sum().backward()
e.grad
x.grad
y.detach_() is y
y
y.is_leaf
y.requires_grad
x.detach_()
x
x.requires_grad
v = torch.ones(2, requires_grad=True).clone()[0]
v.detach_()  # words differ: DistributedDataParallel is named
w = torch.ones(2)[0]
w.detach_()  # words differ: DistributedDataParallel is named
u = torch.ones(2, requires_grad=True) * 2
u.register_hook(lambda g: g)
u.detach_().requires_grad
u.grad

# %% detach_ of what others depend on
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
z = y * y
y.detach_()
z.sum().backward()  # differs: the gradient is right
x.grad = None
(y * x).sum().backward()
x.grad

# %% data
x = torch.tensor([1.0, 2.0], requires_grad=True)
x.data
x.data.requires_grad
x.data is x.data
x.data.data_ptr() == x.data_ptr()
x.data[0] = 9
x
x.data.mul_(2)
x
x.data = torch.tensor([3.0, 4.0])
x
x.is_leaf, x.requires_grad
x.data = torch.ones(3)
x
x.data = torch.ones(2, 2)
x
x.data = torch.tensor(1.0)
x
x.data = torch.ones(2, dtype=torch.float64)
x
x.data = torch.ones(2, dtype=torch.int64)
x.data = [1.0]
x.data = 1
x.data = None
x.data = np.ones(2)
del x.data
x.data = torch.ones(2, requires_grad=True) * 3
x
x.grad_fn
t = torch.zeros(3)
x.data = t
x.data_ptr() == t.data_ptr()
x.data += 1
t
x.data -= 0.5
t

# %% data of what was used
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = (x * x).sum()
x.data = torch.tensor([10.0, 20.0])
y.backward()
x.grad  # differs: that of the value that was used
x.grad = None
(x * x).sum().backward()
x.grad

# %% data and grad of other shapes
x = torch.tensor([1.0, 2.0], requires_grad=True)
(x * 2).sum().backward()
x.data = torch.ones(3)
x.grad
(x * 2).sum().backward()
x.grad = None
(x * 2).sum().backward()
x.grad

# %% data of results and views
x = torch.tensor([1.0, 2.0], requires_grad=True)
y = x * 2
y.data
y.data.requires_grad
y.data = torch.tensor([7.0, 8.0])
y
y.requires_grad
y.sum().backward()
x.grad
b = torch.zeros(2, 2)
v = b[0]
v.data = torch.ones(2)
v
v.add_(1)
v
b
i = torch.tensor([1, 2])
i.data = torch.tensor([3, 4])
i
i.data = torch.tensor([True])
i

# %% copies
import copy
import pickle
x = torch.tensor([1.0, 2.0], requires_grad=True)
(x * 2).sum().backward()
d = copy.deepcopy(x)
d
d.is_leaf
d.data_ptr() == x.data_ptr()
d.grad
d.grad is x.grad
c = copy.copy(x)
c
c.is_leaf
c is x
c.grad
y = x * 2
copy.deepcopy(y)
copy.copy(y).requires_grad
l = copy.deepcopy([x, x])
l[0] is l[1]
copy.deepcopy({"w": torch.ones(2)})
copy.deepcopy(torch.ones(2, 3).t()).stride()
copy.deepcopy(torch.tensor([1, 2]))
p = pickle.loads(pickle.dumps(x))
p
p.is_leaf, p.requires_grad
p.grad
pickle.loads(pickle.dumps(torch.arange(3)))
pickle.loads(pickle.dumps(torch.ones(2, 0)))
pickle.loads(pickle.dumps(torch.tensor(True)))
pickle.loads(pickle.dumps(y)).requires_grad
x.tag = "mine"
copy.deepcopy(x).tag
copy.copy(x).tag
pickle.loads(pickle.dumps(x)).tag

# %% views and bases
x = torch.ones(2, 3, requires_grad=True)
x._base
x._is_view()
v = x[0]
v._is_view()
v._base is x
v[0]._base is x
x.detach()._is_view()
x.detach()._base
x.data._is_view()
(x * 2)._is_view()
x.t()._base is x
x.reshape(6)._base is x
x.clone()._base
v.is_leaf
torch.ones(2)[0]._is_view()
torch.ones(2)[0]._base

# %% Variable
V = torch.autograd.Variable
V(torch.ones(2))
V(torch.ones(2), True)
V(torch.ones(2), requires_grad=True).is_leaf
V(data=torch.ones(2), requires_grad=False)
V()
V(1)
V([1.0])
V(None)
t = torch.ones(2)
V(t) is t
V(t).data_ptr() == t.data_ptr()
x = torch.ones(2, requires_grad=True)
V(x).requires_grad
V(x * 2).is_leaf
V(torch.ones(2), volatile=True)  # words differ: it names the package
V(torch.ones(2), volatile=False)  # words differ: it names the package
V(torch.tensor([1]), requires_grad=True)
isinstance(torch.ones(1), V)
isinstance(1, V)
issubclass(torch.Tensor, V)
type(V(t)) is torch.Tensor
V(torch.ones(2), grad=3)  # words differ: Python's own
V.__name__
