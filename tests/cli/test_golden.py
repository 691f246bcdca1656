"""The golden files of every format version: the command line and the independent reader find in them
what they were made with, and what is newer is refused."""

import json
import pathlib
import shutil
import struct
import subprocess
import sys

from directory_support import DirectoryTest
from support import to_float32

HERE = pathlib.Path(__file__).parent
GOLDEN = HERE / "../golden"
READER = [sys.executable, "-B", str(HERE / "../format/read_snapshot.py")]
VERSIONS = sorted(path for path in GOLDEN.iterdir() if path.is_dir())


class Golden(DirectoryTest):
    def each(self):
        """Every store of every version, as a copy, and what is expected of it."""
        for folder in VERSIONS:
            for path in sorted(folder.glob("*.json")):
                copy = self.folder / folder.name / path.stem
                source = path.with_suffix("")
                if source.is_dir():
                    shutil.copytree(source, copy)
                else:
                    copy.parent.mkdir(exist_ok=True)
                    shutil.copy(path.with_suffix(".damask"), copy)
                with self.subTest(f"{folder.name}/{path.stem}"):
                    yield str(copy), json.loads(path.read_text())

    def same(self, lines, expected):
        """Numbers that are embeddings are compared as float32, which is what they are."""
        self.assertEqual(len(lines), len(expected))
        for line, pattern in zip(lines, expected):
            embedding = [to_float32(x) for x in line.pop("embedding")]
            self.assertEqual({**line, "embedding": embedding}, pattern)

    def test_there_are_some(self):
        self.assertGreaterEqual(len(list(self.each())), 6)

    def test_every_pattern_is_there(self):
        for store, expected in self.each():
            self.json("verify", store)
            self.same(self.exported(store), expected["patterns"])

    def test_searches_are_answered_to_the_last_bit(self):
        for store, expected in self.each():
            for search in expected["searches"]:
                words = ["--vector", json.dumps(search["query"]), "-k", search["k"]]
                words += ["--exact"] * search.get("exact", False)
                if "domain" in search:
                    words += ["--domain", search["domain"]]
                if "filter" in search:
                    words += ["--filter", json.dumps(search["filter"])]
                hits = self.json("search", store, *words)["queries"][0]["hits"]
                self.assertEqual([{key: hit[key] for key in ("id", "scoreBits")} for hit in hits],
                                 search["hits"])

    def test_the_independent_reader_finds_the_same(self):
        for store, expected in self.each():
            if pathlib.Path(store).is_file():
                out = subprocess.run([*READER, store], capture_output=True, check=True).stdout
                self.same([json.loads(line) for line in out.splitlines()], expected["patterns"])

    def test_a_directory_is_gone_on_with(self):
        for store, expected in self.each():
            if pathlib.Path(store).is_dir():
                added = self.add(store + "/", 0, 2)
                self.assertEqual(self.ids(store), [p["id"] for p in expected["patterns"]] + added)

    def test_newer_versions_are_refused(self):
        store = self.folder / "newer"
        shutil.copytree(VERSIONS[-1] / "directory", store)
        for pattern in ("journal-*-000001.damask", "snapshot-*.damask"):
            path, = store.glob(pattern)
            data = bytearray(path.read_bytes())
            version, = struct.unpack_from("<I", data, 8)
            struct.pack_into("<I", data, 8, version + 1)
            path.write_bytes(data)
            for words in (("stats", store), ("delete", store, "p1"), ("backup", store, self.path("b"))):
                error = self.fails(4, "SNAPSHOT_TOO_NEW", f"version {version + 1}", *words)
                self.assertIn(path.name[:len("snapshot-")], error["message"])
