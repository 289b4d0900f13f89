#!/usr/bin/env python3
"""Reads the source tree and says where it breaks the rules of the house.

Usage: check_house.py [ROOT]. Prints one line for each breach, `path:line: rule: sentence`, and ends with 1 if there was any.
Rules: includes, listed, clock, sleep, thread, infinite, double, static, chance, detach, word. Long files are a warning alone.
What each folder may do stands in the tables below; test_check_house.py proves that each rule can fail.
"""

from __future__ import annotations

import bisect
import fnmatch
import re
import subprocess
import sys
from pathlib import Path

# --- What a folder may include -------------------------------------------------------------------------------------------

ADAPTERS = ["adapters/exchange", "adapters/storage", "adapters/alerting", "adapters/sources"]
CODE_FOLDERS = ["domain", "ports", "wire", "messages", "learning", "sim", "http", "actors", "runtime", "cli"] + ADAPTERS
TEST_FOLDERS = ["tests", "bench"]

# The settings are a library of their own in runtime/, without CAF and Beast, so that rltraderctl can read them too.
SETTINGS = [f"runtime/{name}.hpp" for name in
            ["*setting*", "config_commands", "dotenv", "command_line", "process_inputs", "text_tools", "version", "store_access", "lock_file"]]

# Folder -> patterns of the house headers it may include, besides its own. Includes go down only.
MAY_INCLUDE = {
    "domain": [],
    "ports": ["domain/*"],
    "wire": ["domain/*"],
    "messages": ["domain/*", "ports/*"],  # the values of the ports travel as local messages
    "learning": ["domain/*", "ports/policy.hpp", "ports/trainer.hpp"],  # the two ports that it implements
    "sim": ["domain/*"],
    "cli": ["domain/*", "wire/*", "ports/*", "adapters/storage/*"] + SETTINGS,
    "http": ["domain/*", "messages/*", "wire/*"],
    "actors": ["domain/*", "ports/*", "messages/*", "http/*", "learning/*policy*", "learning/*policies*"],
    "runtime": ["*"],
    "tests": ["*"],
    "bench": ["*"],
}
for adapter in ADAPTERS:
    MAY_INCLUDE[adapter] = ["domain/*", "ports/*", "wire/*", "learning/*", "sim/*"]

# The simulated venue must not share a bug with what it checks.
MAY_NOT_INCLUDE = {"sim": ["domain/order_machine*", "domain/quantize*", "domain/side_table*"]}

# Vendor -> patterns of its headers.
VENDORS = {
    "caf": ["caf/*"],
    "boost": ["boost/*"],
    "beast": ["boost/beast*"],
    "nlohmann": ["nlohmann/*"],
    "spdlog": ["spdlog/*", "fmt/*"],
    "openssl": ["openssl/*"],
    "sqlite": ["sqlite3*"],
    "pqxx": ["pqxx/*", "pqxx", "libpq*"],
    "eigen": ["Eigen/*"],
    "xgboost": ["xgboost/*"],
    "zlib": ["zlib.h"],
    "zip": ["zip.h"],
    "processor": ["cpuid.h", "immintrin.h"],
    "posix": ["unistd.h", "dirent.h", "fcntl.h", "poll.h", "signal.h", "spawn.h", "termios.h", "netdb.h", "pwd.h", "sys/*", "netinet/*", "arpa/*",
              "linux/*"],
}

# File pattern -> vendors it may include; the first pattern that fits decides. "*" is every vendor.
MAY_USE = [
    ("tests/*", ["*"]),
    ("bench/*", ["*"]),
    ("runtime/*", ["*"]),
    ("domain/sha256_processor.cpp", ["processor"]),
    ("wire/*", ["nlohmann", "boost", "beast", "openssl", "posix"]),
    ("messages/*", ["caf"]),
    ("learning/*.cpp", ["eigen", "xgboost"]),
    ("http/bridge*", ["caf", "nlohmann"]),
    ("http/server.cpp", ["boost", "beast", "posix", "nlohmann"]),
    ("http/server_session.hpp", ["boost", "beast"]),
    ("http/*", ["nlohmann"]),
    ("actors/*", ["caf", "spdlog"]),
    ("cli/*", ["posix"]),
    ("adapters/storage/*", ["sqlite", "pqxx", "nlohmann", "zip", "zlib", "openssl", "posix"]),
    ("adapters/*", ["nlohmann", "zlib", "openssl", "spdlog", "posix"]),
]

