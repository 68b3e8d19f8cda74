"""Every function of tensors without elements and of tensors without dimensions."""

# %% elementwise
def tell(f, *args):
    try:
        made = f(*args)
    except Exception as error:
        return type(error).__name__
    made = made if isinstance(made, (tuple, list)) else (made,)
    leaves = [a for a in args if isinstance(a, torch.Tensor) and a.requires_grad]
    said = []
    for t in made:
        if not isinstance(t, torch.Tensor):
            said.append(str(t))
            continue
        values = ",".join(f"{float(v):.4g}" for v in t.detach().reshape(-1))
        said.append(f"{tuple(t.shape)} {str(t.dtype).split('.')[1]} [{values}]")
        if t.requires_grad:
            t.sum().backward(retain_graph=True)
    for leaf in leaves:
        if leaf.grad is None:
            said.append("no gradient")
            continue
        values = ",".join(f"{float(v):.4g}" for v in leaf.grad.reshape(-1))
        said.append(f"gradient {tuple(leaf.grad.shape)} [{values}]")
        leaf.grad = None
    return "; ".join(said)
kinds = (torch.float32, torch.float64, torch.int64, torch.bool)
def every(f, *more):
    for kind in kinds:
        for shape in ((), (0,), (0, 3), (1,)):
            x = torch.ones(shape, dtype=kind)
            if kind.is_floating_point:
                x.mul_(0.5).requires_grad_()
            print("  ", kind, shape, tell(f, x, *more))
every(torch.abs)
every(torch.acos)
every(torch.acosh)
every(torch.asin)
every(torch.asinh)
every(torch.atan)
every(torch.atanh)
every(torch.bitwise_not)
every(torch.ceil)
every(torch.cos)
every(torch.cosh)
every(torch.erf)
every(torch.erfc)
every(torch.exp)
every(torch.expm1)
every(torch.floor)
every(torch.isfinite)
every(torch.isinf)
every(torch.isnan)
every(torch.log)
every(torch.log1p)
every(torch.log2)
every(torch.log10)
every(torch.logical_not)
every(torch.neg)
every(torch.positive)
every(torch.reciprocal)
every(torch.relu)
every(torch.round)
every(torch.rsqrt)
every(torch.sigmoid)
every(torch.sign)
every(torch.sin)
every(torch.sinh)
every(torch.sqrt)
every(torch.square)
every(torch.tan)
every(torch.tanh)
every(torch.trunc)
every(lambda x: torch.add(x, x))
every(lambda x: torch.sub(x, x))
every(lambda x: torch.mul(x, x))
every(lambda x: torch.div(x, x))
every(lambda x: torch.pow(x, x))
every(lambda x: torch.atan2(x, x))
every(lambda x: torch.maximum(x, x))
every(lambda x: torch.minimum(x, x))
every(lambda x: torch.remainder(x, x))
every(lambda x: torch.floor_divide(x.detach(), x.detach()))
every(lambda x: torch.eq(x, x))
every(lambda x: torch.ne(x, x))
every(lambda x: torch.lt(x, x))
every(lambda x: torch.le(x, x))
every(lambda x: torch.gt(x, x))
every(lambda x: torch.ge(x, x))
every(lambda x: torch.logical_and(x, x))
every(lambda x: torch.logical_or(x, x))
every(lambda x: torch.logical_xor(x, x))
every(lambda x: torch.bitwise_and(x, x))
every(lambda x: torch.bitwise_or(x, x))
every(lambda x: torch.bitwise_xor(x, x))
every(lambda x: torch.add(x, torch.ones(())))
every(lambda x: torch.mul(x, torch.ones(())))
every(lambda x: torch.div(x, torch.ones(())))
every(lambda x: torch.pow(x, torch.ones(())))
every(lambda x: torch.maximum(x, torch.ones(())))
every(lambda x: torch.eq(x, torch.ones(())))
every(lambda x: torch.where(x > 0, x, x))
every(lambda x: torch.where(torch.ones(3) > 0, x, x))
every(lambda x: torch.lerp(x, x, 0.5))
every(lambda x: torch.clamp(x, 0, 1))
every(lambda x: torch.clamp(x, min=x))
every(lambda x: torch.isclose(x, x))
every(lambda x: torch.allclose(x, x))
every(lambda x: torch.equal(x, x))

