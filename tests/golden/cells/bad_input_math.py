"""Products, elementwise functions and losses that are refused."""

# %% matrices
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
i = torch.tensor([0, 1])
s = torch.tensor(2.0, requires_grad=True)
v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
torch.mm(x, v)
torch.mm(x, torch.ones(3, 2))
torch.mm(x, torch.ones(2, 2, dtype=torch.float64))
torch.mm(x, i)
torch.bmm(x, x)
torch.bmm(torch.ones(2,2,2), torch.ones(3,2,2))
torch.mv(x, v)
torch.mv(v, x)
torch.dot(v, torch.ones(2))
torch.dot(v, torch.ones(3, dtype=torch.float64))
torch.dot(x, x)
torch.outer(x, v)
torch.matmul(s, x)
torch.matmul(x, v)
torch.matmul(torch.ones(2,3,4), torch.ones(3,4,5))
x @ 3
3 @ x
x @ i
torch.addmm(v, x, x)
torch.addmm(x, x, torch.ones(3,3))
torch.addmm(x.double(), x, x)

# %% elementwise
from decimal import Decimal
from fractions import Fraction
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.ones(2, 2)
i = torch.tensor([0, 1])
v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
x + v
x - v
x * torch.ones(3, 1, 3)
torch.where(x > 0, x, v)
torch.where(x, x, x)
torch.maximum(x, v)
torch.lerp(x, x, v)
x + 'a'
x + None
x + [1.]
x + Decimal(1)
x + Fraction(1, 2)
'a' + x
None * x
x / 'a'
x ** 'a'
x % None
x // []
x += None
i += 1.5
i /= 2
i.copy_(x.detach())
c.copy_(v)
c.copy_('a')
c.fill_('a')
c.fill_(torch.ones(2))
c.add_(torch.ones(3,2,2))
c.clamp_()
c.clamp('a')
x < 'a'
i & 1.5
~x
-torch.tensor([True])
torch.tensor([True]) - torch.tensor([True])
i // 0
i % 0
i ** -1

# %% losses and nn.functional
F = torch.nn.functional
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
s = torch.tensor(2.0, requires_grad=True)
v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
torch.nn.functional.mse_loss(x, v)
F.mse_loss(x, x, reduction='bogus')
F.cross_entropy(x, torch.tensor([0, 5]))
F.cross_entropy(x, torch.tensor([0, -1]))
F.cross_entropy(x, torch.tensor([0., 1.]))
F.cross_entropy(x, torch.tensor([0, 1, 1]))
F.nll_loss(x, torch.tensor([0, 5]))
F.nll_loss(x, torch.tensor([0, 1, 0]))
F.nll_loss(x, torch.tensor([0, 1]), weight=torch.ones(3))
F.nll_loss(s, torch.tensor(0))
F.linear(x, torch.ones(3, 3))
F.linear(x, torch.ones(2, 2), torch.ones(3))
F.linear(x, torch.ones(2, 2, dtype=torch.float64))
F.softmax(x, 2)
