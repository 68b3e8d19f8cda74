"""Views: which memory they share, with what strides, and what they refuse."""

# %% view
x = torch.arange(12.0)
x.view(3, 4)
x.view((4, 3))
x.view([2, 6])
x.view(torch.Size([2, 2, 3]))
x.view(size=(6, 2))
x.view(-1, 3)
x.view(2, -1, 3)
x.view(3, torch.tensor(4))
x.view(3, np.int64(4))
x.view(12, 1, 1)
x.view(3, 4).data_ptr() == x.data_ptr()
x.view(3, 4)[1:].data_ptr() - x.data_ptr()
x.view(3, 4)[1:].storage_offset()
x.view()
x.view(5)
x.view(-1, 5)
x.view(-1, -1)
x.view(-2, 6)
x.view(0, -1)
x.view(3.0, 4)
x.view("a")
x.view(3, "a")
x.view((3, 4.0))
x.view(None)
x.view(3, None)
x.view(shape=(3, 4))  # words differ: Python's own words for missing and spare arguments
x.view(2, 6, 1, size=(3, 4))
x.view(True, 12)
x.view(2**40, 2**40)
x.view(2**70)  # words differ: addresses in PyTorch's binary follow
x.view(x)
torch.tensor(3).view()
torch.tensor(3).view(1)
torch.tensor(3).view(())
torch.tensor(3).view(1, 1, -1)
torch.tensor(3).view(2)
torch.zeros(0).view(-1)
torch.zeros(0, 3).view(3, 0)
torch.zeros(0, 3).view(0, -1)
torch.zeros(0, 3).view(-1, 3)
torch.zeros(0, 3).view(5, 0, 7)
torch.zeros(0, 3).view(2)

# %% view of memory that is not in order
x = torch.arange(24.0).view(2, 3, 4)
x.transpose(0, 1).view(3, 8)
x.transpose(0, 1).view(3, 2, 2, 2)
x.t()
x.transpose(1, 2).view(2, 12)
x.transpose(1, 2).view(-1)
x[:, :, ::2].view(2, 6)
x[:, 1:].view(2, 8)
x[:, 1:].view(4, 4)
x[:, :, ::2].view(2, 3, 2, 1)
x[:, :1].view(2, 4)
x[:, :1].view(8)
x[:1].view(12)
x[:1].transpose(0, 1).view(3, 4)
torch.ones(1).expand(6).view(2, 3)
torch.ones(1).expand(4, 6).view(24)
torch.ones(3, 1).expand(3, 4).view(12)
torch.ones(3, 1).expand(3, 4).view(3, 2, 2)
torch.arange(12)[::3].view(2, 2)
torch.arange(12)[::3].view(4, 1).stride()
torch.zeros(2, 0, 3)[:, :, 1:].view(0).stride()

# %% view as another dtype
x = torch.tensor([1.0, -2.0, 0.0, 0.5])
x.view(torch.int32).tolist()
x.view(torch.float32)
x.view(torch.float64).shape
x.view(torch.int64)
x.view(dtype=torch.int32)[:1]
x.view(torch.int32).view(torch.float32)
x.view(torch.int32).data_ptr() == x.data_ptr()
x.view(torch.float64).view(torch.float32)
x[1:].view(torch.float64)
x[:3].view(torch.float64)
x[1:3].view(torch.float64)
torch.arange(2).view(torch.int32)
torch.arange(6).view(2, 3).view(torch.int32)
torch.arange(6).view(2, 3).t().view(torch.int32)
torch.arange(6).view(2, 3).t().view(torch.float64).stride()
torch.tensor(1.0).view(torch.int32)
torch.tensor(1.0).view(torch.int64)
torch.tensor(1).view(torch.int32)
torch.tensor([True, False]).view(torch.int32)
y = torch.zeros(2, dtype=torch.int32)
y.view(torch.float32).fill_(1.0)
y
y.view(torch.float32)[0] = 2
y
w = torch.ones(2, requires_grad=True)
w.view(torch.int32)
w.view(torch.float32)

