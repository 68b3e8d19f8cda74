"""Pickles, the copy module, and classes derived from Tensor."""

# %% pickle
import pickle
t = torch.arange(6.0).reshape(2, 3)
pickle.loads(pickle.dumps(t))
[pickle.loads(pickle.dumps(t, protocol)).equal(t) for protocol in range(2, 6)]
[pickle.loads(pickle.dumps(t, protocol)).stride() for protocol in range(2, 6)]
pickle.loads(pickle.dumps(t.t()))
pickle.loads(pickle.dumps(t[:, ::2]))
pickle.loads(pickle.dumps(t[1]))
pickle.loads(pickle.dumps(t[1])).storage_offset()
pickle.loads(pickle.dumps(torch.ones(1).expand(3)))
pickle.loads(pickle.dumps(torch.tensor(2.5)))
pickle.loads(pickle.dumps(torch.ones(0, 3)))
pickle.loads(pickle.dumps(torch.tensor([True, False])))
pickle.loads(pickle.dumps(torch.tensor([1, 2], dtype=torch.int32)))
pickle.loads(pickle.dumps(torch.tensor([1, 2])))
pickle.loads(pickle.dumps(torch.tensor([1.5], dtype=torch.float64)))
pickle.loads(pickle.dumps(torch.ones(2, requires_grad=True)))
pickle.loads(pickle.dumps(torch.from_numpy(np.arange(3.0))))
a, b = pickle.loads(pickle.dumps((t, t[0])))
b[0] = 9
a
a, b = pickle.loads(pickle.dumps([t, t]))
a is b
d = pickle.loads(pickle.dumps({"w": t, "v": t.t()}))
d["w"].mul_(2)
d["v"]
t
x = torch.ones(2, requires_grad=True)
y = x * 2
pickle.loads(pickle.dumps(y))
pickle.loads(pickle.dumps(y.detach()))
pickle.loads(pickle.dumps(x)).grad is None
x.grad = torch.ones(2)
pickle.loads(pickle.dumps(x)).grad is None
x.note = "kept"
pickle.loads(pickle.dumps(x)).note
w = pickle.loads(pickle.dumps(x))
(w * w).sum().backward()
w.grad
w is x
h = x.register_hook(lambda g: g)
pickle.loads(pickle.dumps(x))  # words differ: PyTorch speaks of a decorator
pickle.loads(pickle.dumps(torch.float64)) is torch.float64
pickle.loads(pickle.dumps(torch.device("cuda:1")))
pickle.loads(pickle.dumps(torch.Size([2, 3])))
pickle.loads(pickle.dumps(torch.Tensor)) is torch.Tensor
pickle.loads(pickle.dumps(torch.sin)) is torch.sin
pickle.loads(pickle.dumps(torch.preserve_format)) is torch.preserve_format

# %% copy
import copy
t = torch.arange(6.0).reshape(2, 3)
c = copy.copy(t)
c is t
c[0, 0] = 9
t
copy.copy(t.t())
copy.copy(t[1:]).storage_offset()
x = torch.ones(2, requires_grad=True)
copy.copy(x)
copy.copy(x).data_ptr() == x.data_ptr()
copy.copy(x).is_leaf
x.grad = torch.tensor([5.0, 6.0])
copy.copy(x).grad
x.note = [1]
copy.copy(x).note is x.note
copy.copy(x * 2)
copy.copy(torch.tensor(2.5))

# %% deepcopy
import copy
t = torch.arange(6.0).reshape(2, 3)
d = copy.deepcopy(t)
d is t
d[0, 0] = 9
t
copy.deepcopy(t.t())
copy.deepcopy(t[:, ::2])
copy.deepcopy(t[1]).storage_offset()
copy.deepcopy(torch.ones(1).expand(3))
copy.deepcopy(torch.tensor(2.5))
copy.deepcopy(torch.ones(0, 3))
copy.deepcopy(torch.tensor([1, 2], dtype=torch.int32))
a, b = copy.deepcopy([t, t])
a is b
a, b = copy.deepcopy([t, t[0]])
b[0] = 7
a
t
a, b = copy.deepcopy((t.t(), t))
b.mul_(2)
a
x = torch.ones(2, requires_grad=True)
x.grad = torch.tensor([5.0, 6.0])
c = copy.deepcopy(x)
c
c.grad
c.grad is x.grad
c.grad.zero_()
x.grad
c.is_leaf
x.note = [1, 2]
c = copy.deepcopy(x)
c.note
c.note is x.note
copy.deepcopy(x * 2)
copy.deepcopy([x, x * 2])
copy.deepcopy((x * 2).detach())
copy.deepcopy(x[0])
with torch.no_grad():
    print(copy.deepcopy(x * 2))
copy.deepcopy({"a": x, "b": [x]})["b"][0]
(c * c).sum().backward()
c.grad
x.grad
copy.deepcopy(torch.float64) is torch.float64
copy.deepcopy(torch.device("cpu"))
copy.deepcopy(torch.Size([2]))
memo = {}
first = copy.deepcopy(t, memo)
copy.deepcopy(t, memo) is first
class Model:
    def __init__(self):
        self.w = torch.ones(2, requires_grad=True)
        self.tied = self.w
m = copy.deepcopy(Model())
m.tied is m.w
m.w
k = torch.ones(2, requires_grad=True)
k.retain_grad()
k.register_hook(lambda g: g * 10)
q = copy.deepcopy(k)
q.sum().backward()
q.grad

# %% subclasses
class Mine(torch.Tensor):
    def twice(self):
        return self + self
m = Mine([1.0, 2.0])
m
type(m).__name__
isinstance(m, torch.Tensor)
torch.is_tensor(m)
m.twice()  # differs: operations give plain tensors
type(m + 1).__name__  # differs: operations give plain tensors
type(m.sum()).__name__  # differs: operations give plain tensors
type(m[0]).__name__  # differs: operations give plain tensors
type(torch.sin(m)).__name__  # differs: operations give plain tensors
type(m + torch.ones(2)).__name__  # differs: operations give plain tensors
type(torch.ones(2) + m).__name__  # differs: operations give plain tensors
type(m.clone()).__name__  # differs: operations give plain tensors
type(m.detach()).__name__  # differs: operations give plain tensors
type(m == 1).__name__  # differs: operations give plain tensors
type(m.numpy()).__name__
m.tolist()
m.requires_grad_()
(m * m).sum().backward()
type(m.grad).__name__
m.grad
t = torch.ones(2)
t.__class__ = Mine
t.twice()  # differs: operations give plain tensors
type(torch.ones(2).as_subclass(Mine)).__name__
torch.ones(2).as_subclass(Mine).twice()  # differs: operations give plain tensors
torch.ones(2).as_subclass(int)
class Loud(torch.Tensor):
    def __add__(self, other):
        return "loud"
Loud([1.0]) + 1
Loud([1.0]) * 2 == 2  # differs: operations give plain tensors
repr(Loud([1.0]))
f"{Mine([1.0])[0]}"  # differs: operations give plain tensors
copy = __import__("copy")
type(copy.deepcopy(m)).__name__  # differs: derived classes can be copied
type(copy.copy(m)).__name__
Mine(2, 3).shape
Mine().shape
class Named(torch.Tensor):
    def __new__(cls, data, name):
        made = torch.as_tensor(data).as_subclass(cls)
        made.label = name
        return made
n = Named([1.0, 2.0], "n")
n.label
n
type(n).__name__
object.__new__(torch.Tensor)  # words differ: names the class
