"""Directories that JavaScript and the command line write by turns. Needs node and js/lib."""

import json
import os
import pathlib
import shutil
import subprocess
import unittest

from directory_support import JOURNAL, SNAPSHOT, DirectoryTest

HERE = pathlib.Path(__file__).parent
NODE = shutil.which("node")
BUILT = NODE and (HERE / "../../js/lib/index.js").exists()
DIMENSION = 6


class ByTurns:
    """The tests; a class for each of JavaScript's engines follows."""

    def keep(self, store, code=0, **work):
        """Lets JavaScript change the store; its snapshot afterwards."""
        config = {"dimension": DIMENSION, "precision": "float32", "storagePath": store,
                  "preferredBackend": self.backend}
        work = json.dumps({"config": config, "snapshot": self.path("js.damask"), **work})
        done = subprocess.run([NODE, HERE / "keep.mjs", work], capture_output=True, timeout=300)
        if b"LoadError" in done.stderr:
            self.skipTest(f"{self.backend} was not built")
        self.assertEqual(done.returncode, code, done.stderr)
        return self.read("js.damask") if code == 0 else done.stderr.decode()

    def copy(self, store):
        """The store's snapshot by the command line."""
        target = self.path("cli.damask")
        if os.path.exists(target):
            os.remove(target)
        self.damask("backup", store, target)
        return self.read("cli.damask")

    def more(self, first, count):
        """Patterns for JavaScript."""
        return [{"id": f"js-{first + i}", "type": "unit", "domain": "auth", "content": f"by js {i}",
                 "embedding": vector} for i, vector in enumerate(self.vectors(count, DIMENSION))]

    def test_what_node_wrote(self):
        store = self.path("kept/")
        snapshot = self.keep(store, patterns=self.more(0, 9), deleted=["js-4"])
        self.assertEqual(self.copy(store), snapshot)
        self.assertEqual(self.ids(store), [f"js-{i}" for i in range(9) if i != 4])
        snapshot = self.keep(store, patterns=self.more(9, 2), optimize=True)
        self.assertEqual(self.copy(store), snapshot)
        self.json("verify", store)

    def test_by_turns(self):
        store = self.path("kept/")
        self.damask("import", store, "--patterns", self.write_lines("a", self.more(0, 3)),
                    "--precision", "float32")
        for turn in range(1, 4):
            self.keep(store, patterns=self.more(10 * turn, 2))
            self.add(store, 10 * turn, 1)
            self.damask("delete", store, f"js-{10 * turn}")
        self.assertIn(JOURNAL.format(1, 10), self.files(store))
        self.assertEqual(self.copy(store), self.keep(store))
        # The command line begins a generation, and JavaScript goes on in it.
        self.add(store, 100, 5, "x" * (1 << 20))
        self.assertIn(SNAPSHOT.format(2), self.files(store))
        self.assertEqual(self.keep(store, patterns=self.more(100, 1)), self.copy(store))
        self.assertEqual(len(self.ids(store)), 3 + 3 * 2 + 5 + 1)

    def test_a_torn_end(self):
        store = self.path("kept/")
        self.keep(store, patterns=self.more(0, 3))
        self.keep(store, patterns=self.more(3, 2))
        whole = self.copy(store)
        self.keep(store, patterns=self.more(5, 2))
        last = JOURNAL.format(1, len(self.files(store)) - 1)
        self.cut(store, last, self.random.randrange(1, os.path.getsize(store + last)))
        self.assertEqual(self.copy(store), whole)
        # Each leaves the torn journal for the next generation, which the other opens.
        self.damask("delete", store, "js-0")
        self.assertIn(SNAPSHOT.format(2), self.files(store))
        self.assertEqual(self.keep(store), self.copy(store))
        self.add(store, 0, 1)
        last = JOURNAL.format(2, 2)
        self.cut(store, last, self.random.randrange(1, os.path.getsize(store + last)))
        snapshot = self.keep(store, patterns=self.more(7, 1))
        self.assertEqual(self.copy(store), snapshot)
        self.assertEqual(self.ids(store), ["js-1", "js-2", "js-3", "js-4", "js-7"])

    def test_damage_is_refused_by_both(self):
        store = self.path("kept/")
        self.keep(store, patterns=self.more(0, 3))
        self.add(store, 0, 1)
        self.add(store, 1, 1)
        self.flip(store, JOURNAL.format(1, 2), 50)
        self.assertIn("JournalError", self.keep(store, code=1))
        self.fails(4, "JOURNAL_CORRUPT", JOURNAL.format(1, 3), "stats", store)
        self.damask("repair", store, "--to", self.path("saved/"), code=1)
        self.keep(self.path("saved/"), patterns=self.more(3, 1))
        self.assertEqual(len(self.ids(self.path("saved/"))), 4)


@unittest.skipUnless(BUILT, "needs node and js/lib")
class Native(ByTurns, DirectoryTest):
    backend = "native"


@unittest.skipUnless(BUILT, "needs node and js/lib")
class Wasm(ByTurns, DirectoryTest):
    backend = "wasm-simd"