# %% reshape
x = torch.arange(6.0).view(2, 3)
x.reshape(3, 2)
x.reshape((6,))
x.reshape(-1)
x.reshape(shape=(6,))
torch.reshape(x, (3, 2))
torch.reshape(x, [3, -1])
torch.reshape(input=x, shape=(1, 6))
x.reshape(3, 2).data_ptr() == x.data_ptr()
x.t().reshape(6)
x.t().reshape(6).data_ptr() == x.data_ptr()
x.t().reshape(3, 2).data_ptr() == x.data_ptr()
x.t().reshape(3, 2, 1)
x.t().reshape(3, 1, 2).data_ptr() == x.data_ptr()
x.t().reshape(2, 3)
x[:, ::2].reshape(4)
x[:, 1:].reshape(-1)
x.expand(2, 2, 3).reshape(12)
x.expand(2, 2, 3).reshape(4, 3)
x.reshape()
x.reshape(())
torch.tensor(2.0).reshape(())
torch.tensor(2.0).reshape(1, 1)
x.reshape(4)
x.reshape(4, -1)
x.reshape(-1, -1)
x.reshape(-3, 2)
x.reshape(2.0, 3)
x.reshape("a")
torch.reshape(x, 6)
torch.reshape(x, 2, 3)
torch.reshape(x)  # words differ: Python's own words for missing and spare arguments
torch.reshape([1, 2], (2, 1))
torch.zeros(0, 2).reshape(-1)
torch.zeros(0, 2).reshape(0, -1)
torch.zeros(0, 2).reshape(2, 0, 5)
g = torch.ones(2, 3, requires_grad=True)
g.reshape(6)
g.t().reshape(6).detach()
g.reshape(2, 3)
g.reshape(2, 3) is g
x.reshape(2, 3) is x

# %% view_as and reshape_as
x = torch.arange(6)
x.view_as(torch.zeros(2, 3))
x.view_as(other=torch.zeros(3, 2))
x.view(2, 3).t().view_as(x)
x.view(2, 3).t().reshape_as(x)
x.reshape_as(other=torch.zeros(1, 6))
x.view_as(torch.zeros(5))
x.reshape_as(torch.zeros(5))
x.view_as((2, 3))
x.reshape_as((2, 3))
x.view_as()  # words differ: Python's own words for missing and spare arguments
x.view_as(x) is x

# %% contiguous and clone
x = torch.arange(6.0).view(2, 3)
x.is_contiguous()
x.contiguous() is x
x.t().is_contiguous()
x.t().contiguous()
x.t().contiguous().data_ptr() == x.data_ptr()
x[:, 1:].contiguous()
x[:1].t().is_contiguous()
x[:, :1].is_contiguous()
x[:1, :1].is_contiguous()
torch.zeros(0, 3).t().is_contiguous()
x.expand(2, 2, 3).is_contiguous()
x.expand(1, 2, 3).is_contiguous()
torch.tensor(1.0).is_contiguous()
x.clone()
x.t().clone()
x.t().clone().is_contiguous()
torch.clone(x.t())
torch.clone(input=x)
x[:, ::2].clone()
x[:, 1:].t().clone()
x.expand(2, 2, 3).clone()
x[:, :1].expand(2, 3).clone()
x.t().clone(memory_format=torch.contiguous_format)
x.t().clone(memory_format=torch.preserve_format)
x.t().contiguous(memory_format=torch.contiguous_format)
x.is_contiguous(memory_format=torch.contiguous_format)
torch.contiguous_format
torch.channels_last
torch.preserve_format
x.clone(1)  # words differ: Python's own words for missing and spare arguments
x.clone(memory_format="a")
x.contiguous("a")  # words differ: Python's own words for missing and spare arguments
torch.clone(3)
x.contiguous(memory_format=torch.preserve_format)
a = torch.arange(24.0).view(2, 3, 4)
a.permute(2, 0, 1).clone()
a.permute(2, 0, 1).to(torch.float64)
a.permute(2, 0, 1).to(torch.int64)
a.permute(2, 0, 1).double().stride()
a.permute(2, 0, 1)[1:].clone()
a.permute(2, 0, 1)[1:].double()
a.transpose(0, 1)[:, :1].clone()
a.transpose(0, 1)[::2].clone()
a[:, :, ::2].clone()
a[:, ::2].int()
(a.permute(2, 0, 1) + 1).stride()
(a.permute(2, 0, 1) > 1).stride()
(a.permute(2, 0, 1) * a.permute(2, 0, 1)).stride()
(a[:, :, ::2] + 1).stride()
(a.transpose(0, 1)[::2] + 1).stride()
(a.permute(2, 0, 1)[1:] + 1).stride()
a.permute(2, 0, 1).exp().stride()
a[:, :, ::2].transpose(0, 2).exp().stride()
torch.zeros_like(a.permute(2, 0, 1)).stride()
torch.empty_like(a[:, :, ::2].transpose(0, 2)).stride()
torch.ones_like(a[:, :1].expand(2, 3, 4)).stride()
torch.zeros_like(torch.ones(3, 1).expand(3, 4)).stride()
(torch.ones(3, 1).expand(3, 4) + 1).stride()
(a.t() if a.ndim == 2 else a.mT).neg().stride()
torch.where(a.mT > 3, a.mT, 0.0).stride()
(a.mT + torch.ones(3)).stride()
(torch.ones(3) + a.mT).stride()
(a.mT + a.permute(2, 0, 1).permute(1, 0, 2)).stride()
a.transpose(0, 1).clone().data_ptr() == a.data_ptr()
a.squeeze().unsqueeze(0).transpose(0, 1).clone().stride()

