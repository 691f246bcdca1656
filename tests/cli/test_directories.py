"""Stores in directories: what is written where, torn and damaged journals, and two writers."""

import os
import pathlib
import subprocess
import time

from directory_support import JOURNAL, SNAPSHOT, DirectoryTest
from support import COMMAND


class Written(DirectoryTest):
    def test_a_directory_answers_as_a_file_does(self):
        store = self.made()
        file, _ = self.path("f"), self.damask(
            "import", self.path("f"), "--patterns", self.path("s-.jsonl"), "--precision", "float32")
        self.assertEqual(self.files(store), [JOURNAL.format(1, 1), SNAPSHOT.format(1)])
        self.assertEqual(pathlib.Path(store, SNAPSHOT.format(1)).read_bytes(), self.read("f"))
        for path in (store, file):
            self.damask("delete", path, "pattern-3", "pattern-11")
        self.assertEqual(self.exported(store), self.exported(file))
        self.assertEqual(self.json("stats", store)["sequence"], 22)
        self.assertEqual(self.json("get", store, "pattern-2"), self.json("get", file, "pattern-2"))
        hits = [self.json("search", path, "--id", "pattern-5")["queries"][0]["hits"]
                for path in (store, file)]
        self.assertEqual(*hits)

    def test_each_writer_makes_the_next_part(self):
        store = self.made(count=3)
        expected = self.ids(store)
        for part in range(2, 6):
            expected += self.add(store, 10 * part, 2)
            self.assertIn(JOURNAL.format(1, part), self.files(store))
        self.damask("delete", store, expected.pop(0))
        self.damask("delete", store, "no-such-id", code=1)
        self.assertEqual(self.files(store),
                         [JOURNAL.format(1, part) for part in range(1, 7)] + [SNAPSHOT.format(1)])
        self.assertEqual(self.ids(store), expected)

    def test_a_long_journal_becomes_a_snapshot(self):
        store = self.made(count=3)
        expected = self.ids(store)
        for number in range(2, 4):
            expected += self.add(store, 10 * number, 5, "x" * (1 << 20))
        self.assertEqual(self.files(store), [
            *(JOURNAL.format(generation, 1) for generation in (2, 3)),
            *(SNAPSHOT.format(generation) for generation in (2, 3))])
        self.assertEqual(self.ids(store), expected)

    def test_what_is_in_the_way(self):
        store = self.made(count=3)
        before = self.files(store)
        lines = self.path("s-.jsonl")
        for path in (store, store.rstrip("/")):
            self.fails(5, "IO", "it holds a store", "import", path, "--patterns", lines)
            self.fails(5, "IO", "it is a directory", "import", path, "--patterns", lines, "--force")
        self.assertEqual(self.files(store), before)
        os.mkdir(self.path("empty"))
        for command, *rest in (("stats",), ("verify",), ("export",), ("get", "a"), ("delete", "a"),
                               ("import", "--append", "--patterns", lines)):
            self.fails(4, "NOT_A_SNAPSHOT", "holds no store", command, self.path("empty"), *rest)
            self.fails(5, "IO", "No such file", command, self.path("none/"), *rest)
        self.damask("import", self.path("empty"), "--patterns", lines)
        self.assertEqual(self.ids(self.path("empty")), self.ids(store))
        self.fails(5, "IO", "Not a directory", "import", self.path("s-.jsonl/"), "--patterns", lines)
        bad = self.write("bad.jsonl", '{"id":1}\n')
        self.damask("import", self.path("new/"), "--patterns", bad, code=3)
        self.assertFalse(os.path.exists(self.path("new")))
        self.damask("import", self.path("new/deep/"), "--patterns", lines)
        self.assertEqual(self.ids(self.path("new/deep")), self.ids(store))

    def test_links(self):
        store = self.made(count=3)
        os.symlink("s", self.path("link"))
        self.damask("delete", self.path("link"), "pattern-0")
        self.assertEqual(len(self.ids(store)), 2)
        for name in (SNAPSHOT.format(1), JOURNAL.format(1, 2)):
            os.rename(self.path("s/" + name), self.path("moved"))
            os.symlink("../moved", self.path("s/" + name))
            self.fails(5, "IO", name + ": it is a symbolic link", "stats", store)
            os.rename(self.path("moved"), self.path("s/" + name))
        os.rename(self.path("s/" + SNAPSHOT.format(1)), self.path("moved"))
        os.mkfifo(self.path("s/" + SNAPSHOT.format(1)))
        self.fails(5, "IO", "not a regular file", "stats", store)

    def test_what_dead_writers_left(self):
        store = self.made(count=3)
        old, new = (SNAPSHOT.format(2) + ".tmp-" + digits * 16 for digits in "0a")
        for name in (old, new, "notes.txt.tmp-" + "0" * 16):
            self.write("s/" + name, b"x")
        for name in os.listdir(store):
            if name != new:
                os.utime(self.path("s/" + name), (0, time.time() - 4000))
        self.ids(store)
        self.assertIn(old, self.files(store))
        self.damask("delete", store, "pattern-0")
        self.assertNotIn(old, self.files(store))
        self.assertIn(new, self.files(store))
        self.assertIn("notes.txt.tmp-" + "0" * 16, self.files(store))


