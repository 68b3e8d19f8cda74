"""Writing through indices."""

# %% numbers
x = torch.zeros(2, 3)
x[0] = 1
x[0, 1] = 2.5
x[-1, -1] = 7
x
x[:] = 3
x[...] = 4
x[None] = 5
x[()] = 6
x
x[1:, ::2] = -1
x[:, 1] = True
x
x[0, 0] = np.float64(2.5)
x[0, 1] = np.int32(3)
x[0, 2] = np.array(4.5)
x
x[True] = 8
x[False] = 9
x
i = torch.zeros(3, dtype=torch.int64)
i[0] = 1.9
i[1] = -1.9
i[2] = True
i
i[0] = 2**62
i[0]
i[0] = 2**63
i[0] = float("nan")
i[0] = float("inf")
i[0] = 1e30
j = torch.zeros(2, dtype=torch.int32)
j[0] = 2**31
j[0] = 2**31 - 1
j
b = torch.zeros(2, dtype=torch.bool)
b[0] = 2
b[1] = 0.0
b
x[0] = "a"
x[0] = None
x[0] = [1, 2, 3]
x[0] = (1, 2, 3)
x[0] = np.zeros(3)
x[0] = {}
x[0] = 1j
x[0] = 2**70
x[0, 0] = float("inf")
x[0, 1] = float("nan")
x
x[5] = 1
x[0, 3] = 1
x[0, 0, 0] = 1
x[::-1] = 1
x["a"] = 1
x[1.5] = 1
del x[0]
torch.tensor(1)[0] = 1
s = torch.tensor(1)
s[()] = 4
s
s[...] = 5
s
s[None] = 6
s
s[True] = 7
s
s[False] = 8
s
x.t()[0] = 3
x

# %% tensors
x = torch.zeros(2, 3)
x[0] = torch.tensor([1.0, 2.0, 3.0])
x[1] = torch.tensor(5)
x
x[:, 1] = torch.tensor([7, 8])
x
x[:] = torch.tensor([[1.0], [2.0]])
x
x[0] = torch.ones(1, 3)
x[0] = torch.ones(1, 1, 1)
x[:, :2] = torch.tensor([9.0])
x
x[0] = torch.ones(2)
x[0] = torch.ones(2, 3)
x[:, 0] = torch.ones(3)
x[:, :0] = torch.ones(2, 0)
x[:, :0] = torch.ones(3)
x[0, 0] = torch.tensor([1.0])
x[0, 0] = torch.tensor([[2.0]])
x[0, 0] = torch.tensor([1.0, 2.0])
x[0] = torch.tensor([True, False, True])
x
x[0] = torch.tensor([1.5, 2.5, 3.5], dtype=torch.float64)
x
i = torch.zeros(3, dtype=torch.int64)
i[:] = torch.tensor([1.9, -1.9, 0.4])
i
i[0] = torch.tensor(2.7)
i
x[0] = x[1]
x
x[0, 1:] = x[0, :2].clone()
x
x[:] = x.clone().flip(0)
x
x[0] = torch.zeros(0)
x[1:1] = torch.zeros(0, 3)
x[1:1] = torch.zeros(3)
x[0:1] = torch.arange(3)
x

# %% index arrays
x = torch.zeros(3, 4)
x[[0, 2]] = 1
x
x[[0, 1], [1, 2]] = 5
x
x[:, [0, 3]] = torch.tensor([7.0, 8.0])
x
x[[0, 1]] = torch.arange(4.0)
x
x[torch.tensor([2])] = torch.ones(1, 4)
x[torch.tensor([[0, 1]]), 0] = torch.tensor([[3.0, 4.0]])
x
x[[1, 1], [1, 1]] = torch.tensor([6.0, 6.0])
x
x[[0, 1]] = torch.ones(3)
x[[0, 1]] = torch.ones(3, 4)
x[[0, 1], [0]] = torch.ones(3)
x[[0, 1]] = torch.ones(1, 1, 2, 4)
x[[0]] = torch.arange(4)
x[[0]] = torch.tensor(3)
x[[0], [1]] = torch.tensor(3, dtype=torch.float64)
x[[0]] = 2**40
x[[0, 1], [0, 0]] = torch.tensor([1.0, 2.0], dtype=torch.float64)
x[[3]] = 1
x[[0], [4]] = 1
x[[-4]] = 1
x[[]] = 5
x[[]] = torch.ones(2)
x[[0.5]] = 1
x[[0, 1], [0, 1, 2]] = 1
x[0, [1, 2]] = 9
x[1:, [0]] = -1
x[..., [3]] = -2
x[None, [0]] = -3
x
x[np.array([0, 1]), 0] = 10
x[range(2), 1] = 11
x[[0], None] = 12
x
x[[0, 1]] = "a"
x[[0, 1]] = [1, 2]
x[[0, 1]] = np.zeros(4)

# %% masks
x = torch.arange(6.0).view(2, 3)
x[x > 3] = 0
x
x[x == 0] = -1
x
x[torch.tensor([True, False])] = torch.tensor([1.0, 2.0, 3.0])
x
x[:, torch.tensor([True, False, True])] = torch.zeros(2, 2)
x
x[x > 100] = 5
x[x > 100] = torch.zeros(0)
x[x < 100] = torch.arange(6.0)
x
x[x > 2] = torch.tensor([1.0, 2.0])
x[x > 2] = torch.tensor([1.0])
x
x[x > 0] += 10
x
x[x > 5] *= torch.tensor(2.0)
x
x[[0, 0]] += 1
x
x[0] -= 1
x[:, 1] /= 2
x[0, 0] **= 2
x
x[torch.tensor([True, False, True])] = 1
x[torch.ones(3, 3, dtype=torch.bool)] = 1
x[[True, False]] = 3
x[np.array([False, True])] = 4
x
x[x > 3] = torch.tensor([[1], [2], [3]])
x[x > 3] = torch.arange(3)
x[x > 3] = float("nan")
x
x[x.isnan()] = 0
x
i = torch.arange(4)
i[i > 1] = 2.7
i
i[i > 1] += 1.5
i[i > 1] = -i[i > 1]
i

