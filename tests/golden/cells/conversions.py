"""Changes of dtype and device, and copies by methods."""

# %% to
t = torch.tensor([1.5, -2.5])
t.to(torch.float64)
t.to(dtype=torch.int64)
t.to("cpu") is t
t.to(torch.device("cpu")) is t
t.to(device="cpu") is t
t.to(torch.float32) is t
t.to(t.dtype) is t
t.to(torch.ones(1)) is t
t.to(other=torch.ones(1)) is t
t.to(torch.ones(1, dtype=torch.float64))
t.to("cpu", torch.float64)
t.to("cpu", dtype=torch.int32)
t.to(torch.device("cpu"), torch.bool)
t.to(device="cpu", dtype=torch.float64)
t.to(torch.float64, True)
t.to(torch.float64, non_blocking=True)
t.to("cpu", torch.float64, True, True)
t.to("cpu", torch.float32, False, True) is t
t.to(torch.float32, copy=True) is t
t.to("cpu", copy=True) is t
t.to(t, copy=True) is t
t.to(t, False, True) is t
t.to(torch.float32, False, True) is t
t.to(None) is t
t.to(dtype=None) is t
t.to(device=None) is t
t.to(copy=True) is t
t.to(torch.float64, memory_format=torch.preserve_format)
t.to(torch.float64, memory_format=torch.contiguous_format)
t.to(float)
t.to(int)
t.to(bool)
t.to("cpu:0")
t.to()
t.to("bogus")
t.to("cuda")
t.to(torch.device("cuda:1"))
t.to(device="cuda", dtype=torch.float64)
t.to([1])
t.to("float32")
t.to(np.float32)
t.to(torch.float64, bogus=1)
t.to(torch.float64, torch.float32)
t.to(torch.float64, copy="a")
t.to(dtype="float64")
t.to(dtype=3)
t.to(other=None)

# %% methods named after dtypes
t = torch.tensor([1.5, -2.5, 0.0])
t.float() is t
t.double()
t.long()
t.int()
t.bool()
t.float().double().float() is t
torch.tensor([True, False]).int()
torch.tensor([True, False]).float()
torch.tensor([3, 0, -1]).bool()
torch.tensor([2**33 + 5]).int()
torch.tensor([1e10]).long()
torch.tensor([float("nan"), float("inf")]).bool()
torch.tensor([2**24 + 1]).float().long()
torch.tensor([1.1], dtype=torch.float64).float().double()
torch.tensor([1e300], dtype=torch.float64).float()
torch.ones(0, 2).long()
torch.tensor(2.7).long()
t.double(memory_format=torch.preserve_format)
t.float(3)
t.double(bogus=1)
t.cpu() is t
t.cpu(memory_format=torch.preserve_format) is t
t.cuda()
t.cuda("cuda:0")
t.cuda(device=None)
t.type_as(torch.ones(1, dtype=torch.int64))
t.type_as(t) is t
t.type_as(1)
t.type_as()
t.type_as(other=torch.ones(1, dtype=torch.float64))

# %% type
t = torch.tensor([1.5])
t.type()
t.double().type()
t.long().type()
t.int().type()
t.bool().type()
t.type(torch.float64)
t.type(torch.float32) is t
t.type("torch.DoubleTensor")
t.type(torch.LongTensor)
t.type(dtype=torch.int32)
t.type(torch.IntTensor, non_blocking=True)
t.type(torch.float64, True)
t.type("bogus")
t.type("torch.bogus")
t.type(3)
t.type(float)
isinstance(t, torch.FloatTensor)
isinstance(t, torch.DoubleTensor)
isinstance(t, torch.Tensor)
isinstance(t.double(), torch.DoubleTensor)
isinstance(1.5, torch.FloatTensor)
torch.is_tensor(t)
torch.is_tensor(1.5)
torch.is_tensor(np.ones(1))
torch.is_floating_point(t)
torch.is_complex(t)
t.is_floating_point()
t.is_complex()
t.is_signed()
torch.is_signed(t.bool())
t.element_size()
t.itemsize
t.nbytes
t.is_cuda
t.is_cpu
t.device
t.get_device()
torch.is_nonzero(t)
t.is_nonzero()
torch.zeros(1).is_nonzero()

# %% strides of conversions
t = torch.arange(6.0).reshape(2, 3)
t.t().double()
t.t().to(torch.int64)
t[:, ::2].double()
t[:, 1].double()
t[:, ::2].t().double()
t.expand(2, 2, 3).double()
t.t().clone()
t[:, ::2].clone()
t[:, ::2].t().clone()
t.expand(2, 2, 3).clone()
t.t().clone(memory_format=torch.preserve_format)
t.t().clone(memory_format=torch.contiguous_format)
t.t().to(torch.float64, memory_format=torch.contiguous_format)
t.t().double(memory_format=torch.contiguous_format)
t.t().to(torch.float32, copy=True)
t.t().to(torch.float32, memory_format=torch.contiguous_format)
torch.arange(24.0).reshape(2, 3, 4).permute(1, 2, 0).clone()
torch.arange(24.0).reshape(2, 3, 4).permute(2, 0, 1)[::2].double()
torch.zeros_like(t.t())
torch.clone(t.t())
torch.clone(t, memory_format=torch.contiguous_format).stride()
torch.clone(3)
t.clone(3)
t.clone(memory_format="a")
t.clone(bogus=1)

