"""How many errors planted between returns the audit finds: a plan against its list, a month against the one before, a
city against its counties.

The scene is filed first, in a home of its own, and counts as clean returns; then every case comes in behind it. A case
is never in force for another one: what is returned or asked about is not, and what is only shown comes last. Not here:
the cases (ingestion.sample_relations).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from ingestion.sample_defects import Defect
from ingestion.sample_relations import Filed, Planted, Scene
from quality.arrivals import Arrival
from quality.receive import Receiver

Found = list[dict[str, Any]]  # errors and warnings, as the register holds them


class RelationOffice:
    """Takes the scene in, then the cases. Each answer is (verdict, what was found)."""

    def __init__(self, folder: Path, sound: Mapping[str, bytes], seed: int) -> None:
        self.folder, self.files = folder, 0
        folder.mkdir(parents=True, exist_ok=True)
        self.scene = Scene(folder / "filed", sound, seed)
        self.receiver = Receiver(folder / "home")

    def _arrival(self, data: bytes, received: dt.datetime, decided: dt.datetime) -> Arrival:
        self.files += 1
        path = self.folder / f"{self.files}.xlsx"
        path.write_bytes(data)
        return Arrival(path, None, received, decided)

    def _take(self, arrivals: Sequence[Arrival]) -> list[tuple[str, Found]]:
        said = []
        for answer in self.receiver.take(arrivals):
            found = self.receiver.register.findings_of(answer["submission_id"])
            said.append((answer["verdict"], [f for f in found if f["severity"] in ("error", "warning")]))
        return said

    def scene_filed(self) -> Iterator[tuple[Filed, str, Found]]:
        """The forms one after the other: each is judged beside what came before."""
        for _, of_form in groupby(self.scene.filed(), key=lambda f: (f.form, f.received_at.year > 2023)):
            filed = list(of_form)
            arrivals = [self._arrival(f.data, f.received_at, f.decided_at) for f in filed]
            yield from ((f, *said) for f, said in zip(filed, self._take(arrivals), strict=True))

    def planted(self) -> Iterator[tuple[Defect, str, Found]]:
        """Cases of one form and moment are taken in together, those with a return beside them alone."""

        def together(planted: Planted) -> tuple[Any, ...]:
            alone = planted.defect.kind if planted.beside or planted.defect.verdict == "accepted" else ""
            return planted.defect.form, planted.received_at, alone

        for _, of_one in groupby(self.scene.planted(), key=together):
            cases = list(of_one)
            arrivals = [self._arrival(p.defect.data, p.received_at, p.received_at) for p in cases]
            arrivals += [self._arrival(p.beside, p.received_at, p.received_at) for p in cases if p.beside]
            for case, (verdict, found) in zip(cases, self._take(arrivals), strict=False):
                yield case.defect, verdict, found

    def close(self) -> None:
        self.receiver.register.close()