# %% reductions
def tell(f, *args):
    try:
        made = f(*args)
    except Exception as error:
        return type(error).__name__
    made = made if isinstance(made, (tuple, list)) else (made,)
    leaves = [a for a in args if isinstance(a, torch.Tensor) and a.requires_grad]
    said = []
    for t in made:
        if not isinstance(t, torch.Tensor):
            said.append(str(t))
            continue
        values = ",".join(f"{float(v):.4g}" for v in t.detach().reshape(-1))
        said.append(f"{tuple(t.shape)} {str(t.dtype).split('.')[1]} [{values}]")
        if t.requires_grad:
            t.sum().backward(retain_graph=True)
    for leaf in leaves:
        if leaf.grad is None:
            said.append("no gradient")
            continue
        values = ",".join(f"{float(v):.4g}" for v in leaf.grad.reshape(-1))
        said.append(f"gradient {tuple(leaf.grad.shape)} [{values}]")
        leaf.grad = None
    return "; ".join(said)
kinds = (torch.float32, torch.float64, torch.int64, torch.bool)
def every(f, *more):
    for kind in kinds:
        for shape in ((), (0,), (0, 3), (1,)):
            x = torch.ones(shape, dtype=kind)
            if kind.is_floating_point:
                x.mul_(0.5).requires_grad_()
            print("  ", kind, shape, tell(f, x, *more))
every(torch.sum)
every(lambda x: torch.sum(x, -1))
every(lambda x: torch.sum(x, 0, keepdim=True))
every(torch.mean)
every(lambda x: torch.mean(x, -1))
every(lambda x: torch.mean(x, 0, keepdim=True))
every(torch.prod)
every(lambda x: torch.prod(x, -1))
every(lambda x: torch.prod(x, 0, keepdim=True))
every(torch.amax)
every(lambda x: torch.amax(x, -1))
every(lambda x: torch.amax(x, 0, keepdim=True))
every(torch.amin)
every(lambda x: torch.amin(x, -1))
every(lambda x: torch.amin(x, 0, keepdim=True))
every(torch.max)
every(lambda x: torch.max(x, -1))
every(lambda x: torch.max(x, 0, keepdim=True))
every(torch.min)
every(lambda x: torch.min(x, -1))
every(lambda x: torch.min(x, 0, keepdim=True))
every(torch.argmax)
every(lambda x: torch.argmax(x, -1))
every(lambda x: torch.argmax(x, 0, keepdim=True))
every(torch.argmin)
every(lambda x: torch.argmin(x, -1))
every(lambda x: torch.argmin(x, 0, keepdim=True))
every(torch.var)
every(lambda x: torch.var(x, -1))
every(lambda x: torch.var(x, 0, keepdim=True))
every(torch.std)
every(lambda x: torch.std(x, -1))
every(lambda x: torch.std(x, 0, keepdim=True))
every(torch.all)
every(lambda x: torch.all(x, -1))
every(lambda x: torch.all(x, 0, keepdim=True))
every(torch.any)
every(lambda x: torch.any(x, -1))
every(lambda x: torch.any(x, 0, keepdim=True))
every(lambda x: torch.logsumexp(x, -1))
every(lambda x: torch.logsumexp(x, 0, keepdim=True))
every(torch.var_mean)
every(lambda x: torch.var_mean(x, -1))
every(lambda x: torch.var_mean(x, 0, keepdim=True))
every(torch.std_mean)
every(lambda x: torch.std_mean(x, -1))
every(lambda x: torch.std_mean(x, 0, keepdim=True))
every(lambda x: torch.norm(x))
every(lambda x: torch.norm(x, 1))
every(lambda x: torch.norm(x, float("inf")))
every(lambda x: torch.softmax(x.float(), 0))
every(lambda x: torch.log_softmax(x.float(), -1))
every(lambda x: torch.logsumexp(x, 0))
every(lambda x: torch.logsumexp(x, -1))
every(lambda x: torch.cumsum(x, 0))
every(lambda x: torch.count_nonzero(x))
every(lambda x: torch.nonzero(x))
every(lambda x: torch.argwhere(x))
every(lambda x: torch.var(x, 0, correction=0))
every(lambda x: x.mean(-1, keepdim=True))
every(lambda x: x.sum((), keepdim=True))
every(lambda x: x.amax(()))