# %% contiguous
t = torch.arange(6.0).reshape(2, 3)
t.contiguous() is t
t.t().contiguous()
t.t().contiguous().data_ptr() == t.data_ptr()
t.contiguous(memory_format=torch.contiguous_format) is t
t.is_contiguous()
t.t().is_contiguous()
t.is_contiguous(memory_format=torch.contiguous_format)
t.t().is_contiguous(memory_format=torch.contiguous_format)
t[:, :1].is_contiguous()
t[:1, :2].is_contiguous()
t.expand(3, 2, 3).is_contiguous()
torch.ones(0, 3).t().is_contiguous()
t.contiguous("a")
t.contiguous(bogus=1)
t.contiguous(memory_format=torch.preserve_format)
torch.contiguous_format
torch.preserve_format
t.data_ptr() == t[0].data_ptr()
t[1].data_ptr() - t.data_ptr()
t[1].storage_offset()
torch.ones(0).data_ptr()

# %% gradients pass through
x = torch.tensor([1.5, -2.0], requires_grad=True)
y = x.double()
y
(y * y).sum().backward()
x.grad
x.to(torch.float64)
x.type(torch.float64)
x.type_as(y)
x.to("cpu") is x
x.long()
x.bool()
x.clone()
x.contiguous() is x
x.reshape(2, 1).t().contiguous()
torch.ones(2, 3, requires_grad=True).t().contiguous()
x.to(torch.float32, copy=True)
x.cpu() is x
x.double().float().grad_fn.next_functions[0][0].name()
z = x.clone()
z.mul_(3)
z.sum().backward()
x.grad
w = torch.tensor([1.0, 2.0], dtype=torch.float64, requires_grad=True)
(w.float() * w).sum().backward()
w.grad
w.grad.dtype
with torch.no_grad():
    print(x.double(), x.clone())
x.detach().double()
x.data.double()

# %% copy_
t = torch.zeros(2, 3)
t.copy_(torch.arange(3.0))
t.copy_(torch.tensor(7.0))
t.copy_(torch.tensor([[1], [2]]))
t.copy_(torch.ones(2, 3, dtype=torch.float64))
t.copy_(torch.tensor([True, False, True]))
t.copy_(torch.ones(3), True)
t.copy_(torch.ones(3), non_blocking=True)
t.copy_(src=torch.ones(3))  # words differ: Python says which keyword is wrong
t.copy_(other=torch.ones(3))
t.t().copy_(torch.arange(6.0).reshape(3, 2))
t
t.copy_(t.clone().flip(1))
t[0].copy_(t[1])
t
torch.zeros(2, dtype=torch.int64).copy_(torch.tensor([1.9, -1.9]))
torch.zeros(2, dtype=torch.bool).copy_(torch.tensor([0.0, 0.5]))
torch.zeros(2, dtype=torch.int32).copy_(torch.tensor([2**33 + 1, 5]))
t.copy_(torch.ones(2))
t.copy_(torch.ones(2, 2, 3))
t.copy_(torch.ones(0))
t.copy_("a")
t.copy_(1.0)
t.copy_(None)
t.copy_()  # words differ: PyTorch lists the signature
t.copy_(t, bogus=1)
torch.ones(1).expand(3).copy_(torch.ones(3))
x = torch.ones(3, requires_grad=True)
x.copy_(torch.zeros(3))
x[0].copy_(torch.tensor(1.0))
u = torch.zeros(2, 3)
u.copy_(x).requires_grad
(u * torch.arange(6.0).reshape(2, 3)).sum().backward()
x.grad
v = torch.zeros(3, dtype=torch.float64)
v.copy_(x).requires_grad
v.sum().backward()
x.grad
with torch.no_grad():
    x.copy_(torch.tensor([4.0, 5.0, 6.0]))
x
torch.zeros(0, 3).copy_(torch.ones(3))
torch.zeros(()).copy_(torch.tensor(3))
torch.zeros(()).copy_(torch.tensor([3.0]))

# %% data and detach
x = torch.tensor([1.0, 2.0], requires_grad=True)
x.data
x.detach()
x.detach().requires_grad
x.data.data_ptr() == x.data_ptr()
x.data[0] = 5
x
d = x.detach()
d[1] = 6
x
y = x * 2
y.detach_()
y
torch.detach(x)
x.data = torch.tensor([7.0, 8.0, 9.0])
x
x.data = 5
x.data = torch.ones(2, dtype=torch.int64)  # words differ: PyTorch names its type keys
x.data = None
del x.data
(x * 2).data