# %% t and its kin
x = torch.arange(6.0).view(2, 3)
x.t()
torch.t(x)
torch.t(input=x)
x.T
x.mT
x.H
x.mH
x.adjoint()
torch.adjoint(x)
x.t().data_ptr() == x.data_ptr()
x.t().t()
torch.arange(3).t()
torch.tensor(5).t()
torch.tensor(5).T
torch.tensor(5).mT
torch.tensor(5).H
torch.tensor(5).mH
torch.arange(3).T
torch.arange(3).mT
torch.arange(3).H
torch.arange(3).mH
x.view(1, 2, 3).t()
x.view(1, 2, 3).T
x.view(1, 2, 3).mT
x.view(1, 2, 3).H
x.view(1, 2, 3).mH
x.view(1, 2, 3).adjoint()
torch.t(3)
torch.t()  # words differ: Python's own words for missing and spare arguments
x.t(1)  # words differ: Python's own words for missing and spare arguments
g = torch.ones(2, 3, requires_grad=True)
g.t()
g.T
g.mT
g.H
g.view(1, 2, 3).mH

# %% transpose and permute
x = torch.arange(24).view(2, 3, 4)
x.transpose(0, 1)
x.transpose(-1, 0)
x.transpose(1, 1)
x.transpose(dim0=0, dim1=2).shape
torch.transpose(x, 0, 1).shape
torch.transpose(input=x, dim0=0, dim1=1).shape
x.swapaxes(0, 2).shape
x.swapdims(0, 2).shape
torch.swapaxes(x, axis0=0, axis1=2).shape
torch.swapdims(x, dim0=0, dim1=2).shape
x.transpose(0, 3)
x.transpose(-4, 0)
x.transpose(0)  # words differ: Python's own words for missing and spare arguments
x.transpose(0, 1, 2)  # words differ: Python's own words for missing and spare arguments
x.transpose(0.0, 1)
x.transpose("a", "b")
x.transpose(True, False)
x.transpose(torch.tensor(0), 1).shape
x.transpose(0, None)
torch.transpose([1], 0, 0)
torch.tensor(1).transpose(0, 0)
torch.tensor(1).transpose(0, -1)
torch.tensor(1).transpose(0, 1)
torch.arange(2).transpose(0, -1)
x.permute(2, 0, 1)
x.permute((2, 0, 1)).shape
x.permute([-1, 0, 1]).shape
x.permute(dims=(2, 1, 0)).shape
torch.permute(x, (2, 0, 1)).shape
torch.permute(input=x, dims=(2, 0, 1)).shape
x.permute(2, 1, 0).data_ptr() == x.data_ptr()
x.permute(0, 1)
x.permute(0, 1, 1)
x.permute(0, 1, 3)
x.permute()
x.permute(())
x.permute(0, 1, "a")
x.permute(0, 1, 2.0)
x.permute("a")
torch.permute(x, 0)
torch.permute(x)  # words differ: Python's own words for missing and spare arguments
torch.permute(3, (0,))
torch.tensor(1).permute()
torch.tensor(1).permute(())
torch.tensor(1).permute(0)
torch.arange(2).permute(0)
torch.arange(2).permute(-1)

