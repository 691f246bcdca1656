"""The command line itself: help, versions, and every way to get it wrong."""

from support import CliTest

COMMANDS = ("import", "search", "count", "get", "delete", "stats", "export", "verify", "backup", "repair",
            "info")


class Help(CliTest):
    def test_help_teaches_with_examples(self):
        out, _ = self.damask("--help")
        for word in (*COMMANDS, "Examples:", "Exit codes:", " 70 "):
            self.assertIn(word, out)
        for command in COMMANDS:
            out, _ = self.damask(command, "--help")
            self.assertIn("--json", out)
            self.assertRegex(out, f"Examples:\n  damask {command}[ \n]")

    def test_version_and_info(self):
        version = self.damask("--version")[0].strip()
        self.assertRegex(version, r"^\d+\.\d+\.\d+$")
        info = self.json("info")
        self.assertEqual(info["version"], version)
        self.assertIn(info["target"], ("x86_64", "aarch64"))
        sets = info["instructionSets"]
        self.assertLessEqual(set(sets["detected"]), set(sets["compiled"]))
        self.assertEqual(sets["active"], sets["detected"][-1])
        self.assertIn(f"active    {sets['active']}\n", self.damask("info")[0])

    def test_forced_instruction_set(self):
        for name in self.json("info")["instructionSets"]["detected"]:
            info = self.json("info", env={"DAMASK_ISA": name})
            self.assertEqual(info["instructionSets"]["active"], name)
        self.fails(2, "UNSUPPORTED", "mmx", "info", env={"DAMASK_ISA": "mmx"})
        store, _ = self.store(count=2)
        self.fails(2, "UNSUPPORTED", "mmx", "import", self.path("new.damask"), "--patterns",
                   store + ".jsonl", env={"DAMASK_ISA": "mmx"})

    def test_stats(self):
        store, _ = self.store(count=30, dimension=6, options=(
            "--m", 8, "--ef-construction", 40, "--ef-search", 50, "--metric", "dot", "--precision",
            "float32", "--seed", 2**64 - 1))
        stats = self.json("stats", store)
        self.assertEqual({key: stats[key] for key in (
            "count", "slots", "sequence", "dimension", "metric", "precision", "m", "efConstruction",
            "efSearch", "seed")}, {
                "count": 30, "slots": 30, "sequence": 30, "dimension": 6, "metric": "dot",
                "precision": "float32", "m": 8, "efConstruction": 40, "efSearch": 50,
                "seed": 2**64 - 1})
        self.assertGreaterEqual(stats["codeBytes"], 30 * 6 * 4)
        self.assertGreaterEqual(stats["graphBytes"], 30 * (6 + 16 * 4))
        self.assertRegex(self.damask("stats", store)[0], r"(?m)^count +30$")


