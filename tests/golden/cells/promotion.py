"""Dtypes of results: each binary function for all pairs of dtypes and kinds of operands."""

# %% tables
kinds = [torch.float32, torch.float64, torch.int64, torch.int32, torch.bool]
def operands():
    for kind in kinds:
        yield str(kind).split(".")[1] + " 1-d", torch.tensor([3], dtype=kind)
        yield str(kind).split(".")[1] + " 0-d", torch.tensor(3, dtype=kind)
    yield from (("int", 2), ("float", 2.0), ("bool", True), ("float64", np.float64(2.0)), ("int64", np.int64(2)))
def outcome(f, *args):
    try:
        made = f(*args)
        return str(made.dtype).split(".")[1]
    except Exception as error:
        return f"{type(error).__name__}: {str(error)[:60]}"
def short(text):
    return text.replace("torch.", "").replace("tapegrad.", "")
def table(f):
    for name, x in operands():
        if isinstance(x, torch.Tensor):
            print(short(name), "->", *(short(outcome(f, x, y)) for _, y in operands()), sep=", ")
def reflected(f):
    for name, x in operands():
        if not isinstance(x, torch.Tensor) and not isinstance(x, np.generic):
            print(short(name), "->", *(short(outcome(f, x, y)) for _, y in operands() if isinstance(y, torch.Tensor)), sep=", ")
def inplace(f):
    for kind in kinds:
        for shape in ((1,), ()):
            print(short(str(kind)), shape, "->", *(short(outcome(f, torch.full(shape, 3, dtype=kind), y)) for _, y in operands()), sep=", ")
def fewer(f):
    for name, x in operands():
        if isinstance(x, torch.Tensor):
            print(short(name), "->", *(short(outcome(f, x, y)) for _, y in operands() if isinstance(y, torch.Tensor)), sep=", ")
table(lambda x, y: x + y)
table(lambda x, y: x - y)
table(lambda x, y: x * y)
table(lambda x, y: x / y)
table(lambda x, y: x // y)
table(lambda x, y: x % y)
table(lambda x, y: x**y)
table(lambda x, y: x == y)
table(lambda x, y: x < y)
table(lambda x, y: x & y)
table(lambda x, y: x | y)
table(lambda x, y: x ^ y)
reflected(lambda x, y: x + y)
reflected(lambda x, y: x - y)
reflected(lambda x, y: x * y)
reflected(lambda x, y: x / y)
reflected(lambda x, y: x // y)
reflected(lambda x, y: x % y)
reflected(lambda x, y: x**y)
reflected(lambda x, y: x & y)
reflected(lambda x, y: x < y)
table(torch.add)
table(torch.sub)
table(torch.mul)
table(torch.div)
table(torch.floor_divide)
table(torch.remainder)
table(torch.pow)
table(torch.eq)
table(torch.rsub)
table(lambda x, y: torch.div(x, y, rounding_mode="floor"))
table(lambda x, y: torch.div(x, y, rounding_mode="trunc"))
table(torch.bitwise_and)
table(lambda x, y: torch.clamp(x, y))
table(lambda x, y: torch.clamp(x, None, y))
table(lambda x, y: torch.clamp(x, y, y))
table(torch.clamp_min)
table(lambda x, y: torch.where(torch.tensor([True]), x, y))
table(lambda x, y: torch.where(torch.tensor([True]), y, x))
fewer(torch.maximum)
fewer(torch.minimum)
fewer(torch.atan2)
fewer(torch.logical_and)
fewer(torch.logical_xor)
fewer(torch.dot)
fewer(torch.outer)
fewer(lambda x, y: torch.lerp(x, y, 0.5))
fewer(lambda x, y: torch.lerp(x, x, y))
fewer(torch.isclose)
inplace(lambda x, y: x.add_(y))
inplace(lambda x, y: x.sub_(y))
inplace(lambda x, y: x.mul_(y))
inplace(lambda x, y: x.div_(y))
inplace(lambda x, y: x.floor_divide_(y))
inplace(lambda x, y: x.remainder_(y))
inplace(lambda x, y: x.pow_(y))
inplace(lambda x, y: x.eq_(y))
inplace(lambda x, y: x.lt_(y))
inplace(lambda x, y: x.bitwise_and_(y))
inplace(lambda x, y: x.clamp_(y))
inplace(lambda x, y: x.clamp_min_(y))
inplace(lambda x, y: x.fill_(y))
inplace(lambda x, y: x.div_(y, rounding_mode="trunc"))

# %% with float64 as default
torch.set_default_dtype(torch.float64)
i, x = torch.tensor([1, 2]), torch.tensor([1.0], dtype=torch.float32)
(i / 2).dtype, (i + 1.5).dtype, (x + 1.5).dtype, i.exp().dtype, (i * x).dtype, (i.bool() * 1.5).dtype, i.float().dtype, i.mean(dtype=torch.float32).dtype
(1 / i).dtype, (2.0**i).dtype, torch.where(i > 1, 1.0, 2).dtype, torch.where(i > 1, 1.0, x).dtype, torch.clamp(i, 0.5).dtype

# %% values
torch.tensor([2**24 + 1]) + torch.tensor([0.0]), torch.tensor([16777217]) * 1.0
torch.tensor([1.0]) + torch.tensor(1e-9, dtype=torch.float64), torch.tensor(1.0) + torch.tensor(1e-9, dtype=torch.float64)
torch.tensor([2**31 - 1], dtype=torch.int32) + 1, torch.tensor([2**63 - 1]) + 1, torch.tensor([2**31 - 1], dtype=torch.int32) + torch.tensor([1])
torch.tensor([5], dtype=torch.int32) + 2**31, torch.tensor([5], dtype=torch.int32) * 2**32, torch.tensor([5], dtype=torch.int32) == 2**32 + 5
torch.tensor([True]) + torch.tensor([True]), torch.tensor([True]) * 3, torch.tensor([True]) * 2.5, torch.tensor([True, False]) + True
torch.tensor([0.1]) + 0.2, torch.tensor([0.1], dtype=torch.float64) + 0.2, torch.tensor([0.1]) * torch.tensor(3)
torch.tensor([3]) / torch.tensor([2]), torch.tensor(3) / torch.tensor(2), torch.tensor([3], dtype=torch.int32) / 2
torch.tensor([1]) * 1e300, torch.tensor([1.0]) * 1e300, torch.tensor([1.0]) + 1e-300
torch.result_type(torch.tensor([1]), 1.5), torch.result_type(torch.tensor([1.0]), torch.tensor(1.0, dtype=torch.float64)), torch.result_type(1, 2.5), torch.result_type(True, 1)
torch.promote_types(torch.int32, torch.float32), torch.promote_types(torch.bool, torch.int32), torch.can_cast(torch.float32, torch.int64), torch.can_cast(torch.int64, torch.float32), torch.can_cast(torch.int64, torch.bool)
