"""Copies of stores that are in use, stores as they were, and what can be saved of damaged ones."""

import os
import pathlib
import threading

from directory_support import JOURNAL, SNAPSHOT, DirectoryTest


class Backup(DirectoryTest):
    def test_a_copy_is_the_same_store(self):
        store = self.made(count=5)
        self.add(store, 0, 3)
        self.damask("delete", store, "pattern-1")
        self.assertEqual(self.json("backup", store, self.path("copy")),
                         {"store": store, "target": self.path("copy"), "count": 7, "sequence": 9})
        self.damask("backup", store, self.path("copies/a/"))
        for copy in (self.path("copy"), self.path("copies/a/")):
            self.assertEqual(self.exported(copy), self.exported(store))
        self.damask("backup", self.path("copy"), self.path("again"))
        self.assertEqual(self.read("again"), self.read("copy"))
        self.assertEqual(self.read("again"), self.read("copies/a/" + SNAPSHOT.format(1)))
        self.assertEqual(self.files(store), [JOURNAL.format(1, 1), JOURNAL.format(1, 2),
                                             JOURNAL.format(1, 3), SNAPSHOT.format(1)])

    def test_a_copy_replaces_nothing(self):
        store = self.made(count=2)
        self.damask("backup", store, self.path("file"))
        self.damask("backup", store, self.path("directory/"))
        for target, message in ((self.path("file"), "it exists"), (store, "it holds a store"),
                                (self.path("directory"), "it holds a store")):
            self.fails(5, "IO", message, "backup", store, target)

    def test_copies_of_a_store_in_use_are_moments_of_it(self):
        """Each copy has all that was acknowledged before it, and whole imports only."""
        store = self.made(count=2)
        done = []

        def write():
            for number in range(12):
                # Every third import makes the journal too long, so that generations change too.
                self.add(store, 10 * number, 5, "x" * (1 << 20 if number % 3 == 2 else 1))
                done.append(number)

        writer = threading.Thread(target=write)
        writer.start()
        copies = 0
        while writer.is_alive():
            acknowledged = len(done)
            copy = self.path(f"copy-{copies}")
            self.damask("backup", store, copy)
            stats = self.json("stats", copy)
            self.assertGreaterEqual(stats["count"], 2 + 5 * acknowledged)
            self.assertEqual((stats["count"] - 2) % 5, 0)
            self.json("verify", copy)
            os.remove(copy)
            copies += 1
        writer.join()
        self.assertEqual(len(done), 12)
        self.assertGreater(copies, 1)
        self.assertEqual(self.json("stats", store)["count"], 62)


class Sequence(DirectoryTest):
    def test_the_store_as_it_was(self):
        store = self.made(count=3)
        moments = {3: self.exported(store)}
        for number in range(4):
            self.add(store, 10 * number, 3)
            moments[self.json("stats", store)["sequence"]] = self.exported(store)
        self.damask("delete", store, "pattern-0")
        moments[16] = self.exported(store)
        for sequence in range(3, 17):
            whole = max(moment for moment in moments if moment <= sequence)
            out, _ = self.damask("export", store, "--sequence", sequence)
            self.assertEqual(out, "".join(self.damask("export", self.back_up(store, whole))[0]))
            self.assertEqual(self.exported(self.path(f"at-{whole}")), moments[whole])
        self.fails(2, "INVALID_ARGUMENT", "has 16 changes", "export", store, "--sequence", 17)
        self.fails(2, "INVALID_ARGUMENT", "has 3 changes", "backup", store, self.path("no"),
                   "--sequence", 2)
        self.fails(2, "USAGE", "is a file", "export", self.path("at-3"), "--sequence", 3)

    def back_up(self, store, sequence):
        target = self.path(f"at-{sequence}")
        if not os.path.exists(target):
            report = self.json("backup", store, target, "--sequence", sequence)
            self.assertEqual(report["sequence"], sequence)
        return target

    def test_the_generation_before_is_reached_too(self):
        store = self.made(count=3)
        self.add(store, 0, 2)
        at_5 = self.exported(store)
        self.add(store, 10, 5, "x" * (1 << 20))
        self.add(store, 20, 1)
        self.assertIn(SNAPSHOT.format(2), self.files(store))
        for sequence in range(5, 10):
            self.assertEqual(self.exported(self.back_up(store, 5)), at_5)
            report = self.json("backup", store, self.path(f"b-{sequence}"), "--sequence", sequence)
            self.assertEqual(report["sequence"], 5)
        self.assertEqual(self.json("backup", store, self.path("c"), "--sequence", 10)["count"], 10)
        self.assertEqual(self.json("backup", store, self.path("d"), "--sequence", 11)["count"], 11)


