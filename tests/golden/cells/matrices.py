"""Products of vectors, matrices and batches."""

# %% matmul in all dimensions
def outcome(f, *shapes):
    try:
        return tuple(f(*(torch.ones(s) for s in shapes)).shape)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
shapes = [(), (3,), (2, 3), (3, 2), (4, 2, 3), (4, 3, 2), (1, 3, 2), (5, 4, 2, 3), (5, 1, 3, 2), (2,), (0,), (0, 3), (3, 0), (4, 3, 0), (0, 2, 3)]
for a in shapes:
    for b in shapes:
        print(a, b, outcome(torch.matmul, a, b))
for a in shapes:
    for b in shapes:
        print(a, b, outcome(lambda a, b: a @ b, a, b))
for a in shapes:
    for b in shapes:
        print(a, b, "mm", outcome(torch.mm, a, b), "mv", outcome(torch.mv, a, b))
for a in shapes:
    for b in shapes:
        print(a, b, "bmm", outcome(torch.bmm, a, b), "dot", outcome(torch.dot, a, b), "outer", outcome(torch.outer, a, b))
for a in shapes[:6]:
    for b in shapes[1:6]:
        for c in shapes[1:6]:
            print(a, b, c, outcome(torch.addmm, a, b, c))

# %% values
a = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
v = torch.tensor([5.0, 6.0])
a @ a, a @ v, v @ a, v @ v, torch.mm(a, a), a.mm(a), a.matmul(v), a.mv(v), v.dot(v), v.outer(v), torch.ger(v, v), v.ger(v)
torch.bmm(a[None], a[None]), a[None].bmm(a[None]), torch.stack([a, a]) @ v, v @ torch.stack([a, a])
torch.mm(input=a, mat2=a), torch.matmul(input=a, other=v), torch.mv(input=a, vec=v), torch.dot(input=v, tensor=v), torch.outer(input=v, vec2=v), torch.bmm(input=a[None], mat2=a[None])
i = torch.tensor([[1, 2], [3, 4]])
i @ i, i.mm(i), i.mv(torch.tensor([1, 1])), torch.dot(torch.tensor([1, 2]), torch.tensor([3, 4])), torch.outer(torch.tensor([1, 2]), torch.tensor([1.5])), i.int() @ i.int()
torch.zeros(0, 3) @ torch.zeros(3, 0), torch.zeros(2, 0) @ torch.zeros(0, 2), torch.zeros(0).dot(torch.zeros(0)), torch.zeros(2, 0).mv(torch.zeros(0)), torch.zeros(0, 2, 3).bmm(torch.zeros(0, 3, 2)).shape, torch.zeros(2, 3, 0).bmm(torch.zeros(2, 0, 1))
(a @ a.t()).stride(), (a.t() @ a).stride(), torch.bmm(torch.zeros(2, 3, 4), torch.zeros(2, 4, 5)).stride(), (torch.zeros(4, 2, 3) @ torch.zeros(3)).stride()
x = torch.tensor([[1.0, float("nan")], [float("inf"), 0.0]])
x @ torch.eye(2), torch.zeros(1, 2) @ x
inner = torch.inner(v, v), torch.inner(a, v), torch.inner(a, a), torch.vdot(v, v)
inner

# %% dtypes
f, d = torch.ones(2, 2), torch.ones(2, 2, dtype=torch.float64)
i, b = torch.ones(2, 2, dtype=torch.int64), torch.ones(2, 2, dtype=torch.bool)
f @ d
d @ f
f @ i
i @ f
torch.mm(f, d)
torch.mm(i, f)
torch.mm(i, i.int())
b @ b
b @ f
torch.mm(b, b)
torch.mv(f, d[0])
torch.mv(b, b[0])
torch.dot(f[0], d[0])
torch.dot(b[0], b[0])
torch.dot(i[0], f[0])
torch.bmm(f[None], d[None])
torch.bmm(b[None], b[None])
f[None] @ d[None]
f @ d[0]
d[0] @ f
f[0] @ d[0]
torch.outer(f[0], d[0]).dtype, torch.outer(i[0], f[0]).dtype, torch.outer(b[0], b[0])
torch.addmm(f, d, d)
torch.addmm(f, f, d)
torch.addmm(d, f, f)
torch.addmm(i, i, i), torch.addmm(i, i, i, beta=2, alpha=3)
torch.addmm(i, i, i, alpha=2.5)
torch.addmm(i, i, i, beta=0.5)
torch.addmm(b, b, b)

