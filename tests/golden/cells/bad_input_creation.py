"""Sizes and data that are refused."""

# %% creation
torch.ones(-1)
torch.ones(2, -3)
torch.zeros(2**63)
torch.zeros(2**62)
torch.zeros(2**32, 2**32)
torch.ones(2**31, 2**31, 2**31)
torch.ones('a')
torch.ones(1.5)
torch.ones(2, 'a')
torch.ones(None)
torch.ones(2, bogus=1)
torch.ones(2, dtype='float32')
torch.ones(2, dtype=np.float32)
torch.ones(2, device='cuda')
torch.ones(2, device='bogus')
torch.ones(2, requires_grad='a')
torch.arange(0, 5, 0)
torch.arange(5, 0)
torch.arange(0, float('inf'))
torch.arange(float('nan'))
torch.arange(0, 2**62)  # differs: an error of its own for memory
torch.linspace(0, 1, -1)
torch.linspace(0, 1, 'a')
torch.eye(-1)
torch.full((2,), 'a')
torch.full((-2,), 1.)

# %% data of every kind
from decimal import Decimal
from fractions import Fraction
torch.tensor('a')
torch.tensor(None)
torch.tensor([1, 'a'])
torch.tensor([[1, 2], [3]])
torch.tensor([[1], 2])
torch.tensor([None])
torch.tensor(Decimal(1))
torch.tensor(Fraction(1, 2))
torch.tensor(object())
torch.tensor({})
torch.tensor({1: 2})
torch.tensor({1, 2})
torch.tensor(2**63)
torch.tensor(2**100)
torch.tensor([2**40], dtype=torch.int32)
torch.tensor(float('nan'), dtype=torch.int64)
torch.tensor(np.array([1, 2], dtype=object))  # words differ: PyTorch lists its dtypes
torch.tensor(np.array(['a']))  # words differ: PyTorch lists its dtypes
torch.tensor(np.array([1], dtype='>f8'))
torch.from_numpy(np.array([1], dtype='>f8'))
torch.from_numpy(np.array([1], dtype='>i4'))
torch.from_numpy(np.ones(4)[::-1])
torch.from_numpy(np.ones((2, 2))[:, ::-1])
torch.from_numpy(np.array([1, 2], dtype=object))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array([(1, 2.)], dtype=[('a', 'i4'), ('b', 'f8')]))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array(['a']))  # words differ: PyTorch lists its dtypes
torch.from_numpy(np.array(['2020'], dtype='M8[D]'))  # words differ: PyTorch lists its dtypes
torch.from_numpy([1, 2])
torch.from_numpy(1)
torch.from_numpy(np.float64(1))
torch.from_numpy(None)

# %% to NumPy and Python
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
x.numpy()
np.asarray(x)
np.sin(x)
np.array([x, x])
x.item()
float(x)
int(x)
bool(x)
bool(torch.empty(0))
x.__index__()
range(torch.tensor(1.5))
