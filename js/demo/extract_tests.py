#!/usr/bin/python3
"""Writes every test of a Python installation's own test suite as one JSON object per line.

The sources are parsed, never imported. What counts as a test:

  * a method named test* with a `self`, in a class at module level or nested in such a class.
    Mix-ins without a TestCase base count: that is how CPython shares tests. Classes inside
    functions do not: they are test data.
  * a function named test* at module level that needs no argument and is not `test_main`.

Only importable modules in a test folder are read: every folder down from the root must have an
__init__.py, so the sample sources that some tests feed to a parser are left out. The order is
that of the paths, then of the lines. A summary goes to standard error as one JSON object.
"""

import argparse
import ast
import json
import re
import sys
import tokenize
import warnings
from pathlib import Path

TEST_FOLDERS = {"test", "tests", "idle_test"}
WORD = re.compile(r"(?:[A-Z]+(?![a-z])|[A-Z]?[a-z]+)[0-9]*|[0-9]+")
FILLER = {"test", "tests", "testing", "tester", "case", "cases", "testcase", "base", "mixin"}
REFERENCE = re.compile(
    r"^(?:see|for|from|cf\.?)?\s*(?:(?:also|python|sf|cpython)\s+)*"
    r"(?:bpo|gh|issue|bug|patch)[-\s]*(?:gh-)?#?\s*[0-9]+[\s:.,;-]*",
    re.IGNORECASE,
)
EMBEDDED_CHARACTERS = 120


def words(identifier):
    """Splits snake_case and CamelCase: "readHTTPHeader_v2" is read, HTTP, header, v2."""
    parts = WORD.findall(identifier)
    return [part if len(part) > 1 and part.isupper() else part.lower() for part in parts]


def telling_words(identifier):
    """The words of a module's or a class's name but those that many have, such as "case"."""
    return [word for word in words(identifier) if word.lower() not in FILLER]


def first_paragraph(docstring):
    """The docstring up to its first empty line, as one line."""
    return " ".join(re.split(r"\n\s*\n", docstring.strip(), maxsplit=1)[0].split())


def title(module, classes, function):
    """ "heapq: push pop": module and class as far as the words after them don't repeat them."""
    named = [words(function.removeprefix("test")) or words(function)]
    for identifiers in (classes, module.split(".")):
        known = {word.lower() for group in named for word in group}
        group = [w for name in identifiers for w in telling_words(name) if w.lower() not in known]
        named.insert(0, list(dict.fromkeys(group)))
    return ": ".join(" ".join(group) for group in named if group)


def opening_comment(function, lines):
    """The comment between a function's header and its first statement: CPython's tests are mostly
    described that way, because unittest prints a docstring in place of the test's name. One of
    fewer than three words outside links ("See issue #17669.") describes nothing and is left out.
    """
    first = function.body[0]
    decorators = getattr(first, "decorator_list", [])
    end = min([first.lineno, *(decorator.lineno for decorator in decorators)]) - 1
    start = end
    while start > function.lineno and re.match(r"\s*(#|$)", lines[start - 1]):
        start -= 1
    comment = "\n".join(line.strip().lstrip("#").strip() for line in lines[start:end]).strip()
    said = re.sub(r"\S*[/.]\S+", " ", comment)
    return comment if len(re.findall(r"[A-Za-z]{2,}", said)) >= 3 else ""


def embedded_text(test_title, description):
    """What the embedding is made of: the title and how the description begins, without the number
    of an issue before it: all of those would be taken for alike.
    """
    said = REFERENCE.sub("", first_paragraph(description))
    text = f"{test_title}. {said}" if said else test_title
    if len(text) <= EMBEDDED_CHARACTERS:
        return text
    return text[:EMBEDDED_CHARACTERS].rsplit(" ", 1)[0]


def takes_self(function):
    """Whether it is called on an instance without any further argument."""
    arguments = function.args.posonlyargs + function.args.args
    required = len(arguments) - len(function.args.defaults)
    return bool(arguments) and arguments[0].arg == "self" and required <= 1


def takes_nothing(function):
    """Whether it can be called without arguments."""
    arguments = function.args.posonlyargs + function.args.args
    return len(arguments) == len(function.args.defaults) and None not in function.args.kw_defaults


def tests_in(body, classes=()):
    """Yields (classes, function) for the tests in a module's or a class's statements."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from tests_in(node.body, (*classes, node.name))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            if not node.name.startswith("test"):
                continue
            if takes_self(node) if classes else takes_nothing(node) and node.name != "test_main":
                yield classes, node
        elif isinstance(node, (ast.If, ast.Try, ast.With)):
            handlers = [handler.body for handler in getattr(node, "handlers", [])]
            for block in (
                node.body,
                *handlers,
                getattr(node, "orelse", []),
                getattr(node, "finalbody", []),
            ):
                yield from tests_in(block, classes)


def unique(identifier, taken):
    """Definitions that share a qualified name (one per platform, say) become name, name#2, ..."""
    taken[identifier] = taken.get(identifier, 0) + 1
    return identifier if taken[identifier] == 1 else f"{identifier}#{taken[identifier]}"


def patterns_in(source, module, path, taken):
    """Yields a pattern for each test of a module's source."""
    lines = source.split("\n")
    for classes, function in tests_in(ast.parse(source).body):
        docstring = ast.get_docstring(function) or ""
        description = docstring or opening_comment(function, lines)
        test_title = title(module, classes, function.name)
        yield {
            "id": unique(".".join((module, *classes, function.name)), taken),
            "type": "test",
            "domain": module,
            "framework": "unittest",
            "text": embedded_text(test_title, description),
            "content": f"{test_title}\n\n{description}" if description else test_title,
            "metadata": {
                "path": path,
                "line": function.lineno,
                "class": ".".join(classes),
                "docstring": docstring,
                "comment": "" if docstring else description,
            },
        }


def test_sources(root):
    """The importable modules inside test folders, in the order of their paths."""
    packages = {root: True}

    def importable(folder):
        if folder not in packages:
            packages[folder] = (folder / "__init__.py").is_file() and importable(folder.parent)
        return packages[folder]

    for path in sorted(root.rglob("*.py")):
        if TEST_FOLDERS & set(path.relative_to(root).parts[:-1]) and importable(path.parent):
            yield path


def main():
    parser = argparse.ArgumentParser(description="List the tests of a Python test suite as JSONL.")
    parser.add_argument("root", type=Path, help="folder of the library, such as /usr/lib/python3.11")
    options = parser.parse_args()
    if not options.root.is_dir():
        parser.error(f"{options.root} is not a folder")
    warnings.simplefilter("ignore")  # Sources under test may hold dubious escapes on purpose.
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")

    taken = {}
    summary = {"files": 0, "tests": 0, "described": 0, "unreadable": []}
    for path in test_sources(options.root):
        relative = path.relative_to(options.root)
        module = ".".join(relative.with_suffix("").parts).removesuffix(".__init__")
        summary["files"] += 1
        try:
            with tokenize.open(path) as file:
                source = file.read()
            for pattern in patterns_in(source, module, relative.as_posix(), taken):
                summary["tests"] += 1
                described = pattern["metadata"]["docstring"] or pattern["metadata"]["comment"]
                summary["described"] += bool(described)
                print(json.dumps(pattern, ensure_ascii=False))
        except (SyntaxError, ValueError):  # CPython keeps some malformed sources on purpose.
            summary["unreadable"].append(relative.as_posix())
    print(json.dumps(summary), file=sys.stderr)


if __name__ == "__main__":
    main()