class Repair(DirectoryTest):
    def repaired(self, store, code):
        """What repair says; the store it made, which nothing of the damaged one has become."""
        before = {path.name: path.read_bytes() for path in pathlib.Path(store).iterdir()}
        self.repairs = getattr(self, "repairs", 0) + 1
        target = self.path(f"saved-{self.repairs}/")
        report = self.json("repair", store, "--to", target, code=code)
        after = {path.name: path.read_bytes() for path in pathlib.Path(store).iterdir()}
        self.assertEqual(after, before)
        self.json("verify", target)
        self.assertEqual(report["count"], len(self.ids(target)))
        return report, self.ids(target)

    def test_all_of_a_sound_one(self):
        store = self.made(count=3)
        self.add(store, 0, 2)
        report, ids = self.repaired(store, 0)
        self.assertEqual((report["lost"], report["sequence"]), ([], 5))
        self.assertEqual(ids, self.ids(store))

    def test_a_damaged_journal_up_to_the_damage(self):
        store = self.made(count=3)
        ids = [self.ids(store)]
        for number in range(4):
            ids.append(ids[-1] + self.add(store, 10 * number, 2))
        for number in range(3):
            part = JOURNAL.format(1, number + 2)
            at = self.random.randrange(os.path.getsize(store + part))
            with self.subTest(part=part, at=at):
                self.flip(store, part, at)
                self.damask("stats", store, code=4)
                report, saved = self.repaired(store, 1)
                self.assertEqual(saved, ids[number])
                self.assertEqual(len(report["lost"]), 1)
                self.assertIn("torn or damaged", report["lost"][0])
                self.flip(store, part, at)
        os.remove(store + JOURNAL.format(1, 4))
        report, saved = self.repaired(store, 1)
        self.assertEqual(saved, ids[2])
        self.assertEqual(report["lost"], [store + JOURNAL.format(1, 4) + " is missing"])
        self.flip(store, JOURNAL.format(1, 1), 20)
        self.assertEqual(self.repaired(store, 1)[1], ids[0])

    def test_a_damaged_snapshot_by_the_one_before(self):
        store = self.made(count=3)
        ids = self.ids(store) + self.add(store, 0, 2)
        self.add(store, 10, 5, "x" * (1 << 20))
        self.flip(store, SNAPSHOT.format(2), 400)
        report, saved = self.repaired(store, 1)
        self.assertEqual(saved, ids)
        self.assertEqual(report["snapshot"], SNAPSHOT.format(1))
        self.assertEqual(len(report["lost"]), 2)
        self.assertIn(SNAPSHOT.format(2), report["lost"][0])
        self.assertIn(JOURNAL.format(2, 1), report["lost"][1])
        self.assertEqual([file["state"] for file in report["files"]],
                         ["sound", "sound", "damaged", "unchecked"])
        out, _ = self.damask("repair", store, "--to", self.path("file"), code=1)
        self.assertIn("not saved: ", out)
        self.assertEqual(self.ids(self.path("file")), ids)

    def test_what_cannot_be_repaired(self):
        store = self.made(count=3)
        self.fails(5, "IO", "it holds a store", "repair", store, "--to", store)
        self.fails(5, "IO", "No such file", "repair", self.path("no"), "--to", self.path("new/"))
        self.fails(5, "IO", "Not a directory", "repair", self.path("s-.jsonl"), "--to",
                   self.path("new/"))
        os.mkdir(self.path("empty"))
        self.fails(4, "NOT_A_SNAPSHOT", "holds no store", "repair", self.path("empty"), "--to",
                   self.path("new/"))
        self.flip(store, SNAPSHOT.format(1), 300)
        self.fails(4, "SNAPSHOT_CORRUPT", SNAPSHOT.format(1), "repair", store, "--to",
                   self.path("new/"))
        self.assertFalse(os.path.exists(self.path("new")))