# %% movedim
x = torch.zeros(2, 3, 4)
x.movedim(0, 2).shape
x.movedim(0, -1).stride()
x.movedim((0, 1), (1, 0)).shape
x.moveaxis(0, 2).shape
torch.moveaxis(x, 2, 0).shape
torch.moveaxis(x, source=(0, 1), destination=(-1, -2)).shape
torch.movedim(input=x, source=0, destination=1).shape
x.movedim((), ()).shape
torch.tensor(1.0).movedim(0, -1)
x.movedim((0, 1), (1,))
x.movedim((0, 0), (1, 2))
x.movedim((0, 1), (2, 2))
x.movedim((0, -3), (1, 2))
x.movedim(0, 3)
x.movedim(4, 0)
x.movedim(0, (1,))
x.movedim(0.5, 1)
x.movedim("a", 1)
x.movedim(0)  # words differ: Python's own words for missing and spare arguments
torch.movedim(1, 0, 0)  # words differ: Python's own words for missing and spare arguments
torch.ones(2, 3, 4, requires_grad=True).movedim(0, 2).grad_fn
torch.ones(2, 3, 4, requires_grad=True).moveaxis(0, 1).grad_fn

# %% squeeze and unsqueeze
x = torch.arange(3).view(1, 3, 1)
x.squeeze()
x.squeeze(0)
x.squeeze(-1)
x.squeeze(1)
x.squeeze((0, 2))
x.squeeze((0, 1))
x.squeeze([0])
x.squeeze(())
x.squeeze(dim=0)
x.squeeze(dim=(0, 2))
torch.squeeze(x, 0)
torch.squeeze(input=x)
torch.squeeze(x, (0, -1))
x.squeeze().data_ptr() == x.data_ptr()
x.squeeze(3)
x.squeeze(-4)
x.squeeze((0, 0))
x.squeeze((0, -3))
x.squeeze((0, 3))
x.squeeze("a")
x.squeeze(0.0)
x.squeeze(None)
x.squeeze(0, 2)
x.squeeze(True)
torch.tensor(2).squeeze()
torch.tensor(2).squeeze(0)
torch.tensor(2).squeeze(-1)
torch.tensor(2).squeeze(1)
torch.tensor(2).squeeze((0,))
torch.zeros(2, 1, 0).squeeze()
torch.squeeze([1])
x.unsqueeze(0)
x.unsqueeze(3)
x.unsqueeze(-1)
x.unsqueeze(-4)
x.unsqueeze(4)
x.unsqueeze(-5)
x.unsqueeze(dim=1)
torch.unsqueeze(x, 0).shape
torch.unsqueeze(input=x, dim=-1).shape
x.unsqueeze()  # words differ: Python's own words for missing and spare arguments
x.unsqueeze("a")
x.unsqueeze(0.5)
x.unsqueeze((0, 1))
torch.tensor(2).unsqueeze(0)
torch.tensor(2).unsqueeze(-1)
torch.tensor(2).unsqueeze(1)
y = torch.arange(6).view(2, 3)
y.t().unsqueeze(0)
y.t().unsqueeze(1)
y.t().unsqueeze(2)
y[:, ::2].unsqueeze(-1)
y[:, ::2].unsqueeze(1)
y.expand(2, 2, 3).unsqueeze(0).stride()
torch.zeros(0, 3).unsqueeze(0).stride()
torch.zeros(3, 0).unsqueeze(1).stride()

