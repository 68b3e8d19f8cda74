"""Names and inputs of the nodes of every op, and what a second backward pass does."""

# %% numbers and tensors
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(a+b)
show(a+2)
show(2+a)
show(a+v)
show(a-b)
show(2-a)
show(a-2)
show(torch.rsub(a,2))
show(torch.rsub(a,b))
show(torch.add(a,b,alpha=2))
show(torch.sub(a,b,alpha=2))
show(a.sub(b,alpha=3))
show(torch.add(a,2,alpha=3))
show(a*b)
show(a*2)
show(2*a)
show(a*a)
show(a/b)
show(a/2)
show(2/a)
show(torch.div(a,b,rounding_mode='floor'))
show(torch.div(a,2,rounding_mode='floor'))
show(torch.div(a,b,rounding_mode='trunc'))
show(torch.div(a,2,rounding_mode='trunc'))
show(a**2)
show(a**3)
show(a**0.5)
show(a**-1)
show(a**0)
show(a**b)
show(2**a)
show(torch.pow(a,b))
show(torch.pow(2,a))
show(torch.pow(a,2))
show(torch.pow(a,torch.tensor(2.)))
show(a**torch.tensor(3.))
show(torch.square(a))
show(a//b)
show(a//2)
show(a%b)
show(a%2)
show(torch.remainder(a,b))
show(torch.remainder(a,2))
show(torch.atan2(a,b))
show(torch.maximum(a,b))
show(torch.minimum(a,b))
show(torch.max(a,b))
show(torch.min(a,b))
show(torch.clamp_min(a,0.5))
show(torch.clamp_min(a,b))
show(torch.clamp_max(a,0.5))
show(torch.clamp_max(a,b))
show(a.clamp(0,1))
show(a.clamp(min=0))
show(a.clamp(max=1))
show(a.clamp(b,c))
show(a.clamp(min=b))
show(a.clamp(max=b))
show(torch.clip(a,0,1))

# %% functions of elements
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(-a)
show(torch.neg(a))
show(+a)
show(abs(a))
show(a.abs())
show(torch.absolute(a))
show(a.exp())
show(a.expm1())
show(a.log())
show(a.log1p())
show(a.log2())
show(a.log10())
show(a.sqrt())
show(a.rsqrt())
show(a.reciprocal())
show(a.square())
show(a.sin())
show(a.cos())
show(a.tan())
show((a/9).asin())
show((a/9).acos())
show(a.atan())
show(a.sinh())
show(a.cosh())
show(a.tanh())
show(a.asinh())
show((a+5).acosh())
show((a/9).atanh())
show(a.sigmoid())
show(a.relu())
show(a.erf())
show(a.erfc())
show(a.sign())
show(a.floor())
show(a.ceil())
show(a.round())
show(a.round(decimals=2))
show(a.trunc())
show(torch.fix(a))
show(torch.where(c>0,a,b))
show(torch.where(c>0,a,2.))
show(torch.where(c>0,2.,a))
show(a.where(c>0,b))
show(torch.lerp(a,b,0.5))
show(torch.lerp(a,b,c))
show(a.lerp(b,torch.tensor(0.5)))
show(a.masked_fill(c>0,2.))
show(a.masked_fill(c>0,s))
show(torch.masked_fill(a,c>0,2))
show(a.masked_select(c>0))
show(torch.masked_select(m,k>0))
show(torch.masked_select(a,torch.tensor(True)))
show(torch.masked_select(m,c>0))
show(a.isclose(b))

# %% products
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(m.mm(k))
show(m@k)
show(m.mv(a))
show(m@a)
show(a@m)
show(a.dot(b))
show(a@b)
show(torch.outer(a,b))
show(a.outer(b))
show(torch.ger(a,b))
show(n.bmm(n))
show(n@n)
show(n@m)
show(n@a)
show(torch.addmm(m,m,k))
show(torch.addmm(a,m,k))
show(torch.addmm(m,k,k,beta=2,alpha=3))
show(torch.addmm(m.detach(),m,k))
show(m.addmm(k,k))
show(torch.matmul(n,n))

# %% losses and layers
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(F.softplus(a))
show(F.softplus(a,2))
show(F.softplus(a,1,10))
show(F.logsigmoid(a))
show(F.relu(a))
show(F.relu(a+0,inplace=True))
show(F.sigmoid(a))
show(F.tanh(a))
show(F.softmax(m,1))
show(F.log_softmax(m,1))
show(F.softmax(m,1,dtype=torch.float64))
show(torch.softmax(m,0))
show(m.softmax(0))
show(F.linear(m,k))
show(F.linear(m,k,a))
show(F.linear(n,k,a))
show(F.linear(n,k))
show(F.linear(a,k))
show(F.linear(a,k,b))
show(F.linear(a,b))
show(F.linear(m,a))
show(F.linear(leaf(3, 3, 3),k,a))
show(F.linear(n.detach(),k,a))
show(F.linear(m.detach(),k,a.detach()))
show(F.mse_loss(a,b))
show(F.mse_loss(a,b,reduction='sum'))
show(F.mse_loss(a,b,reduction='none'))
show(F.mse_loss(a,v))
show(F.mse_loss(a,v.double()))
show(F.mse_loss(a,b,weight=v))
show(F.mse_loss(a,b,weight=v,reduction='none'))
show(F.nll_loss(m,at))
show(F.nll_loss(m,at,reduction='none'))
show(F.nll_loss(m,at,weight=v))
show(F.nll_loss(n,torch.zeros(3,3,dtype=torch.int64)))
show(F.nll_loss(a,torch.tensor(1)))
show(F.nll_loss(quad,torch.zeros(2,3,3,dtype=torch.int64)))
show(F.cross_entropy(m,at))
show(F.cross_entropy(m,at,weight=v))
show(F.cross_entropy(m,at,reduction='none'))
show(F.cross_entropy(m,at,reduction='sum'))
show(F.cross_entropy(m,at,label_smoothing=0.1))
show(F.cross_entropy(m,at,label_smoothing=0.1,reduction='sum'))
show(F.cross_entropy(m,at,label_smoothing=0.1,reduction='none'))
show(F.cross_entropy(m,at,label_smoothing=0.1,weight=v))
show(F.cross_entropy(m,k.softmax(1)))
show(F.cross_entropy(m,even))
show(F.cross_entropy(m,even,reduction='sum'))
show(F.cross_entropy(m,even,reduction='none'))
show(F.cross_entropy(m,even,weight=v))
show(F.cross_entropy(m,even,label_smoothing=0.1))
show(F.cross_entropy(n,torch.zeros(3,3,dtype=torch.int64)))
show(F.cross_entropy(a,torch.tensor(1)))

# %% reductions
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(a.sum())
show(m.sum(0))
show(m.sum(1,keepdim=True))
show(m.sum((0,1)))
show(m.sum([]))
show(m.sum(dtype=torch.float64))
show(m.sum(0,dtype=torch.float64))
show(s.sum())
show(s.sum(0))
show(a.mean())
show(m.mean(0))
show(m.mean(dim=(0,1)))
show(m.mean(dtype=torch.float64))
show(m.mean(0,dtype=torch.float64))
show(a.prod())
show(m.prod(0))
show(m.prod(0,keepdim=True))
show(m.prod(dtype=torch.float64))
show(a.cumsum(0))
show(m.cumsum(1,dtype=torch.float64))
show(s.cumsum(0))
show(a.max())
show(a.min())
show(m.max(0)[0])
show(m.max(0).values)
show(m.min(1,keepdim=True)[0])
show(m.amax(0))
show(m.amax())
show(m.amin((0,1)))
show(m.aminmax()[0])
show(a.var())
show(a.var(0))
show(m.var(1,correction=0))
show(a.std())
show(m.std(0))
show(torch.var_mean(a)[0])
show(torch.var_mean(a)[1])
show(torch.std_mean(a)[0])
show(torch.std_mean(a)[1])
show(torch.var_mean(m,0)[0])
show(torch.var_mean(m,0)[1])
show(torch.std_mean(m,0,keepdim=True)[1])
show(a.norm())
show(a.norm(1))
show(a.norm(3))
show(a.norm(float('inf')))
show(a.norm(0))
show(m.norm())
show(m.norm('fro'))
show(m.norm(dim=0))
show(m.norm(2,0))
show(m.norm(2,(0,1)))
show(m.norm('fro',(0,1)))
show(m.norm('fro',0))
show(a.norm(dtype=torch.float64))
show(torch.norm(a))
show(torch.norm(m,dim=1))
show(torch.norm(m,p=1,dim=1))
show(torch.norm(a,2,dtype=torch.float64))
show(torch.norm(m,p='fro',dim=(0,1)))
show(m.logsumexp(0))
show(m.logsumexp((0,1)))
show(m.diag())
show(m.diagonal())
show(m.tril())
show(m.triu())

# %% shapes
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(a.view(3,1))
show(a.view(-1))
show(m.view_as(m))
show(m.reshape(9))
show(m.reshape(3,3))
show(m.t().reshape(9))
show(m.reshape_as(k))
show(m.flatten())
show(m.t().flatten())
show(n.flatten(1))
show(n.flatten(0,1))
show(s.flatten())
show(a.flatten())
show(m.ravel())
show(a.ravel())
show(m.t().ravel())
show(m.unflatten(0,(3,1)))
show(a.unflatten(0,(1,3)))
show(m.t())
show(a.t())
show(s.t())
show(m.T)
show(a.T)
show(n.mT)
show(m.mT)
show(m.mH)
show(m.H)
show(m.transpose(0,1))
show(m.transpose(0,0))
show(m.swapaxes(0,1))
show(m.swapdims(0,1))
show(s.transpose(0,0))
show(m.permute(1,0))
show(n.permute(2,0,1))
show(n.movedim(0,1))
show(n.movedim((0,1),(1,0)))
show(n.movedim(0,0))
show(n.moveaxis(0,1))
show(m.expand(2,3,3))
show(a.expand(3))
show(a.expand_as(m))
show(a.broadcast_to(2,3))
show(torch.broadcast_to(a,(2,3)))
show(a.unsqueeze(0))
show(a.unsqueeze(0).squeeze())
show(a.unsqueeze(0).squeeze(0))
show(a.unsqueeze(0).squeeze((0,)))
show(a.unsqueeze(0).squeeze((0,1)))
show(a.squeeze(0))
show(s.squeeze())
show(s.squeeze(0))

# %% indexing
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(m.select(0,1))
show(m[0])
show(m[0,1])
show(m[:,0])
show(m[0:1])
show(m[:])
show(m[...])
show(a[...])
show(m[None])
show(m[None,0])
show(m[0:2,1])
show(m[::2])
show(m[0,:])
show(m[0,...,None])
show(m[()])
show(s[()])
show(s[None])
show(s[...])
show(m[at])
show(m[at,at])
show(m[:,at])
show(m[0,at])
show(m[None,at])
show(m[k>0])
show(a[[0,1]])
show(a[torch.tensor([True,False,True])])
show(m[at,None])
show(m[at,0])
show(m[1:,at])
show(a[torch.tensor(1)])
show(m[torch.tensor(1)])
show(m[torch.tensor(1),0])
show(a[True])
show(a[False])

# %% joining and moving
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(m.narrow(0,0,2))
show(m.split(2)[0])
show(m.split(2)[1])
show(m.split([1,2])[1])
show(torch.split(m,1)[2])
show(torch.split(m,[1,2],1)[0])
show(m.chunk(2)[1])
show(m.chunk(3,1)[2])
show(m.unbind()[1])
show(torch.unbind(m,1)[2])
show([r for r in m][1])
show(torch.cat([a,b]))
show(torch.cat([a,v,b]))
show(torch.cat([a]))
show(torch.cat([m,k],1))
show(torch.concat([a,b]))
show(torch.cat([a,torch.zeros(0)]))
show(torch.cat([a,b.double()]))
show(torch.stack([a,b]))
show(torch.stack([a,v],1))
show(torch.stack([a]))
show(torch.vstack([a,b]))
show(torch.hstack([a,b]))
show(torch.hstack([m,k]))
show(torch.vstack([m,k]))
show(torch.dstack([a,b]))
show(torch.hstack([s,s]))
show(a.repeat(2))
show(a.repeat(2,3))
show(m.repeat(1,1))
show(m.repeat(2,1))
show(a.tile(2))
show(a.tile((2,3)))
show(m.tile(2))
show(m.tile((1,)))
show(a.flip(0))
show(m.flip(0,1))
show(m.flip(()))
show(s.flip(()))
show(m.fliplr())
show(a.roll(1))
show(m.roll(1))
show(m.roll(1,0))
show(m.roll((1,1),(0,1)))
show(m.rot90())

# %% conversion and gathering
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)
show(a.clone())
show(torch.clone(a))
show(a.contiguous())
show(m.t().contiguous())
show(a.to(torch.float64))
show(a.double())
show(a.double().float())
show(a.float())
show(a.to(torch.float32))
show(a.to(torch.float32,copy=True))
show(a.type(torch.float64))
show(a.type_as(v.double()))
show(a.to(v.double()))
show(a.gather(0,at))
show(m.gather(1,grid))
show(torch.gather(m,0,grid))
show(m.take_along_dim(grid,1))
show(m.take_along_dim(grid))
show(torch.take_along_dim(m,at[None],0))
show(m.take(at))
show(torch.take(m,grid))
show(m.index_select(0,at))
show(s.index_select(0,torch.tensor([0])))
show(m.index_select(1,at))
show(m.scatter(0,grid,k))
show(m.scatter(0,grid,2.))
show(m.scatter_add(0,grid,k))
show(m.detach().scatter(0,grid,k))
show(m.index_add(0,at,k))
show(m.index_put((at,),a))
show(m.index_fill(0,at,2.))
show(m.index_copy(0,at,k))
show(a.as_strided((2,2),(1,1)))
show(a.detach())
show(a.cpu())
show(torch.atleast_2d(a))
show(torch.broadcast_tensors(a,m)[0])
show(torch.positive(a))
show(torch.true_divide(a,b))
show(torch.divide(a,2))
show(torch.multiply(a,b))
show(torch.subtract(a,b))
show(torch.negative(a))
show(torch.select(m,0,1))
show(torch.narrow(m,0,0,2))
show(a+b.double())
show(m+s)
show(s*m)
show(a*v.double())
show(torch.sum(m,0))
show(torch.mean(m,1))
show(torch.flatten(m))
show(torch.squeeze(a[None]))
show(torch.swapaxes(m,0,1))
show(torch.movedim(m,0,1))
show(torch.ravel(m))
show(torch.reshape(m,(9,)))
show(torch.zeros_like(a))
show(torch.ones_like(a)+a)
show(a.new_zeros(3)+a)
show((a*b).detach().requires_grad_())

# %% writes
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)


