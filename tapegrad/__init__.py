"""tapegrad."""

from tapegrad import dtypes as _dtypes
from tapegrad.dtypes import float32, float64, int32, int64, bool_
from tapegrad.tensor import Tensor
from tapegrad.creation import full, ones, tensor, zeros
from tapegrad.tape import Tape, current_tape
from tapegrad import autograd
from tapegrad.autograd import no_grad
