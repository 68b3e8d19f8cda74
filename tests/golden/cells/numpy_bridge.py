"""Memory shared with NumPy and other libraries, and their functions and operators on tensors."""

# %% from_numpy
a = np.zeros((2, 3))
t = torch.from_numpy(a)
t
a[0, 0] = 5
t[1, 2] = 7
t
a.tolist()
torch.from_numpy(np.arange(3))
torch.from_numpy(np.arange(3, dtype=np.int32))
torch.from_numpy(np.arange(3, dtype=np.float32))
torch.from_numpy(np.array([True, False]))
torch.from_numpy(np.array(2.5))
torch.from_numpy(np.zeros((0, 3)))
torch.from_numpy(np.zeros((2, 0), np.int64))
torch.from_numpy(np.arange(6.0).reshape(2, 3).T)
torch.from_numpy(np.asfortranarray(np.arange(6.0).reshape(2, 3)))
torch.from_numpy(np.arange(12.0).reshape(3, 4)[::2, 1::2])
torch.from_numpy(np.ma.masked_array([1.0, 2.0], [True, False]))
torch.from_numpy(np.array([[1.0, 2.0]]).view(np.recarray))
torch.from_numpy(np.asmatrix([[1.0, 2.0]]))
torch.from_numpy(np.lib.stride_tricks.as_strided(np.arange(5.0), (3, 2), (8, 8)))
torch.from_numpy(np.zeros(3, [("a", "i4"), ("b", "i4")])["b"])
torch.from_numpy(ndarray=np.ones(2))  # words differ: names an internal class
torch.from_numpy(np.ones(2)).is_leaf
torch.from_numpy(np.ones(2)).requires_grad
torch.from_numpy(np.array([1, 2], np.longlong)).dtype
torch.from_numpy(np.array([1, 2], np.intp)).dtype
torch.from_numpy(np.array([1, 2], "=i8")).dtype

# %% from_numpy refuses
torch.from_numpy([1, 2])
torch.from_numpy(1)
torch.from_numpy(None)
torch.from_numpy(np.float64(1))
torch.from_numpy("a")
torch.from_numpy(torch.ones(2))
torch.from_numpy()  # words differ: names an internal class
torch.from_numpy(np.ones(2), 3)  # words differ: names an internal class
torch.from_numpy(np.ones(3)[::-1])
torch.from_numpy(np.ones((2, 2))[:, ::-1])
torch.from_numpy(np.zeros((0, 3))[::-1])
torch.from_numpy(np.ones(1)[::-1])
torch.from_numpy(np.ones(2, ">f8"))
torch.from_numpy(np.ones(2, ">i4"))
torch.from_numpy(np.array([1, 2], object))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array(["a"]))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array([b"a"]))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array(["2020"], "M8[D]"))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array([1], "m8[s]"))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array([(1, 2.0)], [("a", "i4"), ("b", "f8")]))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.zeros(2, np.longdouble))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.zeros(2, np.clongdouble))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.zeros(3, [("a", "i1"), ("b", "f8")])["b"])
torch.from_numpy(np.zeros(2, np.float16))  # differs: five dtypes for now
torch.from_numpy(np.zeros(2, np.complex128))  # differs: five dtypes for now
torch.from_numpy(np.zeros(2, np.uint8))  # differs: five dtypes for now
torch.from_numpy(np.zeros(2, np.int8))  # differs: five dtypes for now
torch.from_numpy(np.zeros(2, np.int16))  # differs: five dtypes for now
torch.from_numpy(np.zeros(2, np.uint16))  # differs: five dtypes for now
torch.from_numpy(np.zeros(2, np.uint64))  # differs: five dtypes for now

