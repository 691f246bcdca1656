"""Input that is refused: each with its exit code, its place and its reason."""

import json

from support import CliTest

GOOD = {"id": "a", "type": "t", "domain": "d", "content": "c", "embedding": [1, 2]}


class BadPatterns(CliTest):
    def refused(self, text, message, code="BAD_DATA", line=2):
        """`text` as the second line of a file: refused with its line, and nothing is written."""
        good = json.dumps({**GOOD, "id": "first"}) + "\n"
        file = self.write("in.jsonl", good.encode() + (text if isinstance(text, bytes) else text.encode()))
        error = self.fails(3, code, message, "import", self.path("s.damask"), "--patterns", file)
        self.assertTrue(error["message"].startswith(f"{file}:{line}: "), error)
        self.assertFalse((self.folder / "s.damask").exists())

    def with_field(self, key, value):
        return json.dumps({**GOOD, key: value})

    def test_lines_that_are_not_objects(self):
        for text, message in [
                ("\n", "not a JSON object"), (" \r\n", "not a JSON object"),
                ("[1]", "not a JSON object"), ("\ufeff{}", "not a JSON object"),
                ("{", "expected a key in quotes"), ('{"id" "a"}', "expected ':' after key 'id'"),
                ('{"id":"a"', "the value of 'id' does not end"),
                ('{"id":"a', "the value of 'id' does not end"),
                ('{"id":"a"]', "the value of 'id' does not end"),
                ('{"id":"a",}', "expected a key in quotes"),
                ('{"id":"a"} {', "more after the JSON object"),
                ('{"\\x":1}', "a key is not a valid JSON string"),
                ('{"a', "a key does not end"),
                ('{"id":"a","id":"b"}', "key 'id' appears twice"),
                ('{"id":"a","\\u0069d":"b"}', "key 'id' appears twice"),
                ('{"id":}', "'id' must be a string"), ('{"id":"a" "b"}', "'id' must be a string"),
                ('{"id":"\\ud800"}', "'id' must be a string in valid UTF-8"),
                (b'{"id":"\xff"}', "'id' must be a string in valid UTF-8"),
                ('{"id":"a\tb"}', "'id' must be a string"),
                ('{"embedding":[1,2]]}', "'embedding' must be an array")]:
            self.refused(text, message)

    def test_unknown_keys_are_named(self):
        for key in ("flakiness", "ID", "created_at", "tags", "__proto__"):
            self.refused(self.with_field(key, 1), f"key '{key}' is unknown")

    def test_required_keys_are_named(self):
        for key in ("id", "type", "domain", "content", "embedding"):
            rest = {name: value for name, value in GOOD.items() if name != key}
            self.refused(json.dumps(rest), f"key '{key}' is missing")

    def test_types_of_fields(self):
        for key in ("id", "type", "domain", "content", "framework"):
            for value in (1, ["a"], {}, True):
                self.refused(self.with_field(key, value), f"'{key}' must be a string")
        for key in ("id", "type", "domain", "content"):
            self.refused(self.with_field(key, None), f"'{key}' must be a string")
        for key in ("coverage", "flakinessScore"):
            self.refused(self.with_field(key, "0.5"), f"'{key}' must be a number")
            self.refused(json.dumps(GOOD)[:-1] + f',"{key}":1e999}}', f"'{key}' must be a number")
            self.refused(json.dumps(GOOD)[:-1] + f',"{key}":NaN}}', f"'{key}' must be a number")
        for key in ("createdAt", "lastUsed"):
            for value in ("2024-01-01T00:00:00Z", 1.5, 1e12, 2**63, -2**63 - 1, 2**64):
                self.refused(self.with_field(key, value),
                             f"'{key}' must be a whole number of milliseconds since 1970")
        for value in (-1, 1.0, "1", 2**64):
            self.refused(self.with_field("usageCount", value), "'usageCount' must be a whole number")
        for value in ("a", 1, [1], "{}"):
            self.refused(self.with_field("metadata", value), "'metadata' must be a JSON object")
        self.refused(json.dumps(GOOD)[:-1] + ',"metadata":{"a":[1,]}}', "metadata", "INVALID_ARGUMENT")
        self.refused(self.with_field("verdict", 1), "'verdict' must be a string")

    def test_embeddings(self):
        for value in ("1,2", {}, 1, None):
            self.refused(self.with_field("embedding", value), "'embedding' must be an array")
        self.refused(self.with_field("embedding", [1, "2"]), "'embedding' component 1 is \"2\"")
        self.refused(self.with_field("embedding", [None, 2]), "'embedding' component 0 is null")
        self.refused(self.with_field("embedding", [1, 3.5e38]), "'embedding' component 1 is 3.5e+38")
        self.refused(self.with_field("embedding", [1, 2, 3]), "'embedding' has 3 components: must be 2")
        self.refused(self.with_field("embedding", []), "'embedding' has 0 components: must be 2")

    def test_what_the_store_itself_refuses(self):
        self.refused(self.with_field("id", ""), "id has 0 bytes", "INVALID_ARGUMENT")
        self.refused(self.with_field("domain", "x" * 1025), "domain has 1025 bytes", "INVALID_ARGUMENT")
        self.refused(self.with_field("verdict", "passed"), "passed", "INVALID_ARGUMENT")
        self.refused(self.with_field("embedding", [0, 0]), "embedding", "INVALID_ARGUMENT")

    def test_the_first_line_tells_the_dimension_and_is_checked_as_well(self):
        for embedding, code, message in (
                ([], "INVALID_ARGUMENT", "dimension is 0"),
                ([1] * 4097, "BAD_DATA", "'embedding' has more than 4096 components")):
            file = self.write_lines("in.jsonl", [{**GOOD, "embedding": embedding}])
            self.fails(3, code, message, "import", self.path("s.damask"), "--patterns", file)

    def test_what_is_too_long_to_be_read(self):
        for text, message in [
                ("{" + ",".join(f'"{i}":1' for i in range(40)) + "}", "more than 32 keys"),
                ('{"%s":1}' % ("k" * 300), "a key has 302 bytes: must have at most 256"),
                ('{"coverage":0.%s}' % ("1" * 2000), "'coverage' must be a number"),
                ('{"embedding":[%s]}' % (" " * (1 << 20)), "must have at most 1048576"),
                ('{"embedding":%s}' % ("[" * 100000 + "]" * 100000), "component 0 is []"),
                ('{"metadata":{"a":%s}}' % ("[" * 9), "the value of 'metadata' does not end")]:
            self.refused(text, message)

    def test_given_dimension_must_agree(self):
        file = self.write_lines("in.jsonl", [GOOD])
        self.fails(3, "BAD_DATA", "in.jsonl:1: 'embedding' has 2 components: must be 3", "import",
                   self.path("s.damask"), "--patterns", file, "--dimension", 3)

    def test_windows_line_ends_and_no_last_line_end(self):
        text = json.dumps(GOOD) + "\r\n" + json.dumps({**GOOD, "id": "b"})
        result = self.json("import", self.path("s.damask"), "--patterns", self.write("in.jsonl", text))
        self.assertEqual(result["count"], 2)

    def test_a_failed_append_leaves_the_store_alone(self):
        store, _ = self.store(count=5, dimension=2)
        before = self.read("store.damask")
        bad = self.write_lines("bad.jsonl", [GOOD, {**GOOD, "embedding": [1]}])
        self.fails(3, "BAD_DATA", "bad.jsonl:2: ", "import", store, "--patterns", bad, "--append")
        self.assertEqual(self.read("store.damask"), before)
        names = sorted(p.name for p in self.folder.iterdir())
        self.assertEqual(names, ["bad.jsonl", "store.damask", "store.damask.jsonl"])