def written(target, name, *args, **kwargs):
    """A copy of a tensor after one of its methods has run."""
    target = target.clone() if target.requires_grad else target.clone()
    getattr(target, name)(*args, **kwargs)
    return target


def assigned(target, index, value):
    """A copy of a tensor of which a part was assigned."""
    target = target.clone()
    target[index] = value
    return target


def through(target, view, name, *args):
    """A copy of a tensor that was written through a view, and the view."""
    target = target.clone()
    shown = view(target)
    getattr(shown, name)(*args)
    return target, shown


def behind(target, view):
    """A view of a copy of a tensor that was written afterwards."""
    target = target.clone()
    shown = view(target)
    target.mul_(2)
    return shown
show(written(a,'add_',b))
show(written(a,'add_',2))
show(written(a,'sub_',b))
show(written(a,'mul_',b))
show(written(a,'mul_',2))
show(written(a,'div_',b))
show(written(a,'div_',2))
show(written(a,'pow_',2))
show(written(a,'pow_',3))
show(written(a,'pow_',b))
show(written(a,'square_'))
show(written(a,'neg_'))
show(written(a,'abs_'))
show(written(a,'exp_'))
show(written(a,'log_'))
show(written(a,'sqrt_'))
show(written(a,'sin_'))
show(written(a,'tanh_'))
show(written(a,'sigmoid_'))
show(written(a,'relu_'))
show(written(a,'reciprocal_'))
show(written(a,'zero_'))
show(written(a,'fill_',2))
show(written(a,'fill_',s))
show(written(a,'copy_',b))
show(written(a,'copy_',v))
show(written(a,'copy_',2))
show(written(a,'copy_',s))
show(written(m,'copy_',a))
show(written(a,'copy_',b.double()))
show(written(a,'clamp_',0,1))
show(written(a,'clamp_',b,c))
show(written(a,'clamp_',0))
show(written(a,'clamp_min_',0))
show(written(a,'clamp_max_',b))
show(written(a,'lerp_',b,0.5))
show(written(a,'lerp_',b,c))
show(written(a,'masked_fill_',c>0,2.))
show(written(a,'masked_fill_',c>0,s))
show(written(a,'floor_'))
show(written(a,'round_'))
show(written(a,'sign_'))
show(written(a,'remainder_',2))
show(written(a,'remainder_',b))
show(written(a,'atan2_',b))
show(written(a,'add_',b,alpha=2))
show(written(m,'scatter_',0,grid,k))
show(written(m,'scatter_',0,grid,2.))
show(written(m,'index_put_',(at,),a))
show(written(m,'requires_grad_'))
show(written(m,'floor_divide_',2))
show(written(m,'div_',2,rounding_mode='floor'))
show(written(m,'div_',k,rounding_mode='trunc'))

