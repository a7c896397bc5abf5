"""The demo model: a Qwen3-shaped Mixture-of-Experts decoder in plain PyTorch.

Same equations as `Qwen3MoeForCausalLM`: RMS norm, an RMS norm on every query and key head
before RoPE (first and second half of a head rotated as pairs), grouped-query attention, and
SwiGLU experts chosen by a softmax over all experts whose top-k weights are renormalised.

Training works on *flat* batches: the tokens of all examples in one tensor without padding.
Only attention needs rows; it takes groups of examples of similar length (`Batch.groups`).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Config:
    """Sizes of the model. Every matrix row is a multiple of 32, the Q8_0 block."""

    vocabulary: int = 2048
    width: int = 192
    layers: int = 5
    heads: int = 6
    key_value_heads: int = 2
    head_size: int = 32
    experts: int = 8
    experts_used: int = 2
    expert_width: int = 128
    context: int = 1024
    rope_base: float = 10000.0
    norm_epsilon: float = 1e-6

    def as_dict(self) -> dict[str, int | float]:
        """The sizes as JSON-ready values."""
        return asdict(self)


@dataclass
class Batch:
    """A flat batch. `groups` lists (start, rows, length): from `start` on, `rows` examples of
    `length` tokens each. Examples of a group are padded on the right to the same length, where
    the causal mask hides the padding from every real token."""

    tokens: Tensor  # [total] int64
    positions: Tensor  # [total] int64, restarting at 0 for every example
    targets: Tensor  # [total] int64, the next token, or -100 where no loss is taken
    groups: list[tuple[int, int, int]]


def rms_norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
    """x / rms(x) * weight over the last dimension."""
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + epsilon) * weight


def swiglu(x: Tensor) -> Tensor:
    """silu(gate) * up of a row that holds gate and up one after the other."""
    gate, up = x.chunk(2, dim=-1)
    return F.silu(gate) * up


def norm_and_rotate(x: Tensor, weight: Tensor, epsilon: float, cos: Tensor, sin: Tensor) -> Tensor:
    """RMS norm, then RoPE, on [tokens, heads, head_size]; cos, sin: [tokens, 1, head_size / 2]."""
    a, b = rms_norm(x, weight, epsilon).chunk(2, dim=-1)
    return torch.cat((a * cos - b * sin, b * cos + a * sin), dim=-1)


class Kernels:
    """The element-wise functions; `compile` replaces them by fused ones for training."""

    def __init__(self) -> None:
        self.rms_norm, self.swiglu = rms_norm, swiglu
        self.norm_and_rotate = norm_and_rotate

    def compile(self) -> None:
        """Fuses the functions with torch.compile (needs a C++ compiler)."""
        self.rms_norm = torch.compile(rms_norm, dynamic=True)
        self.swiglu = torch.compile(swiglu, dynamic=True)
        self.norm_and_rotate = torch.compile(norm_and_rotate, dynamic=True)


KERNELS = Kernels()


class RMSNorm(nn.Module):
    """A root-mean-square norm with a weight."""

    def __init__(self, size: int, epsilon: float) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(size))
        self.epsilon = epsilon

    def forward(self, x: Tensor) -> Tensor:
        return KERNELS.rms_norm(x, self.weight, self.epsilon)


class Attention(nn.Module):
    """Causal grouped-query attention with normalised queries and keys."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.c = c
        self.q = nn.Linear(c.width, c.heads * c.head_size, bias=False)
        self.k = nn.Linear(c.width, c.key_value_heads * c.head_size, bias=False)
        self.v = nn.Linear(c.width, c.key_value_heads * c.head_size, bias=False)
        self.output = nn.Linear(c.heads * c.head_size, c.width, bias=False)
        self.q_norm = RMSNorm(c.head_size, c.norm_epsilon)
        self.k_norm = RMSNorm(c.head_size, c.norm_epsilon)

    def forward(
        self, x: Tensor, cos: Tensor, sin: Tensor, groups: list[tuple[int, int, int]]
    ) -> Tensor:
        c, total = self.c, x.shape[0]
        e = c.norm_epsilon
        q = self.q(x).view(total, c.heads, c.head_size)
        k = self.k(x).view(total, c.key_value_heads, c.head_size)
        q = KERNELS.norm_and_rotate(q, self.q_norm.weight, e, cos, sin)
        k = KERNELS.norm_and_rotate(k, self.k_norm.weight, e, cos, sin)
        v = self.v(x).view(total, c.key_value_heads, c.head_size)
        # Neighbouring query heads share a key-value head.
        repeats = c.heads // c.key_value_heads
        k, v = (t.repeat_interleave(repeats, 1) for t in (k, v))
        parts = []
        for start, rows, length in groups:
            shape = (rows, length, c.heads, c.head_size)
            y = F.scaled_dot_product_attention(
                *(t.narrow(0, start, rows * length).view(shape).transpose(1, 2) for t in (q, k, v)),
                is_causal=True,
            )
            parts.append(y.transpose(1, 2).reshape(rows * length, -1))
        return self.output(torch.cat(parts))


