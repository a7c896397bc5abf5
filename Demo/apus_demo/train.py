"""Trains the demo model on conversations generated on the fly.

Works with one single-threaded process per core (gradients are summed over processes), which
at this size uses a CPU better than threads do. The length of the run is given in minutes, and
the learning rate follows the clock: warm-up, constant, then a linear decay to zero. An
exponential moving average of the weights is kept in every checkpoint and is what is exported.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from pathlib import Path

import torch
import torch.distributed as dist
import torch.nn.functional as F
from tokenizers import Tokenizer

from .batching import IGNORED, Batch, Encoded, Encoder, batches
from .data import mixture
from .data.copying import repeat
from .model import KERNELS, Config, DemoModel
from .optimizer import make_optimizers
from .tokenizer import pieces


def schedule(progress: float, warmup: float, decay: float) -> float:
    """The factor of the learning rate at a progress in 0...1."""
    return min(1.0, (progress + 1e-4) / warmup, max(0.0, (1 - progress) / decay))


class Source:
    """An endless stream of encoded conversations; a seed is never used twice."""

    def __init__(
        self, tokenizer: Tokenizer, rank: int, world: int, position: int, limit: int
    ) -> None:
        self.encoder, self.pieces = Encoder(tokenizer), pieces(tokenizer)
        self.rank, self.world, self.position, self.limit = rank, world, position, limit

    def take(self, tokens: int, copying: float) -> list[Encoded]:
        """Conversations with about `tokens` tokens in all, a share of them plain copying."""
        items, total = [], 0
        while total < tokens:
            # Seeds below 1,000,000 belong to evaluation.
            seed = 1_000_000 + self.position * self.world + self.rank
            self.position += 1
            words = mixture.words(seed, False, self.pieces)
            generator = repeat if words.rng.random() < copying else None
            item = self.encoder.encode(mixture.conversation(words, generator))
            if len(item.tokens) <= self.limit:
                items.append(item)
                total += len(item.tokens)
        return items


def accumulate(model: DemoModel, batch: Batch, balance_weight: float) -> tuple[float, int]:
    """Adds the gradients of the summed loss of a batch; returns that sum and its token count."""
    wanted = (batch.targets != IGNORED).nonzero().flatten()
    logits, balance, _ = model(batch, wanted)
    loss = F.cross_entropy(logits, batch.targets[wanted], reduction="sum")
    (loss + balance_weight * len(wanted) * balance).backward()
    return loss.item(), len(wanted)


def sum_over_processes(model: DemoModel, numbers: list[float]) -> list[float]:
    """Sums gradients and numbers over all processes; scales gradients by the last number."""
    grads = [p.grad for p in model.parameters()]
    flat = torch.cat([g.flatten() for g in grads] + [torch.tensor(numbers)])
    if dist.is_initialized():
        dist.all_reduce(flat)
    sums = flat[-len(numbers) :].tolist()
    for g, part in zip(grads, flat[: -len(numbers)].split([g.numel() for g in grads])):
        g.copy_(part.view_as(g)).div_(sums[-1])
    return sums


def save(path: Path, state: dict) -> None:
    """Writes a checkpoint so that a reader never sees half of it."""
    temporary = path.with_suffix(".tmp")
    torch.save(state, temporary)
    os.replace(temporary, path)


def train(rank: int, o: argparse.Namespace) -> None:
    """The loop of one process."""
    torch.set_num_threads(1)
    if o.processes > 1:
        dist.init_process_group(
            "gloo",
            init_method=f"file://{o.directory.resolve()}/rendezvous",
            rank=rank,
            world_size=o.processes,
        )
    torch.manual_seed(o.seed)
    tokenizer = Tokenizer.from_file(str(o.directory / "tokenizer.json"))
    c = Config(
        vocabulary=tokenizer.get_vocab_size(),
        width=o.width,
        layers=o.layers,
        heads=o.width // 32,
        experts=o.experts,
        expert_width=o.expert_width,
    )
    model = DemoModel(c)
    state = {"step": 0, "tokens": 0, "seconds": 0.0, "position": 0}
    average = {k: v.clone() for k, v in model.state_dict().items()}
    if o.resume:
        saved = torch.load(o.resume, weights_only=True)
        model.load_state_dict(saved["model"])
        average, state = saved["average"], saved["state"]
    optimizers = make_optimizers(model, o.rate)
    if o.resume:
        for optimizer, values in zip(optimizers, saved["optimizers"]):
            optimizer.load_state_dict(values)
    KERNELS.compile()
    source = Source(tokenizer, rank, o.processes, state["position"], c.context)
    log = open(o.directory / "train.jsonl", "a") if rank == 0 else None
    before, started, last_save = state["seconds"], time.time(), time.time()
    mean = None
    while True:
        clock = torch.tensor([time.time() - started])
        if o.processes > 1:
            dist.broadcast(clock, 0)  # every process must see the same schedule
        progress = min(1.0, clock.item() / (60 * o.minutes))
        if progress >= 1.0:
            break
        # Attention heads that copy are the key to most skills, and appear sooner on plain copying.
        copying = o.copying * max(0.0, 1 - progress / o.copying_until)
        items = source.take(o.batch // o.processes, copying)
        sums = [0.0, sum(len(e.tokens) for e in items), 0.0]
        for batch in batches(items, 2048):
            loss, count = accumulate(model, batch, o.balance)
            sums[0] += loss
            sums[-1] += count
        sums = sum_over_processes(model, sums)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        factor = schedule(progress, o.warmup, o.decay)
        for optimizer in optimizers:
            for group in optimizer.param_groups:
                group["lr"] = o.rate * factor
            optimizer.step()
            optimizer.zero_grad(set_to_none=False)
        state["step"] += 1
        state["tokens"] += int(sums[1])
        state["seconds"], state["position"] = before + time.time() - started, source.position
        with torch.no_grad():
            keep = min(o.average, state["step"] / (state["step"] + 10))
            for k, v in model.state_dict().items():
                average[k].lerp_(v, 1 - keep)
        loss = sums[0] / sums[-1]
        mean = loss if mean is None else 0.95 * mean + 0.05 * loss
        if rank == 0 and state["step"] % 20 == 0:
            line = {
                **state,
                "loss": round(loss, 4),
                "mean": round(mean, 4),
                "factor": round(factor, 3),
            }
            log.write(json.dumps(line) + "\n")
            log.flush()
        if rank == 0 and time.time() - last_save > 120:
            last_save = time.time()
            save(o.directory / "checkpoint.pt", checkpoint(c, model, average, state, optimizers))
    if rank == 0:
        save(o.directory / "checkpoint.pt", checkpoint(c, model, average, state, optimizers))
        save(o.directory / "final.pt", checkpoint(c, model, average, state, optimizers))


def checkpoint(c: Config, model: DemoModel, average: dict, state: dict, optimizers: list) -> dict:
    """Everything that `--resume` and the exporter need."""
    return {
        "config": c.as_dict(),
        "model": model.state_dict(),
        "average": average,
        "state": dict(state),
        "optimizers": [x.state_dict() for x in optimizers],
    }


def main() -> None:
    parser = argparse.ArgumentParser(description="Trains the demo model.")
    parser.add_argument(
        "--directory", type=Path, required=True, help="holds tokenizer.json; checkpoints go here"
    )
    parser.add_argument(
        "--minutes", type=float, default=60, help="length of the run and of its schedule"
    )
    parser.add_argument("--processes", type=int, default=2, help="single-threaded processes")
    parser.add_argument(
        "--batch", type=int, default=8192, help="tokens per step, all processes together"
    )
    parser.add_argument("--rate", type=float, default=3e-3, help="highest learning rate")
    parser.add_argument("--warmup", type=float, default=0.02, help="share of the run")
    parser.add_argument("--decay", type=float, default=0.4, help="share of the run")
    parser.add_argument(
        "--average", type=float, default=0.98, help="decay of the moving average per step"
    )
    parser.add_argument(
        "--balance", type=float, default=0.01, help="weight of the load-balancing loss"
    )
    parser.add_argument(
        "--copying", type=float, default=0.5, help="share of plain copying at the start"
    )
    parser.add_argument(
        "--copying-until", type=float, default=0.2, help="progress at which that share has faded"
    )
    parser.add_argument("--width", type=int, default=192)
    parser.add_argument("--layers", type=int, default=5)
    parser.add_argument("--experts", type=int, default=8)
    parser.add_argument("--expert-width", type=int, default=128)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--resume", type=Path, help="checkpoint to go on from")
    options = parser.parse_args()
    (options.directory / "rendezvous").unlink(missing_ok=True)
    if options.processes > 1:
        torch.multiprocessing.spawn(train, (options,), nprocs=options.processes)
    else:
        train(0, options)


if __name__ == "__main__":
    main()