# %% expand
x = torch.tensor([[1.0], [2.0]])
x.expand(2, 3)
x.expand(-1, 3)
x.expand((2, 3))
x.expand([2, 3])
x.expand(size=(2, 3))
x.expand(2, 2, -1)
x.expand(3, 2, 1)
x.expand(2, 3).data_ptr() == x.data_ptr()
x.expand(2, 0)
x.expand(2, 1)
x.expand(3, 3)
x.expand(2)
x.expand()
x.expand(-1, 2, 3)
x.expand(2, -2)  # words differ: what is wrong is said
x.expand(2, 3.0)
x.expand("a")
x.expand(2, 3, implicit=False)
torch.tensor(1.0).expand(3)
torch.tensor(1.0).expand(())
torch.tensor(1.0).expand(2, 0)
torch.tensor(1.0).expand(-1)  # words differ: what is wrong is said
torch.zeros(0).expand(3, 0)
torch.zeros(0).expand(3, 1)
torch.zeros(1, 0).expand(3, -1)
x.expand_as(torch.zeros(2, 4))
x.expand_as(other=torch.zeros(2, 2))
x.expand_as(torch.zeros(3, 4))
x.expand_as((2, 4))
x.expand_as()  # words differ: Python's own words for missing and spare arguments
x.broadcast_to(2, 2)
x.broadcast_to((2, 2))
x.broadcast_to(size=(2, 2))
torch.broadcast_to(x, (2, 2))
torch.broadcast_to(input=x, size=(1, 2, 1))
torch.broadcast_to(x, (3, 3))
torch.broadcast_to(x, (2,))
torch.broadcast_to(x, 2)
torch.broadcast_tensors(x, torch.zeros(3))
torch.broadcast_tensors(x)
torch.broadcast_tensors()
torch.broadcast_tensors([x, torch.tensor(5)])
torch.broadcast_tensors(x, torch.zeros(3, 3))
torch.broadcast_tensors(x, 3)
torch.broadcast_tensors(x, torch.zeros(3))[0].stride()
torch.broadcast_shapes((2, 1), (3,))
torch.broadcast_shapes((2, 1), (3, 3))
torch.ones(2, 1, requires_grad=True).expand(2, 3)
torch.ones(2, 1, requires_grad=True).broadcast_to(2, 3)
torch.ones(2, 1, requires_grad=True).expand_as(torch.zeros(2, 2))
torch.broadcast_tensors(torch.ones(2, 1, requires_grad=True), torch.ones(2))
torch.broadcast_tensors(torch.ones(2, requires_grad=True), torch.ones(2))
y = x.expand(2, 3)
y.add_(1)
y[0, 0] = 5
y
y[:, :1].add_(1)
y.zero_()  # differs: one element stands for several
y.copy_(torch.zeros(2, 3))
y.fill_(2)  # differs: one element stands for several
y[0].zero_()  # differs: one element stands for several
y[0] = 1
y[:, 0] = 7
x[:, 0] = torch.tensor([3.0, 4.0])
y

