"""Statements that must be refused, each with the exception and the beginning of its message.

The names in them are those of `test_bad_input.namespace`.
"""

REFUSED = r"""
# Backward passes
y.sum().backward(); y.sum().backward()
    -> RuntimeError: Trying to backward through the graph a second time (or directly access saved
z=(x*x).sum(); z.backward(); z.backward()
    -> RuntimeError: Trying to backward through the graph a second time (or directly access saved
z=x.exp().sum(); z.backward(); z.backward()
    -> RuntimeError: Trying to backward through the graph a second time (or directly access saved
y.backward() -> RuntimeError: grad can be implicitly created only for scalar outputs
y.backward(torch.ones(3))
    -> RuntimeError: Mismatch in shape: grad_output[0] has a shape of tapegrad.Size([3]) and
y.backward(1.0) -> TypeError: gradients can be either Tensors or None, but got float
y.backward([1.0]) -> TypeError: gradients can be either Tensors or None, but got float
y.backward(np.ones((2,2))) -> TypeError: gradients can be either Tensors or None, but got ndarray
y.sum().backward(torch.tensor([1.0]))
    -> RuntimeError: Mismatch in shape: grad_output[0] has a shape of tapegrad.Size([1]) and
c.backward()
    -> RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
c.sum().backward()
    -> RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
torch.autograd.grad([], x)
    -> RuntimeError: The differentiated Tensor at index 0 appears to not have been used in the
torch.autograd.grad(y.sum(), []) -> RuntimeError: `inputs` argument to `grad()` cannot be empty.
torch.autograd.grad(y.sum(), c)
    -> RuntimeError: One of the differentiated Tensors does not require grad
torch.autograd.grad(y.sum(), v)
    -> RuntimeError: The differentiated Tensor at index 0 appears to not have been used in the
torch.autograd.grad(c.sum(), x)
    -> RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn
torch.autograd.grad(None, x)
    -> TypeError: grad(): `outputs` must be a Tensor or a sequence of Tensors, but got NoneType
torch.autograd.grad(y, x) -> RuntimeError: grad can be implicitly created only for scalar outputs
torch.autograd.grad(y.sum(), None)
    -> TypeError: grad(): `inputs` must be a Tensor or a sequence of Tensors, but got NoneType
torch.autograd.backward(None)
    -> TypeError: backward(): `tensors` must be a Tensor or a sequence of Tensors, but got
y.sum().backward(inputs=[]) -> RuntimeError: `inputs` argument to `backward()` cannot be empty.
y.sum().backward(inputs=[c])
    -> RuntimeError: One of the differentiated Tensors does not require grad
y.sum().backward(inputs=3)
    -> TypeError: backward(): `inputs` must be a Tensor or a sequence of Tensors, but got int

# In-place writes
x.add_(1)
    -> RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.
x[0].add_(1)
    -> RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place
x[0] = 5
    -> RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place
x += 1 -> RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.
x.zero_()
    -> RuntimeError: a leaf Variable that requires grad is being used in an in-place operation.
x.t().mul_(2)
    -> RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place
x.expand(3,2,2).add_(1)
    -> RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place
c.expand(3,2,2).add_(1)
    -> RuntimeError: unsupported operation: more than one element of the written-to tensor refers
torch.ones(1).expand(3).copy_(torch.ones(3))
    -> RuntimeError: unsupported operation: more than one element of the written-to tensor refers
z = y.exp(); z.add_(1); z.sum().backward()
    -> RuntimeError: one of the variables needed for gradient computation has been modified by an
z = y.sin(); y.add_(1); z.sum().backward()
    -> RuntimeError: one of the variables needed for gradient computation has been modified by an
z = y * y; y[0,0] = 5; z.sum().backward()
    -> RuntimeError: one of the variables needed for gradient computation has been modified by an
z = y.sigmoid(); z[0].zero_(); z.sum().backward()
    -> RuntimeError: one of the variables needed for gradient computation has been modified by an
z = y.detach(); q = y.cos(); z.fill_(0); q.sum().backward()
    -> RuntimeError: one of the variables needed for gradient computation has been modified by an

# requires_grad
torch.tensor([1,2], requires_grad=True)
    -> RuntimeError: Only Tensors of floating point and complex dtype can require gradients
torch.ones(2, dtype=torch.int32, requires_grad=True)
    -> RuntimeError: Only Tensors of floating point and complex dtype can require gradients
i.requires_grad_()
    -> RuntimeError: Only Tensors of floating point and complex dtype can require gradients
i.requires_grad = True
    -> RuntimeError: Only Tensors of floating point and complex dtype can require gradients
torch.tensor(True, requires_grad=True)
    -> RuntimeError: Only Tensors of floating point and complex dtype can require gradients
y.requires_grad = False
    -> RuntimeError: you can only change requires_grad flags of leaf variables. If you want to
y.requires_grad_(False)
    -> RuntimeError: you can only change requires_grad flags of leaf variables. If you want to
x.requires_grad_(None)
    -> TypeError: requires_grad_(): argument 'requires_grad' (position 1) must be bool, not
x.requires_grad = 'a' -> RuntimeError: requires_grad must be a bool

# Indexing
x[2] -> IndexError: index 2 is out of bounds for dimension 0 with size 2
x[0,2] -> IndexError: index 2 is out of bounds for dimension 1 with size 2
x[-3] -> IndexError: index -3 is out of bounds for dimension 0 with size 2
x[0,0,0] -> IndexError: too many indices for tensor of dimension 2
x['a'] -> TypeError: new(): invalid data type 'str'
x[1.5]
    -> IndexError: only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables
x[torch.tensor([2])] -> IndexError: index 2 is out of bounds for dimension 0 with size 2
x[torch.tensor([-3])] -> IndexError: index -3 is out of bounds for dimension 0 with size 2
x[torch.tensor([0.5])]
    -> IndexError: tensors used as indices must be long, int, byte or bool tensors
x[[True]]
    -> IndexError: The shape of the mask [1] at index 0 does not match the shape of the indexed
x[torch.tensor([True])]
    -> IndexError: The shape of the mask [1] at index 0 does not match the shape of the indexed
x[torch.ones(3,3,dtype=torch.bool)]
    -> IndexError: The shape of the mask [3, 3] at index 0 does not match the shape of the
x[::-1] -> ValueError: step must be greater than zero
x[::0] -> ValueError: slice step cannot be zero
x[0:1:-2] -> ValueError: step must be greater than zero
x[2**40] -> IndexError: index 1099511627776 is out of bounds for dimension 0 with size 2
x[-2**63] -> IndexError: index -9223372036854775808 is out of bounds for dimension 0 with size 2
x[1j]
    -> IndexError: only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables
x[Decimal(1)]
    -> IndexError: only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables
x[np.array([5])] -> IndexError: index 5 is out of bounds for dimension 0 with size 2
x[torch.tensor(5)] -> IndexError: index 5 is out of bounds for dimension 0 with size 2
x[object()]
    -> IndexError: only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables
x[slice('a', None)]
    -> TypeError: slice indices must be integers or None or have an __index__ method
x[1.0:2.0] -> TypeError: slice indices must be integers or None or have an __index__ method
x[:, torch.tensor([[5]])] -> IndexError: index 5 is out of bounds for dimension 1 with size 2
x[[0,1],[0,1,2]] -> IndexError: index 2 is out of bounds for dimension 1 with size 2
c[2] = 1 -> IndexError: index 2 is out of bounds for dimension 0 with size 2
c[[0,5]] = 1 -> IndexError: index 5 is out of bounds for dimension 0 with size 2
c[0] = torch.ones(3)
    -> RuntimeError: The expanded size of the tensor (2) must match the existing size (3) at
c[0] = 'a' -> TypeError: can't assign a str to a tapegrad.FloatTensor
c[0] = None -> TypeError: can't assign a NoneType to a tapegrad.FloatTensor
c[0] = [1,2,3] -> TypeError: can't assign a list to a tapegrad.FloatTensor
c[0] = [5., 6.] -> TypeError: can't assign a list to a tapegrad.FloatTensor
c[torch.tensor([True,False,True])] = 1
    -> IndexError: The shape of the mask [3] at index 0 does not match the shape of the indexed
c[::-1] = 0 -> ValueError: step must be greater than zero
del c[0] -> TypeError: Tensor does not support deleting items

# Tensors of no dimensions
s[0]
    -> IndexError: invalid index of a 0-dim tensor. Use `tensor.item()` in Python to convert a
len(s) -> TypeError: len() of a 0-d tensor
iter(s) -> TypeError: iteration over a 0-d tensor
list(s) -> TypeError: iteration over a 0-d tensor
for q in s: pass -> TypeError: iteration over a 0-d tensor
max(s) -> TypeError: iteration over a 0-d tensor
[*s] -> TypeError: iteration over a 0-d tensor
s.view(2) -> RuntimeError: shape '[2]' is invalid for input of size 1
s.unsqueeze(5)
    -> IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 5)
s.sum(1) -> IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)
s.argmax(1) -> IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)
s.size(0) -> IndexError: tuple index out of range
s.stride(0) -> IndexError: tuple index out of range
s.transpose(0, 1)
    -> IndexError: Dimension out of range (expected to be in range of [-1, 0], but got 1)
s.permute(0)
    -> RuntimeError: permute(sparse_coo): number of dimensions in the tensor input does not match

# Joining and cutting
torch.cat([s, s]) -> RuntimeError: zero-dimensional tensor (at position 0) cannot be concatenated
torch.stack([]) -> RuntimeError: stack expects a non-empty TensorList
torch.stack([x, v])
    -> RuntimeError: stack expects each tensor to be equal size, but got [2, 2] at entry 0 and
torch.cat([x, v]) -> RuntimeError: Tensors must have same number of dimensions: got 2 and 1
torch.cat([x, torch.ones(3,3)])
    -> RuntimeError: Sizes of tensors must match except in dimension 0. Expected size 2 but got
torch.cat([x, torch.ones(2,2)], 2)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)
torch.cat(x)
    -> TypeError: cat(): argument 'tensors' (position 1) must be tuple of Tensors, not Tensor
torch.cat([x, 1.0]) -> TypeError: expected Tensor as element 1 in argument 0, but got float
torch.cat([x, None]) -> TypeError: expected Tensor as element 1 in argument 0, but got NoneType
torch.cat([]) -> ValueError: tapegrad.cat(): expected a non-empty list of Tensors
torch.hstack([x, v]) -> RuntimeError: Tensors must have same number of dimensions: got 2 and 1
torch.vstack([x, v])
    -> RuntimeError: Sizes of tensors must match except in dimension 0. Expected size 2 but got
torch.chunk(x, 0) -> RuntimeError: chunk expects `chunks` to be greater than 0, got: 0
torch.split(x, [1, 2])
    -> RuntimeError: split_with_sizes expects split_sizes to sum exactly to 2 (input tensor's
torch.split(x, -1)
    -> RuntimeError: split expects split_size be non-negative, but got split_size=-1
torch.split(x, 1, 2)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)

# Matrices
torch.mm(x, v) -> RuntimeError: mat2 must be a matrix
torch.mm(x, torch.ones(3, 2))
    -> RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x2 and 3x2)
torch.mm(x, torch.ones(2, 2, dtype=torch.float64))
    -> RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double
torch.mm(x, i) -> RuntimeError: mat2 must be a matrix
torch.bmm(x, x) -> RuntimeError: batch1 must be a 3D tensor
torch.bmm(torch.ones(2,2,2), torch.ones(3,2,2))
    -> RuntimeError: Expected size for first two dimensions of batch2 tensor to be: [2, 2] but
torch.mv(x, v) -> RuntimeError: size mismatch, got input (2), mat (2x2), vec (3)
torch.mv(v, x) -> RuntimeError: vector + matrix @ vector expected, got 1, 1, 2
torch.dot(v, torch.ones(2))
    -> RuntimeError: inconsistent tensor size, expected tensor [3] and src [2] to have the same
torch.dot(v, torch.ones(3, dtype=torch.float64))
    -> RuntimeError: dot : expected both vectors to have same dtype, but found Float and Double
torch.dot(x, x) -> RuntimeError: 1D tensors expected, but got 2D and 2D tensors
torch.outer(x, v) -> RuntimeError: outer: Expected 1-D argument self, but got 2-D
torch.matmul(s, x)
    -> RuntimeError: both arguments to matmul need to be at least 1D, but they are 0D and 2D
torch.matmul(x, v) -> RuntimeError: size mismatch, got input (2), mat (2x2), vec (3)
torch.matmul(torch.ones(2,3,4), torch.ones(3,4,5))
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
x @ 3 -> TypeError: unsupported operand type(s) for @: 'Tensor' and 'int'
3 @ x -> TypeError: unsupported operand type(s) for @: 'int' and 'Tensor'
x @ i -> RuntimeError: addmv input tensors must have the same dtype, but got Long, Float, and Long
torch.addmm(v, x, x)
    -> RuntimeError: The expanded size of the tensor (2) must match the existing size (3) at
torch.addmm(x, x, torch.ones(3,3))
    -> RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x2 and 3x3)
torch.addmm(x.double(), x, x)
    -> RuntimeError: self and mat2 must have the same dtype, but got Double and Float

# Elementwise
x + v
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
x - v
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
x * torch.ones(3, 1, 3)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
torch.where(x > 0, x, v)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
torch.where(x, x, x)
    -> RuntimeError: where expected condition to be a boolean tensor, but got a tensor with dtype
torch.maximum(x, v)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
torch.lerp(x, x, v)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
x + 'a' -> TypeError: unsupported operand type(s) for +: 'Tensor' and 'str'
x + None -> TypeError: unsupported operand type(s) for +: 'Tensor' and 'NoneType'
x + [1.] -> TypeError: unsupported operand type(s) for +: 'Tensor' and 'list'
x + Decimal(1) -> TypeError: unsupported operand type(s) for +: 'Tensor' and 'decimal.Decimal'
x + Fraction(1, 2) -> TypeError: unsupported operand type(s) for +: 'Tensor' and 'Fraction'
'a' + x -> TypeError: can only concatenate str (not "Tensor") to str
None * x -> TypeError: unsupported operand type(s) for *: 'NoneType' and 'Tensor'
x / 'a' -> TypeError: unsupported operand type(s) for /: 'Tensor' and 'str'
x ** 'a' -> TypeError: unsupported operand type(s) for ** or pow(): 'Tensor' and 'str'
x % None -> TypeError: unsupported operand type(s) for %: 'Tensor' and 'NoneType'
x // [] -> TypeError: unsupported operand type(s) for //: 'Tensor' and 'list'
x += None -> TypeError: unsupported operand type(s) for +=: 'Tensor' and 'NoneType'
i += 1.5 -> RuntimeError: result type Float can't be cast to the desired output type Long
i /= 2 -> RuntimeError: result type Float can't be cast to the desired output type Long
i.copy_(x.detach())
    -> RuntimeError: output with shape [2] doesn't match the broadcast shape [2, 2]
c.copy_(v)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
c.copy_('a') -> TypeError: copy_(): argument 'other' (position 1) must be Tensor, not str
c.fill_('a') -> TypeError: fill_(): argument 'value' (position 1) must be Tensor, not str
c.fill_(torch.ones(2))
    -> RuntimeError: fill_ only supports 0-dimension value tensor but got tensor with 1
c.add_(torch.ones(3,2,2))
    -> RuntimeError: output with shape [2, 2] doesn't match the broadcast shape [3, 2, 2]
c.clamp_() -> RuntimeError: tapegrad.clamp: At least one of 'min' or 'max' must not be None
c.clamp('a') -> TypeError: clamp(): argument 'min' (position 2) must be Tensor, not str
x < 'a' -> TypeError: '<' not supported between instances of 'Tensor' and 'str'
i & 1.5 -> NotImplementedError: "bitwise_and_cpu" not implemented for 'Float'
~x -> TypeError: ~ (operator.invert) is only implemented on integer and Boolean-type tensors
-torch.tensor([True])
    -> RuntimeError: Negation, the `-` operator, on a bool tensor is not supported. If you are
torch.tensor([True]) - torch.tensor([True])
    -> RuntimeError: Subtraction, the `-` operator, with two bool tensors is not supported. Use
i // 0 -> RuntimeError: ZeroDivisionError
i % 0 -> RuntimeError: ZeroDivisionError
i ** -1 -> RuntimeError: Integers to negative integer powers are not allowed.

# Losses and nn.functional
torch.nn.functional.mse_loss(x, v)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
F.mse_loss(x, x, reduction='bogus') -> ValueError: bogus is not a valid value for reduction
F.cross_entropy(x, torch.tensor([0, 5])) -> IndexError: Target 5 is out of bounds.
F.cross_entropy(x, torch.tensor([0, -1])) -> IndexError: Target -1 is out of bounds.
F.cross_entropy(x, torch.tensor([0., 1.]))
    -> RuntimeError: expected target dtype to be Long or Byte, but got Float
F.cross_entropy(x, torch.tensor([0, 1, 1]))
    -> ValueError: Expected input batch_size (2) to match target batch_size (3).
F.nll_loss(x, torch.tensor([0, 5])) -> IndexError: Target 5 is out of bounds.
F.nll_loss(x, torch.tensor([0, 1, 0]))
    -> ValueError: Expected input batch_size (2) to match target batch_size (3).
F.nll_loss(x, torch.tensor([0, 1]), weight=torch.ones(3))
    -> RuntimeError: weight tensor should be defined either for all 2 classes or no classes but
F.nll_loss(s, torch.tensor(0)) -> ValueError: Expected 1 or more dimensions (got 0)
F.linear(x, torch.ones(3, 3))
    -> RuntimeError: mat1 and mat2 shapes cannot be multiplied (2x2 and 3x3)
F.linear(x, torch.ones(2, 2), torch.ones(3))
    -> RuntimeError: The expanded size of the tensor (2) must match the existing size (3) at
F.linear(x, torch.ones(2, 2, dtype=torch.float64))
    -> RuntimeError: expected m1 and m2 to have the same dtype, but got: float != double
F.softmax(x, 2)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)

# Gathering
torch.gather(x, 0, torch.tensor([[5, 0]]))
    -> RuntimeError: index 5 is out of bounds for dimension 0 with size 2
torch.gather(x, 0, torch.tensor([[-1, 0]]))
    -> RuntimeError: index -1 is out of bounds for dimension 0 with size 2
torch.gather(x, 0, torch.tensor([0]))
    -> RuntimeError: Index tensor must have the same number of dimensions as input tensor
torch.gather(x, 2, torch.tensor([[0]]))
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)
torch.gather(x, 0, torch.tensor([[0.]]))
    -> RuntimeError: gather(): Expected dtype int32/int64 for index
torch.gather(x, 0, torch.tensor([[0, 0, 0]]))
    -> RuntimeError: Size does not match at dimension 1 expected index [1, 3] to be no larger
torch.index_select(x, 0, torch.tensor([2])) -> IndexError: index out of range in self
torch.index_select(x, 0, torch.tensor([-1])) -> IndexError: index out of range in self
torch.index_select(x, 0, torch.tensor([[0]]))
    -> IndexError: index_select(): Index is supposed to be a vector
torch.index_select(x, 2, torch.tensor([0]))
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)
torch.index_select(x, 0, torch.tensor([0.]))
    -> RuntimeError: index_select(): Expected dtype int32/int64 for index
torch.take(x, torch.tensor([4]))
    -> IndexError: out of range: tried to access index 4 on a tensor of 4 elements.
torch.take(x, torch.tensor([-5]))
    -> IndexError: out of range: tried to access index -5 on a tensor of 4 elements.
torch.masked_select(x, torch.tensor([True, False, True]))
    -> RuntimeError: The size of tensor a (3) must match the size of tensor b (2) at
x.masked_fill(c, 0)
    -> RuntimeError: masked_fill_ only supports boolean masks, but got mask with dtype float32
x.scatter(0, torch.tensor([[5, 0]]), 1.0)
    -> RuntimeError: index 5 is out of bounds for dimension 0 with size 2

# Shapes
x.narrow(0, 1, 5) -> RuntimeError: start (1) + length (5) exceeds dimension size (2).
x.narrow(0, -3, 1)
    -> IndexError: start out of range (expected to be in range of [-2, 2], but got -3)
x.select(0, 5)
    -> IndexError: select(): index 5 out of range for tensor of size [2, 2] at dimension 0
x.unflatten(0, (3, 3))
    -> RuntimeError: unflatten: Provided sizes [3, 3] don't multiply up to the size of dim 0 (2)
x.view(3) -> RuntimeError: shape '[3]' is invalid for input of size 4
x.t().view(4)
    -> RuntimeError: view size is not compatible with input tensor's size and stride (at least
x.view(-1, -1) -> RuntimeError: only one dimension can be inferred
x.view(-2) -> RuntimeError: invalid shape dimension -2 at index 0 of shape [-2]
x.reshape(5) -> RuntimeError: shape '[5]' is invalid for input of size 4
x.reshape(0, -1) -> RuntimeError: shape '[0, -1]' is invalid for input of size 4
x.expand(3)
    -> RuntimeError: expand(tapegrad.FloatTensor{[2, 2]}, size=[3]): the number of sizes provided
x.expand(-1, -1, 2)
    -> RuntimeError: The expanded size of the tensor (-1) isn't allowed in a leading,
x.expand(2, 3)
    -> RuntimeError: The expanded size of the tensor (3) must match the existing size (2) at
x.permute(0, 0) -> RuntimeError: permute(): duplicate dims are not allowed.
x.permute(0)
    -> RuntimeError: permute(sparse_coo): number of dimensions in the tensor input does not match
x.transpose(0, 2)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 2)
x.squeeze(5) -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
x.unsqueeze(-5)
    -> IndexError: Dimension out of range (expected to be in range of [-3, 2], but got -5)
x.flatten(1, 0) -> RuntimeError: flatten() has invalid args: start_dim cannot come after end_dim
x.flatten(0, 5)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
x.movedim(0, 5)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
x.repeat(1)
    -> RuntimeError: Number of dimensions of repeat dims can not be smaller than number of
x.repeat(-1, 1) -> RuntimeError: Trying to create tensor with negative dimension -2: [-2, 2]

# Reductions
x.sum(5) -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
x.sum((0, 0)) -> RuntimeError: dim 0 appears multiple times in the list of dims
x.mean(dim='a')
    -> TypeError: mean() received an invalid combination of arguments - got (str), expected 'dim'
i.mean()
    -> RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating
torch.tensor([True]).mean()
    -> RuntimeError: mean(): could not infer output dtype. Input dtype must be either a floating
x.std(5) -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
x.norm('a') -> RuntimeError: linalg.matrix_norm: Order a not supported.
torch.empty(0).max()
    -> RuntimeError: max(): Expected reduction dim to be specified for input.numel() == 0.
torch.empty(0).min()
    -> RuntimeError: min(): Expected reduction dim to be specified for input.numel() == 0.
torch.empty(0).argmax()
    -> IndexError: argmax(): Expected reduction dim to be specified for input.numel() == 0.
torch.empty(0, 3).max(0) -> IndexError: max(): Expected reduction dim 0 to have non-zero size.

# Creation
torch.ones(-1) -> RuntimeError: Trying to create tensor with negative dimension -1: [-1]
torch.ones(2, -3) -> RuntimeError: Trying to create tensor with negative dimension -3: [2, -3]
torch.zeros(2**63)
    -> TypeError: zeros(): argument 'size' failed to unpack the object at pos 1 with error
torch.zeros(2**62)
    -> RuntimeError: Storage size calculation overflowed with sizes=[4611686018427387904]: make
torch.zeros(2**32, 2**32)
    -> RuntimeError: Storage size calculation overflowed with sizes=[4294967296, 4294967296]:
torch.ones(2**31, 2**31, 2**31)
    -> RuntimeError: Storage size calculation overflowed with sizes=[2147483648, 2147483648,
torch.ones('a') -> TypeError: ones(): argument 'size' (position 1) must be tuple of ints, not str
torch.ones(1.5)
    -> TypeError: ones(): argument 'size' (position 1) must be tuple of ints, not float
torch.ones(2, 'a')
    -> TypeError: ones(): argument 'size' failed to unpack the object at pos 2 with error "type
torch.ones(None)
    -> TypeError: ones(): argument 'size' (position 1) must be tuple of ints, not NoneType
torch.ones(2, bogus=1) -> TypeError: ones() got an unexpected keyword argument 'bogus'
torch.ones(2, dtype='float32')
    -> TypeError: ones(): argument 'dtype' must be tapegrad.dtype, not str
torch.ones(2, dtype=np.float32)
    -> TypeError: ones(): argument 'dtype' must be tapegrad.dtype, not type
torch.ones(2, device='cuda')
    -> AssertionError: tapegrad was not set up with CUDA: use device='cpu'
torch.ones(2, device='bogus')
    -> RuntimeError: Expected one of cpu, cuda device type at start of device string: bogus
torch.ones(2, requires_grad='a') -> TypeError: 'str' object cannot be interpreted as an integer
torch.arange(0, 5, 0) -> RuntimeError: step must be nonzero
torch.arange(5, 0) -> RuntimeError: upper bound and lower bound inconsistent with step sign
torch.arange(0, float('inf')) -> RuntimeError: unsupported range: 0 -> inf
torch.arange(float('nan')) -> RuntimeError: unsupported range: 0 -> nan
torch.arange(0, 2**62)
    -> RuntimeError: Storage size calculation overflowed with sizes=[4611686018427387904]: make
torch.linspace(0, 1, -1) -> RuntimeError: number of steps must be non-negative
torch.linspace(0, 1, 'a') -> TypeError: linspace(): argument 'steps' must be int, not str
torch.eye(-1) -> RuntimeError: n must be greater or equal to 0, got -1
torch.full((2,), 'a')
    -> TypeError: full(): argument 'fill_value' (position 2) must be Number, not str
torch.full((-2,), 1.) -> RuntimeError: Trying to create tensor with negative dimension -2: [-2]

# Data of every kind
torch.tensor('a') -> TypeError: new(): invalid data type 'str'
torch.tensor(None) -> RuntimeError: Could not infer dtype of NoneType
torch.tensor([1, 'a']) -> TypeError: new(): invalid data type 'str'
torch.tensor([[1, 2], [3]]) -> ValueError: expected sequence of length 2 at dim 1 (got 1)
torch.tensor([[1], 2]) -> TypeError: not a sequence
torch.tensor([None]) -> RuntimeError: Could not infer dtype of NoneType
torch.tensor(Decimal(1)) -> RuntimeError: Could not infer dtype of Decimal
torch.tensor(Fraction(1, 2)) -> RuntimeError: Could not infer dtype of Fraction
torch.tensor(object()) -> RuntimeError: Could not infer dtype of object
torch.tensor({}) -> RuntimeError: Could not infer dtype of dict
torch.tensor({1: 2}) -> RuntimeError: Could not infer dtype of dict
torch.tensor({1, 2}) -> RuntimeError: Could not infer dtype of set
torch.tensor(2**63) -> ValueError: Overflow when unpacking long long
torch.tensor(2**100) -> ValueError: Overflow when unpacking long long
torch.tensor([2**40], dtype=torch.int32)
    -> RuntimeError: value cannot be converted to type int32 without overflow
torch.tensor(float('nan'), dtype=torch.int64)
    -> RuntimeError: value cannot be converted to type int64 without overflow
torch.tensor(np.array([1, 2], dtype=object))
    -> TypeError: can't convert np.ndarray of type numpy.object_. The only supported types are:
torch.tensor(np.array(['a']))
    -> TypeError: can't convert np.ndarray of type numpy.str_. The only supported types are:
torch.tensor(np.array([1], dtype='>f8'))
    -> ValueError: given numpy array has byte order different from the native byte order.
torch.from_numpy(np.array([1], dtype='>f8'))
    -> ValueError: given numpy array has byte order different from the native byte order.
torch.from_numpy(np.array([1], dtype='>i4'))
    -> ValueError: given numpy array has byte order different from the native byte order.
torch.from_numpy(np.ones(4)[::-1])
    -> ValueError: At least one stride in the given numpy array is negative, and tensors with
torch.from_numpy(np.ones((2, 2))[:, ::-1])
    -> ValueError: At least one stride in the given numpy array is negative, and tensors with
torch.from_numpy(np.array([1, 2], dtype=object))
    -> TypeError: can't convert np.ndarray of type numpy.object_. The only supported types are:
torch.from_numpy(np.array([(1, 2.)], dtype=[('a', 'i4'), ('b', 'f8')]))
    -> TypeError: can't convert np.ndarray of type numpy.void. The only supported types are:
torch.from_numpy(np.array(['a']))
    -> TypeError: can't convert np.ndarray of type numpy.str_. The only supported types are:
torch.from_numpy(np.array(['2020'], dtype='M8[D]'))
    -> TypeError: can't convert np.ndarray of type numpy.datetime64. The only supported types
torch.from_numpy([1, 2]) -> TypeError: expected np.ndarray (got list)
torch.from_numpy(1) -> TypeError: expected np.ndarray (got int)
torch.from_numpy(np.float64(1)) -> TypeError: expected np.ndarray (got numpy.float64)
torch.from_numpy(None) -> TypeError: expected np.ndarray (got NoneType)

# To NumPy and Python
x.numpy()
    -> RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()
np.asarray(x)
    -> RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()
np.sin(x)
    -> RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()
np.array([x, x])
    -> RuntimeError: Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy()
x.item() -> RuntimeError: a Tensor with 4 elements cannot be converted to Scalar
float(x)
    -> ValueError: only one element tensors can be converted to Python scalars: a Python float
int(x)
    -> ValueError: only one element tensors can be converted to Python scalars: a Python int
bool(x) -> RuntimeError: Boolean value of Tensor with more than one value is ambiguous
bool(torch.empty(0)) -> RuntimeError: Boolean value of Tensor with no values is ambiguous
x.__index__() -> TypeError: only integer tensors of a single element can be converted to an index
range(torch.tensor(1.5))
    -> TypeError: only integer tensors of a single element can be converted to an index

# Attributes
x.grad = torch.ones(3)
    -> RuntimeError: attempting to assign a gradient of size '[3]' to a tensor of size '[2, 2]'.
x.grad = 1.0
    -> TypeError: assigned grad expected to be a Tensor or None but got grad of type float
x.grad = 'a' -> TypeError: assigned grad expected to be a Tensor or None but got grad of type str
x.grad = torch.ones(2, 2, dtype=torch.float64)
    -> RuntimeError: attempting to assign a gradient with dtype 'tapegrad.float64' to a tensor
x.grad = x -> RuntimeError: can't assign Variable as its own grad
i.grad = torch.ones(2)
    -> RuntimeError: attempting to assign a gradient with dtype 'tapegrad.float32' to a tensor
x.grad_fn = None -> AttributeError: property 'grad_fn' of 'Tensor' object has no setter
x.shape = (4,) -> AttributeError: property 'shape' of 'Tensor' object has no setter
x.dtype = 1 -> AttributeError: property 'dtype' of 'Tensor' object has no setter
x.data = 5 -> TypeError: Variable data has to be a tensor, but got int
x.data = torch.ones(2, dtype=torch.int64)
    -> RuntimeError: Attempted to set data of dtype tapegrad.int64 to a tensor of dtype
x.is_leaf = True -> AttributeError: property 'is_leaf' of 'Tensor' object has no setter

# Hooks
y.register_hook(raiser); y.sum().backward() -> ValueError: from the hook
y.register_hook(lambda g: torch.ones(3)); y.sum().backward()
    -> RuntimeError: hook '<lambda>' has changed the size of value: expected [2, 2], got [3]
y.register_hook(lambda g: 'a'); y.sum().backward()
    -> TypeError: expected Variable, but hook returned 'str'
y.register_hook(lambda g: 5.0); y.sum().backward()
    -> TypeError: expected Variable, but hook returned 'float'
y.register_hook(lambda g: g.double()); y.sum().backward()
    -> RuntimeError: hook '<lambda>' has changed the type of value (was tapegrad.FloatTensor got
y.register_hook(lambda: None); y.sum().backward()
    -> TypeError: <lambda>() takes 0 positional arguments but 1 was given
x.register_hook(raiser); (x*2).sum().backward() -> ValueError: from the hook
x.register_hook(lambda g: torch.ones(3)); (x*2).sum().backward()
    -> RuntimeError: hook '<lambda>' has changed the size of value: expected [2, 2], got [3]
x.register_hook(lambda g: g.sum()); (x*2).sum().backward()
    -> RuntimeError: hook '<lambda>' has changed the size of value: expected [2, 2], got []
c.register_hook(raiser)
    -> RuntimeError: cannot register a hook on a tensor that doesn't require gradient
c.retain_grad() -> RuntimeError: can't retain_grad on Tensor that has requires_grad=False
y.grad_fn.register_prehook(lambda g: (torch.ones(3),)); y.sum().backward()
    -> RuntimeError: hook '<lambda>' has changed the size of value: expected [2, 2], got [3]
copy.deepcopy(y)
    -> RuntimeError: Only Tensors created explicitly by the user (graph leaves) support the

# Everything else
torch.Size([1, 'a']) -> TypeError: tapegrad.Size() takes an iterable of 'int' (item 1 is 'str')
torch.device('cuda:abc') -> RuntimeError: Invalid device string: 'cuda:abc'
torch.set_default_dtype(torch.int64)
    -> TypeError: only floating-point types are supported as the default type
torch.set_default_dtype('float32')
    -> TypeError: invalid dtype object: only floating-point types are supported as the default
torch.manual_seed('a') -> ValueError: invalid literal for int() with base 10: 'a'
torch.manual_seed(2**64)
    -> ValueError: Overflow when unpacking long long: manual_seed() needs a seed from -2**63 to
torch.manual_seed(-2**63-1)
    -> ValueError: Overflow when unpacking long long: manual_seed() needs a seed from -2**63 to
torch.randn(-1) -> RuntimeError: Trying to create tensor with negative dimension -1: [-1]
torch.randint(0)
    -> TypeError: randint() received an invalid combination of arguments: expected randint(high,
torch.randint(5, 2, (3,))
    -> RuntimeError: random_ expects 'from' to be less than 'to', but got from=5 >= to=2
torch.randperm(-1) -> RuntimeError: Trying to create tensor with negative dimension -1: [-1]
torch.normal(0, -1, (2,)) -> RuntimeError: normal expects std >= 0.0, but found std -1
torch.bernoulli(torch.tensor([2.0]))
    -> RuntimeError: Expected p_in >= 0 && p_in <= 1 to be true, but got false.
torch.rand(2, dtype=torch.int64)
    -> NotImplementedError: "check_uniform_bounds" not implemented for 'Long'
torch.sum(x, bogus=1) -> TypeError: sum() got an unexpected keyword argument 'bogus'
torch.sin(x, bogus=1) -> TypeError: sin() got an unexpected keyword argument 'bogus'
x.sum(bogus=1) -> TypeError: ReductionMethods.sum() got an unexpected keyword argument 'bogus'
x.to('bogus')
    -> RuntimeError: Expected one of cpu, cuda device type at start of device string: bogus
x.type('bogus') -> ValueError: invalid type: 'bogus'
x.sin(1) -> TypeError: ElementwiseMethods.sin() takes 1 positional argument but 2 were given
torch.sin(x, out=x)
    -> RuntimeError: sin(): functions with out=... arguments don't support automatic
torch.sin(c, out='a') -> TypeError: sin(): argument 'out' must be Tensor, not str
torch.sin(c, out=i)
    -> RuntimeError: result type Float can't be cast to the desired output type Long
torch.broadcast_shapes((2,), (3,))
    -> RuntimeError: Shape mismatch: objects cannot be broadcast to a single shape, got [(2,),
torch.broadcast_to(x, (3,))
    -> RuntimeError: expand(tapegrad.FloatTensor{[2, 2]}, size=[3]): the number of sizes provided
torch.result_type(x, 'a') -> TypeError: expected a Python float, int or bool, but got str
torch.promote_types(1, 2)
    -> TypeError: promote_types(): argument 'type1' (position 1) must be tapegrad.dtype, not int
torch.finfo(torch.int64)
    -> TypeError: tapegrad.finfo() requires a floating point input type. Use tapegrad.iinfo to
torch.iinfo(torch.float32)
    -> TypeError: tapegrad.iinfo() requires an integer input type. Use tapegrad.finfo to handle
torch.can_cast('a', 'b')
    -> TypeError: can_cast(): argument 'from_' (position 1) must be tapegrad.dtype, not str
torch.equal(x, 1) -> TypeError: equal(): argument 'other' (position 2) must be Tensor, not int
torch.allclose(x, v)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
torch.allclose(x, x.double()) -> RuntimeError: Float did not match Double
torch.allclose(x, 'a')
    -> TypeError: isclose(): argument 'other' (position 2) must be Tensor, not str
torch.isclose(x, v)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
torch.Tensor.sum('a') -> TypeError: sum(): argument 'input' (position 1) must be Tensor, not str
torch.Tensor.__add__(1, x)
    -> TypeError: descriptor '__add__' requires a 'tapegrad.TensorBase' object but received a
torch.Tensor(2, 3, bogus=1)
    -> TypeError: legacy_tensor() got an unexpected keyword argument 'bogus'
torch.Tensor('abc') -> TypeError: new(): invalid data type 'str'
torch.FloatTensor('a') -> TypeError: new(): invalid data type 'str'
torch.autograd.Variable(5) -> TypeError: Variable data has to be a tensor, but got int
torch.autograd.Variable(c, bogus=1)
    -> TypeError: Variable.__new__() got an unexpected keyword argument 'bogus'
y[0].detach_() -> RuntimeError: Can't detach views in-place. Use detach() instead.
torch.cumsum(x, 5)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
torch.flip(x, (0, 0)) -> RuntimeError: dim 0 appears multiple times in the list of dims
torch.flip(x, (5,))
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
torch.roll(x, 1, 5)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
torch.roll(x, (1, 2), (0,)) -> RuntimeError: shifts and dimensions must align. shifts: 2, dims:1
torch.tile(x, (-1,)) -> RuntimeError: Trying to create tensor with negative dimension -2: [2, -2]
torch.unbind(s) -> IndexError: Dimension specified as 0 but tensor has no dimensions
torch.unbind(x, 5)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
torch.clamp(x) -> RuntimeError: tapegrad.clamp: At least one of 'min' or 'max' must not be None
torch.pow(2, 3) -> TypeError: pow(): argument 'input' (position 1) must be Tensor, not int
torch.where(c > 0, 1, 'a')
    -> TypeError: where(): argument 'other' (position 3) must be Tensor, not str
torch.take_along_dim(x, torch.tensor([[0], [1], [0]]), 1)
    -> RuntimeError: The size of tensor a (2) must match the size of tensor b (3) at
torch.count_nonzero(x, 5)
    -> IndexError: Dimension out of range (expected to be in range of [-2, 1], but got 5)
torch.t(torch.ones(1, 1, 1))
    -> RuntimeError: t() expects a tensor with <= 2 dimensions, but self is 3D
torch.Tensor.numel(None) -> TypeError: expected a Tensor, but got NoneType
torch.Tensor.clone(3) -> TypeError: expected a Tensor, but got int
object.__new__(torch.Tensor) -> TypeError: object.__new__(Tensor) is not safe
torch.contiguous(None)
    -> TypeError: contiguous(): argument 'input' (position 1) must be Tensor, not
torch.numel(3) -> TypeError: numel(): argument 'input' (position 1) must be Tensor, not int
torch.is_nonzero([1]) -> TypeError: is_nonzero(): argument 'input' (position 1) must be Tensor
torch.set_grad_enabled(None)
    -> TypeError: argument 'enabled' (position 1) must be bool, not NoneType
torch.ones([1] * 40) -> RuntimeError: tensors have at most 32 dimensions, got 40
torch.empty(2**40) -> OutOfMemoryError: not enough memory: you tried to allocate more than the
x.softmax(0, 5) -> TypeError: softmax(): argument 'dtype' must be tapegrad.dtype, not int
x.type_as(1) -> TypeError: type_as(): argument 'other' (position 1) must be Tensor, not int
(0, 1) in x -> RuntimeError: Tensor.__contains__ only supports Tensor or scalar
torch.hstack([]) -> RuntimeError: hstack expects a non-empty TensorList
y.grad_fn.register_hook(raiser) -> NotImplementedError: use register_prehook()
"""
