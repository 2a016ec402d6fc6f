"""Wall time and peak memory of a command and everything that it starts."""

import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

_SAMPLE_EVERY = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One run."""

    seconds: float
    megabytes: float


def run(command: Sequence[str], *, cwd: Path, env: Mapping[str, str]) -> Sample:
    """Run to the end.

    Memory is the largest sum of resident sets of the process and its descendants, sampled 20 times a
    second, so shared pages count once for each process.

    Raises:
        RuntimeError: the command failed; the message holds what it said.
    """
    began = time.perf_counter()
    child = subprocess.Popen(
        command, cwd=cwd, env=dict(env), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peak = 0
    done = threading.Event()

    def sample() -> None:
        nonlocal peak
        root = psutil.Process(child.pid)
        while not done.wait(_SAMPLE_EVERY):
            peak = max(peak, _resident(root))

    sampler = threading.Thread(target=sample, daemon=True)
    sampler.start()
    said, _ = child.communicate()
    seconds = time.perf_counter() - began
    done.set()
    sampler.join()
    if child.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed with {child.returncode}:\n{said[-4000:]}")
    return Sample(seconds=seconds, megabytes=peak / 1e6)


def in_turns(subjects: Sequence[Callable[[], Sample]], *, rounds: int) -> list[Sample]:
    """The median of each of several things, measured in turns, so that a busy machine hits all of them."""
    samples: list[list[Sample]] = [[] for _ in subjects]
    for _ in range(rounds):
        for subject, taken in zip(subjects, samples, strict=True):
            taken.append(subject())
    return [_median(taken) for taken in samples]


def _median(samples: Sequence[Sample]) -> Sample:
    return Sample(
        seconds=statistics.median(s.seconds for s in samples),
        megabytes=statistics.median(s.megabytes for s in samples),
    )


def _resident(root: psutil.Process) -> int:
    total = 0
    try:
        family = [root, *root.children(recursive=True)]
    except psutil.Error:
        return 0
    for process in family:
        try:
            total += process.memory_info().rss
        except psutil.Error:
            continue
    return total
