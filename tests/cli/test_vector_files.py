"""Vectors from .f32, .f16 and .npy files are those of the JSON lines of the same values."""

import itertools
import json
import struct

from support import CliTest, float_bits, npy, npy_header


def f32(rows):
    return b"".join(struct.pack(f"<{len(row)}f", *row) for row in rows)


def f16(rows):
    return b"".join(struct.pack(f"<{len(row)}e", *row) for row in rows)


class VectorFiles(CliTest):
    def setUp(self):
        super().setUp()
        self.rows = self.vectors(50, 9)

    def import_vectors(self, name, data, *options):
        file = self.write(name, data)
        store = self.path(name + ".damask")
        self.damask("import", store, "--vectors", file, *options)
        return store

    def test_all_formats_give_the_same_store(self):
        plain = [{"id": str(i), "type": "", "domain": "", "content": "", "embedding": row}
                 for i, row in enumerate(self.rows)]
        expected = self.path("lines.damask")
        self.damask("import", expected, "--patterns", self.write_lines("lines.jsonl", plain))
        half, single = f16(self.rows), f32(self.rows)
        raw = ("--dimension", 9)
        for store in (
                self.import_vectors("a.f32", single, *raw),
                self.import_vectors("a.f16", half, *raw),
                self.import_vectors("no-extension", half, *raw, "--format", "f16"),
                self.import_vectors("wrong.f16", single, *raw, "--format", "f32"),
                self.import_vectors("a.npy", npy(npy_header("<f4", 50, 9), single)),
                self.import_vectors("b.npy", npy(npy_header("<f2", 50, 9), half), *raw),
                self.import_vectors("v2.npy", npy(npy_header("<f2", 50, 9), half, version=2)),
                self.import_vectors("numpy.dat", npy(npy_header("<f4", 50, 9), single),
                                    "--format", "npy")):
            self.assertEqual(self.content_hash(store), self.content_hash(expected), store)

    def test_threads_link_the_same_store(self):
        raw = ("--dimension", 9, "--indexing-threshold", 0, "--m", 4, "--ef-construction", 20)
        one = self.import_vectors("one.f32", f32(self.rows), *raw)
        several = self.import_vectors("several.f32", f32(self.rows), *raw, "--threads", 3)
        self.assertEqual(self.content_hash(several), self.content_hash(one))

    def test_npy_header_in_other_words(self):
        expected = self.import_vectors("a.f16", f16(self.rows), "--dimension", 9)
        for number, header in enumerate([
                '{"shape":(50,9),"descr":"<f2","fortran_order":False}',
                "{ 'fortran_order' : False , 'shape' : ( 50 , 9 , ) , 'descr' : '<f2' }" + " " * 200,
                "\n{'descr': '<f2',\n 'fortran_order': False, 'shape': (50, 9)}\n\n"]):
            store = self.import_vectors(f"{number}.npy", npy(header, f16(self.rows)))
            self.assertEqual(self.content_hash(store), self.content_hash(expected), header)

    def test_every_half_float_is_converted_exactly(self):
        halves = [h for h in range(1 << 16) if h & 0x7c00 != 0x7c00]
        store = self.import_vectors("h.f16", struct.pack(f"<{len(halves)}H", *halves),
                                    "--dimension", 62, "--precision", "float32", "--metric", "dot",
                                    "--m", 4, "--ef-construction", 4)
        wanted = [struct.unpack("<e", struct.pack("<H", half))[0] for half in halves]
        lines, _ = self.damask("export", store)
        got = [value for line in lines.splitlines() for value in json.loads(line)["embedding"]]
        for half, one, two in zip(halves, got, wanted, strict=True):
            self.assertEqual(float_bits(one), float_bits(two), hex(half))

    def test_records_row_by_row(self):
        patterns = self.patterns(50, 9)
        lines = self.write_lines("all.jsonl", patterns)
        self.damask("import", self.path("one.damask"), "--patterns", lines)
        records = [{k: v for k, v in p.items() if k != "embedding"} for p in patterns]
        vectors = self.write("v.f16", f16(p["embedding"] for p in patterns))
        records = self.write_lines("records.jsonl", records)
        self.damask("import", self.path("two.damask"), "--patterns", records, "--vectors", vectors,
                    "--dimension", 9)
        self.assertEqual(self.read("one.damask"), self.read("two.damask"))

        self.damask("import", self.path("three.damask"), "--patterns", lines, "--limit", 20)
        self.damask("import", self.path("four.damask"), "--patterns", records, "--vectors", vectors,
                    "--dimension", 9, "--limit", 20)
        self.assertEqual(self.read("three.damask"), self.read("four.damask"))
        self.assertEqual(self.json("stats", self.path("four.damask"))["count"], 20)

    def test_counts_that_differ(self):
        vectors = self.write("v.f16", f16(self.rows))
        for count in (0, 49, 51):
            records = self.write_lines("r.jsonl", [
                {"id": str(i), "type": "", "domain": "", "content": ""} for i in range(count)])
            self.fails(3, "BAD_DATA", f"has 50 vectors but {records} has {count} patterns",
                       "import", self.path("s.damask"), "--vectors", vectors, "--dimension", 9,
                       "--patterns", records, "--limit", 10)
        self.assertEqual(sorted(p.name for p in self.folder.iterdir()), ["r.jsonl", "v.f16"])

    def test_embeddings_from_two_sides(self):
        line = {"id": "a", "type": "", "domain": "", "content": "", "embedding": [1, 2]}
        self.fails(3, "BAD_DATA", "r.jsonl:1: has an 'embedding'", "import", self.path("s.damask"),
                   "--patterns", self.write_lines("r.jsonl", [line]),
                   "--vectors", self.write("v.f16", f16([[1, 2]])), "--dimension", 2)
        del line["embedding"]
        self.fails(3, "BAD_DATA", "r.jsonl:1: key 'embedding' is missing", "import",
                   self.path("s.damask"), "--patterns", self.write_lines("r.jsonl", [line]))

    def test_append_by_file(self):
        store = self.import_vectors("v.npy", npy(npy_header("<f2", 50, 9), f16(self.rows)))
        record = self.write_lines("r.jsonl", [{"id": "7", "type": "", "domain": "", "content": "x"}])
        one = self.write("one.f16", f16(self.rows[:1]))
        self.damask("import", store, "--append", "--vectors", one, "--patterns", record)
        self.assertEqual(self.json("get", store, 7)["content"], "x")
        self.fails(2, "USAGE", "--append needs --patterns", "import", store, "--append",
                   "--vectors", one)
        other = self.write("other.npy", npy(npy_header("<f2", 1, 3), f16([[1, 2, 3]])))
        self.fails(3, "BAD_DATA", "has vectors of 3 components: must be 9", "import", store,
                   "--append", "--vectors", other, "--patterns", record)

    def test_raw_files_of_a_wrong_size(self):
        store = self.path("s.damask")
        odd = self.write("odd.f16", f16(self.rows)[:-1])
        self.fails(3, "BAD_DATA", "has 899 bytes: must be a multiple of 18", "import", store,
                   "--vectors", odd, "--dimension", 9)
        self.fails(2, "USAGE", "--dimension is required", "import", store, "--vectors", odd)
        self.fails(2, "USAGE", "--format is 'f64': must be f32, f16 or npy", "import", store,
                   "--vectors", odd, "--format", "f64", "--dimension", 9)
        for name in ("x.bin", "plain", "dir.f16/plain"):
            self.fails(2, "USAGE", "does not end in .f32, .f16 or .npy", "import", store,
                       "--vectors", self.path(name), "--dimension", 9)

    def test_bad_npy_files(self):
        good = npy_header("<f2", 50, 9)
        data = f16(self.rows)
        cases = [
            (b"", "not a .npy file"),
            (b"\x93NUMPX\x01\x00", "not a .npy file"),
            (b"\x93NUMPY\x01\x00", "ends in its header"),
            (b"\x93NUMPY\x01\x00\x40", "ends in its header"),
            (b"\x93NUMPY\x02\x00\x40\x00\x00", "ends in its header"),
            (b"\x93NUMPY\x01\x00\xff\x00{", "ends in its header"),
            (b"\x93NUMPY\x02\x00\xff\xff\xff\xff" + good.encode(), "must be at most 65536"),
            (npy(good, data, version=3), "npy version 3.0: must be 1.0 or 2.0"),
            (npy("", data), "expected a dictionary"),
            (npy("{", data), "expected a key"),
            (npy("{'descr'", data), "expected ':'"),
            (npy("{'descr': '<f2' 'shape': (50, 9)}", data), "expected ',' or '}'"),
            (npy("{'descr': '<f2}", data), "expected a type in quotes"),
            (npy(good + "x", data), "expected nothing after"),
            (npy(npy_header("<f8", 50, 9), data), "descr is '<f8': must be '<f4' or '<f2'"),
            (npy(npy_header(">f2", 50, 9), data), "descr is '>f2'"),
            (npy(good.replace("False", "True"), data), "must be False"),
            (npy(good.replace("shape", "Shape"), data), "key 'Shape' is unknown or repeated"),
            (npy(good.replace("{", "{'descr': '<f2', "), data), "key 'descr' is unknown or repeated"),
            (npy("{'descr': '<f2', 'fortran_order': False}", data), "key 'shape' is missing"),
            (npy("{'descr': '<f2', 'shape': (50, 9)}", data), "key 'fortran_order' is missing"),
            (npy("{'fortran_order': False, 'shape': (50, 9)}", data), "key 'descr' is missing"),
            (npy(good.replace("(50, 9)", "(450,)"), data), "shape must be two numbers"),
            (npy(good.replace("(50, 9)", "(5, 9, 10)"), data), "shape must be two numbers"),
            (npy(good.replace("(50, 9)", "(-50, 9)"), data), "shape must be two numbers"),
            (npy(good.replace("50", "99999999999999999999"), data), "shape must be two numbers"),
            (npy(npy_header("<f2", 50, 0), b""), "vectors of 0 components: must be from 1 to 4096"),
            (npy(npy_header("<f2", 50, 4097), data), "vectors of 4097 components"),
            (npy(npy_header("<f2", 2**63, 4096), data), "its header tells of 9223372036854775808 rows"),
            (npy(good, data[:-1]), "has 899 bytes of data"),
            (npy(good, data + b"\0"), "has 901 bytes of data"),
        ]
        for number, (content, message) in enumerate(cases):
            file = self.write(f"{number}.npy", content)
            self.fails(3, "BAD_DATA", message, "import", self.path("s.damask"), "--vectors", file)
        self.assertFalse((self.folder / "s.damask").exists())

    def test_rows_that_the_store_refuses(self):
        nan, inf = float("nan"), float("inf")
        for bad, kind in itertools.product(([nan, 1], [1, inf], [0, 0]), (f32, f16)):
            file = self.write(f"bad.{kind.__name__}", kind([[1, 2], bad]))
            error = self.fails(3, "INVALID_ARGUMENT", f"bad.{kind.__name__} row 1: ", "import",
                               self.path("s.damask"), "--vectors", file, "--dimension", 2)
            self.assertIn("embedding", error["message"])
        self.assertFalse((self.folder / "s.damask").exists())