# %% assignment
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)


def written(target, name, *args, **kwargs):
    """A copy of a tensor after one of its methods has run."""
    target = target.clone() if target.requires_grad else target.clone()
    getattr(target, name)(*args, **kwargs)
    return target


def assigned(target, index, value):
    """A copy of a tensor of which a part was assigned."""
    target = target.clone()
    target[index] = value
    return target


def through(target, view, name, *args):
    """A copy of a tensor that was written through a view, and the view."""
    target = target.clone()
    shown = view(target)
    getattr(shown, name)(*args)
    return target, shown


def behind(target, view):
    """A view of a copy of a tensor that was written afterwards."""
    target = target.clone()
    shown = view(target)
    target.mul_(2)
    return shown
show(assigned(m,0,a))
show(assigned(m,0,2))
show(assigned(m,(0,0),2))
show(assigned(m,(0,0),s))
show(assigned(m,slice(None),k))
show(assigned(m,slice(None),2))
show(assigned(m,...,k))
show(assigned(m,...,2))
show(assigned(m,at,a))
show(assigned(m,at,2))
show(assigned(m,k>0,2))
show(assigned(m,k>0,s))
show(assigned(m,(at,at),a))
show(assigned(m,(slice(None),at),k))
show(assigned(m,(0,at),a))
show(assigned(m,(slice(0,2),slice(0,2)),k[:2,:2]))
show(assigned(square,0,a))
show(assigned(square,0,2))
show(assigned(square,at,a))
show(assigned(square,...,k))

