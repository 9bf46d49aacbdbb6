"""FCS files of invented events, written by the standard, and broken in one way at a time."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

#: Windows-1252 has no character for these; a sample that holds none of them can be recoded by the contract suite.
UNDEFINED = frozenset(b"\x81\x8d\x8f\x90\x9d\x0a\x0d")
NO_CHECKSUM = b"00000000"
TEXT_BEGIN = 256


@dataclass
class Fcs:
    """One data set: events of shape (n, channels), keywords beside the obligatory ones, and what to do wrong."""

    names: tuple[str, ...]
    events: NDArray[np.float64]
    version: str = "3.1"
    datatype: str = "F"
    big: bool = False
    bits: tuple[int, ...] = ()
    ranges: tuple[int, ...] = ()
    keywords: dict[str, str] = field(default_factory=dict)
    mark: str = "/"
    end_too_far: int = 0
    checksum: bytes = NO_CHECKSUM
    header_data: tuple[int, int] | None = None

    def data(self) -> bytes:
        order = ">" if self.big else "<"
        if self.datatype != "I":
            return self.events.astype(order + {"F": "f4", "D": "f8"}[self.datatype]).tobytes()
        kinds = [(name, f"{order}u{bits // 8}") for name, bits in zip("abcdefgh", self.bits, strict=False)]
        rows = np.empty(len(self.events), dtype=kinds)
        for i, (name, _) in enumerate(kinds):
            rows[name] = self.events[:, i]
        return rows.tobytes()

    def text(self, begin: int, end: int) -> bytes:
        count = len(self.names)
        bits = self.bits or ({"F": 32, "D": 64}[self.datatype],) * count
        ranges = self.ranges or (262144,) * count
        said = {"$BEGINDATA": str(begin), "$ENDDATA": str(end)} if self.version != "2.0" else {}
        said |= {"$BEGINSTEXT": "0", "$ENDSTEXT": "0", "$NEXTDATA": "0", "$MODE": "L", "$DATATYPE": self.datatype}
        said |= {"$BYTEORD": "4,3,2,1" if self.big else "1,2,3,4", "$PAR": str(count), "$TOT": str(len(self.events))}
        for i, name in enumerate(self.names, start=1):
            said |= {f"$P{i}N": name, f"$P{i}B": str(bits[i - 1]), f"$P{i}E": "0,0", f"$P{i}R": str(ranges[i - 1])}
        said |= self.keywords
        parts = (part.replace(self.mark, self.mark * 2) for pair in said.items() for part in pair)
        return (self.mark + self.mark.join(parts) + self.mark).encode()

    def written(self) -> bytes:
        data = self.data()
        length = len(self.text(10**6, 10**6)) + 64
        begin = TEXT_BEGIN + length
        end = begin + len(data) - 1 + self.end_too_far
        text = self.text(begin, end)
        offsets = (TEXT_BEGIN, TEXT_BEGIN + len(text) - 1, *(self.header_data or (begin, end)), 0, 0)
        header = f"FCS{self.version}    " + "".join(f"{offset:>8}" for offset in offsets)
        return header.ljust(TEXT_BEGIN).encode() + text.ljust(length) + data + self.checksum


def recodable(events: NDArray[np.float64], kind: str) -> NDArray[np.float64]:
    """Events without those whose bytes have no character in Windows-1252 or are line ends."""
    stored = [row.astype(kind).tobytes() for row in events]
    return events[[not UNDEFINED & set(row) for row in stored]]


def invented(seed: int, count: int, medians: tuple[float, ...], kind: str = "<f4") -> NDArray[np.float64]:
    """Lognormal events in steps of a quarter, which every float holds exactly; the first channel is a clock."""
    random = np.random.default_rng(seed)
    drawn = random.lognormal(np.log(medians), 0.8, size=(count * 6, len(medians)))
    stepped = np.round(drawn * 4) / 4
    stepped = recodable(stepped, kind)[:count]
    assert len(stepped) == count
    return stepped


def samples() -> dict[str, bytes]:
    """Every sample file by its name."""
    names = ("FSC-A", "SSC-A", "FITC-A", "APC-A")
    acquired = {
        "$CYT": "Cytometer X", "$CYTSN": "1234", "$DATE": "03-MAR-2026", "$BTIM": "09:15:30", "$ETIM": "09:16:30",
        "$SMNO": "EV batch 7 anti-CD63", "$P3S": "CD9", "$P4S": "CD63", "$P4V": "450", "$OP": "AB", "$TR": "SSC-A,600",
        "$COM": "EV/batch 7",
    }  # fmt: skip
    three = invented(7, 60, (1000.0, 400.0, 50.0, 800.0))
    whole = np.round(invented(8, 50, (60.0, 30.0, 90.0), "<u2"))
    whole = np.column_stack([np.minimum(whole[:, 0], 120), np.minimum(whole[:, 1], 100), np.arange(len(whole)) + 16])
    broken = three.copy()
    broken[3, 3] = np.nan
    good = Fcs(names, three, keywords=acquired | {"$VOL": "25000", "$LOST": "0"})
    return {
        "float_with_volume.fcs": good.written(),
        "integers_of_mixed_width.fcs": Fcs(
            ("FSC", "FL1", "TIME"), whole, version="3.0", datatype="I", bits=(16, 8, 32),
            ranges=(65536, 128, 2**31 - 1), checksum=b"",
            keywords={"$P2E": "4.0,0.0", "$P1G": "2", "$SMNO": "EV batch 7", "$DATE": "2026-Mar-03"},
        ).written(),
        "version_2_big_endian_doubled_separator.fcs": Fcs(
            ("FSC-H", "FSC-H"), three[:20, :2], version="2.0", big=True, checksum=b"", mark="|",
            keywords={"TUBE NAME": "EV|batch 8", "$P5N": "left over", "$P5R": "1024", "$LOST": "12"},
        ).written(),
        "channel_with_nan.fcs": Fcs(names, broken, version="3.0", keywords={"$SRC": "EV batch 7"}).written(),
        "end_one_too_far.reject.fcs": Fcs(names, three, keywords=acquired, end_too_far=1).written(),
        "events_missing.reject.fcs": good.written()[:-40],
        "copied_as_text.reject.fcs": good.written()[:-30] + b"\r" + good.written()[-30:],
        "count_and_size_disagree.reject.fcs": good.written().replace(b"/$TOT/60/", b"/$TOT/61/"),
        "second_data_set.reject.fcs": good.written().replace(b"/$NEXTDATA/0/", b"/$NEXTDATA/9/"),
        "byte_order.reject.fcs": good.written().replace(b"1,2,3,4", b"3,4,1,2"),
    }  # fmt: skip


def offset_samples() -> dict[str, bytes]:
    """The samples of the reader that is asked for by name."""
    names = ("FSC-A", "APC-A")
    events = invented(9, 40, (1000.0, 300.0))
    said = {"$SMNO": "EV batch 7", "$P2S": "CD81", "$VOL": "10000"}
    return {
        "end_one_too_far.fcs": Fcs(names, events, keywords=said, end_too_far=1).written(),
        "end_two_too_far.reject.fcs": Fcs(names, events, keywords=said, end_too_far=2).written(),
    }


def write() -> None:
    """Writes the samples beside this module and those of ``fcs_offset``."""
    here = Path(__file__).parent
    for folder, made in ((here, samples()), (here.parent / "fcs_offset", offset_samples())):
        for name, data in made.items():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    write()