# %% bad operands
a = torch.ones(2, 2)
a @ 2
a @ [1, 2]
a @ None
2 @ a
[[1.0, 2.0]] @ a
a @ np.ones((2, 2))
np.ones((2, 2), np.float32) @ a  # differs: arrays as operands
torch.mm(a, 2)
torch.mm(2, a)
torch.mm(a)  # words differ: Python counts
torch.mm(a, [[1.0]])
torch.mm(a, None)
torch.mm(a, a, a)  # words differ: Python counts
a.mm(2)
a.mm()
a.mm("a")
torch.matmul(a, 2)
a.matmul(None)
torch.mv(a, 2)
a.mv("a")
torch.dot(a[0], 1)
a[0].dot(1)
torch.bmm(a, "a")
a.bmm(1)
torch.outer(a[0], 1)
a[0].outer(1)
torch.addmm(a, a)
torch.addmm(a, a, 1)
torch.addmm(1, a, a)
a.addmm(a)
a.addmm(a, "a")

# %% addmm
a = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
n = torch.full((2, 2), float("nan"))
torch.addmm(a, a, a), torch.addmm(a, a, a, beta=2, alpha=0.5), torch.addmm(a[0], a, a), torch.addmm(torch.tensor(1.0), a, a), torch.addmm(a[:, :1], a, a), a.addmm(a, a), a.addmm(a, a, beta=0), a.addmm(mat1=a, mat2=a, alpha=2)
torch.addmm(n, a, a, beta=0), torch.addmm(a, n, a, alpha=0), torch.addmm(n, a, a, beta=0, alpha=2), torch.addmm(n, a, a)
torch.addmm(input=a, mat1=a, mat2=a, beta=1, alpha=1)
torch.addmm(a, a, a, beta="a")
torch.addmm(a, a, a, alpha=None)
torch.addmm(a, a, a, beta=torch.tensor(2.0))
torch.addmm(a, a, a, 2)
torch.addmm(2, a, a, a)  # words differ: there is no out_dtype
torch.addmm(a, 2, a, a)
torch.addmm(torch.zeros(3), a, a)
torch.addmm(torch.zeros(3, 2), a, a)
torch.addmm(torch.zeros(2, 2, 2), a, a)
torch.addmm(a, torch.zeros(2, 3), a)
torch.addmm(a, a, a, out=torch.empty(2, 2))
torch.addmm(a, a, a, out=torch.empty(3))  # words differ: there is no resize_
torch.addmm(torch.zeros(2, 3), torch.zeros(2, 0), torch.zeros(0, 3), beta=2), torch.addmm(torch.ones(2, 3), torch.zeros(2, 0), torch.zeros(0, 3), beta=2)
b = a.clone()
b.addmm_(a, a), b.addmm_(a, a, beta=0, alpha=2), b
b.addmm_(torch.zeros(3, 2), a)
torch.zeros(2).addmm_(a, a)
x, y, z = (t.clone().requires_grad_() for t in (a[0], a, a))
torch.addmm(x, y, z, beta=2, alpha=3).sum().backward()
x.grad, y.grad, z.grad
x.grad = None
torch.addmm(x, y.detach(), z.detach(), beta=0).sum().backward()
x.grad

# %% out=
a = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
torch.mm(a, a, out=torch.empty(2, 2)), torch.matmul(a, a, out=torch.empty(2, 2)), torch.mv(a, a[0], out=torch.empty(2)), torch.dot(a[0], a[0], out=torch.empty(())), torch.outer(a[0], a[1], out=torch.empty(2, 2)), torch.bmm(a[None], a[None], out=torch.empty(1, 2, 2))
torch.mm(a, a, out=torch.empty(3))  # words differ: there is no resize_
torch.mm(a, a, out=torch.empty(0))
torch.mm(a, a, out=torch.empty(2, 2, dtype=torch.float64))
torch.mm(a, a, out=torch.empty(2, 2, dtype=torch.int64))
torch.matmul(a, a[0], out=torch.empty(2, dtype=torch.float64))  # words differ: those of the matrix product
torch.dot(a[0], a[0], out=torch.empty((), dtype=torch.float64))
torch.outer(a[0], a[0], out=torch.empty(2, 2, dtype=torch.float64))
torch.mm(a.clone().requires_grad_(), a, out=torch.empty(2, 2))

# %% inner, vdot, ger
a, v = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([5.0, 6.0])
torch.inner(a, a), torch.inner(a, v), torch.inner(v, a), torch.inner(torch.tensor(2.0), a), torch.inner(torch.ones(2, 3, 4), torch.ones(5, 4)).shape, v.inner(v)
torch.inner(a, torch.ones(3))
torch.inner(a, 1)
torch.inner(torch.zeros(2, 0), torch.zeros(3, 0)), torch.inner(torch.zeros(0, 2), torch.zeros(3, 2)).shape
torch.vdot(v, v), v.vdot(v)
torch.vdot(a, a)
torch.vdot(v, torch.ones(3))
torch.vdot(v)
torch.ger(v, v), v.ger(v)
torch.ger(a, v)
torch.ger(v, 1)
x = a.clone().requires_grad_()
torch.inner(x, v).sum().backward()
x.grad
torch.inner(v, v, out=torch.empty(()))
