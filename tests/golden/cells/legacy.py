"""FloatTensor and its kin, Variable, and Tensor as a constructor."""

# %% from sizes
torch.FloatTensor().shape
torch.FloatTensor(2).shape
torch.FloatTensor(2, 3).shape
torch.FloatTensor(torch.Size([2, 3])).shape
torch.FloatTensor(0)
torch.FloatTensor(2, 0)
torch.LongTensor(2, 3).dtype
torch.DoubleTensor(1).dtype
torch.IntTensor(1).dtype
torch.BoolTensor(1).dtype
torch.FloatTensor(-1)
torch.FloatTensor(2, -1)
torch.FloatTensor(2.0)
torch.FloatTensor(True)
torch.FloatTensor("a")
torch.FloatTensor(2, "a")
torch.FloatTensor(2, 2.0)
torch.FloatTensor(None)
torch.FloatTensor(size=(2, 3)).shape
torch.FloatTensor(size=2).shape
torch.FloatTensor(2, device="cpu").shape
torch.FloatTensor(2, device="cuda")
torch.FloatTensor(2, dtype=torch.float64)
torch.FloatTensor(2, requires_grad=True)
torch.FloatTensor(np.int64(2)).shape
torch.FloatTensor(torch.tensor(2)).shape  # words differ: PyTorch lists options that a tensor never had

# %% from data
torch.FloatTensor([1, 2])
torch.FloatTensor([[1, 2], [3, 4]])
torch.FloatTensor((1, 2))
torch.FloatTensor([])
torch.FloatTensor([[]])
torch.FloatTensor(())
torch.FloatTensor([True, 2.5])
torch.FloatTensor([[1], [2, 3]])
torch.FloatTensor(["a"])
torch.FloatTensor([None])
torch.FloatTensor(range(3))
torch.FloatTensor(x for x in [1])
torch.FloatTensor({1: 2})
torch.FloatTensor([1], [2])
torch.FloatTensor(np.array([1.0, 2.0], np.float32))
torch.FloatTensor(np.array([1.0, 2.0]))
torch.FloatTensor(np.array([1, 2]))
torch.DoubleTensor([1, 2])
torch.DoubleTensor(np.array([1.0, 2.0]))
torch.DoubleTensor(np.array([1.0, 2.0], np.float32))
torch.LongTensor([1, 2])
torch.LongTensor([1.7, 2])
torch.LongTensor([True])
torch.LongTensor([2**63])
torch.LongTensor(np.array([1.7, 2]))
torch.IntTensor([1, 2])
torch.IntTensor([2**31])
torch.BoolTensor([True, False])
torch.BoolTensor([0, 1, 2])
torch.FloatTensor(torch.ones(2))
torch.FloatTensor(torch.ones(2, dtype=torch.float64))  # words differ: PyTorch lists options that a tensor never had
torch.DoubleTensor(torch.ones(2))  # words differ: PyTorch lists options that a tensor never had
torch.DoubleTensor(torch.ones(2, dtype=torch.float64))
torch.LongTensor(torch.tensor([1]))
torch.FloatTensor(torch.tensor(1.5))
x = torch.ones(2, requires_grad=True)
torch.FloatTensor(x).requires_grad
a = np.array([1.0, 2.0], np.float32)
t = torch.FloatTensor(a)
a[0] = 5
t
torch.FloatTensor([torch.tensor(1.0), 2])
torch.FloatTensor([np.float64(1.5)])
torch.FloatTensor(data=[1])
torch.FloatTensor(foo=1)

