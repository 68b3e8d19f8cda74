"""Warnings, and the line that they are shown at."""

# %% grad of inner results
x = torch.ones(2, requires_grad=True)
y = x * 2
y.grad
print(y.grad)
g = y.grad
getattr(y, "grad")
getattr(y, "grad", None)
hasattr(y, "grad")
[y.grad for _ in range(2)]
[t.grad for t in [x, y]]
def f(t):
    pass

    return t.grad
f(y)
(lambda t: t.grad)(y)
class A:
    def get(self, t):
        a = 1
        return t.grad
A().get(y)
sorted([y], key=lambda t: t.grad is None)
list(map(lambda t: t.grad, [y]))
import operator
operator.attrgetter("grad")(y)
x.grad
y.detach().grad
with torch.no_grad():
    y.grad
with torch.no_grad():
    z = x * 2
z.grad
torch.ones(2).grad
y.retain_grad()
y.grad
w = x * 2
w.grad = torch.ones(2)
w.grad
w.grad = None
w.grad
x[0].grad
w.grad is None and w.grad is None
if w.grad is None:
    pass
(
    w
    .grad
)

# %% in loops
x = torch.ones(2, requires_grad=True)
y = x * 2
for k in range(2):
    y.grad
while y.grad is None:
    break
def gen():
    yield y.grad
    yield y.grad
list(gen())

# %% conversions
x = torch.tensor(2.0, requires_grad=True)
float(x)
int(x)
bool(x)
complex(x)
x.item()
x.tolist()
round(float(x))
float(x.detach())
float(x * 2)
int(torch.tensor([[3.7]], requires_grad=True))
float(torch.ones(2, requires_grad=True))
int(torch.ones(2))
float(torch.ones(0))
float(torch.ones(2))
f"{x:.2f}"
"%.2f" % x
import math
math.sqrt(x)
math.floor(x)
max(x, 1)
x.detach().__float__()
x.__int__()
def f(t):
    return float(t)
f(x)
[float(t) for t in [x]]
with torch.no_grad():
    float(x)
range(x)
[1, 2, 3][x]
[1, 2, 3][torch.tensor(1)]
torch.tensor([x, x])
torch.tensor([1.0, x])
torch.tensor(x)
torch.tensor(torch.ones(2))
torch.as_tensor(x)
x.new_tensor(x)
np.asarray(x)
np.array([float(x)])
x.numpy()
float("nan") if x > 1 else 0

# %% Variable
torch.autograd.Variable(torch.ones(2), volatile=True)  # words differ: it names the package
def f():
    return torch.autograd.Variable(torch.ones(2), volatile=False)  # words differ: it names the package
f()  # words differ: it names the package
