"""Patterns go in, come out, and go in again."""

import json
import unittest

from support import CliTest, float_bits, to_float32


class RoundTrip(CliTest):
    def lines_of(self, store, *options):
        out, _ = self.damask("export", store, *options)
        return [json.loads(line) for line in out.splitlines()]

    def test_import_export_import_gives_the_same_file(self):
        for metric in ("cosine", "euclidean", "dot"):
            options = ("--precision", "float32", "--metric", metric, "--m", 8, "--seed", 7)
            store, patterns = self.store(f"{metric}.damask", options=options)
            exported = self.path(f"{metric}.out.jsonl")
            result = self.json("export", store, "--out", exported)
            self.assertEqual(result, {"exported": len(patterns), "out": exported})
            again = self.path(f"{metric}.again.damask")
            self.damask("import", again, "--patterns", exported, *options)
            self.assertEqual(self.content_hash(again), self.content_hash(store))
            self.assertEqual(self.read(f"{metric}.again.damask"), self.read(f"{metric}.damask"))

    def test_fixed16_comes_back_to_the_same_vectors(self):
        store, _ = self.store()
        first = self.lines_of(store)
        exported = self.path("out.jsonl")
        self.damask("export", store, "--out", exported)
        self.damask("import", self.path("again.damask"), "--patterns", exported)
        for one, two in zip(first, self.lines_of(self.path("again.damask")), strict=True):
            largest = max(map(abs, one["embedding"]))
            for a, b in zip(one.pop("embedding"), two.pop("embedding"), strict=True):
                self.assertLessEqual(abs(a - b), 1.6e-5 * largest)
            self.assertEqual(one, two)

    def test_every_field_comes_back(self):
        store, patterns = self.store(options=("--precision", "float32"))
        for pattern, line in zip(patterns, self.lines_of(store), strict=True):
            self.assertEqual(self.json("get", store, pattern["id"]), line)
            embedding = [to_float32(value) for value in line["embedding"]]
            self.assertEqual({**line, "embedding": embedding}, {"usageCount": 0, **pattern})
            bare = {key: value for key, value in line.items() if key != "embedding"}
            self.assertEqual(self.json("get", store, pattern["id"], "--no-embedding"), bare)

    def test_float32_embeddings_come_back_bit_for_bit(self):
        values = [1.0, -0.0, 0.1, 1 / 3, 1e-45, 1.17549435e-38, 16777217.0, -3.4028234e14,
                  9.8765431e-7, 5.9604645e-08]
        values = [to_float32(value) for value in values]
        values += [to_float32(self.random.uniform(-1, 1)) for _ in range(500)]
        line = {"id": "a", "type": "", "domain": "", "content": "", "embedding": values}
        lines = self.write_lines("a.jsonl", [line])
        options = ("--precision", "float32", "--metric", "dot")
        self.damask("import", self.path("a.damask"), "--patterns", lines, *options)
        got = self.json("get", self.path("a.damask"), "a")["embedding"]
        self.assertEqual([float_bits(v) for v in got], [float_bits(v) for v in values])
        self.damask("export", self.path("a.damask"), "--out", self.path("b.jsonl"))
        self.damask("import", self.path("b.damask"), "--patterns", self.path("b.jsonl"), *options)
        self.assertEqual(self.read("a.damask"), self.read("b.damask"))

    def test_metadata_is_kept_to_the_letter(self):
        metadata = '{ "b":1.0,\t"a" : [1e400000, 123456789012345678901234567890], "\\u0061\\"": "}" }'
        line = ('{"id":"x","type":"t","domain":"d","content":"c","metadata": %s ,"embedding":[1,2]}\n'
                % metadata.replace("1e400000", "1E+4"))
        self.damask("import", self.path("a.damask"), "--patterns", self.write("a.jsonl", line))
        out, _ = self.damask("export", self.path("a.damask"))
        self.assertIn(metadata.replace("1e400000", "1E+4"), out)

    def test_null_stands_for_an_absent_field(self):
        line = {"id": "x", "type": "t", "domain": "d", "content": "c", "embedding": [1, 2]}
        absent = dict.fromkeys(["framework", "coverage", "flakinessScore", "verdict", "createdAt",
                                "lastUsed", "usageCount", "metadata"])
        self.damask("import", self.path("a.damask"), "--patterns",
                    self.write_lines("a.jsonl", [{**line, **absent}]))
        got = self.json("get", self.path("a.damask"), "x")
        self.assertEqual(got.keys(), {*line, "usageCount"})

    def test_deleted_patterns_are_gone_after_reopening(self):
        store, patterns = self.store(count=40)
        result = self.json("delete", store, "pattern-3", "pattern-8", "pattern-3", "nobody", code=1)
        self.assertEqual(result, {"deleted": ["pattern-3", "pattern-8"],
                                  "missing": ["pattern-3", "nobody"], "count": 38})
        self.fails(1, "NOT_FOUND", "has no pattern 'pattern-3'", "get", store, "pattern-3")
        kept = [p["id"] for p in patterns if p["id"] not in ("pattern-3", "pattern-8")]
        self.assertEqual([line["id"] for line in self.lines_of(store)], kept)
        hits = self.json("search", store, "--vector", json.dumps(patterns[3]["embedding"]),
                         "-k", 40)["queries"][0]["hits"]
        self.assertEqual({hit["id"] for hit in hits}, set(kept))
        self.assertEqual(self.json("verify", store)["slots"], 40)
        self.assertTrue(self.json("verify", store)["resavedIdentical"])

    def test_a_store_rebuilt_without_its_deleted_patterns_is_that_of_the_rest(self):
        options = ("--precision", "float32")
        store, patterns = self.store(count=40, options=options)
        self.damask("delete", store, "pattern-3", "pattern-8")
        self.damask("export", store, "--out", self.path("rest.jsonl"))
        self.damask("import", self.path("one.damask"), "--patterns", self.path("rest.jsonl"),
                    *options)
        rest = [p for p in patterns if p["id"] not in ("pattern-3", "pattern-8")]
        self.damask("import", self.path("two.damask"), "--patterns",
                    self.write_lines("two.jsonl", rest), *options)
        self.assertEqual(self.read("one.damask"), self.read("two.damask"))

    def test_nothing_is_written_when_all_ids_are_missing(self):
        store, _ = self.store(count=5)
        before = self.read("store.damask")
        out, _ = self.damask("delete", store, "nobody", code=1)
        self.assertEqual(out, "not found: nobody\n")
        self.assertEqual(self.read("store.damask"), before)

    def test_ids_that_look_like_something_else(self):
        ids = ["[a,b]", "a", "b", "-x", "--json", "search", "1", "\u00e9 \u2603", "'q'", "a=b", "%%", "-"]
        lines = [{"id": i, "type": "", "domain": "", "content": "", "embedding": [1, n]}
                 for n, i in enumerate(ids)]
        store = self.path("s.damask")
        self.damask("import", store, "--patterns", self.write_lines("s.jsonl", lines))
        for one in ids:
            out, _ = self.damask("get", store, "--json", "--", one)
            self.assertEqual(json.loads(out)["id"], one)
        out, _ = self.damask("delete", store, "--json", "--", "[a,b]", "-x", "--json", "-", "%%")
        self.assertEqual(json.loads(out)["deleted"], ["[a,b]", "-x", "--json", "-", "%%"])
        left = [line["id"] for line in self.lines_of(store)]
        self.assertEqual(left, ["a", "b", "search", "1", "\u00e9 \u2603", "'q'", "a=b"])

    def test_append_upserts(self):
        store, patterns = self.store(count=20, options=("--m", 8, "--seed", 3))
        changed = {**patterns[4], "content": "changed", "embedding": patterns[5]["embedding"]}
        new = {**patterns[0], "id": "new"}
        more = self.write_lines("more.jsonl", [changed, new])
        result = self.json("import", store, "--patterns", more, "--append")
        self.assertEqual((result["imported"], result["added"], result["replaced"], result["count"]),
                         (2, 1, 1, 21))
        self.assertEqual(self.json("get", store, "pattern-4")["content"], "changed")
        self.assertEqual(self.json("stats", store)["m"], 8)

        both = self.write_lines("both.jsonl", patterns + [changed, new])
        self.damask("import", self.path("at-once.damask"), "--patterns", both, "--m", 8, "--seed", 3)
        self.assertEqual(self.read("at-once.damask"), self.read("store.damask"))

    def test_standard_input_to_standard_output(self):
        store, _ = self.store(options=("--precision", "float32"))
        out, _ = self.damask("export", store)
        self.damask("import", self.path("piped.damask"), "--patterns", "-", "--precision", "float32",
                    input=out.encode())
        self.assertEqual(self.read("piped.damask"), self.read("store.damask"))

    def test_an_empty_store(self):
        empty = self.write("empty.jsonl", "")
        store = self.path("empty.damask")
        self.fails(2, "USAGE", "--dimension is required", "import", store, "--patterns", empty)
        self.damask("import", store, "--patterns", empty, "--dimension", 3)
        self.assertEqual(self.json("stats", store)["count"], 0)
        self.damask("verify", store)
        self.assertEqual(self.damask("export", store)[0], "")
        found = self.json("search", store, "--vector", "[1,2,3]")["queries"][0]
        self.assertEqual((found["hits"], found["plan"]), ([], "none"))

    def test_same_input_same_bytes_with_every_instruction_set(self):
        sets = self.json("info")["instructionSets"]["detected"]
        self.assertIn("scalar", sets)
        lines = self.write_lines("a.jsonl", self.patterns(80, 33))
        for name in sets:
            self.damask("import", self.path(name), "--patterns", lines, env={"DAMASK_ISA": name})
            self.assertEqual(self.read(name), self.read(sets[0]))


if __name__ == "__main__":
    unittest.main()
