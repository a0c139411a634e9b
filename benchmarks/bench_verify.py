"""How long `trajalign verify` takes over a zoo of responses; run it, then read the last lines."""

import subprocess
import sys
import time

from response_zoo import ACTIVATIONS, LOSSES

LIMIT = 120.0  # seconds after which one response is given up


def timed(model: str, option: str, text: str) -> tuple[float, int | None]:
    """Seconds and exit status of one run; None where it was given up."""
    command = [sys.executable, "-m", "trajalign", "verify", model, option, text]
    begin = time.perf_counter()
    try:
        done = subprocess.run(command, capture_output=True, timeout=LIMIT, check=False)
    except subprocess.TimeoutExpired:
        return LIMIT, None
    return time.perf_counter() - begin, done.returncode


def main() -> None:
    """Print seconds and exit status of each response, then the distribution."""
    jobs = [("linear", "--loss", text) for text in LOSSES]
    jobs += [("neuron", "--activation", text) for text in ACTIVATIONS]
    found = []
    for model, option, text in jobs:
        seconds, status = timed(model, option, text)
        found.append(seconds)
        print(f"{seconds:7.1f} s  {status}  {model}  {text}", flush=True)
    found.sort()
    share = found[int(0.95 * len(found)) - 1]
    print(f"{len(found)} responses: median {found[len(found) // 2]:.1f} s, ", end="")
    print(f"95 % within {share:.1f} s, longest {found[-1]:.1f} s")


if __name__ == "__main__":
    main()
