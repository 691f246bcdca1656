"""Reads a damask snapshot and prints its live patterns, one line of JSON each.

Written from docs/format.md alone, and apart from everything else in this repository: it shares no
code with damask. Checksums are verified when the xxhash module is installed.
"""

import argparse
import json
import math
import struct
import sys

try:
    import xxhash
except ImportError:
    xxhash = None

MAGIC = b"DAMASK\x1a\n"
SECTIONS = ["META", "FLDS", "HIGH", "LOWP", "FACT", "LEVL", "LNK0", "LNKU", "LIVE", "RECS", "NAME",
            "TEXT"]
METRICS = ["cosine", "euclidean", "dot"]
PRECISIONS = ["fixed16", "float32"]
VERDICTS = [None, "success", "failure", "flaky"]
KINDS = ["string", "number", "boolean", "string-list"]
NO_NAME = 0xFFFFFFFF


class Refused(Exception):
    """The file is not a snapshot of version 1, or not a sound one."""


def require(holds, what):
    if not holds:
        raise Refused(what)


class Members(list):
    """The members of a JSON object as pairs: a key may be there twice."""


def fits(value, kind):
    """Whether a value of the metadata is of the kind that its field is declared as."""
    if kind == "string":
        return isinstance(value, str) and len(value.encode()) <= 1024
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "number":
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return abs(value) < 2**1024 - 2**970 and math.isfinite(value)
    return type(value) is list and len(value) <= 256 and all(fits(it, "string") for it in value)


def check_sum(data, stored, what):
    if xxhash is not None:
        require(xxhash.xxh3_64_intdigest(data) == stored, f"{what}: the checksum does not match")


def read_layout(data):
    """The sections by name, without their archive byte, and the table's entries."""
    require(data[:8] == MAGIC, "not a damask snapshot")
    version, count, length = struct.unpack_from("<IIQ", data, 8)
    require(version == 1, f"format version {version}")
    end = 24 + 32 * count
    check_sum(data[:end], struct.unpack_from("<Q", data, end)[0], "the header")
    require(length == len(data), f"{len(data)} bytes instead of {length}")
    sections = {}
    table = []
    place = end + 8
    for i in range(count):
        name, zero, offset, size, stored = struct.unpack_from("<4sIQQQ", data, 24 + 32 * i)
        name = name.decode("ascii")
        require(zero == 0 and offset == place, f"section {name} is out of place")
        section = data[offset : offset + size]
        check_sum(section, stored, f"section {name}")
        require(section[:1] == b"\x01", f"section {name} is not a little-endian archive")
        sections[name] = section[1:]
        table.append({"name": name, "offset": offset, "length": size, "checksum": f"{stored:016x}"})
        place += size
    require(place == length, "the sections do not fill the file")
    return sections, table