# %% writes that need a graph
w = torch.tensor([1.0, 2.0], requires_grad=True)
x = torch.zeros(3)
x[0] = w[0]
x
x[1:] = w
x
(x * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
w.grad
y = w * 2
y[0] = 5
y
y.sum().backward()
w.grad
w[0] = 1
w[[0]] = 1
w[w > 0] = 1
w.data[0] = 3
w
w.detach()[1] = 4
w
with torch.no_grad(): w[0] = 7
w
w.grad = None
z = w * 1
z[[0, 1]] = z[[1, 0]] * 3
z
(z * torch.tensor([1.0, 10.0])).sum().backward()
w.grad
w.grad = None
m = (w * 1).view(1, 2)
m[:, 0] = w[1] * 2
m[m > 100] = 0.0
m[0, 1] += w[0]
(m * torch.tensor([1.0, 3.0])).sum().backward()
w.grad
w.grad = None
e = w.exp()
e[0] = 0
e.sum().backward()  # words differ: the hint names the op
s = torch.zeros(2, 2)
s[:, 0] = w
s[0, :] = s[:, 0].clone() * 2
s
s.sum().backward()
w.grad
q = torch.zeros(2)
q[0] = w.sum()
q.requires_grad
q.is_leaf
q.grad_fn
u = torch.zeros(2, 2)
v = u[0]
v[0] = w[0]
u
u.grad_fn
v.detach()

# %% index_put
x = torch.zeros(2, 3)
x.index_put((torch.tensor([0, 1]), torch.tensor([1, 2])), torch.tensor([5.0, 6.0]))
x.index_put_((torch.tensor([0, 1]), torch.tensor([1, 2])), torch.tensor([5.0, 6.0]))
x.index_put_((torch.tensor([0, 0]), torch.tensor([1, 1])), torch.tensor([1.0, 2.0]), accumulate=True)
x.index_put_([torch.tensor([1])], torch.tensor(9.0))
x.index_put_(indices=(torch.tensor([0]),), values=torch.ones(3), accumulate=True)
x.index_put_((x > 8,), torch.tensor(0.0))
x.index_put_((None, torch.tensor([0])), torch.tensor(4.0))
torch.index_put(x, (torch.tensor([0]),), torch.zeros(3))
x.index_put_((torch.tensor([2]),), torch.tensor(1.0))
x.index_put_((torch.tensor([0]),), torch.ones(2))
x.index_put_((torch.tensor([0]),), torch.tensor(1))
x.index_put_((torch.tensor([0.5]),), torch.tensor(1.0))
x.index_put_(torch.tensor([0]), torch.tensor(1.0))
x.index_put_((0,), torch.tensor(1.0))
x.index_put_((torch.tensor([0]),), 1.0)
x.index_put_((torch.tensor([0]),))
x.index_put_((torch.tensor([0]),) * 3, torch.tensor(1.0))
x.index_put_((), torch.tensor(1.0))  # words differ: PyTorch's are internal
w = torch.ones(3, requires_grad=True)
v = torch.tensor([2.0, 3.0], requires_grad=True)
w.index_put((torch.tensor([0, 0]),), v, accumulate=True)
w.index_put((torch.tensor([0, 1]),), v)
(w.index_put((torch.tensor([0, 0]),), v, True) * torch.tensor([1.0, 2.0, 3.0])).sum().backward()
w.grad, v.grad
w.index_put_((torch.tensor([0]),), torch.tensor(1.0))

# %% overlapping writes
x = torch.arange(6.0)
x[::2] = x[1::2]
x
x[[0, 1]] = x[[1, 0]]
x
x[:] = x
x[1:].add_(1)
torch.arange(6.0)[1:].copy_(torch.arange(6.0)[:-1])
x = torch.arange(6.0)
x[1:] = x[:-1]  # differs: computed as if the values had been copied first
x = torch.arange(6.0)
x[1:].copy_(x[:-1])  # differs: computed as if the values had been copied first
x = torch.arange(6.0)
x[1:].add_(x[:-1])  # differs: computed as if the values had been copied first
x = torch.arange(6.0)
x.view(2, 3)[:] = x.view(3, 2).t()  # differs: computed as if the values had been copied first
x = torch.arange(6.0)
x.view(2, 3).t().copy_(torch.arange(6.0).view(3, 2))
x
torch.zeros(3, 1).expand(3, 2)[0] = 1
torch.zeros(1).expand(3)[0] = 1
torch.zeros(1).expand(3)[[0]] = 1  # differs: one element stands for several
torch.zeros(1).expand(3)[:] = 1

# %% leading dimensions of size 1
x = torch.zeros(2, 3)
x[0] = torch.ones(1, 1, 3)
x[[0]] = torch.ones(1, 1, 1, 3)
x[[0]] = torch.ones(1, 2, 2)
x[:, :1] = torch.ones(1, 1, 3)
x[0, 0] = torch.ones(1, 1)
x
v = torch.ones(1, 1, 3, requires_grad=True)
y = torch.zeros(2, 3)
y[1] = v
y
y.sum().backward()
v.grad