# %% shapes
def tell(f, *args):
    try:
        made = f(*args)
    except Exception as error:
        return type(error).__name__
    made = made if isinstance(made, (tuple, list)) else (made,)
    leaves = [a for a in args if isinstance(a, torch.Tensor) and a.requires_grad]
    said = []
    for t in made:
        if not isinstance(t, torch.Tensor):
            said.append(str(t))
            continue
        values = ",".join(f"{float(v):.4g}" for v in t.detach().reshape(-1))
        said.append(f"{tuple(t.shape)} {str(t.dtype).split('.')[1]} [{values}]")
        if t.requires_grad:
            t.sum().backward(retain_graph=True)
    for leaf in leaves:
        if leaf.grad is None:
            said.append("no gradient")
            continue
        values = ",".join(f"{float(v):.4g}" for v in leaf.grad.reshape(-1))
        said.append(f"gradient {tuple(leaf.grad.shape)} [{values}]")
        leaf.grad = None
    return "; ".join(said)
kinds = (torch.float32, torch.float64, torch.int64, torch.bool)
def every(f, *more):
    for kind in kinds:
        for shape in ((), (0,), (0, 3), (1,)):
            x = torch.ones(shape, dtype=kind)
            if kind.is_floating_point:
                x.mul_(0.5).requires_grad_()
            print("  ", kind, shape, tell(f, x, *more))
every(lambda x: x.reshape(-1))
every(lambda x: x.view(-1))
every(lambda x: x.reshape(0))
every(lambda x: x.reshape(x.shape))
every(lambda x: x.flatten())
every(lambda x: x.ravel())
every(lambda x: x.t())
every(lambda x: x.squeeze())
every(lambda x: x.squeeze(0))
every(lambda x: x.unsqueeze(0))
every(lambda x: x.unsqueeze(-1))
every(lambda x: x.unsqueeze(2))
every(lambda x: x.transpose(0, -1))
every(lambda x: x.permute(*range(x.ndim)))
every(lambda x: x.expand(2, *x.shape))
every(lambda x: x.expand(3))
every(lambda x: x.repeat(2, 2))
every(lambda x: x.tile(2))
every(lambda x: x.flip(0))
every(lambda x: x.flip(()))
every(lambda x: x.roll(1))
every(lambda x: x.roll(1, 0))
every(lambda x: x.movedim(0, -1))
every(lambda x: x.narrow(0, 0, 0))
every(lambda x: x.select(0, 0))
every(lambda x: x.unflatten(0, (1, -1)))
every(lambda x: x.unbind(0))
every(lambda x: x.split(1))
every(lambda x: x.split(0))
every(lambda x: x.chunk(2))
every(lambda x: x.clone())
every(lambda x: x.contiguous())
every(lambda x: x.double())
every(lambda x: x.long())
every(lambda x: x.bool())
every(lambda x: x.broadcast_to((2, 3)))
every(lambda x: torch.cat([x, x]))
every(lambda x: torch.cat([x, torch.empty(0)]))
every(lambda x: torch.cat([x, x], -1))
every(lambda x: torch.stack([x, x]))
every(lambda x: torch.stack([x, x], -1))
every(lambda x: torch.hstack([x, x]))
every(lambda x: torch.vstack([x, x]))
every(lambda x: torch.zeros_like(x))
every(lambda x: torch.full_like(x, 1))

# %% indices
def tell(f, *args):
    try:
        made = f(*args)
    except Exception as error:
        return type(error).__name__
    made = made if isinstance(made, (tuple, list)) else (made,)
    leaves = [a for a in args if isinstance(a, torch.Tensor) and a.requires_grad]
    said = []
    for t in made:
        if not isinstance(t, torch.Tensor):
            said.append(str(t))
            continue
        values = ",".join(f"{float(v):.4g}" for v in t.detach().reshape(-1))
        said.append(f"{tuple(t.shape)} {str(t.dtype).split('.')[1]} [{values}]")
        if t.requires_grad:
            t.sum().backward(retain_graph=True)
    for leaf in leaves:
        if leaf.grad is None:
            said.append("no gradient")
            continue
        values = ",".join(f"{float(v):.4g}" for v in leaf.grad.reshape(-1))
        said.append(f"gradient {tuple(leaf.grad.shape)} [{values}]")
        leaf.grad = None
    return "; ".join(said)
kinds = (torch.float32, torch.float64, torch.int64, torch.bool)
def every(f, *more):
    for kind in kinds:
        for shape in ((), (0,), (0, 3), (1,)):
            x = torch.ones(shape, dtype=kind)
            if kind.is_floating_point:
                x.mul_(0.5).requires_grad_()
            print("  ", kind, shape, tell(f, x, *more))
