"""Devices, and what happens where there is no GPU."""

# %% making
torch.device("cpu")
torch.device("cpu:0")
torch.device("cpu", 0)
torch.device("cuda")
torch.device("cuda:1")
torch.device("cuda", 1)
torch.device(type="cuda", index=2)
torch.device(type="cpu")
torch.device("cuda", index=3)
torch.device(torch.device("cuda:1"))
torch.device(device="cpu")
torch.device(device=torch.device("cpu"))
torch.device("meta")
torch.device("mps")
torch.device("xpu:1")
torch.device(0)
torch.device(True)
torch.device()
torch.device(None)
torch.device("")
torch.device("foo")
torch.device("cpu:")
torch.device("cpu:a")
torch.device("cpu:-1")
torch.device("cpu:1:2")
torch.device("cuda:01")
torch.device("cuda:0x1")
torch.device(" cpu")
torch.device("CPU")
torch.device("cuda", -1)
torch.device("cuda", -2)
torch.device("cuda", 1.0)
torch.device("cuda", "1")
torch.device("cuda", None)
torch.device("cuda:1", 1)
torch.device("cuda", 1, 2)
torch.device(1.5)
torch.device([])
torch.device(-1)
torch.device(torch.device("cpu"), 1)
torch.device(type="foo")
torch.device(foo=1)
torch.device(b"cpu")

# %% using
d = torch.device("cuda:1")
c = torch.device("cpu")
str(d), repr(d), f"{d}"
str(c), repr(c), f"{c}"
d.type, d.index
c.type, c.index
d == torch.device("cuda", 1)
d == "cuda:1"
c == torch.device("cpu", 0)
c != d
d < c  # words differ: Python's own
hash(d) == hash(torch.device("cuda:1"))
len({c, torch.device("cpu"), d})
d.type = "cpu"
d.index = 3
d.foo = 1
d.foo
import pickle, copy
pickle.loads(pickle.dumps(d))
pickle.loads(pickle.dumps(c))
copy.copy(d), copy.deepcopy(c)
type(d).__name__
isinstance(d, torch.device)
with torch.device("cpu"):
    print(torch.ones(1), torch.get_default_device())
with torch.device("cpu") as inner:
    print(inner)
torch.ones(2).device
torch.ones(2).device == c
torch.ones(2, device=c).device
torch.tensor(1, device="cpu").device
torch.ones(1).get_device()
torch.get_default_device()
torch.set_default_device("cpu")
torch.get_default_device()
torch.set_default_device(None)
torch.set_default_device("foo")
torch.get_default_device()

# %% no GPU
torch.cuda.is_available()
torch.cuda.device_count()
torch.cuda.is_initialized()
torch.cuda.current_device()
torch.cuda.get_device_name()
torch.cuda.get_device_name(0)
torch.cuda.synchronize()
torch.cuda.empty_cache()
torch.cuda.memory_allocated()
torch.cuda.max_memory_allocated()
torch.cuda.manual_seed(3)
torch.cuda.manual_seed_all(3)
torch.cuda.get_device_properties(0)
torch.cuda.get_device_capability()
torch.ones(1).cuda()
torch.ones(1).cuda(0)
torch.ones(1).cuda("cuda:0")
torch.ones(1).to("cuda")
torch.ones(1).to("cuda:0")
torch.ones(1).to(torch.device("cuda"))
torch.ones(1).to(device="cuda")
torch.ones(1).to(0)
torch.ones(1).to("foo")
torch.ones(1).to("cpu")
torch.ones(1).to(torch.device("cpu"))
x = torch.ones(1)
x.to("cpu") is x
x.cpu() is x
x.to("cpu", torch.float64)
x.to("cpu", dtype=torch.float64)
x.is_cuda
x.is_cpu
x.is_mps
x.is_meta
x.is_sparse
x.is_quantized
x.is_pinned()
x.pin_memory()
