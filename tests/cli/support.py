"""What the tests of the damask command share: running it, and making data.

DAMASK_CLI names the command. DAMASK_TEST_SEED changes the random data; failures print it.
"""

import json
import os
import pathlib
import random
import shlex
import struct
import subprocess
import tempfile
import unittest

SEED = int(os.environ.get("DAMASK_TEST_SEED", "1"))
COMMAND = shlex.split(os.environ["DAMASK_CLI"])


def to_float32(value):
    return struct.unpack("<f", struct.pack("<f", value))[0]


def to_half(value):
    return struct.unpack("<e", struct.pack("<e", value))[0]


def float_bits(value):
    return struct.unpack("<I", struct.pack("<f", value))[0]


def npy(header, data, version=1):
    """The bytes of a .npy file of the given header text."""
    text = header.encode("latin-1")
    length = struct.pack("<H" if version == 1 else "<I", len(text))
    return b"\x93NUMPY" + bytes([version, 0]) + length + text + data


def npy_header(descr, rows, columns):
    return f"{{'descr': '{descr}', 'fortran_order': False, 'shape': ({rows}, {columns}), }}\n"


class CliTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.random = random.Random(SEED)

    def run(self, result=None):
        with self.subTest(seed=SEED):
            return super().run(result)

    def path(self, name):
        return f"{self.folder}/{name}"

    def write(self, name, data):
        path = self.folder / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return str(path)

    def read(self, name):
        return (self.folder / name).read_bytes()

    def damask(self, *arguments, code=0, input=None, env=None):
        """Runs the command; fails unless it ends with `code`."""
        environment = {**os.environ, **(env or {})}
        done = subprocess.run([*COMMAND, *map(str, arguments)], input=input, capture_output=True,
                              env=environment, timeout=300)
        output = done.stdout.decode(), done.stderr.decode()
        self.assertEqual(done.returncode, code, (arguments, *output))
        if code == 0:
            self.assertEqual(output[1], "", arguments)
        return output

    def json(self, *arguments, code=0, **options):
        """Runs the command with --json; its parsed output."""
        out, _ = self.damask(*arguments, "--json", code=code, **options)
        self.assertEqual(out.count("\n"), 1)
        return json.loads(out)

    def fails(self, exit_code, error_code, message, *arguments, **options):
        """Runs the command, plain and with --json; checks exit code, error code and message."""
        out, err = self.damask(*arguments, code=exit_code, **options)
        self.assertEqual(out, "")
        self.assertIn(message, err)
        self.assertTrue(err.startswith("damask: "), err)
        before_marker = list(arguments)
        at = before_marker.index("--") if "--" in before_marker else len(before_marker)
        before_marker.insert(at, "--json")
        out, err = self.damask(*before_marker, code=exit_code, **options)
        self.assertEqual(out, "")
        error = json.loads(err)["error"]
        self.assertEqual(error["code"], error_code)
        self.assertEqual(error["exitCode"], exit_code)
        self.assertIn(message, error["message"])
        return error

    def content_hash(self, store):
        return self.json("verify", store)["contentHash"]

    def vectors(self, count, dimension):
        """Clustered vectors whose components are half floats, so that every format holds them."""
        centres = [[self.random.uniform(-1, 1) for _ in range(dimension)] for _ in range(4)]
        return [[to_half(c + self.random.uniform(-0.5, 0.5)) for c in self.random.choice(centres)]
                for _ in range(count)]

    def patterns(self, count, dimension):
        """Patterns with a varying choice of the optional fields."""
        made = []
        for i, vector in enumerate(self.vectors(count, dimension)):
            pattern = {"id": f"pattern-{i}", "type": ["unit", "e2e"][i % 2],
                       "domain": ["auth", "cart", ""][i % 3], "content": f"line {i}\nand \u00e9 \U0001f9f5"}
            if i % 2:
                pattern["framework"] = ["pytest", "jest"][i % 4 // 2]
            if i % 3 == 1:
                pattern.update(coverage=i / 7, flakinessScore=1 / (i + 1), verdict="flaky")
            if i % 5 == 2:
                pattern.update(createdAt=1700000000000 + i, lastUsed=-i, usageCount=i)
            if i % 4 == 3:
                pattern["metadata"] = {"tags": ["a", {"b": None}], "n": 1e300, "i": i}
            made.append({**pattern, "embedding": vector})
        return made

    def write_lines(self, name, objects):
        return self.write(name, "".join(json.dumps(o) + "\n" for o in objects))

    def store(self, name="store.damask", count=60, dimension=12, options=()):
        """A store of patterns; returns (path, patterns)."""
        patterns = self.patterns(count, dimension)
        lines = self.write_lines(name + ".jsonl", patterns)
        path = self.path(name)
        self.damask("import", path, "--patterns", lines, *options)
        return path, patterns
