"""Stub of torch over numpy: the calls that the modules make, no other."""

import numpy as np
from stub_tools import record

long = "int64"


class Tensor:
    """Third party: torch.Tensor."""

    def __init__(self, array, device="cpu", kind=None):
        self.array = np.asarray(array)
        self.device = device
        self.dtype = kind or f"torch.{self.array.dtype}"

    @property
    def shape(self):
        """Third party: torch.Tensor.shape."""
        return self.array.shape

    def unsqueeze(self, dim):
        """Third party: torch.Tensor.unsqueeze."""
        return Tensor(np.expand_dims(self.array, dim), self.device)

    def ne(self, other):
        """Third party: torch.Tensor.ne."""
        if other is None:
            raise TypeError("ne() received an invalid combination of arguments - got (NoneType)")
        return Tensor(self.array != other, self.device)

    def to(self, device):
        """Third party: torch.Tensor.to."""
        return Tensor(self.array, device, self.dtype)

    def bfloat16(self):
        """Third party: torch.Tensor.bfloat16."""
        return Tensor(self.array, self.device, "torch.bfloat16")

    def float(self):
        """Third party: torch.Tensor.float."""
        return Tensor(self.array.astype("float32"), self.device)

    def tolist(self):
        """Third party: torch.Tensor.tolist."""
        return self.array.tolist()

    def __getitem__(self, index):
        return Tensor(self.array[index], self.device, self.dtype)

    def __len__(self):
        return len(self.array)


def tensor(data, dtype=None):
    """Third party: torch.tensor."""
    return Tensor(np.asarray(data, dtype=dtype))


def arange(end):
    """Third party: torch.arange."""
    return Tensor(np.arange(end))


def manual_seed(seed):
    """Third party: torch.manual_seed."""
    record("manual_seed", seed=seed)
    np.random.seed(seed)


class cuda:  # noqa: N801
    """Third party: torch.cuda."""

    current = 0

    @staticmethod
    def current_device():
        """Third party: torch.cuda.current_device."""
        return cuda.current

    @staticmethod
    def set_device(device):
        """Third party: torch.cuda.set_device."""
        record("set_device", device=device)
        cuda.current = int(device.partition(":")[2])