# %% as_tensor, asarray, tensor of arrays
a = np.arange(3.0)
t = torch.as_tensor(a)
s = torch.asarray(a)
c = torch.tensor(a)
a[0] = 9
t
s
c
torch.as_tensor(a, dtype=torch.float32)
torch.as_tensor(a, dtype=torch.float64).data_ptr() == a.ctypes.data
torch.as_tensor(a, device="cpu").data_ptr() == a.ctypes.data
torch.as_tensor(t) is t
torch.as_tensor(t, dtype=torch.float64) is t
torch.as_tensor(t, dtype=torch.float32) is t
torch.as_tensor(np.float64(2.5))
torch.as_tensor(np.int32(2))
torch.as_tensor(np.bool_(True))
torch.as_tensor([1, 2.5])
torch.as_tensor([np.float64(1.5), 2])
torch.as_tensor((np.ones(2),))
torch.as_tensor(range(3))
torch.as_tensor(2)
torch.as_tensor([1], torch.float32)
torch.as_tensor(data=[1])
torch.as_tensor(np.ones(3)[::-1])
torch.as_tensor(np.array([1, "a"], object))  # words differ: PyTorch lists its dtypes
torch.as_tensor()
torch.as_tensor(None)
torch.as_tensor("a")
torch.as_tensor([1], bogus=1)
torch.as_tensor([1], dtype="float32")
torch.as_tensor(np.ones(2), dtype=np.float32)
torch.asarray(a, dtype=torch.float32)
torch.asarray(a, copy=True).data_ptr() == a.ctypes.data
torch.asarray(a, copy=False).data_ptr() == a.ctypes.data
torch.asarray([1, 2])
torch.asarray([1.0, 2.0], dtype=torch.float64)
torch.asarray(a, dtype=torch.float32, copy=False)
torch.asarray([1, 2], copy=False)
torch.asarray(a, requires_grad=True)
torch.asarray(t) is t
torch.asarray(t, copy=True) is t
torch.asarray(np.float32(2))
torch.asarray(None)
torch.asarray(np.ones(3)[::-1])
torch.asarray(range(3))
torch.asarray([1.0], torch.float64)
torch.asarray(t, bogus=1)
torch.asarray()
torch.asarray([1.0], copy=1)
torch.asarray(b"12345678")  # words differ: names the library
torch.asarray(np.arange(2).__dlpack__())
torch.asarray(np.float64(2), copy=False)
torch.asarray(2, copy=False)
torch.asarray([1, 2], requires_grad=True)
torch.asarray(torch.ones(2, requires_grad=True) * 2, requires_grad=False)
torch.asarray(torch.ones(2, requires_grad=True) * 2, requires_grad=True)
torch.asarray(torch.ones(2, requires_grad=True), requires_grad=False)
torch.asarray(torch.ones(2, requires_grad=True), copy=True)
torch.asarray(memoryview(np.arange(3.0)), dtype=torch.float64)
torch.asarray(bytearray(8), dtype=torch.float64)
torch.asarray(torch.ones(2, requires_grad=True), requires_grad=True)
torch.asarray(torch.ones(2, requires_grad=True))
torch.tensor(np.arange(3.0)[::-1])
torch.tensor(np.arange(6).reshape(2, 3).T)
torch.tensor(np.ones((0, 2))).shape
torch.tensor(np.float32(1.5))
torch.tensor(np.array(1.5), dtype=torch.int64)
torch.tensor([np.ones(2)])
torch.tensor(np.array([1.5, -2.5]), dtype=torch.int32)
torch.tensor(np.array([0.0, 2.0]), dtype=torch.bool)
torch.tensor(np.array([0.0, 2.0]), requires_grad=True)
torch.tensor(np.array([0, 2]), requires_grad=True)
torch.tensor(np.array(["a"]))  # words differ: PyTorch lists its dtypes
torch.tensor(np.array([1], ">f8"))
torch.tensor(np.ma.masked_array([1.0, 2.0], [True, False]))

# %% numpy()
t = torch.arange(6.0).reshape(2, 3)
n = t.numpy()
n
n[0, 0] = 9
t
t.t().numpy()
t.t().numpy().strides
t[:, 1].numpy()
t[0].expand(3, 3).numpy().strides
torch.tensor(2.5).numpy()
torch.tensor([True]).numpy()
torch.ones(0, 2).numpy()
torch.ones(2, dtype=torch.int32).numpy().dtype
type(n) is np.ndarray
n.flags.writeable
n.flags.owndata
r = torch.ones(2, requires_grad=True)
r.numpy()
(r * 2).numpy()
r[0].numpy()
r.numpy(force=True)
(r * 2).numpy(force=True)
r.detach().numpy()
r.data.numpy()
r.numpy(True)
r.numpy(force="a")
t.numpy(bogus=1)
with torch.no_grad():
    (r * 2).numpy()
with torch.no_grad():
    r.numpy()
del t
n
n.base is None
r.detach().numpy().fill(3)
r

