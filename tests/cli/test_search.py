"""Searching: the same answer from every form of query, and measured figures that are measured."""

import json
import math
import struct

from support import CliTest, float_bits, npy, npy_header, to_float32


def cosine(a, b):
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.hypot(*a) / math.hypot(*b)


class Search(CliTest):
    def setUp(self):
        super().setUp()
        self.file, self.made = self.store(
            count=120, dimension=10, options=("--indexing-threshold", 0))
        self.queries = self.vectors(6, 10)

    def hits(self, *arguments):
        answers = self.json("search", self.file, *arguments)["queries"]
        self.assertEqual(len(answers), 1)
        return answers[0]["hits"]

    def test_scores_are_the_cosines_in_order(self):
        for query in self.queries:
            best = sorted((-cosine(query, p["embedding"]), i) for i, p in enumerate(self.made))
            hits = self.hits("--vector", json.dumps(query), "-k", 10, "--exact")
            for hit, (negative, _) in zip(hits, best, strict=False):
                self.assertAlmostEqual(hit["score"], -negative, places=3)
                of_hit = self.made[int(hit["id"].removeprefix("pattern-"))]
                self.assertAlmostEqual(hit["score"], cosine(query, of_hit["embedding"]), places=3)
            scores = [hit["score"] for hit in hits]
            self.assertEqual(scores, sorted(scores, reverse=True))

    def test_score_bits_are_those_of_the_score(self):
        for hit in self.hits("--vector", json.dumps(self.queries[0]), "-k", 120):
            self.assertEqual(hit["scoreBits"], float_bits(hit["score"]))
            self.assertEqual(hit["score"], to_float32(hit["score"]))

    def test_every_form_of_query_gives_the_same_answer(self):
        one_by_one = [self.hits("--vector", json.dumps(query)) for query in self.queries]
        raw = b"".join(struct.pack("<10f", *query) for query in self.queries)
        half = b"".join(struct.pack("<10e", *query) for query in self.queries)
        for name, data in [("q.f32", raw), ("q.f16", half),
                           ("q.npy", npy(npy_header("<f4", 6, 10), raw))]:
            result = self.json("search", self.file, "--queries", self.write(name, data))
            self.assertEqual([query["hits"] for query in result["queries"]], one_by_one)
            result = self.json("search", self.file, "--queries", self.path(name), "--limit", 2)
            self.assertEqual([query["hits"] for query in result["queries"]], one_by_one[:2])
        renamed = self.write("renamed.bin", half)
        result = self.json("search", self.file, "--queries", renamed, "--format", "f16")
        self.assertEqual([query["hits"] for query in result["queries"]], one_by_one)

    def test_more_like_this_one(self):
        by_id = self.hits("--id", "pattern-5", "-k", 4)
        self.assertEqual(by_id[0]["id"], "pattern-5")
        self.assertAlmostEqual(by_id[0]["score"], 1, places=5)
        vector = self.json("get", self.file, "pattern-5")["embedding"]
        self.assertEqual(self.hits("--vector", json.dumps(vector), "-k", 4), by_id)

    def test_results_end_before_the_largest_drop(self):
        query = ("--id", "pattern-7", "-k", 20)
        everything = self.hits(*query)
        drops = [a["score"] - b["score"] for a, b in zip(everything[4:], everything[5:],
                                                             strict=False)]
        end = 5 + drops.index(max(drops))
        self.assertEqual(self.hits(*query, "--min-k", 5), everything[:end])
        self.assertEqual(self.hits(*query, "--min-k", 20), everything)
        self.fails(2, "INVALID_ARGUMENT", "minK is 21, but must be within [1, 20]", "search",
                   self.file, *query, "--min-k", 21)

    def test_filters_and_threshold(self):
        query = ("--vector", json.dumps(self.queries[0]), "-k", 120)
        everything = self.hits(*query)
        self.assertEqual(len(everything), 120)
        for field, value in [("domain", "auth"), ("domain", ""), ("type", "e2e"),
                             ("framework", "jest")]:
            matching = {p["id"] for p in self.made if p.get(field) == value}
            self.assertTrue(matching)
            self.assertEqual(self.hits(*query, f"--{field}", value),
                             [hit for hit in everything if hit["id"] in matching])
        both = {p["id"] for p in self.made if p["domain"] == "auth" and p["type"] == "unit"}
        self.assertEqual({hit["id"] for hit in self.hits(*query, "--domain", "auth", "--type", "unit")},
                         both)
        self.assertEqual(self.hits(*query, "--domain", "nowhere"), [])
        self.assertEqual(self.json("count", self.file), {"count": 120})
        for filter, holds in [
                ('{"eq":["domain","auth"]}', lambda p: p["domain"] == "auth"),
                ('{"in":["framework",["jest","absent"]]}', lambda p: p.get("framework") == "jest"),
                ('{"not":{"exists":"coverage"}}', lambda p: "coverage" not in p),
                ('{"and":[{"gt":["usageCount",9.5]},{"prefix":["id","pattern-"]}]}',
                 lambda p: p.get("usageCount", 0) >= 10),
                ('{"or":[{"eq":["verdict","flaky"]},{"lt":["lastUsed",0]}]}',
                 lambda p: p.get("verdict") == "flaky" or p.get("lastUsed", 0) < 0)]:
            matching = [p["id"] for p in self.made if holds(p)]
            self.assertTrue(matching)
            self.assertEqual(self.hits(*query, "--filter", filter),
                             [hit for hit in everything if hit["id"] in matching])
            self.assertEqual(self.json("count", self.file, "--filter", filter)["count"], len(matching))
            out, _ = self.damask("export", self.file, "--no-embedding", "--filter", filter)
            self.assertEqual([json.loads(line)["id"] for line in out.splitlines()], matching)
        fields = ("--field", "n:number", "--field", "tags:string-list")
        patterns = [{**p, "metadata": {"n": i, "tags": ["x", f"t{i % 3}"]}} if i % 2 else p
                    for i, p in enumerate(self.made)]
        for pattern in patterns[::2]:
            pattern.pop("metadata", None)
        lines = self.write_lines("fields.jsonl", patterns)
        declared = self.path("fields.damask")
        self.damask("import", declared, "--patterns", lines, *fields)
        self.assertEqual(self.json("stats", declared)["metadataFields"],
                         {"n": "number", "tags": "string-list"})
        for filter, count in [('{"lt":["metadata.n",30]}', 15), ('{"exists":"metadata.tags"}', 60),
                              ('{"eq":["metadata.tags","t1"]}', 20)]:
            self.assertEqual(self.json("count", declared, "--filter", filter)["count"], count)
        undeclared = '{"exists":"metadata.other"}'
        for command in (("search", declared, "--id", "pattern-1"), ("count", declared),
                        ("export", declared)):
            self.fails(2, "INVALID_ARGUMENT", "names a metadata field that is not declared",
                       *command, "--filter", undeclared)
        for field, message in [("n", "must be a name, a colon and a kind"),
                               ("n:date", 'kind of a metadata field is "date"'),
                               (":number", "metadataFields[0].name has 0 bytes")]:
            _, err = self.damask("import", self.path("new"), "--patterns", lines, "--field", field, code=2)
            self.assertIn(message, err)
        patterns[1]["metadata"]["n"] = "seven"
        lines = self.write_lines("wrong.jsonl", patterns)
        self.fails(3, "INVALID_ARGUMENT", "metadata.n is a string, but is declared as a number",
                   "import", self.path("new"), "--patterns", lines, *fields)
        for threshold in (-1, "-0.5", everything[30]["score"], "1e0"):
            self.assertEqual(self.hits(*query, "--threshold", threshold),
                             [hit for hit in everything if hit["score"] >= float(threshold)])

    def test_plans_are_told(self):
        query = ("search", self.file, "--vector", json.dumps(self.queries[0]))
        exact = self.json(*query, "--exact")["queries"][0]
        self.assertEqual((exact["plan"], exact["exact"]), ("scan", True))
        self.assertGreaterEqual(exact["distanceComputations"], 120)
        nothing = self.json(*query, "--domain", "nowhere")["queries"][0]
        self.assertEqual((nothing["plan"], nothing["hits"]), ("none", []))

    def test_recall_is_measured(self):
        queries = self.write("q.f32", b"".join(struct.pack("<10f", *q) for q in self.queries))
        search = ("search", self.file, "--queries", queries, "-k", 10)
        result = self.json(*search, "--ef", 10, "--recall")
        exact = self.json(*search, "--exact")["queries"]
        found = wanted = 0
        for one, two in zip(result["queries"], exact, strict=True):
            found += len({h["id"] for h in one["hits"]} & {h["id"] for h in two["hits"]})
            wanted += len(two["hits"])
        self.assertEqual(result["recallAtK"], found / wanted)
        self.assertNotIn("recallAtK", self.json(*search))
        self.assertNotIn("recallAtK", self.json(*search, "--domain", "nowhere", "--recall"))

    def test_times_and_instruction_set(self):
        for name in self.json("info")["instructionSets"]["detected"]:
            result = self.json("search", self.file, "--id", "pattern-1", "--repeat", 9,
                               env={"DAMASK_ISA": name})
            self.assertEqual(result["instructionSet"], name)
            self.assertGreater(result["queries"][0]["microseconds"], 0)

    def test_text_output(self):
        out, _ = self.damask("search", self.file, "--id", "pattern-7", "-k", 3, "--recall")
        lines = out.splitlines()
        self.assertEqual(lines[0].split(), ["rank", "score", "id", "type", "domain", "content"])
        self.assertEqual(lines[1].split()[:3], ["1", "1.000000", "pattern-7"])
        self.assertTrue(lines[1].endswith("line 7"), lines[1])
        self.assertEqual(len(lines), 6)
        self.assertRegex(lines[-1], r"^\d+\.\d us, graph.*, \d+ distances, .*, recall@3 [01]\.\d{4}$")
        queries = self.write("q.f32", b"".join(struct.pack("<10f", *q) for q in self.queries))
        out, _ = self.damask("search", self.file, "--queries", queries, "-k", 3)
        self.assertIn("query 5\n", out)
        self.assertRegex(out.splitlines()[-1], r"^6 queries, p50 \d+\.\d us, p99 \d+\.\d us, ")

    def test_text_output_holds_no_control_characters(self):
        nasty = "\x1b[31mred\u009b0m\x07\x7f" + "\u00e9" * 100 + "\r\nsecond line"
        line = {"id": "a\x1b[2J", "type": "t\nt", "domain": "d\x00", "content": nasty,
                "embedding": [1, 2], "metadata": {"a": "\u009b"}}
        store = self.path("nasty.damask")
        self.damask("import", store, "--patterns", self.write_lines("n.jsonl", [line]))
        for arguments in (("search", store, "--vector", "[1,2]"), ("get", store, line["id"]),
                          ("delete", store, line["id"])):
            out, _ = self.damask(*arguments)
            for character in out:
                self.assertTrue(character in "\n\t" or ord(character) >= 0x20, (arguments, out))
                self.assertFalse(0x7f <= ord(character) < 0xa0, (arguments, out))
