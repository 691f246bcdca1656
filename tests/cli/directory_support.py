"""What the tests of stores in directories share."""

import json
import os
import pathlib

from support import CliTest

SNAPSHOT = "snapshot-{:012}.damask"
JOURNAL = "journal-{:012}-{:06}.damask"


class DirectoryTest(CliTest):
    def made(self, name="s/", count=20, dimension=6):
        """A directory with a store of that many patterns."""
        return self.store(name, count, dimension, options=("--precision", "float32"))[0]

    def write_lines(self, name, objects):
        return super().write_lines(name.replace("/", "-"), objects)

    def files(self, store):
        return sorted(os.listdir(store))

    def exported(self, store):
        return [json.loads(line) for line in self.damask("export", store)[0].splitlines()]

    def ids(self, store):
        return [pattern["id"] for pattern in self.exported(store)]

    def add(self, store, first, count, content="x"):
        """Adds patterns of these numbers; their ids."""
        vectors = self.vectors(count, 6)
        objects = [{"id": f"more-{first + i}", "type": "", "domain": "", "content": content,
                    "embedding": vector} for i, vector in enumerate(vectors)]
        lines = self.write_lines("more.jsonl", objects)
        self.damask("import", store, "--append", "--patterns", lines)
        return [one["id"] for one in objects]

    def cut(self, store, file, end):
        path = pathlib.Path(store, file)
        path.write_bytes(path.read_bytes()[:end])

    def flip(self, store, file, at):
        path = pathlib.Path(store, file)
        data = bytearray(path.read_bytes())
        data[at] ^= 1
        path.write_bytes(bytes(data))