# %% writes through views
def tree(node):
    """The nodes below a node, by name; a leaf is L, an input without gradient is -."""
    if node is None:
        return "-"
    name = type(node).__name__
    if name == "AccumulateGrad":
        return "L"
    below = (tree(f) + f":{k}" * bool(k) for f, k in node.next_functions)
    return f"{name}({', '.join(below)})"


def twice(result):
    """What a second backward pass does."""
    ones = torch.ones_like(result.detach())
    result.backward(ones)
    try:
        result.backward(ones)
    except RuntimeError as error:
        return str(error)[:49]
    return "runs"


def show(result):
    print(tree(result.grad_fn), "|", twice(result) if result.requires_grad else "constant")


def leaf(*shape):
    return (torch.arange(float(torch.ones(shape).numel())).reshape(shape) / 7 + 0.4).requires_grad_()


F = torch.nn.functional
a, b, c = leaf(3), leaf(3), leaf(3)
m, k, n, quad = leaf(3, 3), leaf(3, 3), leaf(3, 3, 3), leaf(2, 3, 3, 3)
s = torch.tensor(1.5, requires_grad=True)
v, square, even = torch.tensor([1.0, 2.0, 3.0]), torch.ones(3, 3), torch.ones(3, 3) / 3
at, grid = torch.tensor([0, 2, 1]), torch.tensor([[0, 2, 1]] * 3)