# %% types
torch.FloatTensor
torch.DoubleTensor
[torch.LongTensor, torch.IntTensor, torch.BoolTensor]
str(torch.FloatTensor)
type(torch.FloatTensor).__name__
torch.FloatTensor.dtype
torch.LongTensor.dtype
torch.FloatTensor.layout
torch.FloatTensor.is_cuda
torch.FloatTensor.is_sparse
torch.FloatTensor.__name__
torch.FloatTensor.__module__
isinstance(torch.ones(1), torch.FloatTensor)
isinstance(torch.ones(1), torch.DoubleTensor)
isinstance(torch.tensor([1]), torch.LongTensor)
isinstance(torch.tensor([True]), torch.BoolTensor)
isinstance(torch.tensor([1], dtype=torch.int32), torch.IntTensor)
isinstance(3, torch.FloatTensor)
isinstance(torch.ones(1), (torch.LongTensor, torch.FloatTensor))
isinstance(torch.FloatTensor, type)
issubclass(torch.FloatTensor, torch.Tensor)
type(torch.FloatTensor(1)).__name__
type(torch.FloatTensor([1]))
torch.FloatTensor == torch.FloatTensor
torch.FloatTensor == torch.DoubleTensor
hash(torch.FloatTensor) == hash(torch.FloatTensor)
torch.ones(1).type()
torch.ones(1, dtype=torch.float64).type()
torch.tensor([1]).type()
torch.tensor([1], dtype=torch.int32).type()
torch.tensor([True]).type()
torch.ones(1).type(torch.float64)
torch.ones(1).type(torch.DoubleTensor)
torch.ones(1).type("torch.DoubleTensor")
torch.ones(1).type("torch.LongTensor")
torch.ones(1).type(torch.LongTensor)
torch.ones(1).type("foo")
torch.ones(1).type("torch.FooTensor")
torch.ones(1).type("DoubleTensor")
torch.ones(1).type(3)
torch.ones(1).type(float)
torch.ones(1).type(torch.Tensor)
torch.ones(1, dtype=torch.float64).type(torch.Tensor)
torch.ones(1).type(dtype=torch.int64)
x = torch.ones(1)
x.type(torch.float32) is x
x.type(torch.FloatTensor) is x
x.type_as(torch.tensor([1]))
torch.is_tensor(torch.FloatTensor)

# %% Tensor
torch.Tensor
torch.Tensor().shape
torch.Tensor(2, 3).shape
torch.Tensor([1, 2])
torch.Tensor(3).shape
torch.Tensor([[1, 2], [3, 4]])
torch.Tensor(2.5)
torch.Tensor("a")
torch.Tensor(np.array([1.0, 2.0]))
torch.Tensor(torch.ones(2))
torch.Tensor(torch.tensor([1]))
torch.Tensor(torch.tensor(1.5))
torch.Tensor([1], device="cpu")
torch.Tensor([1], dtype=torch.float64)
torch.Tensor([1], requires_grad=True)
torch.Tensor(data=[1])
torch.Tensor(size=(1, 2)).shape
torch.Tensor(())
torch.Tensor(torch.Size([2])).shape
torch.Tensor(True)
torch.Tensor(None)
torch.Tensor(1, 2.5)
torch.Tensor.__name__
torch.Tensor.__module__
torch.tensor([1]).__class__
torch.tensor([1]).__class__ is torch.Tensor
class Mine(torch.Tensor):
    pass
issubclass(Mine, torch.Tensor)

# %% Variable
V = torch.autograd.Variable
x = V(torch.ones(2))
x
x.requires_grad
V(torch.ones(2), requires_grad=True)
V(torch.ones(2), True)
V(data=torch.ones(1))
V([1, 2])
V(3)
V(np.ones(2))
V("a")
V(None)
V()
V(torch.ones(2), requires_grad="a")
V(torch.ones(2), volatile=True)
V(torch.tensor([1]), requires_grad=True)
V(torch.ones(2), foo=1)  # words differ: Python counts the arguments
isinstance(x, V)
isinstance(3, V)
isinstance(x, torch.Tensor)
type(x).__name__
V.__name__
issubclass(torch.Tensor, V)
y = torch.ones(2)
z = V(y, requires_grad=True)
y[0] = 7
z
y.requires_grad
w = V(z * 2)
w.is_leaf, w.requires_grad
w.grad_fn
