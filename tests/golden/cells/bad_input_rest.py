"""Other arguments that are refused."""

# %% everything else
x = torch.tensor([[1.0, 2.0], [3.0, 4.0]], requires_grad=True)
c = torch.ones(2, 2)
i = torch.tensor([0, 1])
s = torch.tensor(2.0, requires_grad=True)
v = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
def raiser(gradient):
    raise ValueError("from the hook")

torch.Size([1, 'a'])
torch.device('cuda:abc')
torch.set_default_dtype(torch.int64)
torch.set_default_dtype('float32')
torch.manual_seed('a')
torch.manual_seed(2**64)
torch.manual_seed(-2**63-1)
torch.randn(-1)
torch.randint(0)
torch.randint(5, 2, (3,))
torch.randperm(-1)
torch.normal(0, -1, (2,))
torch.bernoulli(torch.tensor([2.0]))  # words differ: PyTorch asks for a better message
torch.rand(2, dtype=torch.int64)
torch.sum(x, bogus=1)
torch.sin(x, bogus=1)
x.sum(bogus=1)
x.to('bogus')
x.type('bogus')
x.sin(1)  # words differ: names an internal class
torch.sin(x, out=x)
torch.sin(c, out='a')
torch.sin(c, out=i)
torch.broadcast_shapes((2,), (3,))
torch.broadcast_to(x, (3,))
torch.result_type(x, 'a')
torch.promote_types(1, 2)
torch.finfo(torch.int64)
torch.iinfo(torch.float32)
torch.can_cast('a', 'b')
torch.equal(x, 1)
torch.allclose(x, v)
torch.allclose(x, x.double())
torch.allclose(x, 'a')
torch.isclose(x, v)
torch.Tensor.sum('a')  # words differ: names an internal class
torch.Tensor.__add__(1, x)  # words differ: names an internal class
torch.Tensor(2, 3, bogus=1)
torch.Tensor('abc')
torch.FloatTensor('a')
torch.autograd.Variable(5)
torch.autograd.Variable(c, bogus=1)  # words differ: Python's own
y = x * 2
y[0].detach_()  # words differ: PyTorch speaks of distributed training
torch.cumsum(x, 5)
torch.flip(x, (0, 0))
torch.flip(x, (5,))
torch.roll(x, 1, 5)
torch.roll(x, (1, 2), (0,))
torch.tile(x, (-1,))
torch.unbind(s)
torch.unbind(x, 5)
torch.clamp(x)
torch.pow(2, 3)
torch.where(c > 0, 1, 'a')
torch.take_along_dim(x, torch.tensor([[0], [1], [0]]), 1)
torch.count_nonzero(x, 5)
torch.t(torch.ones(1, 1, 1))
torch.Tensor.numel(None)  # words differ: names an internal class
torch.Tensor.clone(3)  # words differ: names an internal class
object.__new__(torch.Tensor)  # words differ: names an internal class
torch.numel(3)
torch.is_nonzero([1])
torch.set_grad_enabled(None)
torch.ones([1] * 40)  # differs: at most 32 dimensions
torch.empty(2**40)  # differs: an error of its own for memory
x.softmax(0, 5)
x.type_as(1)
(0, 1) in x
torch.hstack([])
y = x * 2
y.grad_fn.register_hook(raiser)
