"""Muon for the matrices of the layers, AdamW for everything else.

Muon (K. Jordan, 2024) replaces the momentum of a matrix by its nearest semi-orthogonal
matrix, found with five Newton-Schulz steps. Stacks of matrices (experts) are done at once.
"""

from __future__ import annotations

import torch
import torch.distributed as dist
from torch import Tensor, nn


def orthogonalize(g: Tensor, steps: int = 5) -> Tensor:
    """The approximately nearest semi-orthogonal matrices to g [..., rows, columns]."""
    a, b, c = 3.4445, -4.7750, 2.0315
    tall = g.shape[-2] > g.shape[-1]
    x = g.mT if tall else g
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(steps):
        s = x @ x.mT
        x = a * x + (b * s + c * (s @ s)) @ x
    return x.mT if tall else x


class Muon(torch.optim.Optimizer):
    """Momentum, orthogonalised, with decoupled weight decay.

    With several processes each orthogonalises its share of the parameters only; the updates
    are then summed, so that all processes apply the same ones.
    """

    def __init__(
        self, params: list[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.05
    ) -> None:
        super().__init__(params, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]
        shared = dist.is_initialized()
        rank, world = (dist.get_rank(), dist.get_world_size()) if shared else (0, 1)
        for group in self.param_groups:
            params = group["params"]
            updates = [
                self._update(p, group["momentum"]) if i % world == rank else torch.zeros_like(p)
                for i, p in enumerate(params)
            ]
            if shared:
                flat = torch.cat([u.flatten() for u in updates])
                dist.all_reduce(flat)
                parts = flat.split([p.numel() for p in params])
                updates = [u.view_as(p) for u, p in zip(parts, params)]
            for p, update in zip(params, updates):
                p.mul_(1 - group["lr"] * group["weight_decay"])
                p.add_(update, alpha=-group["lr"])

    def _update(self, p: Tensor, momentum: float) -> Tensor:
        """The step of one parameter at a learning rate of one."""
        state = self.state[p]
        if not state:
            state["momentum"] = torch.zeros_like(p)
        buffer = state["momentum"].lerp_(p.grad, 1 - momentum)
        # The size of an update of AdamW (root mean square 0.2), whatever the shape.
        return orthogonalize(p.grad.lerp(buffer, momentum)) * (0.2 * max(p.shape[-2:]) ** 0.5)


def make_optimizers(model: nn.Module, lr: float) -> list[torch.optim.Optimizer]:
    """The optimizers of a model, both with `initial_lr` recorded in their groups."""
    matrices, rest = [], []
    for name, p in model.named_parameters():
        is_matrix = p.dim() >= 2 and "embedding" not in name and "router" not in name
        (matrices if is_matrix else rest).append(p)
    optimizers = [
        Muon(matrices, lr=lr),
        torch.optim.AdamW(rest, lr=lr, betas=(0.9, 0.98), weight_decay=0.0),
    ]
    for optimizer in optimizers:
        for group in optimizer.param_groups:
            group["initial_lr"] = group["lr"]
    return optimizers