# The headers of standard C++20, those that g++ 12 lacks left out.
STANDARD = set(
    """algorithm any array atomic barrier bit bitset charconv chrono codecvt compare complex concepts condition_variable
    coroutine deque exception execution filesystem forward_list fstream functional future initializer_list iomanip ios iosfwd
    iostream istream iterator latch limits list locale map memory memory_resource mutex new numbers numeric optional ostream
    queue random ranges ratio regex scoped_allocator semaphore set shared_mutex source_location span sstream stack stdexcept
    stop_token streambuf string string_view syncstream system_error thread tuple type_traits typeindex typeinfo
    unordered_map unordered_set utility valarray variant vector version cassert cctype cerrno cfenv cfloat cinttypes climits
    clocale cmath csetjmp csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cuchar cwchar cwctype""".split()
)

# Pure folders have no thread, no file, no terminal and no operating system's time.
PURE_FOLDERS = ["domain", "ports", "sim"]
NOT_IN_PURE = set(
    """barrier condition_variable csignal ctime filesystem fstream future iostream latch mutex semaphore shared_mutex
    stop_token syncstream thread""".split()
)

# --- Words that have their place -----------------------------------------------------------------------------------------

# Rule, expression, folders or files where it is allowed, sentence. Comments and string literals do not count.
BANNED = [
    ("clock",
     r"\b(?:system_clock|steady_clock|high_resolution_clock|utc_clock)\s*::\s*now\b|\bclock\s*::\s*now\s*\(\s*\)(?!\s*(?:const|noexcept|\{))"
     r"|\btime\s*\(\s*(?:nullptr|NULL|0)\s*\)|\bgettimeofday\b|\bclock_gettime\b|\btimespec_get\b",
     # rltraderctl has no market time: its main makes the keys of its wishes from the machine's clock.
     # What a real server does within a deadline is measured by the machine's clock too.
     ["runtime/*", "cli/main.cpp", "bench/backends_bench.cpp", "tests/contract/ops_contract.hpp"], "time comes from the clock's port; only runtime/ asks the machine"),
    ("sleep", r"\bsleep_for\b|\bsleep_until\b|\busleep\b|\bnanosleep\b|(?<![\w.>])sleep\s*\(",
     ["tests/scenario/*", "cli/*"], "nothing sleeps: wait for an event, or let the clock move"),
    ("thread",
     r"\bstd\s*::\s*(?:thread|jthread|async|mutex|timed_mutex|recursive_mutex|recursive_timed_mutex|shared_mutex|shared_timed_mutex"
     r"|condition_variable|condition_variable_any|lock_guard|unique_lock|scoped_lock|shared_lock|counting_semaphore"
     r"|binary_semaphore|latch|barrier|call_once|once_flag)\b|\bpthread_\w+",
     ["runtime/*", "adapters/*", "http/server.cpp", "tests/*", "bench/*"], "actors and pure code have no threads and no locks"),
    ("infinite", r"\bcaf\s*::\s*infinite\b|(?<![\w.>])infinite(?=\s*[,)])",
     ["tests/*"], "a request without a time-out may never be answered"),
    ("chance", r"(?<![\w.>])(?:std\s*::\s*)?s?rand\s*\(|\brandom_device\b|\bdefault_random_engine\b",
     ["runtime/*"], "all chance comes from the one seeded generator"),
    ("detach", r"(?:\.|->)\s*detach\s*\(", [], "a detached thread outlives what it uses"),
]