def written(target, name, *args, **kwargs):
    """A copy of a tensor after one of its methods has run."""
    target = target.clone() if target.requires_grad else target.clone()
    getattr(target, name)(*args, **kwargs)
    return target


def assigned(target, index, value):
    """A copy of a tensor of which a part was assigned."""
    target = target.clone()
    target[index] = value
    return target


def through(target, view, name, *args):
    """A copy of a tensor that was written through a view, and the view."""
    target = target.clone()
    shown = view(target)
    getattr(shown, name)(*args)
    return target, shown


def behind(target, view):
    """A view of a copy of a tensor that was written afterwards."""
    target = target.clone()
    shown = view(target)
    target.mul_(2)
    return shown
show(through(m,lambda t:t[0],'add_',a)[0])
show(through(m,lambda t:t[0],'add_',2)[0])
show(through(m,lambda t:t[0],'mul_',a)[0])
show(through(m,lambda t:t.view(9),'mul_',2)[0])
show(through(m,lambda t:t.t(),'mul_',2)[0])
show(through(m,lambda t:t[0][1:],'mul_',2)[0])
show(through(m,lambda t:t[0],'copy_',a)[0])
show(through(m,lambda t:t[0],'zero_')[0])
show(through(square,lambda t:t[0],'copy_',a)[0])
show(through(square,lambda t:t[0],'add_',a)[0])
show(through(m,lambda t:t[0],'add_',a)[1])
show(through(m,lambda t:t[0],'copy_',a)[1])
show(through(m,lambda t:t.view(9),'mul_',2)[1])
show(through(m,lambda t:t.t(),'mul_',2)[1])
show(through(m,lambda t:t[0][1:],'mul_',2)[1])
show(through(square,lambda t:t[0],'copy_',a)[1])
show(behind(m,lambda t:t[0]))
show(behind(m,lambda t:t.t()))
show(behind(m,lambda t:t[:,0]))
show(behind(m,lambda t:t.view(9)))
show(behind(m,lambda t:t.transpose(0,1)))
show(behind(m,lambda t:t.expand(2,3,3)))
show(behind(m,lambda t:t.unsqueeze(0)))
show(behind(m,lambda t:t.squeeze()))
show(behind(m,lambda t:t.permute(1,0)))
show(behind(m,lambda t:t[0:2]))