class Damaged(DirectoryTest):
    def test_a_torn_end_is_ignored_and_left_behind(self):
        store = self.made(count=3)
        expected = self.ids(store)
        self.add(store, 0, 2)
        part = JOURNAL.format(1, 2)
        length = os.path.getsize(os.path.join(store, part))
        for end in sorted({self.random.randrange(1, length) for _ in range(5)}, reverse=True):
            self.cut(store, part, end)
            self.assertEqual(self.ids(store), expected)
        self.damask("delete", store, expected.pop())
        self.assertIn(SNAPSHOT.format(2), self.files(store))
        self.assertEqual(self.ids(store), expected)
        expected += self.add(store, 5, 1)
        self.assertEqual(self.ids(store), expected)

    def test_damage_is_an_error_that_names_the_file(self):
        store = self.made(count=3)
        for number in range(2, 5):
            self.add(store, number, 1)
        self.flip(store, JOURNAL.format(1, 2), 40)
        self.fails(4, "JOURNAL_CORRUPT", JOURNAL.format(1, 4), "stats", store)
        self.flip(store, JOURNAL.format(1, 2), 40)
        os.remove(self.path("s/" + JOURNAL.format(1, 3)))
        self.fails(4, "JOURNAL_CORRUPT", JOURNAL.format(1, 3) + " is missing", "stats", store)
        self.flip(store, SNAPSHOT.format(1), 300)
        before = self.files(store)
        self.fails(4, "SNAPSHOT_CORRUPT", SNAPSHOT.format(1), "delete", store, "pattern-0")
        self.assertEqual(self.files(store), before)

    def test_an_interrupted_switch(self):
        """A journal whose snapshot was never finished: both journals count, and writing goes on."""
        store = self.made(count=3)
        expected = self.ids(store) + self.add(store, 0, 1)
        self.add(store, 1, 5, "x" * (1 << 20))
        os.remove(self.path("s/" + SNAPSHOT.format(2)))
        os.remove(self.path("s/" + JOURNAL.format(2, 1)))
        self.assertEqual(self.ids(store), expected)


class Verified(DirectoryTest):
    def states(self, store, code=0):
        return [(file["file"], file["state"]) for file in self.json("verify", store, code=code)["files"]]

    def test_every_file_is_named(self):
        store = self.made(count=3)
        self.add(store, 0, 2)
        self.assertEqual(self.json("verify", store), {"store": store, "sound": True, "files": [
            {"file": SNAPSHOT.format(1), "parts": 1, "state": "sound", "bytes":
             os.path.getsize(store + SNAPSHOT.format(1)), "tornBytes": 0, "sequence": 3, "count": 3},
            {"file": JOURNAL.format(1, 2), "parts": 2, "state": "sound", "bytes":
             sum(os.path.getsize(store + JOURNAL.format(1, part)) for part in (1, 2)), "tornBytes": 0, "sequence": 5,
             "count": 5}]})
        self.cut(store, JOURNAL.format(1, 2), -1)
        self.assertEqual(self.states(store),
                         [(SNAPSHOT.format(1), "sound"), (JOURNAL.format(1, 2), "torn")])
        self.assertIn("never acknowledged", self.damask("verify", store)[0])
        self.add(store, 5, 5, "x" * (1 << 20))
        self.assertEqual([state for _, state in self.states(store)], ["sound", "torn", "sound", "sound"])
        self.flip(store, SNAPSHOT.format(2), 300)
        self.assertEqual(self.states(store, 4), [
            (SNAPSHOT.format(1), "sound"), (JOURNAL.format(1, 2), "torn"),
            (SNAPSHOT.format(2), "damaged"), (JOURNAL.format(2, 1), "unchecked")])
        self.assertIn("DAMAGED", self.damask("verify", store, code=4)[0])
        os.remove(store + JOURNAL.format(1, 1))
        self.flip(store, SNAPSHOT.format(1), 300)
        self.assertEqual([state for _, state in self.states(store, 4)],
                         ["damaged", "damaged", "damaged", "unchecked"])


class TwoWriters(DirectoryTest):
    def shut_out(self, content, intervene):
        """Lets `intervene` write while an import has read the store and waits for its input: by
        force, as if that were on a host that cannot tell that it lives."""
        store = self.made(count=3)
        lines = pathlib.Path(self.write_lines("late.jsonl", [
            {"id": f"late-{i}", "type": "", "domain": "", "content": content, "embedding": [1] * 6}
            for i in range(5)])).read_bytes()
        os.mkfifo(self.path("pipe"))
        late = subprocess.Popen([*COMMAND, "import", store, "--append", "--patterns",
                                 self.path("pipe")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        with open(self.path("pipe"), "wb") as pipe:  # Waits until it is read, after the store was.
            self.fails(6, "LOCKED", f"has a writer: process {late.pid} on host", "delete", store, "a")
            self.fails(6, "LOCKED", f"process {late.pid}", "unlock", store)
            self.damask("unlock", store, "--force")
            intervene(store)
            pipe.write(lines)
        _, err = late.communicate(timeout=300)
        self.assertEqual(late.returncode, 6, err)
        self.assertIn(b"another writer is at work on this store", err)
        return store

    def test_one_is_told_and_leaves_nothing(self):
        for name, content in (("part", "x"), ("snapshot", "x" * (1 << 20))):
            with self.subTest(name):
                store = self.shut_out(content, lambda it: self.damask("delete", it, "pattern-1"))
                self.assertEqual(self.ids(store), ["pattern-0", "pattern-2"])
                self.assertEqual(self.files(store), [JOURNAL.format(1, 1), JOURNAL.format(1, 2),
                                                     SNAPSHOT.format(1)])
                for path in (self.folder / "s").iterdir():
                    path.unlink()
                (self.folder / "s").rmdir()
                (self.folder / "pipe").unlink()

    def test_a_later_generation_shuts_out_too(self):
        store = self.shut_out("x", lambda it: self.add(it, 0, 5, "y" * (1 << 20)))
        self.assertEqual(len(self.ids(store)), 8)