# %% as_strided
x = torch.arange(9.0)
x.as_strided((2, 2), (3, 1))
x.as_strided((2, 2), (3, 1), 1)
x.as_strided(size=(2, 2), stride=(1, 3), storage_offset=2)
torch.as_strided(x, (3,), (2,), 1)
torch.as_strided(input=x, size=(3, 3), stride=(0, 1))
x[2:].as_strided((2,), (1,))
x[2:].as_strided((2,), (1,), 0)
x.as_strided((), ())
x.as_strided((), (), 4)
x.as_strided((0, 3), (1, 1))
x.as_strided((4, 4), (4, 1))
x.as_strided((2, 2), (3,))
x.as_strided((2, 2), (-1, 1))
x.as_strided((-1, 2), (1, 1))
x.as_strided((2,), (1,), -1)
x.as_strided((2,), (1,), 9)
x.as_strided((2,))  # words differ: Python's own words for missing and spare arguments
x.as_strided(2, 1)
x.as_strided((2.0,), (1,))
y = x.as_strided((3, 2), (2, 1))
y.mul_(10)
x
x.as_strided((2, 2), (3, 1), 1).add_(1)
x
x.as_strided((3, 2), (1, 1)).add_(1)  # differs: one element stands for several
w = torch.arange(9.0, requires_grad=True)
w.as_strided((2, 2), (3, 1))
w.as_strided((3, 2), (1, 1), 1).sum().backward()
w.grad
v = torch.arange(6.0, requires_grad=True)
(v.view(2, 3).t().as_strided((2, 2), (3, 1)) * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
v.grad

# %% diagonal
x = torch.arange(12.0).view(3, 4)
x.diagonal()
x.diagonal(1)
x.diagonal(-1)
x.diagonal(offset=2, dim1=1, dim2=0)
torch.diagonal(x, 0, 0, 1)
torch.diagonal(input=x, offset=-2)
x.diagonal(4)
x.diagonal(9)
x.diagonal(-9)
x.diagonal().data_ptr() == x.data_ptr()
x.view(1, 3, 4).diagonal(0, 1, 2)
x.view(3, 2, 2).diagonal(dim1=-2, dim2=-1)
x.diagonal(0, 0, 0)
x.diagonal(0, 0, 2)
torch.arange(3).diagonal()
torch.tensor(3).diagonal()
x.diagonal("a")
torch.diagonal([1])
torch.ones(3, 4, requires_grad=True).diagonal(1)
y = torch.zeros(3, 3)
y.diagonal().fill_(2)
y.diagonal(1).copy_(torch.tensor([5.0, 6.0]))
y
y.diagonal()[1] = -1
y
w = torch.ones(2, 3, requires_grad=True)
(w.diagonal(1) * torch.tensor([2.0, 3.0])).sum().backward()
w.grad
torch.diag(torch.tensor([1.0, 2.0]))
torch.diag(torch.tensor([1.0, 2.0]), 1)
torch.diag(torch.tensor([1, 2]), diagonal=-1)
torch.diag(x)
torch.diag(x, 1)
x.diag(-1)
torch.diag(torch.zeros(2, 2, 2))
torch.diag(torch.tensor(1.0))
torch.tril(x)
torch.triu(x)
x.tril(1)
x.triu(-1)
x.tril(diagonal=-1)
torch.tril(torch.arange(4).view(1, 2, 2))
torch.triu(torch.ones(2, 2, dtype=torch.bool))
torch.tril(torch.arange(3))
torch.triu(torch.tensor(3))
w = torch.ones(3, 3, requires_grad=True)
w.tril().detach()
w.triu(1).detach()
(w.tril() * 2 + w.triu(1) * 5).sum().backward()
w.grad
x.tril_()
x.triu_(1)
x

# %% parts
x = torch.arange(12.0).view(3, 4)
x.select(0, 1)
x.select(1, -1)
x.select(dim=0, index=2)
torch.select(x, 1, 0)
torch.select(input=x, dim=0, index=0)
x.select(0, 3)
x.select(0, -4)
x.select(2, 0)
x.select(0)  # words differ: Python's own words for missing and spare arguments
x.select(0, 1.0)
x.select("a", 0)
x.select(0, torch.tensor(1))
x.select(0, True)
torch.tensor(1.0).select(0, 0)
torch.select(3, 0, 0)
x.narrow(0, 1, 2)
x.narrow(1, -3, 2)
x.narrow(dim=1, start=0, length=1)
torch.narrow(x, 0, 0, 1)
torch.narrow(input=x, dim=0, start=1, length=0)
x.narrow(0, torch.tensor(1), 2)
x.narrow(0, 3, 0)
x.narrow(0, 2, 2)
x.narrow(0, 4, 0)
x.narrow(0, -4, 1)
x.narrow(0, 0, -1)
x.narrow(2, 0, 1)
x.narrow(0, 0)  # words differ: Python's own words for missing and spare arguments
x.narrow(0, 0.5, 1)
x.narrow(0, "a", 1)
torch.tensor(1.0).narrow(0, 0, 1)
torch.narrow([1], 0, 0, 1)  # words differ: Python's own words for missing and spare arguments
x.narrow(0, torch.tensor([1, 2]), 1)
x.narrow(0, torch.tensor(0.5), 1)
x.narrow_copy(0, 1, 1)
torch.ones(3, requires_grad=True).narrow(0, 1, 1)
torch.ones(3, requires_grad=True).select(0, 1)

# %% what sizes say
x = torch.arange(24.0, dtype=torch.float64).view(2, 3, 4)[:, 1:]
x.shape
x.size()
x.size(0)
x.size(-1)
x.size(dim=1)
x.size(3)
x.size(-4)
x.size("a")
x.size(1.0)
x.size(None)
x.size(0, 1)  # words differ: Python's own words for missing and spare arguments
x.stride()
x.stride(0)
x.stride(-1)
x.stride(dim=1)
x.stride(3)
x.stride("a")
x.dim()
x.ndim
x.ndimension()
x.numel()
x.nelement()
torch.numel(x)
x.storage_offset()
x[1].storage_offset()
x.element_size()
x.itemsize
x.nbytes
x.is_same_size(torch.zeros(2, 2, 4))
x.is_same_size(torch.zeros(2, 4, 2))
x.is_same_size(3)
torch.tensor(1.0).size()
torch.tensor(1.0).size(0)
torch.tensor(1.0).size(-1)
torch.tensor(1.0).stride()
torch.tensor(1.0).stride(0)
torch.tensor(1.0).numel()
torch.zeros(0, 3).numel()
torch.zeros(0, 3).stride()
torch.zeros(3, 0, 2).stride()
x.shape = (3, 4)  # words differ: Python's own words
x.ndim = 2  # words differ: Python's own words
len(x)
len(torch.zeros(0, 2))
len(torch.tensor(1))
torch.numel(3)
x.shape == (2, 2, 4)
x.shape[0], x.shape[-1], x.shape[1:]
x.shape.numel()
x._is_view()
x._base.shape
x.clone()._base
x.is_set_to(x)
