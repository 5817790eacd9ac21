"""What a PyTorch user writes for E[F F^T] of fresh score networks: the third side of
bench_output_geometry, which starts it. Usage: output_geometry_pytorch.py NETWORKS THREADS
Prints the seconds that the networks took, and those that building them alone takes."""

import math
import sys
import time

import torch
from torch import nn

SIDE, CHANNELS, GROUPS, FEATURES, STEPS = 16, 32, 8, 32, 1000


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.time = nn.Linear(FEATURES, FEATURES)
        self.convolutions = nn.ModuleList(
            nn.Conv2d(channels, CHANNELS, 3, padding=1) for channels in (1, CHANNELS)
        )
        self.norms = nn.ModuleList(nn.GroupNorm(GROUPS, CHANNELS) for _ in range(2))
        self.shifts = nn.ModuleList(nn.Linear(FEATURES, CHANNELS) for _ in range(2))
        self.last = nn.Conv2d(CHANNELS, 1, 3, padding=1)

    def forward(self, x, tau):
        half = FEATURES // 2
        rates = torch.exp(torch.arange(half, dtype=torch.float32) * (-math.log(1e4) / half))
        angles = tau * rates * 1000
        c = nn.functional.silu(self.time(torch.cat([angles.cos(), angles.sin()], 1)))
        for convolution, norm, shift in zip(self.convolutions, self.norms, self.shifts):
            x = nn.functional.silu(norm(convolution(x)) + shift(c)[:, :, None, None])
        return self.last(x)


def main():
    networks = int(sys.argv[1])
    torch.set_num_threads(int(sys.argv[2]))
    beta = torch.linspace(0.1 / STEPS, 20 / STEPS, STEPS, dtype=torch.float64)
    sigma = (1 - torch.cumprod(1 - beta, 0)).sqrt()
    moment = torch.zeros(SIDE * SIDE, SIDE * SIDE)

    @torch.no_grad()
    def add(count):
        for _ in range(count):
            network = Network()
            t = int(torch.randint(STEPS, (1,)))
            x = torch.zeros(1, 1, SIDE, SIDE)
            f = network(x, torch.full((1, 1), t / STEPS)).view(-1) / float(sigma[t])
            moment.addr_(f, f)

    add(100)
    start = time.perf_counter()
    add(networks)
    ran = time.perf_counter()
    for _ in range(networks):
        Network()
    print(ran - start, time.perf_counter() - ran)


if __name__ == "__main__":
    main()
