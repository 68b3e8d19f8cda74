"""dtype objects, limits and promotion."""

# %% objects
torch.float32
torch.float64
torch.int64
torch.int32
torch.bool
str(torch.float64)
[torch.float, torch.double, torch.int, torch.long, torch.bool]
torch.float is torch.float32
torch.double is torch.float64
torch.int is torch.int32
torch.long is torch.int64
torch.float32 == torch.float32
torch.float32 == torch.float64
torch.float32 == "float32"
torch.float32 == np.float32
torch.float32 != torch.float64
torch.float32 < torch.float64  # words differ: Python names classes without their module
hash(torch.float32) == hash(torch.float32)
{torch.float32: 1}[torch.float]
type(torch.float32).__name__
isinstance(torch.float32, torch.dtype)
torch.dtype("float32")
torch.dtype()
torch.float32()  # words differ: Python names classes without their module
torch.float32(3)  # words differ: Python names classes without their module
torch.float32.is_floating_point
torch.int64.is_floating_point
torch.bool.is_floating_point
torch.float32.is_complex
[d.is_signed for d in (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool)]
[d.itemsize for d in (torch.float32, torch.float64, torch.int64, torch.int32, torch.bool)]
torch.float32.to_real()
torch.int64.to_real()
torch.float32.foo
torch.float32.itemsize = 3
del torch.float32.itemsize
torch.float32.foo = 3
import pickle, copy
pickle.loads(pickle.dumps(torch.float64)) is torch.float64
copy.copy(torch.float64) is torch.float64
copy.deepcopy(torch.float64) is torch.float64
torch.ones(1).dtype is torch.float32
torch.ones(1).dtype.itemsize
class Sub(torch.dtype):
    pass
f"{torch.float32}"
torch.float32.__module__
bool(torch.float32)

# %% finfo and iinfo
torch.finfo(torch.float32)
torch.finfo(torch.float64)
torch.finfo()
f = torch.finfo(torch.float32)
f.eps, f.max, f.min, f.tiny, f.smallest_normal, f.resolution, f.bits, f.dtype
f = torch.finfo(torch.float64)
f.eps, f.max, f.min, f.tiny, f.smallest_normal, f.resolution, f.bits, f.dtype
str(f)
f.foo
f.eps = 3
f == torch.finfo(torch.float64)
f != torch.finfo(torch.float32)
f == 3
torch.finfo(torch.int64)
torch.finfo(torch.bool)
torch.finfo(3)
torch.finfo("float32")
torch.finfo(float)
torch.finfo(type=torch.float64).bits
torch.finfo(torch.float32, 3)  # words differ: Python counts the arguments
torch.iinfo(torch.int64)
torch.iinfo(torch.int32)
i = torch.iinfo(torch.int32)
i.bits, i.max, i.min, i.dtype
torch.iinfo(torch.int64).max
torch.iinfo(torch.int64).min
str(i)
i.eps
i.bits = 3
torch.iinfo(torch.int32) == i
torch.iinfo(torch.float32)
torch.iinfo(torch.bool)
torch.iinfo()  # words differ: Python counts the arguments
torch.iinfo(3)
torch.iinfo(int)
isinstance(f, torch.finfo)
isinstance(i, torch.iinfo)
type(f)
torch.set_default_dtype(torch.float64)
torch.finfo().dtype
torch.set_default_dtype(torch.float32)
hash(f) == hash(torch.finfo(torch.float64))  # words differ: Python names classes without their module
torch.tensor(f.max)

# %% default dtype
torch.get_default_dtype()
torch.set_default_dtype(torch.float64)
torch.get_default_dtype()
torch.tensor([1.5])
torch.tensor([1.5], dtype=torch.float32)
torch.tensor([1])
torch.ones(2)
torch.ones(2, dtype=torch.float32)
torch.rand(1)
torch.arange(2.0)
torch.eye(1)
torch.full((1,), 2.0)
torch.linspace(0, 1, 2)
torch.tensor([1, 2]) / 2
torch.tensor([1]) + 1.5
torch.tensor([True]) * 2.5
torch.tensor([1, 2]).sum()
torch.randint(0, 5, (1,)).dtype
torch.tensor([])
torch.tensor([], dtype=torch.float32)
torch.Tensor(1).dtype
torch.Tensor([1])
torch.set_default_dtype(torch.float32)
torch.set_default_dtype(torch.int64)
torch.set_default_dtype(torch.bool)
torch.set_default_dtype("float64")
torch.set_default_dtype(float)
torch.set_default_dtype(None)
torch.set_default_dtype()
torch.set_default_dtype(d=torch.float32)
torch.get_default_dtype()
torch.get_default_dtype()
torch.get_default_device()

