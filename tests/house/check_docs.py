#!/usr/bin/env python3
"""Reads the pages and says where they are not true to the tree, or not complete.

Usage: check_docs.py [ROOT], or check_docs.py --invariants to list which code and which tests name each invariant.
Prints one line for each breach, `path:line: rule: sentence`, and ends with 1 if there was any.
Rules: link (a relative link or its heading is missing, or leads outside), path (a file named in backticks is gone), outside (a word of
a machine or a place outside), alert, metric, route, table, word (a row of the code that its page lacks, or the other way round),
invariant (a number that is not stated, or one whose files are not named). test_check_docs.py proves that each rule can fail.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from check_house import files_of

PAGES = {"alert": "docs/runbook.md", "metric": "docs/metrics.md", "route": "docs/api.md", "table": "docs/storage.md",
         "word": "docs/risk.md", "invariant": "docs/invariants.md"}
MOST_INVARIANTS = 22

# What names a machine or a neighbour of the repository; put together so that this file does not hold the words.
OUTSIDE = re.compile(r"(?<![\w.])(?:/ho" + r"me/|/ro" + r"ot/|/wo" + r"rk/|/us" + r"r/local/src|\.\./sha" + r"red)|\bsha" + r"red/")

LINK = re.compile(r"\[[^\]\n]*\]\(([^()\s]+)\)")
CODE_SPAN = re.compile(r"`([^`\n]+)`")
PATH = re.compile(r"(?:[\w.-]+/)+[\w.-]+\.(?:cpp|hpp|py|sh|md|cmake|txt|env|json)")
MADE = ("build/", "data/", "recordings/")  # what a run makes
INVARIANT = re.compile(r"(?<![A-Za-z0-9_])I(\d{1,2})(?![A-Za-z0-9])")


class Tree:
    """The files of a tree, each read once."""

    def __init__(self, root: Path):
        self.root = root
        self.files = files_of(root)
        self.known = set(self.files)
        self.folders = {parent.as_posix() for file in self.files for parent in Path(file).parents}
        self.texts: dict[str, str] = {}

    def text(self, path: str) -> str:
        if path not in self.texts:
            self.texts[path] = (self.root / path).read_text(encoding="utf-8", errors="replace") if path in self.known else ""
        return self.texts[path]

    def under(self, folder: str, *endings: str) -> list[str]:
        return [path for path in self.files if path.startswith(folder) and path.endswith(endings)]

    def pages(self) -> list[str]:
        return [path for path in self.files if path.endswith(".md")]


def line_of(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def without_fences(text: str) -> str:
    """The page with fenced blocks blanked out, lines kept."""
    return re.sub(r"(?ms)^```.*?^```[ \t]*$", lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def headings(text: str) -> list[tuple[str, int]]:
    """Titles with their lines."""
    text = without_fences(text)
    return [(m.group(1).strip(), line_of(text, m.start())) for m in re.finditer(r"(?m)^#{1,6} +(.+)$", text)]


def anchors(text: str) -> set[str]:
    """Headings as links name them: lower case, without punctuation, spaces as dashes."""
    return {re.sub(r" ", "-", re.sub(r"[^\w\- ]", "", re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)).lower().strip())
            for title, _ in headings(text)}


# --- Pages by themselves ---------------------------------------------------------------------------------------------------

def check_links(tree: Tree, page: str):
    text = without_fences(tree.text(page))
    for match in LINK.finditer(text):
        target, _, anchor = match.group(1).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        where = line_of(text, match.start())
        path = page
        if target:
            path = (tree.root / page).parent.joinpath(target).resolve()
            if not path.is_relative_to(tree.root.resolve()):
                yield where, "link", f"`{target}` leads outside of the repository"
                continue
            path = path.relative_to(tree.root.resolve()).as_posix()
            if path not in tree.known and path not in tree.folders:
                yield where, "link", f"`{target}` is not in the tree"
                continue
        if anchor and anchor not in anchors(tree.text(path)):
            yield where, "link", f"{path} has no heading for `#{anchor}`"


def check_paths(tree: Tree, page: str):
    text = without_fences(tree.text(page))
    for span in CODE_SPAN.finditer(text):
        for match in PATH.finditer(span.group(1)):
            path = match.group()
            whole = match.start() == 0 or span.group(1)[match.start() - 1].isspace()
            if whole and not path.startswith(MADE) and path not in tree.known:
                yield line_of(text, span.start()), "path", f"`{path}` is not in the tree"


def check_outside(tree: Tree, page: str):
    text = tree.text(page)
    for match in OUTSIDE.finditer(text):
        yield line_of(text, match.start()), "outside", f"`{match.group()}` is no place of this repository"


# --- Pages against the code ------------------------------------------------------------------------------------------------

def compare(page: str, text: str, rule: str, in_code: dict[str, str], on_page: dict[str, int]):
    """Both ways: what the code has and the page lacks, what the page has and the code lacks."""
    if not text:
        yield page, 1, rule, "the page is missing"
        return
    for name, where in sorted(in_code.items()):
        if name not in on_page:
            yield page, 1, rule, f"`{name}` of {where} is not on the page"
    for name, line in sorted(on_page.items()):
        if name not in in_code:
            yield page, line, rule, f"`{name}` is not in the code"


def words_of(tree: Tree, path: str, expression: str) -> dict[str, str]:
    return {match.group(1): path for match in re.finditer(expression, tree.text(path))}


# Categories that are put together: file and beginning -> what finds the possible ends, and where.
COMPOSED = {
    ("actors/risk_breaker.cpp", "breaker_"): ("domain/risk_records.hpp", r"word\{breaker_level::(reducing|halted)"),
    ("actors/reconciler.cpp", "reconcile_"): ("actors/reconciler.cpp", r"\btell\([^\"]*,\s*\"(\w+)\""),
}


def alerts_in_code(tree: Tree):
    """Categories with their files, and beginnings that nobody can resolve."""
    found: dict[str, str] = {}
    open_ends: list[tuple[str, int, str]] = []
    for path in [p for folder in ("actors/", "domain/", "runtime/", "http/", "adapters/") for p in tree.under(folder, ".cpp", ".hpp")]:
        text = tree.text(path)
        for match in re.finditer(r"(?:\balarm\{|\braise\(|\.category\s*=)\s*(?:std::string\()?\"(\w+)\"(\)?\s*\+)?", text):
            name, continued = match.group(1), match.group(2)
            if not continued:
                found[name] = path
            elif (path, name) in COMPOSED:
                source, expression = COMPOSED[(path, name)]
                ends = re.findall(expression, tree.text(source))
                found.update({name + end: path for end in ends})
                if not ends:
                    open_ends.append((path, line_of(text, match.start()), name))
            else:
                open_ends.append((path, line_of(text, match.start()), name))
    return found, open_ends


def check_alerts(tree: Tree):
    found, open_ends = alerts_in_code(tree)
    for path, line, name in open_ends:
        yield path, line, "alert", f"`{name}...` is put together; COMPOSED in check_docs.py must say of what"
    page = PAGES["alert"]
    on_page = {title: line for title, line in headings(tree.text(page)) if re.fullmatch(r"[a-z]+(?:_[a-z]+)+", title)}
    yield from compare(page, tree.text(page), "alert", found, on_page)


def check_metrics(tree: Tree):
    in_code = words_of(tree, "http/metrics.cpp", r"\"((?:rltrader|gvfx)_\w+)\"")
    in_code.update(words_of(tree, "http/process_metrics.cpp", r"\"(process_\w+)\""))
    page = PAGES["metric"]
    text = tree.text(page)
    on_page = {m.group(1): line_of(text, m.start()) for m in re.finditer(r"`((?:rltrader|gvfx|process)_\w+)`", text)}
    yield from compare(page, text, "metric", in_code, on_page)


def check_routes(tree: Tree):
    in_code: dict[str, str] = {}
    for path in tree.under("http/routes", ".cpp"):
        text = tree.text(path)
        verbs = {"get": "GET", "post": "POST", "put": "PUT", "patch": "PATCH", "drop": "DELETE"}
        for match in re.finditer(r"method::(\w+),\s*\"(/[^\"]*)\"", text):
            in_code[f"{verbs.get(match.group(1), match.group(1))} {match.group(2)}"] = path
        for match in re.finditer(r"breaker_row_of<[^>]*>\(\"(/[^\"]*)\"", text):
            in_code[f"POST {match.group(1)}"] = path
    page = PAGES["route"]
    text = tree.text(page)
    on_page = {f"{m.group(1)} {m.group(2)}": line_of(text, m.start())
               for m in re.finditer(r"(?m)^\| (GET|POST|PUT|PATCH|DELETE) \| `(/[^`]*)` \|", text)}
    yield from compare(page, text, "route", in_code, on_page)


def check_tables(tree: Tree):
    """The sections on tables list every table of the stores."""
    in_code: dict[str, str] = {}
    for path in tree.under("adapters/storage/", "_tables.cpp"):
        in_code.update(words_of(tree, path, r"push_back\(\s*(?:\{|series\()\s*(?:\.name = )?\"(\w+)\""))
    page = PAGES["table"]
    text = tree.text(page)
    on_page: dict[str, int] = {}
    for section in re.finditer(r"(?ms)^## Tables.*?(?=^## |\Z)", text):
        for row in re.finditer(r"(?m)^\| `(\w+)` \|", section.group()):
            on_page[row.group(1)] = line_of(text, section.start() + row.start())
    yield from compare(page, text, "table", in_code, on_page)


def check_words(tree: Tree):
    """Rules of refusals, causes of the breaker and words of warnings stand in the page on risk."""
    in_code = words_of(tree, "domain/refusal_rules.cpp", r"refusal_rule\{\"(\w+)\"")
    in_code.update(words_of(tree, "domain/breaker_causes.cpp", r"breaker_cause\{\"(\w+)\""))
    in_code.update(words_of(tree, "domain/warnings.hpp", r"string_view \w+ = \"([\w:]+)\""))
    page = PAGES["word"]
    text = tree.text(page)
    spans = {span.group(1).replace("<name>", "") for span in CODE_SPAN.finditer(text)}
    yield from compare(page, text, "word", in_code, {name: 1 for name in in_code if name in spans})


def named_invariants(tree: Tree, *folders: str) -> dict[int, list[str]]:
    """Number -> `path:line` of each mention, one a file."""
    out: dict[int, list[str]] = {}
    for folder in folders:
        for path in tree.under(folder, ".cpp", ".hpp", ".py"):
            if path.startswith("tests/house/"):
                continue
            text = tree.text(path)
            seen = set()
            for match in INVARIANT.finditer(text):
                number = int(match.group(1))
                if number not in seen:
                    seen.add(number)
                    out.setdefault(number, []).append(f"{path}:{line_of(text, match.start())}")
    return out


CODE_FOLDERS = ("domain/", "ports/", "wire/", "messages/", "learning/", "sim/", "http/", "adapters/", "actors/", "runtime/", "cli/")


def check_invariants(tree: Tree):
    page = PAGES["invariant"]
    text = tree.text(page)
    if not text:
        yield page, 1, "invariant", "the page is missing"
        return
    stated = {int(m.group(1)): m for m in re.finditer(r"(?m)^### I(\d+) .*\n", text)}
    for number in range(1, MOST_INVARIANTS + 1):
        if number not in stated:
            yield page, 1, "invariant", f"I{number} is not stated"
            continue
        begin = stated[number].end()
        part = re.split(r"(?m)^#", text[begin:], maxsplit=1)[0]
        if "Kept in:" not in part and "Waits:" not in part:
            yield page, line_of(text, begin), "invariant", f"I{number} says neither where it is kept nor what waits"
    for number in sorted(set(stated) - set(range(1, MOST_INVARIANTS + 1))):
        yield page, line_of(text, stated[number].start()), "invariant", f"I{number} is beyond I{MOST_INVARIANTS}"
    for number, places in sorted(named_invariants(tree, "tests/", "bench/", *CODE_FOLDERS).items()):
        if number not in stated:
            path, line = places[0].rsplit(":", 1)
            yield path, int(line), "invariant", f"I{number} is not stated in {page}"


def check_tree(root: Path) -> list[str]:
    tree = Tree(root)
    breaches: list[str] = []
    for page in tree.pages():
        for check in (check_links, check_paths, check_outside):
            breaches += [f"{page}:{line}: {rule}: {sentence}" for line, rule, sentence in check(tree, page)]
    for check in (check_alerts, check_metrics, check_routes, check_tables, check_words, check_invariants):
        breaches += [f"{path}:{line}: {rule}: {sentence}" for path, line, rule, sentence in check(tree)]
    return breaches


def print_invariants(root: Path) -> None:
    tree = Tree(root)
    titles = dict(re.findall(r"(?m)^### I(\d+) (.*)$", tree.text(PAGES["invariant"])))
    in_code = named_invariants(tree, *CODE_FOLDERS)
    in_tests = named_invariants(tree, "tests/")
    for number in range(1, MOST_INVARIANTS + 1):
        print(f"I{number} {titles.get(str(number), '(not stated)')}")
        for label, places in (("code ", in_code.get(number, [])), ("tests", in_tests.get(number, []))):
            print(f"  {label}  {', '.join(places) or '-'}")


def main() -> int:
    words = [word for word in sys.argv[1:] if not word.startswith("--")]
    root = Path(words[0]) if words else Path(__file__).resolve().parents[2]
    if "--invariants" in sys.argv[1:]:
        print_invariants(root)
        return 0
    breaches = check_tree(root)
    for line in breaches:
        print(line)
    print(f"docs: {len(breaches)} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