class Usage(CliTest):
    def wrong(self, message, *arguments, code="USAGE"):
        self.fails(2, code, message, *arguments)

    def test_commands(self):
        self.wrong("a command is required")
        self.wrong("a command is required", "serve-coffee")
        self.wrong("STORE is required", "stats")
        self.wrong("ID is required", "get", "s")
        self.wrong("ID is required", "delete", "s")
        self.wrong("not expected: two", "stats", "one", "two")
        self.wrong("not expected: --bogus", "stats", "s", "--bogus")
        self.wrong("--out", "export", "s", "--force")

    def test_numbers(self):
        lines = self.write_lines("a.jsonl", self.patterns(2, 3))
        for option, low, high in [("--dimension", 1, 4096), ("--m", 4, 128),
                                  ("--ef-construction", 1, 4096), ("--ef-search", 1, 10000),
                                  ("--seed", 0, 2**64 - 1), ("--limit", 1, 2**64 - 1)]:
            values = [high + 1, 10**30] + ([low - 1] if low > 0 else [])
            for value in values:
                self.wrong(f"{option} is {value}: must be from {low} to {high}", "import",
                           self.path("s"), "--patterns", lines, option, value)
            for value in ("x", "1x", " 1", "1 ", "-1", "+1", "1.0", "0x10", "1e3"):
                self.wrong(f"{option} is '{value}': must be a whole number from {low} to {high}",
                           "import", self.path("s"), "--patterns", lines, f"{option}={value}")
        self.wrong("hnsw.efConstruction is 16, but must be within [32, 4096]", "import",
                   self.path("s"), "--patterns", lines, "--ef-construction", 16,
                   code="INVALID_ARGUMENT")
        self.wrong("--k is 10001: must be from 1 to 10000", "search", "s", "--id", "a", "-k", 10001)
        self.wrong("--ef is 0: must be from 1 to 10000", "search", "s", "--id", "a", "--ef", 0)
        self.wrong("ef is 5, but must be within [10, 10000]", "search", "s", "--id", "a", "--ef", 5,
                   code="INVALID_ARGUMENT")
        for text, message in [
                ("{", "--filter is no JSON"), ("[]", "must be an object with one operator"),
                ('{"eq":["id","a"],"ne":["id","b"]}', "must be an object with one operator"),
                ('{"equals":["id","a"]}', 'filter operator is "equals"'),
                ('{"eq":"id"}', "must be an array of a field and a value"),
                ('{"eq":["colour","red"]}', 'filter field is "colour"'),
                ('{"eq":["id",null]}', "null must be a text, a number or a boolean"),
                ('{"in":["id","a"]}', "must be an array of values"),
                ('{"exists":7}', "must be the name of a field"),
                ('{"and":{}}', "must be an array of filters"),
                ('{"eq":["coverage","x"]}', "(eq coverage) needs a number, not a text"),
                ('{"not":' * 16 + '{"exists":"id"}' + "}" * 16, "nested more than 16 deep")]:
            code = "INVALID_ARGUMENT" if "(eq" in message else "USAGE"
            for command in (("search", "s", "--id", "a"), ("count", "s"), ("export", "s")):
                self.wrong(message, *command, "--filter", text, code=code)
        self.wrong("--repeat is 0: must be from 1", "search", "s", "--id", "a", "--repeat", 0)
        for value in ("x", "0.5x", " 1", "0,5", "0x1p3"):
            self.wrong(f"--threshold is '{value}': must be a number", "search", "s", "--id", "a",
                       f"--threshold={value}")
        for value in ("1e39", "inf", "nan", "-inf"):
            self.wrong(f"--threshold is {value}: must be a finite 32-bit number", "search", "s",
                       "--id", "a", f"--threshold={value}")

    def test_names(self):
        lines = self.write_lines("a.jsonl", self.patterns(2, 3))
        for option in ("--metric", "--precision"):
            self.wrong("manhattan", "import", self.path("s"), "--patterns", lines, option,
                       "manhattan", code="INVALID_ARGUMENT")

    def test_options_that_exclude_or_need_others(self):
        self.wrong("--patterns or --vectors is required", "import", self.path("s"))
        self.wrong("--format is of --vectors", "import", self.path("s"), "--patterns", "a.jsonl",
                   "--format", "f32")
        for option in ("--dimension", "--m", "--ef-construction", "--ef-search", "--seed"):
            self.wrong("--append", "import", "s", "--patterns", "p", "--append", option, 32)
        for option, value in (("--metric", "dot"), ("--precision", "fixed16")):
            self.wrong("--append", "import", "s", "--patterns", "p", "--append", option, value)
        self.wrong("--append", "import", "s", "--patterns", "p", "--append", "--force")
        one = "one of --vector, --queries and --id is required"
        self.wrong(one, "search", "s")
        self.wrong(one, "search", "s", "--id", "a", "--vector", "[1]")
        self.wrong(one, "search", "s", "--id", "a", "--queries", "q.f32")
        self.wrong("--queries", "search", "s", "--id", "a", "--format", "f32")
        self.wrong("--queries", "search", "s", "--id", "a", "--limit", 3)
        self.wrong("--exact", "search", "s", "--id", "a", "--exact", "--ef", 30)
        self.wrong("--exact", "search", "s", "--id", "a", "--exact", "--recall")
        self.wrong("--k", "search", "s", "--id", "a", "-k", 1, "-k", 2)
