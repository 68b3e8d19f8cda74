"""Indices and gathers that are refused."""

# %% indexing
from decimal import Decimal
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.ones(2, 2)
x[2]
x[0,2]
x[-3]
x[0,0,0]
x['a']
x[1.5]
x[torch.tensor([2])]
x[torch.tensor([-3])]
x[torch.tensor([0.5])]
x[[True]]
x[torch.tensor([True])]
x[torch.ones(3,3,dtype=torch.bool)]
x[::-1]
x[::0]
x[0:1:-2]
x[2**40]
x[-2**63]
x[1j]
x[Decimal(1)]
x[np.array([5])]
x[torch.tensor(5)]
x[object()]
x[slice('a', None)]
x[1.0:2.0]
x[:, torch.tensor([[5]])]
x[[0,1],[0,1,2]]
c[2] = 1
c[[0,5]] = 1
c[0] = torch.ones(3)
c[0] = 'a'
c[0] = None
c[0] = [1,2,3]
c[0] = [5., 6.]
c[torch.tensor([True,False,True])] = 1
c[::-1] = 0
del c[0]

# %% tensors of no dimensions
s = torch.tensor(2.0, requires_grad=True)
s[0]
len(s)
iter(s)
list(s)
for q in s: pass
max(s)
[*s]
s.view(2)
s.unsqueeze(5)
s.sum(1)
s.argmax(1)
s.size(0)
s.stride(0)
s.transpose(0, 1)
s.permute(0)

# %% gathering
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.ones(2, 2)
torch.gather(x, 0, torch.tensor([[5, 0]]))
torch.gather(x, 0, torch.tensor([[-1, 0]]))
torch.gather(x, 0, torch.tensor([0]))
torch.gather(x, 2, torch.tensor([[0]]))
torch.gather(x, 0, torch.tensor([[0.]]))
torch.gather(x, 0, torch.tensor([[0, 0, 0]]))
torch.index_select(x, 0, torch.tensor([2]))
torch.index_select(x, 0, torch.tensor([-1]))
torch.index_select(x, 0, torch.tensor([[0]]))
torch.index_select(x, 2, torch.tensor([0]))
torch.index_select(x, 0, torch.tensor([0.]))
torch.take(x, torch.tensor([4]))
torch.take(x, torch.tensor([-5]))
torch.masked_select(x, torch.tensor([True, False, True]))
x.masked_fill(c, 0)
x.scatter(0, torch.tensor([[5, 0]]), 1.0)