# %% promote_types and can_cast
kinds = [torch.float32, torch.float64, torch.int64, torch.int32, torch.bool]
[[torch.promote_types(a, b) for a in kinds] for b in kinds]
[[torch.can_cast(a, b) for a in kinds] for b in kinds]
torch.promote_types(torch.float32, 3)
torch.promote_types(3, torch.float32)
torch.promote_types(torch.float32)
torch.promote_types()
torch.promote_types(type1=torch.int32, type2=torch.int64)
torch.promote_types("a", torch.int64)
torch.promote_types(float, torch.int64)
torch.can_cast(torch.int64, 3)
torch.can_cast(3, torch.int64)
torch.can_cast(torch.int64)
torch.can_cast(from_=torch.int64, to=torch.float32)
torch.can_cast(int, float)

# %% result_type
i = torch.tensor([1, 2])
s = torch.tensor([1, 2], dtype=torch.int32)
f = torch.tensor([1.0])
d = torch.tensor([1.0], dtype=torch.float64)
b = torch.tensor([True])
every = [i, s, f, d, b, i[0], s[0], f[0], d[0], b[0], 1, 1.5, True]
table = {(j, k): torch.result_type(x, y) for j, x in enumerate(every) for k, y in enumerate(every) if j < 10 or k < 10}
table
torch.result_type(1, 2)
torch.result_type(1, 2.5)
torch.result_type(True, False)
torch.result_type(True, 2)
torch.result_type(i, "a")
torch.result_type("a", i)
torch.result_type(i, None)
torch.result_type(i, [1])
torch.result_type(i)
torch.result_type(i, torch.float32)
torch.result_type(i, np.float64(1.5))
torch.result_type(i, np.float32(1.5))
torch.result_type(tensor=i, other=f)
torch.result_type(i, other=f)
torch.result_type(tensor=i, other=2.5)
torch.result_type(scalar=2.5, tensor=i)
torch.result_type(scalar1=2.5, scalar2=1)

# %% questions about tensors
f = torch.tensor([1.0])
i = torch.tensor([1])
torch.is_tensor(f)
torch.is_tensor([1])
torch.is_tensor(obj=f)
torch.is_tensor()
torch.is_floating_point(f)
torch.is_floating_point(i)
torch.is_floating_point(3)
torch.is_floating_point(input=i)
torch.is_complex(f)
torch.is_complex([1])
torch.is_nonzero(f)
torch.is_nonzero(torch.tensor([0]))
torch.is_nonzero(torch.tensor([1, 2]))
torch.is_nonzero(torch.tensor([]))
torch.is_nonzero(3)
f.is_nonzero()
torch.numel(f)
torch.numel(3)
torch.numel(input=f)
f.is_complex()
f.is_floating_point()
f.is_signed()
torch.tensor([True]).is_signed()
torch.is_signed(i)
torch.is_same_size(f, i)
torch.is_same_size(f, torch.ones(2))
f.is_same_size(i)
torch.is_conj(f)
torch.is_neg(f)
torch.is_inference(f)
torch.is_storage(f)
torch.broadcast_shapes((2, 1), (3,))
torch.broadcast_shapes()
torch.broadcast_shapes((2,), (3,))
torch.broadcast_shapes((2, 3), (2, 4))
torch.broadcast_shapes(2, 3)
torch.broadcast_shapes(2, (3, 1))
torch.broadcast_shapes(torch.Size([2, 1]), [1, 4])
torch.broadcast_shapes((0,), (1,))
torch.broadcast_shapes((0,), (2,))
torch.broadcast_shapes((-1,), (2,))
torch.broadcast_shapes("a")
torch.broadcast_shapes((1.5,))
torch.typename(f)
torch.typename(i)
torch.typename(3)
torch.typename([])
torch.typename(torch.FloatTensor)
torch.typename(torch.float32)
torch.typename(torch.Size)
torch.typename(len)
torch.typename(np.float64(1))