# %% numpy functions take tensors
t = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
np.asarray(t)
np.shares_memory(np.asarray(t), t.numpy())
np.array(t)
np.shares_memory(np.array(t), t.numpy())
np.array(t, dtype=np.int64)
np.asarray(t, dtype=np.float64)
np.asarray(t, dtype="f4")
np.asarray(t, dtype=np.int64, copy=False)  # words differ: NumPy's, not PyTorch's
np.array(t, copy=None)
t.__array__()
t.__array__(np.float64)
t.__array__(dtype=np.float32) is None
t.__array__(np.dtype("i4"))
np.asanyarray(t)
np.ascontiguousarray(t.t())
np.array([torch.tensor(1.0), torch.tensor(2.0)])
np.array([torch.ones(2), torch.zeros(2)])
np.array([[torch.tensor(1), 2]])
np.stack([t, t]).shape
np.concatenate([t, t]).shape
np.sin(torch.zeros(2))
np.exp(torch.zeros(2, dtype=torch.float64))
np.sqrt(torch.tensor(4.0))
np.isnan(t)  # differs: five dtypes for now
np.add(t, 1)
np.add(t, t)
np.multiply(t, np.ones(2))
np.mean(t)  # differs: NumPy reduces tensors
np.sum(t)  # differs: NumPy reduces tensors
np.sum(t, axis=0)  # differs: NumPy reduces tensors
np.max(t)  # differs: NumPy reduces tensors
np.min(t, 1)  # differs: NumPy reduces tensors
np.prod(t)  # differs: NumPy reduces tensors
np.std(t)  # words differ: NumPy passes axis=None
np.argmax(t)
np.cumsum(t, 0)
np.reshape(t, (4,))
np.transpose(t)
np.squeeze(t[:1])
np.linalg.norm(t)
np.dot(t, t)
np.matmul(t, t)
np.allclose(t, t)
np.array_equal(t, t.numpy())
np.testing.assert_allclose(t, np.array([[1.0, 2.0], [3.0, 4.0]]))
np.where(t > 2, 1, 0)
np.clip(t, 2, 3)
np.shape(t)
np.ndim(t)
np.size(t) is None
np.isscalar(t)
np.iterable(t)
np.float64(torch.tensor(2.5))
np.int64(torch.tensor(2))
np.zeros(torch.tensor(2))
np.arange(torch.tensor(3))
np.arange(5)[torch.tensor(2)]
np.arange(5)[torch.tensor([1, 3])]
np.arange(4)[torch.tensor([True, False, True, False])]
np.arange(5)[torch.tensor(1) : torch.tensor(3)]
b = np.zeros(2)
b[:] = torch.tensor([1.0, 2.0])
b[0] = torch.tensor(5.0)
b
b[:] = torch.ones(3)
r = torch.ones(2, requires_grad=True)
np.asarray(r)
np.array(r)
np.sin(r)
np.mean(r)  # differs: NumPy reduces tensors
np.array([r, r])
np.array([r[0], r[1]])
np.float64(r[0])
b[0] = r[0]
b[:] = r

# %% arrays and tensors as operands
a = np.array([1.0, 2.0])
t = torch.tensor([10.0, 20.0])
t + a
t * a
t - a
t / a
t == a
t < a  # differs: arrays are operands
t**a
t @ a
a + t  # differs: arrays are operands
a * t  # differs: arrays are operands
a - t  # differs: arrays are operands
a / t
a == t
a < t  # differs: arrays are operands
a @ t  # differs: arrays are operands
t.fill_(5)
t.add(a)  # differs: arrays are operands
torch.add(t, a)  # differs: arrays are operands
torch.add(a, t)  # differs: arrays are operands
torch.maximum(t, a)  # differs: arrays are operands
t.clone().copy_(a)  # differs: arrays are operands
t.mul_(np.float64(2))
t[np.array([0])]
t[np.array([True, False])]
t[np.int64(1)]
t[np.array(1)]
t[0] = np.float64(3)
t[:] = np.array([7.0, 8.0])
t

# %% numpy's numbers and tensors as operands
t = torch.tensor([1.0, 2.0])
i = torch.tensor([1, 2])
f = np.float64(2.5)
n = np.int64(3)
t + f
t * f
t - n
t / n
i + n
i + f
i * np.float32(2)
i // n
i % n
t**n
t == np.float32(2)
t > n
t + np.bool_(True)
i & np.int64(1)
i | np.int32(4)
f + t
f * t
f - t
f / t
n + i
n * i
n - i
f == t
f < t
np.float32(2) * t
np.float32(2) + i
f + torch.tensor(1.0)
torch.tensor(1.0) + f
n * torch.tensor(2)
t += f
t
t *= n
t
i += n
i
i += f
t.add(f)
t.add(t, alpha=np.float64(2))
t.fill_(np.float64(4))
t.clamp(np.float64(1), np.float32(3))
torch.full((2,), np.float64(3))
torch.full((2,), np.int64(3))
torch.ones(np.int64(2), np.int32(1))
torch.arange(np.int64(3))
torch.arange(np.float64(3))
torch.zeros(2).sum(np.int64(0))
r = torch.tensor([1.0, 2.0], requires_grad=True)
(f * r + r * n).sum().backward()
r.grad
(np.float32(2) / r).tolist()