# Where domain/ may say double: file pattern, expression that the line must match (None: any), reason.
DOUBLE_ALLOWED = [
    ("domain/indicators*", None, "indicators are statistics of prices, no sums of money"),
    ("domain/feature*", None, "features are scale-free inputs of a model"),
    ("domain/*polic*", None, "a policy computes confidence and size, both ratios"),
    ("domain/shape.hpp", None, "a shape carries number fields of any described type"),
    ("domain/describe.hpp", r"\b(?:least|most)\b", "bounds of number fields"),
    ("domain/money.*", r"\b(?:to_double|of_double|fixed_of_double|static_cast<double>)\b", "conversions, named as such"),
    ("domain/*", r"\b(?:confidence\w*|size|features|\w*quality)\b", "ratios from 0 to 1, and scale-free features"),
    ("domain/integrity.*", r"\b(?:\w*least|\w*scores)\b", "scores of ideas, signals and news from -1 to 1, and their threshold"),
    ("domain/pair_posted.cpp", r"\bscores\b", "scores of posted signals from -1 to 1"),
    ("domain/*", r"\b\w*(?:_fraction|_score|_rate|_ratio|_pct|_drawdown)\b", "ratios"),
    ("domain/*", r"\b(?:value|threshold|objective)\b", "observed measurements and their limits, in the unit of the metric"),
    ("domain/*_records.hpp", r"\b(?:aggregate|metric_deltas|effect_size|confidence_z|\w+_lower_bound)\b",
     "statistics of an evaluation, compared and never added"),
    ("domain/*_records.hpp", r"\b(?:parse_confidence|baseline_value|current_value)\b",
     "a share from 0 to 1, and what a drift was measured in"),
    ("domain/agent_records.hpp", r"\bpromotion_min_net_pnl\b", "a threshold of the agent's configuration, compared and never added"),
]

# Folders where a function must not keep state between calls.
NO_FUNCTION_STATE = ["domain", "ports", "wire", "messages", "learning", "sim", "http", "actors", "cli"] + ADAPTERS

# Words that must not stand anywhere in the repository. They are put together here so that this file does not hold them.
FORBIDDEN_WORDS = [
    "/wo" + "rk/", "/fa" + "rm/", "TO" + "DO", "FIX" + "ME", "deb.deb" + "ian.org", "security.deb" + "ian.org",
    "ftp.deb" + "ian.org", "snapshot.deb" + "ian.org", "archive.ub" + "untu.com", "registry.np" + "mjs.org",
    "deb.node" + "source.com", "registry.yarn" + "pkg.com", "py" + "pi.org", "files.python" + "hosted.org",
    "proxy.go" + "lang.org", "static.cra" + "tes.io", "index.cra" + "tes.io", "registry-1.doc" + "ker.io", "gh" + "cr.io/",
    "quay" + ".io/", "packages.cloud.goo" + "gle.com",
]
LONG_FILE = 300  # lines; above it a file is a question to ask, not a breach
SKIPPED_FOLDERS = {"build", ".git", "data", "node_modules", ".cache", "__pycache__", "_generated"}


# --- Reading C++ ---------------------------------------------------------------------------------------------------------

TOKEN = re.compile(
    r"""//(?:[^\n\\]|\\.|\\\n)*
      | /\*.*?\*/
      | (?:\b(?:u8|u|U|L))?R"(?P<tag>[^\s()\\"]{0,16})\(.*?\)(?P=tag)"
      | (?:\b(?:u8|u|U|L))?"(?:[^"\\\n]|\\.)*"
      | (?<![0-9a-fA-F])'(?:[^'\\\n]|\\.)+'
    """,
    re.VERBOSE | re.DOTALL,
)


