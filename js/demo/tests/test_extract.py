"""Unit tests of extract_tests.py; `npm test` runs them too."""

import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import extract_tests as extract


def patterns(source, module="test.test_heapq"):
    return list(extract.patterns_in(textwrap.dedent(source), module, "test/test_heapq.py", {}))


class Humanising(unittest.TestCase):
    def test_splits_snake_and_camel_case(self):
        self.assertEqual(extract.words("readHTTPHeader_v2"), ["read", "HTTP", "header", "v2"])
        self.assertEqual(extract.words("test_utf8_ok"), ["test", "utf8", "ok"])
        self.assertEqual(extract.words("__init__"), ["init"])

    def test_title_has_module_class_and_test(self):
        self.assertEqual(
            extract.title("test.test_asyncio.test_events", ["BaseLoopTests"], "test_call_soon"),
            "asyncio events: loop: call soon",
        )

    def test_title_does_not_repeat_words(self):
        self.assertEqual(
            extract.title("test.test_heapq", ["TestHeap"], "test_heap_push"), "heapq: heap push"
        )

    def test_words_that_are_filler_in_a_class_stay_in_a_test(self):
        self.assertIn("default case", extract.title("m", ["C"], "test_default_case"))

    def test_text_ends_at_a_word_and_within_the_limit(self):
        text = extract.embedded_text("title", "word " * 100)
        self.assertLessEqual(len(text), extract.EMBEDDED_CHARACTERS)
        self.assertTrue(text.endswith("word"))

    def test_text_takes_the_first_paragraph(self):
        self.assertEqual(extract.embedded_text("t", "One\n  two.\n\nThree."), "t. One two.")

    def test_text_leaves_out_the_number_of_an_issue(self):
        for reference in ("bpo-31506: ", "Issue #13847: ", "See issue 25782. ", "gh-90001 - ", "SF bug 1234, "):
            self.assertEqual(extract.embedded_text("t", reference + "It works."), "t. It works.")
        self.assertEqual(extract.embedded_text("t", "Issue a warning."), "t. Issue a warning.")


class Finding(unittest.TestCase):
    def test_methods_functions_and_nested_classes(self):
        found = patterns(
            """
            class A(TestCase):
                def test_one(self): pass
                async def test_two(self): pass
                def helper(self): pass
                class Inner:
                    def test_three(self): pass
            def test_four(): pass
            if windows:
                class B:
                    def test_five(self): pass
            """
        )
        prefix = "test.test_heapq."
        names = ["A.test_one", "A.test_two", "A.Inner.test_three", "test_four", "B.test_five"]
        self.assertEqual([found["id"] for found in found], [prefix + name for name in names])

    def test_what_only_looks_like_a_test(self):
        found = patterns(
            """
            def test_main(): pass
            def test_needs(argument): pass
            def make():
                class Data:
                    def test_data(self): pass
            class A:
                @staticmethod
                def test_static(): pass
                def test_parameters(self, required): pass
            """
        )
        self.assertEqual(found, [])

    def test_ids_are_unique(self):
        found = patterns(
            """
            class A:
                def test_one(self): pass
            class A:
                def test_one(self): pass
            """
        )
        ids = [pattern["id"] for pattern in found]
        self.assertEqual(ids, ["test.test_heapq.A.test_one", "test.test_heapq.A.test_one#2"])

    def test_fields(self):
        (pattern,) = patterns('class Heap:\n    def test_push(self):\n        """Adds\n\n        one."""\n')
        self.assertEqual(
            pattern,
            {
                "id": "test.test_heapq.Heap.test_push",
                "type": "test",
                "domain": "test.test_heapq",
                "framework": "unittest",
                "text": "heapq: heap: push. Adds",
                "content": "heapq: heap: push\n\nAdds\n\none.",
                "metadata": {
                    "path": "test/test_heapq.py",
                    "line": 2,
                    "class": "Heap",
                    "docstring": "Adds\n\none.",
                    "comment": "",
                },
            },
        )


class OpeningComments(unittest.TestCase):
    def comment(self, body):
        (pattern,) = patterns("class A:\n    def test_a(self):\n" + textwrap.indent(body, " " * 8))
        return pattern["metadata"]["comment"]

    def test_comment_before_the_first_statement(self):
        self.assertEqual(self.comment("# The heap keeps\n# its order.\npass\n"), "The heap keeps\nits order.")

    def test_later_comments_do_not_count(self):
        self.assertEqual(self.comment("pass\n# The heap keeps its order.\npass\n"), "")

    def test_mere_references_do_not_count(self):
        self.assertEqual(self.comment("# See issue #17669.\npass\n"), "")
        self.assertEqual(self.comment("# see https://example.org/a/long/link\npass\n"), "")

    def test_a_docstring_goes_before(self):
        self.assertEqual(self.comment('"""Says it."""\n# The heap keeps its order.\npass\n'), "")

    def test_before_a_decorated_definition(self):
        self.assertEqual(
            self.comment("# The heap keeps its order.\n@wraps\ndef inner(): pass\n"),
            "The heap keeps its order.",
        )


class Sources(unittest.TestCase):
    def test_only_packages_in_test_folders(self):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            for path in ("test/__init__", "test/test_a", "test/data/sample", "json/tool"):
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / f"{path}.py").touch()
            names = [path.relative_to(root).as_posix() for path in extract.test_sources(root)]
        self.assertEqual(names, ["test/__init__.py", "test/test_a.py"])


if __name__ == "__main__":
    unittest.main()