# %% dlpack
a = np.arange(6.0).reshape(2, 3)
t = torch.from_dlpack(a)
t
t[0, 0] = 9
a[0, 0]
torch.from_dlpack(a.T)
torch.from_dlpack(a[:, 1])
torch.from_dlpack(np.zeros((0, 2)))
torch.from_dlpack(np.array(2.5))
torch.from_dlpack(torch.arange(3))
torch.from_dlpack(torch.ones(2)).data_ptr() == 0
torch.from_dlpack(np.array([True, False]))
torch.from_dlpack(torch.arange(3).__dlpack__())
torch.from_dlpack(ext_tensor=np.ones(1))
np.from_dlpack(t)
np.shares_memory(np.from_dlpack(t), a)
np.from_dlpack(t.t())
np.from_dlpack(torch.tensor([1, 2], dtype=torch.int32))
np.from_dlpack(torch.ones(2, requires_grad=True))
np.from_dlpack(torch.ones(2, requires_grad=True).detach())
np.from_dlpack(torch.ones(2, requires_grad=True) * 2)
t.__dlpack_device__()
type(t.__dlpack__()).__name__
type(t.__dlpack__(stream=None)).__name__
type(t.__dlpack__(max_version=(1, 0))).__name__
type(t.__dlpack__(dl_device=(1, 0), copy=False)).__name__
k = np.ones(2).__dlpack__()
torch.from_dlpack(k)
torch.from_dlpack(k)
torch.set_warn_always(3)
torch.is_warn_always_enabled()
torch.from_dlpack([1])
torch.from_dlpack(None)
torch.from_dlpack()
torch.from_dlpack(np.array(["a"]))
torch.from_dlpack(np.array([None]))
torch.from_dlpack(np.ones(2, ">f8"))
torch.from_dlpack(np.arange(3), copy=True)
torch.from_dlpack(np.arange(3), device="cpu")

# %% frombuffer
b = bytearray(np.arange(4.0).tobytes())
t = torch.frombuffer(b, dtype=torch.float64)
t
t[0] = 5
np.frombuffer(b)
torch.frombuffer(b, dtype=torch.int64, count=2, offset=8)
torch.frombuffer(b, dtype=torch.float64, count=1, requires_grad=True)
torch.frombuffer(np.arange(3), dtype=torch.int64)
torch.frombuffer(b, dtype=torch.float64, count=5)
torch.frombuffer(b, dtype=torch.float64, offset=3)
torch.frombuffer(b, dtype=torch.float64, offset=40)
torch.frombuffer(b, dtype=torch.float64, count=0)
torch.frombuffer(bytearray(), dtype=torch.float64)
torch.frombuffer(b)  # words differ: Python says that it is a keyword
torch.frombuffer(b, torch.float64)
torch.frombuffer(b, dtype=3)
torch.frombuffer(b, dtype=torch.float64, count=1.5)
torch.frombuffer(b, dtype=torch.int64, requires_grad=True)
torch.frombuffer(b, dtype=torch.float64, bogus=1)
torch.frombuffer(np.ones((2, 2)), dtype=torch.float64)
torch.frombuffer(np.ones((2, 2)).T, dtype=torch.float64)
torch.frombuffer(buffer=bytearray(8), dtype=torch.float64)
torch.frombuffer(b, dtype=torch.float64, offset=-1)
torch.frombuffer(b"12345678", dtype=torch.float64)  # words differ: names the library
torch.frombuffer(3, dtype=torch.float64)
torch.frombuffer([1], dtype=torch.float64)

# %% read-only arrays
a = np.arange(3.0)
a.flags.writeable = False
torch.from_numpy(a).sum()  # words differ: names the library
torch.as_tensor(a).sum()  # words differ: names the library
torch.asarray(a).sum()  # words differ: names the library
torch.tensor(a)
torch.from_dlpack(a)
torch.from_numpy(np.broadcast_to(np.float32(1), (3,)))  # words differ: names the library

# %% lifetime
a = np.arange(4.0)
t = torch.from_numpy(a)
part = t[1:3]
del a, t
part
n = part.numpy()
del part
n
n += 1
n
x = torch.from_numpy(np.arange(3.0)).requires_grad_()
(x * x).sum().backward()
x.grad
m = x.detach().numpy()
m[0] = 4
x
(x * x).sum().backward()
x.grad
y = x * 2
y.detach().numpy()[0] = -1
y