class Experts(nn.Module):
    """Routed SwiGLU experts; tokens are grouped by expert so that each expert runs once."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.c = c
        self.router = nn.Linear(c.width, c.experts, bias=False)
        self.gate = nn.Parameter(torch.empty(c.experts, c.expert_width, c.width))
        self.up = nn.Parameter(torch.empty(c.experts, c.expert_width, c.width))
        self.down = nn.Parameter(torch.empty(c.experts, c.width, c.expert_width))

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Returns the output, the load-balancing loss and the share of tokens per expert."""
        c = self.c
        probabilities = self.router(x).softmax(-1)  # [tokens, experts]
        weights, chosen = probabilities.topk(c.experts_used, dim=-1)
        weights = weights / weights.sum(-1, keepdim=True)
        order = chosen.flatten().argsort(stable=True)
        counts = torch.bincount(chosen.flatten(), minlength=c.experts)
        token = order // c.experts_used
        gate_up = torch.cat((self.gate, self.up), 1).unbind()
        rows = x.index_select(0, token).split(counts.tolist())
        hidden = torch.cat([r @ w.T for r, w in zip(rows, gate_up)])
        hidden = KERNELS.swiglu(hidden) * weights.flatten().index_select(0, order)[:, None]
        parts = hidden.split(counts.tolist())
        y = torch.cat([h @ w.T for h, w in zip(parts, self.down.unbind())])
        share = counts.float() / counts.sum()
        balance = c.experts * (share * probabilities.mean(0)).sum()
        return torch.zeros_like(x).index_add(0, token, y), balance, share


class Layer(nn.Module):
    """Attention and experts, each on the normed residual stream."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.attention_norm = RMSNorm(c.width, c.norm_epsilon)
        self.attention = Attention(c)
        self.expert_norm = RMSNorm(c.width, c.norm_epsilon)
        self.experts = Experts(c)


class DemoModel(nn.Module):
    """The decoder. The output matrix is the embedding (tied)."""

    def __init__(self, c: Config) -> None:
        super().__init__()
        self.c = c
        self.embedding = nn.Embedding(c.vocabulary, c.width)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.layers))
        self.output_norm = RMSNorm(c.width, c.norm_epsilon)
        half = c.head_size // 2
        rates = c.rope_base ** (-torch.arange(half, dtype=torch.float64) / half)
        angles = torch.arange(c.context, dtype=torch.float64)[:, None] * rates
        self.register_buffer("cos", angles.cos().float()[:, None], persistent=False)
        self.register_buffer("sin", angles.sin().float()[:, None], persistent=False)
        self.reset()

    def reset(self) -> None:
        """Scaled normal initialisation; outputs into the residual stream start small."""
        for name, p in self.named_parameters():
            if p.dim() < 2:
                continue
            scale = p.shape[-1] ** -0.5
            if "output" in name or "down" in name:
                scale *= (2 * self.c.layers) ** -0.5
            nn.init.normal_(p, std=0.02 if "embedding" in name else scale)

    def forward(self, batch: Batch, wanted: Tensor | None = None) -> tuple[Tensor, Tensor, Tensor]:
        """Logits of the `wanted` flat positions (all if absent), mean balance loss,
        and expert shares [layers, experts]."""
        x = self.embedding(batch.tokens)
        cos, sin = self.cos[batch.positions], self.sin[batch.positions]
        balances, shares = [], []
        for index, layer in enumerate(self.layers):
            x = x + layer.attention(layer.attention_norm(x), cos, sin, batch.groups)
            if wanted is not None and index == len(self.layers) - 1:
                x = x[wanted]  # nothing after this point looks at other positions
            y, balance, share = layer.experts(layer.expert_norm(x))
            x = x + y
            balances.append(balance)
            shares.append(share)
        logits = self.output_norm(x) @ self.embedding.weight.T
        return logits, torch.stack(balances).mean(), torch.stack(shares)

    def parameter_count(self) -> tuple[int, int]:
        """(all parameters, parameters active for one token)."""
        c = self.c
        total = sum(p.numel() for p in self.parameters())
        expert = 3 * c.width * c.expert_width
        return total, total - c.layers * (c.experts - c.experts_used) * expert