def without_comments_and_strings(text: str) -> str:
    """The text with every comment and literal blanked out, line breaks and column positions kept."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), text)


def without_comments(text: str) -> str:
    """The text with comments blanked out and literals kept, for include lines."""
    return TOKEN.sub(lambda m: re.sub(r"[^\n]", " ", m.group()) if m.group().startswith("/") else m.group(), text)


def line_starts(text: str) -> list[int]:
    return [0] + [m.end() for m in re.finditer(r"\n", text)]


def without_template_lists(text: str) -> str:
    """Blanks `template <...>`, whose `class` would look like a class definition."""
    out = list(text)
    for match in re.finditer(r"\btemplate\s*<", text):
        depth, at = 1, match.end()
        while at < len(text) and depth:
            depth += {"<": 1, ">": -1}.get(text[at], 0)
            at += 1
        for i in range(match.start(), at):
            if out[i] != "\n":
                out[i] = " "
    return "".join(out)


SCOPE_HEAD = re.compile(r"(?:^|[\s\]])(?:namespace|class|struct|union|enum)\b")


def opens_scope_of_declarations(head: str) -> bool:
    """Whether `head {` opens a namespace or a class rather than a function, a block or an initialiser."""
    if re.search(r"\bextern\s*$", head):
        return True
    found = SCOPE_HEAD.search(" " + head)
    if not found:
        return False
    # `struct point make_point() {` is a function that returns an elaborated type; `class x : public y<int()> {` is none.
    is_function = re.search(r"\)\s*(?:const|noexcept|override|final|\s)*(?:->[^{;]*)?$", head)
    is_initialiser = re.search(r"(?<![=!<>])=(?!=)", head)
    return not is_function and not is_initialiser


CONSTANT = re.compile(r"\b(?:const|constexpr|consteval)\b")


def function_states(code: str) -> list[int]:
    """Positions of `static` or `thread_local` variables inside functions that can change between calls."""
    code = without_template_lists(code)
    # Preprocessor lines have no scope.
    code = re.sub(r"(?m)^[ \t]*#(?:[^\n\\]|\\.|\\\n)*", lambda m: re.sub(r"[^\n]", " ", m.group()), code)
    found: list[int] = []
    scopes: list[tuple[bool, int]] = []  # for each open brace: is it a function or in one, and where its head began
    head_start = 0
    for match in re.finditer(r"[{};]|\b(?:static|thread_local)\b", code):
        word = match.group()
        if word == "{":
            inside = scopes[-1][0] if scopes else False
            head = code[head_start:match.start()]
            if opens_scope_of_declarations(head):
                # A class in a function has no changeable static data of its own; its member functions may.
                scopes.append((False, head_start))
            else:
                scopes.append((inside or "(" in head or "]" in head, head_start))
            head_start = match.end()
        elif word == "}":
            # `f() : a{1}, b{2} {` and `f(x a = {}) {`: the head goes on behind a brace that only initialised.
            goes_on = re.match(r"\s*[,{)]", code[match.end():match.end() + 200])
            opened_at = scopes.pop()[1] if scopes else 0
            head_start = opened_at if goes_on else match.end()
        elif word == ";":
            head_start = match.end()
        elif scopes and scopes[-1][0]:
            before = code[head_start:match.start()]
            after = re.match(r"[^;={]*", code[match.end():]).group()
            if "static" in before or "thread_local" in before:
                continue
            if not CONSTANT.search(before + after):
                found.append(match.start())
    return found


# --- The rules -----------------------------------------------------------------------------------------------------------

INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*(?:"([^"\n]+)"|<([^>\n]+)>)', re.MULTILINE)


def fits(path: str, patterns: list[str]) -> bool:
    return any(fnmatch.fnmatchcase(path, pattern) for pattern in patterns)


def folder_of(path: str) -> str | None:
    for folder in ADAPTERS + CODE_FOLDERS + TEST_FOLDERS:
        if path.startswith(folder + "/"):
            return folder
    return None


class Source:
    """One C++ file, read once."""

    def __init__(self, root: Path, path: str):
        self.path = path
        self.folder = folder_of(path)
        self.text = (root / path).read_text(encoding="utf-8", errors="replace")
        self.code = without_comments_and_strings(self.text)
        self.starts = line_starts(self.text)

    def line(self, position: int) -> int:
        return bisect.bisect_right(self.starts, position)

    def line_text(self, position: int) -> str:
        line = self.line(position)
        end = self.starts[line] if line < len(self.starts) else len(self.code)
        return self.code[self.starts[line - 1]:end]


def check_includes(source: Source, headers_of_house: set[str]):
    vendors = next((allowed for pattern, allowed in MAY_USE if fnmatch.fnmatchcase(source.path, pattern)), [])
    for match in INCLUDE.finditer(without_comments(source.text)):
        quoted, angled = match.groups()
        at = match.start() + len(match.group()) - len(match.group().lstrip())
        if quoted is not None:
            problem = forbidden_house_header(source, quoted, headers_of_house)
        else:
            problem = forbidden_outside_header(source, angled, vendors)
        if problem:
            yield at, "includes", problem


def forbidden_house_header(source: Source, header: str, headers_of_house: set[str]) -> str | None:
    target = folder_of(header)
    if target is None:
        return f'"{header}" is no path from the root'
    if header not in headers_of_house:
        return f'"{header}" is not in the tree'
    if fits(header, MAY_NOT_INCLUDE.get(source.folder, [])):
        return f'{source.folder} must not include "{header}": it checks what that does'
    if target in TEST_FOLDERS and source.folder not in TEST_FOLDERS:
        return f'{source.folder} must not include "{header}": product does not stand on tests'
    if target == source.folder or fits(header, MAY_INCLUDE[source.folder]):
        return None
    return f'{source.folder} must not include "{header}": includes go down only'


def forbidden_outside_header(source: Source, header: str, vendors: list[str]) -> str | None:
    if folder_of(header):
        return f'<{header}> is ours: write "{header}"'
    if header in STANDARD:
        if source.folder in PURE_FOLDERS and header in NOT_IN_PURE:
            return f"{source.folder} must not include <{header}>: it is pure"
        return None
    if "*" in vendors:
        return None
    # The last vendor that fits is the narrowest: Beast is part of Boost.
    owners = [vendor for vendor, patterns in VENDORS.items() if fits(header, patterns)]
    if not owners:
        return f"<{header}> belongs to no library that the house knows"
    if all(owner in vendors for owner in owners):
        return None
    return f"{source.path} must not include <{header}>: {owners[-1]} has no place here"


def check_banned(source: Source):
    for rule, expression, allowed, sentence in BANNED:
        if fits(source.path, allowed):
            continue
        for match in re.finditer(expression, source.code):
            yield match.start(), rule, f"`{match.group().strip()}`: {sentence}"


def check_double(source: Source):
    if source.folder != "domain":
        return
    for match in re.finditer(r"\b(?:double|float)\b", source.code):
        line = source.line_text(match.start())
        if not any(fnmatch.fnmatchcase(source.path, pattern) and (expression is None or re.search(expression, line))
                   for pattern, expression, _ in DOUBLE_ALLOWED):
            yield match.start(), "double", f"`{match.group()}`: money is fixed point; ratios have a line in DOUBLE_ALLOWED"


def check_function_state(source: Source):
    if source.folder not in NO_FUNCTION_STATE:
        return
    for position in function_states(source.code):
        yield position, "static", "a function keeps state between calls: pass it in, or make it const"


def check_listed(root: Path, sources: list[Source]):
    """Every C++ file is named in a CMakeLists.txt of its folder or of one above it in the same part of the house."""
    lists: dict[Path, list[str]] = {}

    def tokens(folder: Path) -> list[str]:
        if folder not in lists:
            file = root / folder / "CMakeLists.txt"
            text = re.sub(r"#.*", "", file.read_text(encoding="utf-8")) if file.is_file() else ""
            lists[folder] = re.split(r'[\s()";]+', text.replace("${CMAKE_CURRENT_SOURCE_DIR}/", ""))
        return lists[folder]

    for source in sources:
        if source.folder in TEST_FOLDERS and source.path.endswith(".hpp"):
            continue
        path = Path(source.path)
        top = Path(source.folder)
        folder, named = path.parent, False
        while True:
            named = named or is_named(path.relative_to(folder).as_posix(), tokens(folder))
            if named or folder == top or folder == Path("."):
                break
            folder = folder.parent
        if not named:
            yield source, f"no CMakeLists.txt of its folder names {path.name}"
    for folder, words in sorted(lists.items()):
        if any(word in ("GLOB", "GLOB_RECURSE") for word in words):
            yield folder / "CMakeLists.txt", "lists its files by a pattern; name them"


def is_named(name: str, words: list[str]) -> bool:
    if name in words:
        return True
    # `${name}_test.cpp` names x_test.cpp when x stands in the same file, in a foreach.
    for word in words:
        if "${" in word and word.endswith((".cpp", ".hpp")):
            match = re.fullmatch(re.sub(r"\\\$\\\{\w+\\\}", "([\\\\w./-]+)", re.escape(word)), name)
            if match and all(group in words for group in match.groups()):
                return True
    return False


def check_words(root: Path, path: str):
    file = root / path
    try:
        if file.is_symlink() or file.stat().st_size > 2_000_000:
            return
        data = file.read_bytes()
    except OSError:
        return
    if b"\0" in data[:4096]:
        return
    text = data.decode("utf-8", errors="replace")
    for word in FORBIDDEN_WORDS:
        at = text.find(word)
        while at >= 0:
            if not (word.isalpha() and (text[at - 1:at].isalnum() or text[at + len(word):at + len(word) + 1].isalnum())):
                yield text.count("\n", 0, at) + 1, f"`{word}` has no place in the repository"
            at = text.find(word, at + 1)


# --- The tree ------------------------------------------------------------------------------------------------------------

def files_of(root: Path) -> list[str]:
    """What git knows or would add; without git, every file outside of what a build makes."""
    try:
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode().split("\0")
        inside = subprocess.run(["git", "-c", "safe.directory=*", "-C", str(root), "rev-parse", "--show-toplevel"],
                                check=True, capture_output=True).stdout.decode().strip()
        if Path(inside).resolve() == root.resolve():
            return sorted({name for name in listed if name and (root / name).is_file()})
    except (OSError, subprocess.CalledProcessError):
        pass
    return sorted(
        path.relative_to(root).as_posix() for path in root.rglob("*")
        if path.is_file() and not SKIPPED_FOLDERS.intersection(path.relative_to(root).parts))


def check_tree(root: Path) -> tuple[list[str], list[str]]:
    """Breaches and warnings, each as a line."""
    breaches: list[str] = []
    warnings: list[str] = []
    paths = files_of(root)
    cpp = [path for path in paths if path.endswith((".hpp", ".cpp", ".h", ".cc", ".cxx", ".ipp")) and folder_of(path)]
    headers = set(cpp)
    sources = [Source(root, path) for path in cpp]
    for source in sources:
        for check in (check_banned(source), check_double(source), check_function_state(source),
                      check_includes(source, headers)):
            for position, rule, sentence in check:
                breaches.append(f"{source.path}:{source.line(position)}: {rule}: {sentence}")
        if source.path.endswith(".hpp") and not re.search(r"^#pragma once$", source.text, re.MULTILINE):
            breaches.append(f"{source.path}:1: includes: a header begins with #pragma once")
        lines = len(source.starts) - (1 if source.text.endswith("\n") else 0)
        if lines > LONG_FILE:
            warnings.append(f"{source.path}:1: long: {lines} lines, above {LONG_FILE}: is it one idea?")
    for where, sentence in check_listed(root, sources):
        path = where.path if isinstance(where, Source) else where.as_posix()
        breaches.append(f"{path}:1: listed: {sentence}")
    for path in paths:
        for line, sentence in check_words(root, path):
            breaches.append(f"{path}:{line}: word: {sentence}")
    return breaches, warnings


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    breaches, warnings = check_tree(root)
    for line in warnings:
        print("warning:", line)
    for line in breaches:
        print(line)
    print(f"house: {len(breaches)} breaches, {len(warnings)} warnings")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
