"""How much memory receiving takes at its highest, the reader's child included: measured in a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestration.bench import ROOT

_PEAK = re.compile(r"^VmHWM:\s*([0-9]+) kB", re.MULTILINE)


def _peak_kib(process: str) -> int:
    """The most memory that a process has held. Linux says so."""
    found = _PEAK.search(Path("/proc", process, "status").read_text(encoding="ascii", errors="replace"))
    return int(found[1]) if found else 0


def own_peak_mib() -> int:
    """The most memory that this process has held, in MiB."""
    return _peak_kib("self") >> 10


def peak_mib(paths: Sequence[Path], home: Path) -> int:
    """Receive the files into a new home. Returns the peaks of the process and of its child, added, in MiB."""
    said = subprocess.run(
        [sys.executable, "-m", "orchestration.bench.memory", str(home)],
        cwd=ROOT,
        input="\n".join(str(path.resolve()) for path in paths),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=True,
    )
    return int(said.stdout) >> 10


def peak_of(module: str, *arguments: str) -> int:
    """Run a module in a process of its own. Returns the most memory it held, in MiB."""
    import resource

    subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


def main(home: Path, paths: Sequence[Path]) -> None:
    """Receive, then write the sum of the peaks in KiB, while the child still waits for more."""
    from quality.receive import Receiver

    receiver = Receiver(home)
    receiver.receive(paths)
    receiver.register.close()
    children = [c for task in Path("/proc/self/task").iterdir() for c in (task / "children").read_text().split()]
    sys.stdout.write(str(sum(map(_peak_kib, ["self", *children]))))


if __name__ == "__main__":
    main(Path(sys.argv[1]), [Path(line) for line in sys.stdin.read().splitlines()])
