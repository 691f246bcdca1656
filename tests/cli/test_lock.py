"""One writer at a time, whoever it is: the lock that the command line and JavaScript share."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import unittest

from directory_support import DirectoryTest
from support import COMMAND

HERE = pathlib.Path(__file__).parent
NODE = shutil.which("node")
BUILT = NODE and (HERE / "../../js/lib/index.js").exists()
LOCK = "writer.lock"


class LockTest(DirectoryTest):
    def lock(self, store, **fields):
        """Leaves a lock that says this of its holder."""
        boot = pathlib.Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        lock = {"pid": 1, "started": "", "boot": boot, "host": socket.gethostname(),
                "runtime": "a test", "since": "2026-01-01T00:00:00.000Z", "token": "0" * 32, **fields}
        pathlib.Path(store, LOCK).write_text(json.dumps(lock) + "\n")

    def import_from_pipe(self, store):
        """A writer that has the lock and waits for its input; its process and the pipe's other end."""
        os.mkfifo(self.path("pipe"))
        writer = subprocess.Popen([*COMMAND, "import", store, "--append", "--patterns",
                                   self.path("pipe")], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.addCleanup(writer.communicate)
        self.addCleanup(writer.kill)
        pipe = open(self.path("pipe"), "wb")  # Waits until the other end is open, too.
        self.addCleanup(pipe.close)
        return writer, pipe


class Locks(LockTest):
    def test_a_writer_gives_its_lock_back(self):
        store = self.made(count=3)
        self.add(store, 0, 1)
        self.damask("delete", store, "missing", code=1)
        self.assertNotIn(LOCK, self.files(store))

    def test_readers_need_no_lock(self):
        store = self.made(count=3)
        self.lock(store, pid=os.getpid())
        self.fails(6, "LOCKED", f"process {os.getpid()} on host", "delete", store, "pattern-1")
        self.assertEqual(self.ids(store), ["pattern-0", "pattern-1", "pattern-2"])
        self.json("verify", store)
        self.damask("backup", store, self.path("copy/"))
        self.assertNotIn(LOCK, self.files(self.path("copy/")))

    def test_what_a_dead_writer_left_is_taken_away(self):
        gone = subprocess.Popen(["true"])
        gone.wait()
        for fields in ({"pid": gone.pid}, {"pid": os.getpid(), "started": "1"},
                       {"pid": os.getpid(), "boot": "0" * 8}):
            with self.subTest(fields):
                store = self.made(f"{len(fields)}-{fields['pid']}-{'boot' in fields}/", count=3)
                self.lock(store, **fields)
                self.damask("delete", store, "pattern-1")
                self.assertNotIn(LOCK, self.files(store))
                self.lock(store, **fields)
                self.assertEqual(self.json("unlock", store), {"store": store, "removed": True})
                self.assertEqual(self.json("unlock", store), {"store": store, "removed": False})

    def test_a_lock_of_another_host_needs_force(self):
        store = self.made(count=3)
        self.lock(store, host="elsewhere", boot="")
        for command in (("delete", store, "pattern-1"), ("unlock", store)):
            self.fails(6, "LOCKED", "on host elsewhere, a test, since 2026-01-01", *command)
            self.fails(6, "LOCKED", f"damask unlock {store.rstrip('/')} --force", *command)
        self.assertIn("of process 1 on host elsewhere", self.damask("unlock", store, "--force")[0])
        self.damask("delete", store, "pattern-1")

    def test_what_is_no_lock_is_named_and_stays(self):
        store = self.made(count=3)
        path = pathlib.Path(store, LOCK)
        for text in (b"", b"{}", b"[]", b"\xff", b"[" * 4096, b" " * 5000, b'{"pid":-1}',
                     json.dumps({"pid": 1, "started": "x"}).encode()):
            path.write_bytes(text)
            for command in (("delete", store, "pattern-1"), ("unlock", store)):
                self.fails(6, "LOCKED", f"{path} is not what a writer leaves", *command)
            self.assertEqual(path.read_bytes(), text)
        self.damask("unlock", store, "--force")
        path.symlink_to("/etc/hostname")
        for command in (("delete", store, "pattern-1"), ("unlock", store, "--force")):
            self.fails(5, "IO", "symbolic link", *command)
        path.unlink()
        os.mkfifo(path)
        self.fails(5, "IO", "not a regular file", "delete", store, "pattern-1")

    def test_a_killed_writer_locks_nobody_out(self):
        store = self.made(count=3)
        writer, _ = self.import_from_pipe(store)
        self.fails(6, "LOCKED", f"process {writer.pid} on host", "delete", store, "pattern-1")
        self.assertIn(LOCK, self.files(store))
        writer.kill()
        writer.wait()
        self.damask("delete", store, "pattern-1")
        self.assertNotIn(LOCK, self.files(store))


class WithJavaScript:
    """The tests; a class for each of JavaScript's engines follows."""

    def hold(self, store):
        """JavaScript, with a store open for writing."""
        config = {"dimension": 6, "precision": "float32", "storagePath": store,
                  "preferredBackend": self.backend}
        holder = subprocess.Popen([NODE, HERE / "hold.mjs", json.dumps(config)],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                  stderr=subprocess.PIPE)
        opened = holder.stdout.readline()
        if opened != b"open\n":
            _, err = holder.communicate()
            if b"LoadError" in err:
                self.skipTest(f"{self.backend} was not built")
            return None, err.decode()
        self.addCleanup(holder.wait)
        self.addCleanup(holder.kill)
        return holder, None

    def test_javascript_has_it(self):
        store = self.made(count=3)
        for kill in (False, True):
            holder, _ = self.hold(store)
            message = f"has a writer: process {holder.pid} on host {socket.gethostname()}, node "
            self.fails(6, "LOCKED", message, "delete", store, "pattern-1")
            self.fails(6, "LOCKED", message, "unlock", store)
            self.assertEqual(len(self.ids(store)), 3)
            if kill:
                holder.kill()
            holder.communicate()
            self.assertEqual(LOCK in self.files(store), kill)
        self.damask("delete", store, "pattern-1")
        self.assertNotIn(LOCK, self.files(store))

    def test_the_command_line_has_it(self):
        store = self.made(count=3)
        writer, _ = self.import_from_pipe(store)
        holder, error = self.hold(store)
        self.assertIsNone(holder)
        self.assertIn("LockedError", error)
        self.assertIn(f"process {writer.pid} on host {socket.gethostname()}, damask ", error)
        writer.kill()
        writer.wait()
        holder, error = self.hold(store)
        self.assertIsNotNone(holder, error)


@unittest.skipUnless(BUILT, "needs node and js/lib")
class Native(WithJavaScript, LockTest):
    backend = "native"


@unittest.skipUnless(BUILT, "needs node and js/lib")
class Wasm(WithJavaScript, LockTest):
    backend = "wasm-simd"