every(lambda x: x[...])
every(lambda x: x[None])
every(lambda x: x[0])
every(lambda x: x[:])
every(lambda x: x[1:])
every(lambda x: x[::2])
every(lambda x: x[x > 0])
every(lambda x: x[torch.empty(0, dtype=torch.int64)])
every(lambda x: x[torch.tensor(0)])
every(lambda x: x[True])
every(lambda x: x[False])
every(lambda x: torch.masked_select(x, x > 0))
every(lambda x: x.masked_fill(x > 0, 1))
every(lambda x: torch.gather(x, 0, torch.zeros(x.shape, dtype=torch.int64)))
every(lambda x: torch.gather(x, 0, torch.empty(0, dtype=torch.int64)))
every(lambda x: torch.index_select(x, 0, torch.empty(0, dtype=torch.int64)))
every(lambda x: torch.index_select(x, 0, torch.tensor([0])))
every(lambda x: torch.take(x, torch.empty(0, dtype=torch.int64)))
every(lambda x: torch.take(x, torch.tensor(0)))
every(lambda x: torch.take_along_dim(x, torch.zeros(x.shape, dtype=torch.int64), 0))
every(lambda x: x.scatter(0, torch.zeros(x.shape, dtype=torch.int64), 1))
def fill(x):
    y = x.clone()
    y[...] = 1
    return y
every(fill)
def put(x):
    y = x.clone()
    y[y > 0] = 0
    return y
every(put)

# %% products
def tell(f, *args):
    try:
        made = f(*args)
    except Exception as error:
        return type(error).__name__
    made = made if isinstance(made, (tuple, list)) else (made,)
    leaves = [a for a in args if isinstance(a, torch.Tensor) and a.requires_grad]
    said = []
    for t in made:
        if not isinstance(t, torch.Tensor):
            said.append(str(t))
            continue
        values = ",".join(f"{float(v):.4g}" for v in t.detach().reshape(-1))
        said.append(f"{tuple(t.shape)} {str(t.dtype).split('.')[1]} [{values}]")
        if t.requires_grad:
            t.sum().backward(retain_graph=True)
    for leaf in leaves:
        if leaf.grad is None:
            said.append("no gradient")
            continue
        values = ",".join(f"{float(v):.4g}" for v in leaf.grad.reshape(-1))
        said.append(f"gradient {tuple(leaf.grad.shape)} [{values}]")
        leaf.grad = None
    return "; ".join(said)
kinds = (torch.float32, torch.float64, torch.int64, torch.bool)
def every(f, *more):
    for kind in kinds:
        for shape in ((), (0,), (0, 3), (1,)):
            x = torch.ones(shape, dtype=kind)
            if kind.is_floating_point:
                x.mul_(0.5).requires_grad_()
            print("  ", kind, shape, tell(f, x, *more))
for a, b in (((0, 3), (3, 0)), ((3, 0), (0, 2)), ((0, 0), (0, 0)), ((2, 0), (3, 2)), ((0, 3), (3, 2)), ((1, 1), (1, 1))): print(a, b, tell(torch.mm, torch.ones(a, requires_grad=True), torch.ones(b, requires_grad=True)))
for a, b in (((0,), (0,)), ((), ()), ((3,), (0,)), ((1,), ())): print(a, b, tell(torch.dot, torch.ones(a, requires_grad=True), torch.ones(b, requires_grad=True)))
for a, b in (((2, 0), (0,)), ((0, 2), (2,)), ((0, 0), (0,)), ((2, 0), (2,))): print(a, b, tell(torch.mv, torch.ones(a, requires_grad=True), torch.ones(b, requires_grad=True)))
for a, b in (((0, 2, 3), (0, 3, 2)), ((2, 0, 3), (2, 3, 0)), ((2, 3, 0), (2, 0, 1))): print(a, b, tell(torch.bmm, torch.ones(a, requires_grad=True), torch.ones(b, requires_grad=True)))
for a, b in (((), (0,)), ((0,), (0,)), ((0,), (0, 2)), ((2, 0), (0,)), ((2, 0, 3), (3, 1)), ((1, 2, 3), (0, 3, 2)), ((), ())): print(a, b, tell(torch.matmul, torch.ones(a, requires_grad=True), torch.ones(b, requires_grad=True)))
for a, b in (((0,), (3,)), ((3,), (0,)), ((), ())): print(a, b, tell(torch.outer, torch.ones(a, requires_grad=True), torch.ones(b, requires_grad=True)))
for a in ((0, 2), (2, 2), (0,), ()): print(a, tell(torch.addmm, torch.ones(a, requires_grad=True), torch.ones(0, 3), torch.ones(3, 2)))
