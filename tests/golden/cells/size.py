"""Shapes."""

# %% making
torch.Size()
torch.Size([])
torch.Size([2, 3])
torch.Size((2, 3))
torch.Size(range(3))
torch.Size(x for x in [1, 2])
torch.Size(torch.Size([2]))
torch.Size({3})
torch.Size([True])
torch.Size([np.int64(2)])
torch.Size([torch.tensor(2)])
torch.Size(torch.tensor([2, 3]))
torch.Size(np.array([2, 3]))
torch.Size([-1])
torch.Size([2**40])
torch.Size([2**70])
torch.Size([2.0])
torch.Size(["a"])
torch.Size("ab")
torch.Size([None])
torch.Size([[1]])
torch.Size(3)
torch.Size(2, 3)  # words differ: Python counts the arguments
torch.Size(None)
torch.Size(sizes=[1])  # words differ: Python counts the arguments
torch.Size(iterable=[1])  # words differ: Python counts the arguments
torch.Size([1, 2.5, 3])
torch.Size([torch.tensor(2.0)])
torch.Size([torch.tensor([2])])

# %% as a tuple
s = torch.Size([2, 3, 4])
s[0]
s[-1]
s[1:]
s[::-1]
s[:0]
s[5]
s["a"]
s[1.0]
len(s)
list(s)
tuple(s)
s == (2, 3, 4)
(2, 3, 4) == s
s == [2, 3, 4]
s != (2, 3)
s < (3,)
hash(s) == hash((2, 3, 4))
{(2, 3, 4): "x"}[s]
isinstance(s, tuple)
s.numel()
torch.Size().numel()
torch.Size([2, 0]).numel()
a, b, c = s
(a, b, c)
[*s, 5]
max(s)
sum(s)
3 in s
s.index(3)
s.count(4)
s.index(9)
s + (5,)
s + torch.Size([5])
(5,) + s
s + [5]
[5] + s  # words differ: Python names classes without their module
s + 5
s * 2
2 * s
s * 1.5
s * s
s.append(3)  # words differ: Python names classes without their module
s[0] = 3  # words differ: Python names classes without their module
del s[0]  # words differ: Python names classes without their module
s.foo = 3  # words differ: Python names classes without their module
str(s)
f"{s}"
print(s)
"%s" % (s,)
sorted(torch.Size([3, 1]))
torch.ones(s).shape
torch.ones(*s).shape
torch.ones(2, 3).shape + (1,)
torch.ones(2, 3).size() == torch.ones(2, 3).shape
torch.ones(2, 3).size()
torch.ones(2, 3).size(1)
torch.ones(2, 3).shape[0]
torch.ones(2, 3).shape.numel()
torch.tensor(1.0).shape
type(s[1:]).__name__, type(s + (1,)).__name__, type((1,) + s).__name__, type(s * 2).__name__
import pickle, copy
pickle.loads(pickle.dumps(s))
copy.copy(s)
copy.deepcopy(s)
type(pickle.loads(pickle.dumps(s))).__name__
s += (7,)
s
s.numel(1)  # words differ: Python counts the arguments
torch.Size([2]).__class__.__name__
repr([s])
repr((s, 1))
