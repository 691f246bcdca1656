"""Compares what read_snapshot.py, which shares no code with damask, reads from a snapshot with what
the damask command says of the same file. DAMASK_CLI names the command; DAMASK_TEST_SEED changes the
random data, and failures print it."""

import json
import os
import pathlib
import random
import shlex
import struct
import subprocess
import sys
import tempfile
import unittest

SEED = int(os.environ.get("DAMASK_TEST_SEED", "1"))
COMMAND = shlex.split(os.environ["DAMASK_CLI"])
HERE = pathlib.Path(__file__).parent
READER = [sys.executable, "-B", str(HERE / "read_snapshot.py")]
FIELDS = ["表:number", "list:string-list", "flag:boolean", "word:string", "x" * 128 + ":string"]
OPTIONAL = ["framework", "coverage", "flakinessScore", "verdict", "createdAt", "lastUsed", "metadata"]


def output(command):
    result = subprocess.run(command, capture_output=True, check=False)
    if result.returncode != 0:
        raise AssertionError(f"{shlex.join(command)}: {result.stderr.decode()}")
    return result.stdout.decode()


def lines(text):
    return [json.loads(line) for line in text.splitlines()]


def random_pattern(rng, number, dimension):
    words = ["log-in", "naïve", "", "表", "🧵 thread", "a\u0000b", 'quo"te', "line\nbreak"]
    pattern = {
        "id": f"{rng.choice(words)}{number}",
        "type": rng.choice(words),
        "domain": rng.choice(words),
        "content": " ".join(rng.choices(words, k=rng.randrange(6))),
        "framework": rng.choice(words),
        "coverage": rng.choice([0.0, -0.0, 1 / 3, 5e-324, -1.7e308, rng.random()]),
        "flakinessScore": rng.choice([0.0, -0.0, 0.1, rng.random()]),
        "verdict": rng.choice(["success", "failure", "flaky"]),
        "createdAt": rng.choice([0, -1, 2**63 - 1, -(2**63), 1700000000000]),
        "lastUsed": rng.choice([0, 1700000000001]),
        "usageCount": rng.choice([0, 1, 2**64 - 1]),
        "metadata": rng.choice([{}, {"a": [1, None, {"b": "é"}], "表": -1.5e-7},
                                {"list": ["é", ""], "flag": True, "word": "ö" * 512, "表": 1e308}]),
        "embedding": [rng.gauss(0, 1) * 10 ** rng.randrange(-3, 4) for _ in range(dimension)],
    }
    for key in OPTIONAL:
        if rng.random() < 0.4:
            del pattern[key]
    return pattern


def bits(value):
    """Floats by their bits, so that -0.0 and 0.0 differ; 1 and 1.0 are the same number in JSON."""
    return struct.pack("<d", value)


class ReadSnapshot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def require_same(self, store):
        with self.subTest(store=store, seed=SEED):
            self.require_same_description(store)
            exported = lines(output(COMMAND + ["export", store]))
            read = lines(output(READER + [store]))
            self.assertEqual(len(read), len(exported))
            for ours, theirs in zip(read, exported):
                for key in ["coverage", "flakinessScore"]:
                    self.assertEqual(key in ours, key in theirs)
                    if key in ours:
                        self.assertEqual(bits(ours.pop(key)), bits(theirs.pop(key)))
                left = [struct.pack("<f", x) for x in ours.pop("embedding")]
                right = [struct.pack("<f", x) for x in theirs.pop("embedding")]
                self.assertEqual(left, right)
                self.assertEqual(ours, theirs)

    def require_same_description(self, store):
        said = {}
        for command in ["verify", "stats"]:
            said |= json.loads(output(COMMAND + [command, store, "--json"]))
        read = json.loads(output(READER + [store, "--describe"]))
        if read["contentHash"] is None:
            del read["contentHash"]
        self.assertEqual(read, {key: said[key] for key in read})

    def write_lines(self, patterns):
        path = self.folder / "patterns.jsonl"
        path.write_text("".join(json.dumps(pattern) + "\n" for pattern in patterns), "utf-8")
        return str(path)

    def test_stores_of_the_command(self):
        rng = random.Random(SEED)
        for metric in ["cosine", "euclidean", "dot"]:
            for precision in ["fixed16", "float32"]:
                dimension = rng.randrange(1, 40)
                patterns = [random_pattern(rng, i, dimension) for i in range(60)]
                store = str(self.folder / f"{metric}-{precision}.damask")
                fields = FIELDS if precision == "fixed16" else rng.sample(FIELDS, 2)
                output(
                    COMMAND
                    + ["import", store, "--patterns", self.write_lines(patterns)]
                    + ["--metric", metric, "--precision", precision, "--seed", str(rng.getrandbits(64))]
                    + [word for field in fields for word in ("--field", field)]
                    + ["--m", str(rng.randrange(4, 20)), "--ef-construction", "30", "--ef-search", "9"]
                )
                self.require_same(store)
                ids = [pattern["id"] for pattern in patterns if "\0" not in pattern["id"]]
                output(COMMAND + ["delete", store, "--"] + rng.sample(ids, 10))
                again = [random_pattern(rng, i, dimension) for i in range(40, 70)]
                output(COMMAND + ["import", store, "--append", "--patterns", self.write_lines(again)])
                self.require_same(store)

    def test_the_seeds_of_the_fuzzer(self):
        seeds = sorted(HERE.glob("../fuzz/corpus/loader/*.damask"))
        self.assertGreater(len(seeds), 10)
        for seed in seeds:
            self.require_same(str(seed))


if __name__ == "__main__":
    unittest.main()
