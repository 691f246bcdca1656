"""Store files: damaged, in the way, linked, locked, and replaced in one step."""

import fcntl
import os
import pathlib
import stat
import subprocess
import unittest

from support import COMMAND, CliTest

READERS = (("stats",), ("verify",), ("export",), ("get", "pattern-1"), ("search", "--id", "pattern-1"))


class Damaged(CliTest):
    def everyone_fails(self, code, message, store):
        for command, *rest in READERS:
            self.fails(4, code, message, command, store, *rest)
        before = pathlib.Path(store).read_bytes()
        self.fails(4, code, message, "delete", store, "pattern-1")
        lines = self.write_lines("more.jsonl", self.patterns(1, 12))
        self.fails(4, code, message, "import", store, "--append", "--patterns", lines)
        self.assertEqual(pathlib.Path(store).read_bytes(), before)

    def test_no_store_at_all(self):
        for name, data in (("empty", b""), ("text", b"hello, this is not a store\n" * 40)):
            self.everyone_fails("NOT_A_SNAPSHOT", name, self.write(name, data))

    def test_cut_short_anywhere(self):
        _, _ = self.store(count=20)
        whole = self.read("store.damask")
        lengths = [len(whole) - 1, len(whole) // 2, 400]
        lengths += [self.random.randrange(16, len(whole)) for _ in range(20)]
        for length in lengths:
            cut = self.write("cut.damask", whole[:length])
            error = self.fails(4, "SNAPSHOT_TRUNCATED", cut, "verify", cut)
            self.assertEqual(error["exitCode"], 4)

    def test_longer_than_it_says(self):
        self.store(count=20)
        longer = self.write("longer.damask", self.read("store.damask") + b"\0")
        self.everyone_fails("SNAPSHOT_CORRUPT", "longer.damask", longer)

    def test_a_flipped_bit_anywhere(self):
        self.store(count=20)
        whole = self.read("store.damask")
        for _ in range(60):
            at, bit = self.random.randrange(16, len(whole)), self.random.randrange(8)
            flipped = bytearray(whole)
            flipped[at] ^= 1 << bit
            self.write("flipped.damask", bytes(flipped))
            with self.subTest(at=at, bit=bit):
                _, err = self.damask("verify", self.path("flipped.damask"), code=4)
                self.assertIn("flipped.damask: ", err)

    def test_verify_tells_what_is_inside(self):
        store, _ = self.store(count=20)
        report = self.json("verify", store)
        self.assertEqual(report["fileBytes"], len(self.read("store.damask")))
        self.assertEqual((report["count"], report["slots"], report["sequence"]), (20, 20, 20))
        self.assertRegex(report["contentHash"], "^[0-9a-f]{32}$")
        self.assertTrue(report["resavedIdentical"])
        end = report["sections"][0]["offset"]
        for section in report["sections"]:
            self.assertEqual(section["offset"], end)
            self.assertRegex(section["checksum"], "^[0-9a-f]{16}$")
            end += section["length"]
        self.assertEqual(end, report["fileBytes"])
        out, _ = self.damask("verify", store)
        self.assertIn(report["contentHash"], out)
        self.assertIn("sound", out)


class InTheWay(CliTest):
    def setUp(self):
        super().setUp()
        self.lines = self.write_lines("in.jsonl", self.patterns(10, 4))

    def test_an_existing_file_is_replaced_by_force_alone(self):
        there = self.write("there", b"precious")
        self.fails(5, "IO", "it exists", "import", there, "--patterns", self.lines)
        self.assertEqual(self.read("there"), b"precious")
        self.damask("import", there, "--patterns", self.lines, "--force")
        self.damask("verify", there)
        self.fails(5, "IO", "it exists", "export", there, "--out", self.lines)
        self.damask("export", there, "--out", self.lines, "--force")
        self.damask("import", self.path("new"), "--patterns", self.lines, "--force")
        self.damask("verify", self.path("new"))

    def test_nothing_but_the_store_is_left(self):
        self.damask("import", self.path("s"), "--patterns", self.lines)
        self.damask("delete", self.path("s"), "pattern-1")
        self.damask("export", self.path("s"), "--out", self.path("out"))
        self.assertEqual(sorted(os.listdir(self.folder)), ["in.jsonl", "out", "s"])

    def test_permissions_of_a_replaced_file_stay(self):
        store = self.path("s")
        self.damask("import", store, "--patterns", self.lines)
        os.chmod(store, 0o640)
        self.damask("delete", store, "pattern-1")
        self.assertEqual(stat.S_IMODE(os.stat(store).st_mode), 0o640)
        self.damask("import", store, "--patterns", self.lines, "--force")
        self.assertEqual(stat.S_IMODE(os.stat(store).st_mode), 0o640)

    def test_links(self):
        os.mkdir(self.path("deep"))
        os.symlink("deep/real", self.path("link"))
        self.fails(5, "IO", "cannot follow the link", "import", self.path("link"), "--patterns",
                   self.lines)
        self.damask("import", self.path("deep/real"), "--patterns", self.lines)
        self.damask("delete", self.path("link"), "pattern-1")
        self.assertTrue(os.path.islink(self.path("link")))
        self.assertEqual(self.json("stats", self.path("deep/real"))["count"], 9)
        self.assertEqual(os.listdir(self.path("deep")), ["real"])
        os.symlink("deep", self.path("folder-link"))
        os.symlink("round", self.path("round"))
        self.fails(5, "IO", "it is a directory", "import", self.path("folder-link"), "--patterns",
                   self.lines, "--force")
        self.fails(5, "IO", "cannot follow the link", "import", self.path("round"), "--patterns",
                   self.lines, "--force")

    def test_what_is_no_regular_file(self):
        os.mkfifo(self.path("pipe"))
        for command, *rest in READERS:
            self.fails(4, "NOT_A_SNAPSHOT", "holds no store", command, str(self.folder), *rest)
            self.fails(5, "IO", "not a regular file", command, self.path("pipe"), *rest)
            self.fails(5, "IO", "No such file", command, self.path("missing"), *rest)
        for target, message in ((str(self.folder), "it is a directory"),
                                (self.path("pipe"), "not a regular file"),
                                ("/dev/null", "not a regular file"),
                                (self.path("missing/s"), "No such file or directory"),
                                (self.path("in.jsonl/s"), "Not a directory"),
                                (self.path("n" * 300), "File name too long"),
                                ("", "not the name of a file")):
            self.fails(5, "IO", message, "import", target, "--patterns", self.lines, "--force")
        self.fails(5, "IO", "cannot read", "import", self.path("s"), "--patterns", str(self.folder))
        self.fails(5, "IO", "cannot open", "import", self.path("s"), "--patterns", self.path("no"))

    @unittest.skipIf(os.geteuid() == 0, "root may write anywhere")
    def test_a_folder_that_may_not_be_written(self):
        os.chmod(self.folder, 0o555)
        self.addCleanup(os.chmod, self.folder, 0o755)
        self.fails(5, "IO", "cannot write into directory", "import", self.path("s"), "--patterns",
                   self.lines)

    def test_patterns_from_a_pipe(self):
        os.mkfifo(self.path("pipe"))
        feed = subprocess.Popen(["cp", self.lines, self.path("pipe")])
        self.damask("import", self.path("s"), "--patterns", self.path("pipe"))
        self.assertEqual(feed.wait(), 0)
        self.assertEqual(self.json("stats", self.path("s"))["count"], 10)

    def test_a_store_that_another_process_writes(self):
        store = self.path("s")
        self.damask("import", store, "--patterns", self.lines)
        with open(store, "rb") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            self.fails(5, "IO", "another process is writing it", "delete", store, "pattern-1")
            self.fails(5, "IO", "another process is writing it", "import", store, "--append",
                       "--patterns", self.lines)
            self.damask("stats", store)
        self.damask("delete", store, "pattern-1")

    @unittest.skipUnless(os.path.exists("/dev/full"), "needs /dev/full")
    def test_output_that_cannot_be_written(self):
        store = self.path("s")
        self.damask("import", store, "--patterns", self.lines)
        for arguments in (["info"], ["export", store], ["stats", store, "--json"], ["verify", store]):
            with open("/dev/full", "wb") as full:
                done = subprocess.run([*COMMAND, *arguments], stdout=full, stderr=subprocess.PIPE)
            self.assertEqual(done.returncode, 5, arguments)
            self.assertIn(b"No space left on device", done.stderr)