class Snapshot:
    """A snapshot in memory, checked as far as printing it needs, and its graph with it."""

    def __init__(self, data):
        self.data = data
        self.sections, self.table = read_layout(data)
        self.read_meta()
        self.read_fields()
        self.check_lengths()
        self.read_live()
        self.read_names()
        self.read_texts()
        self.check_codes()
        self.check_graph()

    def read_meta(self):
        (
            self.dimension,
            metric,
            precision,
            self.m,
            self.ef_construction,
            self.ef_search,
            self.seed,
            self.slots,
            self.live_count,
            self.sequence,
            self.entry,
            self.top_level,
            self.name_count,
            self.text_bytes,
            self.indexing_threshold,
            self.linked,
            self.history,
        ) = struct.unpack("<IBBIIIQQQQIiIQIQ16s", self.sections["META"])
        self.metric = METRICS[metric]
        self.precision = PRECISIONS[precision]
        expected = SECTIONS + (["F32V"] if self.precision == "float32" else [])
        require(list(self.sections) == expected, "other sections than the precision asks for")

    def read_fields(self):
        """The declared metadata fields: a list of (name, kind)."""
        section = self.sections["FLDS"]
        self.fields = []
        place = 0
        while place < len(section):
            kind, length = struct.unpack_from("<BB", section, place)
            name = section[place + 2 : place + 2 + length]
            place += 2 + length
            require(1 <= length <= 128 and len(name) == length, "a name ends beyond FLDS")
            self.fields.append((name.decode("utf-8"), KINDS[kind]))
        require(len(self.fields) <= 64, "too many fields")
        require(len(dict(self.fields)) == len(self.fields), "a field is there twice")

    def check_metadata(self, slot, text):
        """That what is declared is of its kind."""
        members = json.loads(text, object_pairs_hook=Members) if text else []
        for name, kind in self.fields:
            found = [value for key, value in members if key == name]
            place = f"slot {slot}: metadata.{name}"
            require(len(found) <= 1, f"{place} is there twice")
            for value in found:
                require(fits(value, kind), f"{place} is no {kind}")

    def check_lengths(self):
        rows = {
            "HIGH": self.dimension,
            "LOWP": self.dimension,
            "FACT": 16,
            "RECS": 66,
        }
        if self.precision == "float32":
            rows["F32V"] = 4 * self.dimension
        lengths = {name: row * self.slots for name, row in rows.items()}
        require(self.linked <= self.slots, "more slots are linked than there are")
        lengths["LEVL"] = self.linked
        lengths["LNK0"] = self.linked * 4 * (1 + 2 * self.m)
        lengths["LNKU"] = 4 * (1 + self.m) * sum(self.sections["LEVL"])
        lengths["LIVE"] = 8 * ((self.slots + 63) // 64)
        lengths["TEXT"] = self.text_bytes
        for name, length in lengths.items():
            have = len(self.sections[name])
            require(have == length, f"section {name} has {have} bytes instead of {length}")

    def read_live(self):
        bits = int.from_bytes(self.sections["LIVE"], "little")
        require(bits >> self.slots == 0, "live bits beyond the last slot")
        self.live = [slot for slot in range(self.slots) if bits >> slot & 1]
        require(len(self.live) == self.live_count, "another number of live bits")
        self.live_set = set(self.live)

    def read_names(self):
        section = self.sections["NAME"]
        lengths = struct.unpack_from(f"<{self.name_count}I", section)
        place = 4 * self.name_count
        self.names = []
        for length in lengths:
            self.names.append(section[place : place + length].decode("utf-8"))
            place += length
        require(place == len(section), "bytes that no name uses")
        require(len(set(self.names)) == len(self.names), "a name is there twice")

    def read_texts(self):
        """Per live slot the fields of its row and its three texts."""
        self.rows = {}
        self.texts = {}
        place = 0
        seen = 0
        for slot in range(self.slots):
            row = struct.unpack_from("<6I2B2d2qQ", self.sections["RECS"], 66 * slot)
            if slot not in self.live_set:
                require(not any(self.sections["RECS"][66 * slot : 66 * (slot + 1)]), f"slot {slot}")
                continue
            texts = []
            for length in row[:3]:
                texts.append(self.sections["TEXT"][place : place + length].decode("utf-8"))
                place += length
            for name in row[3:6]:
                require(name <= seen or name == NO_NAME, f"slot {slot}: a name out of order")
                seen += name == seen
            self.check_metadata(slot, texts[2])
            self.rows[slot] = row
            self.texts[slot] = texts
        require(place == self.text_bytes, "bytes that no record uses")
        require(seen == self.name_count, "a name that no record uses")
        ids = {texts[0] for texts in self.texts.values()}
        require(len(ids) == self.live_count, "an id is there twice")

    def code(self, slot):
        begin = slot * self.dimension
        high = struct.unpack_from(f"<{self.dimension}b", self.sections["HIGH"], begin)
        low = struct.unpack_from(f"<{self.dimension}b", self.sections["LOWP"], begin)
        return [256 * h + l for h, l in zip(high, low)]

    def factors(self, slot):
        return struct.unpack_from("<dq", self.sections["FACT"], 16 * slot)

    def check_codes(self):
        for slot in range(self.slots):
            code = self.code(slot)
            scale, self_dot = self.factors(slot)
            largest = struct.unpack("<f", struct.pack("<f", scale * 30591))[0]
            require(largest / 30591 == scale and math.copysign(1, scale) > 0, f"slot {slot}: scale")
            live = slot in self.live_set
            largest_code = max(map(abs, code))
            scaled = 30591 if live else 7 * 4096
            require(largest_code == (scaled if scale else 0), f"slot {slot}: the largest code")
            require(live or not any(q % 4096 for q in code), f"slot {slot}: more than its top")
            expected = sum(q * q for q in code) if live else 0
            require(self_dot == expected, f"slot {slot}: selfDot")

    def check_graph(self):
        levels = self.sections["LEVL"]
        require(max(levels, default=-1) == self.top_level, "another top level")
        require(not levels or levels[self.entry] == self.top_level, "the entry is below the top")
        upper = 0
        for slot, top in enumerate(levels):
            for level in range(top + 1):
                width = 1 + (self.m if level else 2 * self.m)
                section = self.sections["LNKU" if level else "LNK0"]
                begin = upper if level else 4 * width * slot
                count, *links = struct.unpack_from(f"<{width}I", section, begin)
                upper += 4 * width if level else 0
                place = f"slot {slot}, level {level}"
                require(count < width and not any(links[count:]), f"{place}: the count of links")
                links = links[:count]
                require(len(set(links) - {slot}) == count, f"{place}: a link to itself or twice")
                for other in links:
                    require(other < self.linked and levels[other] >= level, f"{place}: to {other}")

    def describe(self):
        """What damask verify and damask stats say of the file; without xxhash no content hash."""
        head = self.data[: 24 + 32 * len(self.table)]
        return {
            "contentHash": xxhash.xxh3_128_hexdigest(head) if xxhash else None,
            "count": self.live_count,
            "dimension": self.dimension,
            "efConstruction": self.ef_construction,
            "efSearch": self.ef_search,
            "indexingThreshold": self.indexing_threshold,
            "m": self.m,
            "maxLevel": self.top_level,
            "metadataFields": dict(self.fields),
            "metric": self.metric,
            "precision": self.precision,
            "sections": self.table,
            "seed": self.seed,
            "sequence": self.sequence,
            "slots": self.slots,
        }

    def embedding(self, slot):
        """The components as the nearest 32-bit floats."""
        if self.precision == "float32":
            begin = 4 * slot * self.dimension
            return list(struct.unpack_from(f"<{self.dimension}f", self.sections["F32V"], begin))
        scale = self.factors(slot)[0]
        values = [q * scale for q in self.code(slot)]
        packed = struct.pack(f"<{self.dimension}f", *values)
        return list(struct.unpack(f"<{self.dimension}f", packed))

    def pattern(self, slot):
        row = self.rows[slot]
        identifier, content, metadata = self.texts[slot]
        present = row[6]
        pattern = {
            "id": identifier,
            "type": self.names[row[3]],
            "domain": self.names[row[4]],
            "content": content,
        }
        if present & 1:
            pattern["framework"] = self.names[row[5]]
        for bit, key, value in [
            (2, "coverage", row[8]),
            (4, "flakinessScore", row[9]),
            (8, "createdAt", row[10]),
            (16, "lastUsed", row[11]),
        ]:
            if present & bit:
                pattern[key] = value
        if row[7]:
            pattern["verdict"] = VERDICTS[row[7]]
        pattern["usageCount"] = row[12]
        if present & 32:
            pattern["metadata"] = json.loads(metadata)
        return pattern


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("snapshot")
    parser.add_argument("--describe", action="store_true", help="print options, counts and table")
    arguments = parser.parse_args()
    with open(arguments.snapshot, "rb") as file:
        data = file.read()
    if xxhash is None:
        print("no xxhash module: checksums are not verified", file=sys.stderr)
    try:
        snapshot = Snapshot(data)
    except (Refused, struct.error, UnicodeDecodeError, IndexError, KeyError) as error:
        sys.exit(f"{arguments.snapshot}: {error!r}")
    if arguments.describe:
        print(json.dumps(snapshot.describe()))
        return
    for slot in snapshot.live:
        pattern = snapshot.pattern(slot)
        pattern["embedding"] = snapshot.embedding(slot)
        print(json.dumps(pattern, ensure_ascii=False))


if __name__ == "__main__":
    main()
