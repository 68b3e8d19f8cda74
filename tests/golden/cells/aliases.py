"""Several tensors of one memory: views by strides, leaves among them, hooks on the way."""

# %% as_strided of a leaf that is a view
b = torch.arange(9.0).reshape(3, 3).requires_grad_()
v = b[1:].as_strided((2, 2), (3, 1))
v.detach()
((b * 2).sum() + (v * 5).sum()).backward()
b.grad
b.as_strided((2,), (1,), 3).requires_grad

# %% as_strided after another memory was given
x = torch.arange(4.0).view(2, 2)
x.data = torch.ones(2, 2) * 7
x.as_strided((2,), (1,))
with torch.no_grad():
    y = x.as_strided((2,), (1,)).mul_(2)
x

# %% as_strided of detached slices
x = torch.arange(9.0).reshape(3, 3)[1:].detach()
x.as_strided((3,), (2,), 0)
x.as_strided((3,), (1,), 6).mul_(2)
x
x.as_strided((3,), (2,), 6)

# %% a graph written to the constant under a leaf
c = torch.ones(3)
v = c[1:]
v = v.requires_grad_()
a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
c = c.mul_(a)
(v * 3).sum().backward()
a.grad
v.is_leaf

# %% hooks of a node come after the gradient was kept
a = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
y = a * 3
handle = y.grad_fn.register_prehook(lambda go: (go[0] * 2,))
torch.autograd.grad(y.sum(), [y], retain_graph=True)
y.sum().backward()
a.grad

# %% a hook of an expanded view
a = torch.ones(2, 2, requires_grad=True)
v = a.expand(3, 2, 2)
handle = v.grad_fn.register_hook(lambda gi, go: tuple(q * 3 for q in gi))
(v * 2).sum().backward()
a.grad