class BadQueries(CliTest):
    def setUp(self):
        super().setUp()
        self.path_of_store, _ = self.store(count=8, dimension=3)

    def test_vectors(self):
        for vector, message in [("[1,2]", "--vector has 2 components: must be 3"),
                                ("[1,2,", "must be an array of numbers"), ("", "must be an array"),
                                ("1,2,3", "must be an array"), ("[1,2,\"x\"]", "component 2 is"),
                                ("[1,2,1e39]", "component 2 is 1e+39")]:
            self.fails(2, "USAGE", message, "search", self.path_of_store, "--vector", vector)
        self.fails(3, "INVALID_ARGUMENT", "query", "search", self.path_of_store, "--vector", "[0,0,0]")

    def test_files(self):
        search = ("search", self.path_of_store, "--queries")
        self.fails(3, "BAD_DATA", "has no vectors", *search, self.write("none.f32", b""))
        self.fails(3, "BAD_DATA", "multiple of 12", *search, self.write("odd.f32", b"1234"))
        self.fails(5, "IO", "cannot open", *search, self.path("missing.f32"))
        self.fails(2, "USAGE", "give its --format", *search, self.path("missing"))

    def test_ids(self):
        self.fails(1, "NOT_FOUND", "has no pattern 'nobody'", "search", self.path_of_store,
                   "--id", "nobody")
        self.fails(1, "NOT_FOUND", "has no pattern 'nobody'", "get", self.path_of_store, "nobody")
