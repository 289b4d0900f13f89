#!/usr/bin/env python3
"""Proves that each rule of the house can fail, and that what is allowed passes: small trees, planted in a temporary folder."""

import itertools
import tempfile
import unittest
from pathlib import Path

import check_house

PLANTED = tempfile.TemporaryDirectory(prefix="house-")
NUMBERS = itertools.count()


def plant(files: dict[str, str], listed: bool = True) -> Path:
    """A tree of these files. C++ files are listed in a CMakeLists.txt each folder, and headers get their #pragma once."""
    root = Path(PLANTED.name) / str(next(NUMBERS))
    root.mkdir()
    names: dict[Path, list[str]] = {}
    for path, text in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith(".hpp") and "#pragma once" not in text:
            text = "#pragma once\n" + text
        file.write_text(text)
        if path.endswith((".hpp", ".cpp")):
            names.setdefault(file.parent, []).append(file.name)
    if listed:
        for folder, inside in names.items():
            if not (folder / "CMakeLists.txt").exists():
                (folder / "CMakeLists.txt").write_text("rltrader_library(x SOURCES " + " ".join(inside) + ")\n")
    return root


def breaches(files: dict[str, str], listed: bool = True) -> list[str]:
    return check_house.check_tree(plant(files, listed))[0]


class House(unittest.TestCase):
    def assert_breach(self, rule: str, files: dict[str, str], where: str = "", listed: bool = True):
        found = breaches(files, listed)
        self.assertEqual(len(found), 1, found)
        self.assertIn(f": {rule}: ", found[0])
        self.assertTrue(found[0].startswith(where), found)

    def assert_clean(self, files: dict[str, str], listed: bool = True):
        self.assertEqual(breaches(files, listed), [])


class Includes(House):
    def test_down_is_allowed_for_every_folder(self):
        files = {f"{folder}/x.hpp": "" for folder in check_house.CODE_FOLDERS}
        files.update({"learning/policy_file.hpp": "", "runtime/settings.hpp": ""})
        for folder, lower in {
            "ports": ["domain"], "wire": ["domain"], "messages": ["domain"], "learning": ["domain"], "sim": ["domain"],
            "http": ["domain", "messages", "wire"], "actors": ["domain", "ports", "messages", "http"],
            "cli": ["domain", "wire", "ports", "adapters/storage"],
            "adapters/storage": ["domain", "ports", "wire", "learning", "sim"],
            "runtime": check_house.CODE_FOLDERS, "tests": check_house.CODE_FOLDERS,
        }.items():
            files[f"{folder}/y.cpp"] = "".join(f'#include "{low}/x.hpp"\n' for low in lower)
        files["actors/z.cpp"] = '#include "learning/policy_file.hpp"\n'
        files["cli/z.cpp"] = '#include "runtime/settings.hpp"\n'
        self.assert_clean(files)

    def test_up_and_sideways_are_breaches(self):
        for low, high in [("domain", "ports"), ("domain", "wire"), ("domain", "sim"), ("ports", "messages"),
                          ("wire", "ports"), ("messages", "wire"), ("learning", "ports"),
                          ("learning", "sim"), ("sim", "ports"), ("http", "actors"), ("http", "ports"),
                          ("actors", "wire"), ("actors", "sim"), ("actors", "learning"), ("actors", "adapters/storage"),
                          ("actors", "runtime"), ("cli", "actors"), ("cli", "runtime"), ("cli", "http"),
                          ("adapters/storage", "adapters/exchange"), ("adapters/exchange", "actors"),
                          ("adapters/alerting", "messages"), ("runtime", "tests")]:
            with self.subTest(low=low, high=high):
                self.assert_breach("includes", {f"{high}/x.hpp": "", f"{low}/y.cpp": f'\n#include "{high}/x.hpp"\n'},
                                   f"{low}/y.cpp:2: ")

    def test_the_simulator_does_not_share_what_it_checks(self):
        for header in ["order_machine", "quantize", "side_table"]:
            self.assert_breach("includes", {f"domain/{header}.hpp": "", "sim/x.cpp": f'#include "domain/{header}.hpp"\n'})

    def test_house_paths_are_quoted_from_the_root_and_exist(self):
        self.assert_breach("includes", {"domain/x.hpp": "", "domain/y.cpp": '#include "x.hpp"\n'})
        self.assert_breach("includes", {"domain/x.hpp": "", "domain/y.cpp": "#include <domain/x.hpp>\n"})
        self.assert_breach("includes", {"domain/y.cpp": '#include "domain/gone.hpp"\n'})

    def test_an_include_in_a_comment_is_none(self):
        self.assert_clean({"domain/y.cpp": '// #include "ports/x.hpp"\n/*\n#include <caf/all.hpp>\n*/\n'})

    def test_vendors_have_their_places(self):
        for path, header in [("messages/x.hpp", "caf/all.hpp"), ("actors/x.cpp", "caf/all.hpp"),
                             ("actors/x.cpp", "spdlog/spdlog.h"), ("http/bridge.cpp", "caf/actor_companion.hpp"),
                             ("http/server.cpp", "boost/beast/http.hpp"), ("wire/x.cpp", "boost/beast/ssl.hpp"),
                             ("wire/x.cpp", "openssl/hmac.h"), ("http/x.cpp", "nlohmann/json.hpp"),
                             ("adapters/storage/x.cpp", "sqlite3.h"), ("adapters/storage/x.cpp", "pqxx/pqxx"),
                             ("learning/x.cpp", "Eigen/Dense"), ("adapters/exchange/x.cpp", "zlib.h"),
                             ("runtime/x.cpp", "boost/asio.hpp"), ("tests/x.cpp", "gtest/gtest.h"),
                             ("domain/x.hpp", "vector"), ("cli/x.cpp", "unistd.h"),
                             ("domain/sha256_processor.cpp", "immintrin.h")]:
            with self.subTest(path=path, header=header):
                self.assert_clean({path: f"#include <{header}>\n"})
        for path, header in [("domain/x.hpp", "caf/all.hpp"), ("domain/x.hpp", "nlohmann/json.hpp"),
                             ("domain/x.hpp", "spdlog/spdlog.h"), ("domain/x.hpp", "thread"), ("domain/x.hpp", "fstream"),
                             ("ports/x.hpp", "caf/all.hpp"), ("ports/x.hpp", "mutex"), ("sim/x.hpp", "iostream"),
                             ("sim/x.cpp", "nlohmann/json.hpp"), ("wire/x.cpp", "caf/all.hpp"),
                             ("messages/x.hpp", "nlohmann/json.hpp"), ("learning/x.hpp", "Eigen/Dense"),
                             ("learning/x.cpp", "caf/all.hpp"), ("http/routes.cpp", "caf/all.hpp"),
                             ("http/routes.cpp", "boost/beast/http.hpp"), ("http/bridge.cpp", "boost/beast/http.hpp"),
                             ("actors/x.cpp", "sqlite3.h"), ("actors/x.cpp", "nlohmann/json.hpp"),
                             ("actors/x.cpp", "boost/asio.hpp"), ("cli/x.cpp", "nlohmann/json.hpp"),
                             ("cli/x.cpp", "sqlite3.h"), ("adapters/exchange/x.cpp", "sqlite3.h"),
                             ("adapters/exchange/x.cpp", "pqxx/pqxx"), ("adapters/storage/x.cpp", "caf/all.hpp"),
                             ("domain/x.hpp", "unistd.h"), ("domain/sha256.cpp", "immintrin.h"),
                             ("wire/x.cpp", "some/library.hpp")]:
            with self.subTest(path=path, header=header):
                self.assert_breach("includes", {path: f"#include <{header}>\n"})

    def test_a_header_begins_with_pragma_once(self):
        root = plant({"domain/x.hpp": ""})
        (root / "domain/x.hpp").write_text("struct x {};\n")
        self.assertEqual(len(check_house.check_tree(root)[0]), 1)


class Listed(House):
    def test_a_file_that_is_not_listed(self):
        self.assert_breach("listed", {"domain/CMakeLists.txt": "rltrader_library(domain SOURCES y.cpp) # x.cpp\n",
                                      "domain/x.cpp": "", "domain/y.cpp": ""}, "domain/x.cpp:1: ")
        self.assert_breach("listed", {"adapters/storage/x.hpp": ""}, listed=False)
        self.assert_breach("listed", {"tests/domain/x_test.cpp": ""}, listed=False)

    def test_a_name_inside_another_name_does_not_count(self):
        self.assert_breach("listed", {"domain/CMakeLists.txt": "rltrader_library(domain SOURCES ax.cpp)\n",
                                      "domain/x.cpp": "", "domain/ax.cpp": ""}, "domain/x.cpp:1: ")

    def test_a_folder_above_may_list_it(self):
        self.assert_clean({"http/CMakeLists.txt": "rltrader_library(http SOURCES detail/x.cpp)\n", "http/detail/x.cpp": ""},
                          listed=False)

    def test_a_foreach_lists_what_it_names(self):
        lists = "foreach(name money)\nrltrader_test(${name}_test SOURCES ${name}_test.cpp)\nendforeach()\n"
        self.assert_clean({"tests/domain/CMakeLists.txt": lists, "tests/domain/money_test.cpp": ""})
        self.assert_breach("listed", {"tests/domain/CMakeLists.txt": lists, "tests/domain/risk_test.cpp": ""})

    def test_a_glob(self):
        self.assert_breach("listed", {"sim/CMakeLists.txt": "file(GLOB x *.cpp)\nrltrader_library(sim SOURCES x.cpp)\n",
                                      "sim/x.cpp": ""}, "sim/CMakeLists.txt")


class Words(House):
    def assert_place(self, rule: str, code: str, allowed: list[str], forbidden: list[str]):
        for path in forbidden:
            with self.subTest(rule=rule, path=path, code=code):
                self.assert_breach(rule, {path: f"\n\nauto x() {{ return {code}; }}\n"}, f"{path}:3: ")
        for path in allowed:
            with self.subTest(rule=rule, path=path, code=code):
                self.assert_clean({path: f"auto x() {{ return {code}; }}\n"})

    def test_clocks(self):
        for code in ["std::chrono::system_clock::now()", "steady_clock::now()", "high_resolution_clock::now()",
                     "clock::now()", "time(nullptr)", "std::time(NULL)", "gettimeofday(a, b)", "clock_gettime(a, b)"]:
            self.assert_place("clock", code, ["runtime/x.cpp", "cli/main.cpp"], ["domain/x.cpp", "actors/x.cpp", "http/server.cpp", "cli/x.cpp"])
        self.assert_clean({"actors/x.cpp": "auto a = clock_.now(); auto b = system().clock().now(); auto c = end_time(0);\n"})
        self.assert_clean({"sim/x.cpp": "market_time stepped::clock::now() const { return now_; }\n"})

    def test_sleeps(self):
        for code in ["std::this_thread::sleep_for(a)", "sleep_until(a)", "usleep(1)", "::sleep(1)", "nanosleep(a, b)"]:
            self.assert_place("sleep", code, ["tests/scenario/x.cpp", "cli/x.cpp"],
                              ["domain/x.cpp", "runtime/x.cpp", "tests/domain/x.cpp", "adapters/storage/x.cpp"])

    def test_threads_and_locks(self):
        for code in ["std::thread(f)", "std::jthread(f)", "std::mutex()", "std::condition_variable()", "std::async(f)",
                     "std::scoped_lock(m)", "pthread_create(a)"]:
            self.assert_place("thread", code, ["runtime/x.cpp", "adapters/storage/x.cpp", "http/server.cpp", "tests/x.cpp"],
                              ["domain/x.cpp", "actors/x.cpp", "http/bridge.cpp", "wire/x.cpp", "cli/x.cpp"])

    def test_infinite_waits(self):
        for code in ["request(a, caf::infinite, b)", "request(a, infinite, b)"]:
            self.assert_place("infinite", code, ["tests/actors/x.cpp"], ["actors/x.cpp", "runtime/x.cpp", "http/bridge.cpp"])

    def test_chance(self):
        for code in ["rand()", "std::rand()", "srand(1)", "std::random_device()()"]:
            self.assert_place("chance", code, ["runtime/x.cpp"], ["sim/x.cpp", "tests/x.cpp", "actors/x.cpp"])
        self.assert_clean({"sim/x.cpp": "auto x = generator.rand(); auto y = operand(1);\n"})

    def test_detached_threads(self):
        self.assert_place("detach", "worker.detach()", [], ["runtime/x.cpp", "actors/x.cpp"])

    def test_comments_and_literals_do_not_count(self):
        self.assert_clean({"domain/x.cpp": """
// system_clock::now() and double and std::mutex
/* sleep_for(1)
   caf::infinite */
const char* a = "std::thread rand() double \\" usleep";
const char* b = R"(double "std::mutex")";
const int c = 1'000'000; const char d = '"'; const int e = 2'0;
"""})

    def test_code_behind_a_comment_or_a_literal_counts(self):
        self.assert_breach("thread", {"domain/x.cpp": "/* a */ std::mutex m; // b\n"})
        self.assert_breach("thread", {"domain/x.cpp": 'const char* a = "\\""; std::mutex m;\n'})
        self.assert_breach("thread", {"domain/x.cpp": "const int a = 1'000; std::mutex m; const int b = 2'000;\n"})
        self.assert_breach("thread", {"domain/x.cpp": 'const char* a = R"x(" )" )x"; std::mutex m;\n'})

    def test_double_as_money(self):
        self.assert_breach("double", {"domain/position.hpp": "struct position { double entry_price; };\n"})
        self.assert_breach("double", {"domain/position.hpp": "struct position { float entry_price; };\n"})
        self.assert_breach("double", {"domain/money.hpp": "double add(int a);\n"})
        self.assert_clean({
            "domain/money.hpp": "double to_double() const;\n", "domain/indicators.hpp": "double mean(int a);\n",
            "domain/features.cpp": "double y;\n", "domain/decision.hpp": "struct decision { double confidence = 0; };\n",
            "learning/x.hpp": "double y;\n"})

    def test_words_of_the_workplace(self):
        for word in check_house.FORBIDDEN_WORDS:
            with self.subTest(word=word):
                self.assert_breach("word", {"docs/x.md": f"one\nsee {word} there\n"}, "docs/x.md:2: ")
        self.assert_breach("word", {"domain/x.hpp": "// TO" + "DO: later\n"}, "domain/x.hpp:2: ")
        self.assert_clean({"docs/x.md": "MASTO" + "DONT works and network/farmer\n"})


class FunctionState(House):
    def test_it_is_found(self):
        for code in ["int f() { static int calls = 0; return ++calls; }",
                     "int f() { if (true) { static std::map<int, int> seen; } return 0; }",
                     "struct a { a() : b{1}, c{2} { static int calls; } int b; int c; };",
                     "void f(std::vector<int> x = {}) { static bool done{false}; }",
                     "auto f = [](int x) { static int sum = 0; return sum += x; };",
                     "template <class T> T f() { static T last; return last; }",
                     "template <int N, class T> T f(T x) requires std::integral<T> { static T last; return last = x; }",
                     "struct point f() { static int calls = 0; return {}; }",
                     "int f() { thread_local int calls = 0; return ++calls; }",
                     "int f() { static thread_local int calls = 0; return ++calls; }",
                     "namespace a { class b : public c { int d() const override { static int e = 0; return e; } }; }",
                     "int f() noexcept { struct g { int h() { static int i = 0; return i; } }; return g{}.h(); }"]:
            with self.subTest(code=code):
                for folder in ["domain", "actors", "sim", "http"]:
                    self.assert_breach("static", {f"{folder}/x.cpp": code + "\n"})

    def test_constants_and_members_are_none(self):
        for code in ["int f() { static constexpr int table[] = {1, 2}; return table[0]; }",
                     "int f() { static const std::map<int, int> table{{1, 2}}; return 0; }",
                     "int f() { constexpr static int a = 1; static_assert(a == 1); return static_cast<int>(a); }",
                     "struct a { static int count(); static inline const int b = 1; static a make() { return {}; } };",
                     "struct a {\n  explicit a(int x) : x_{x} {}\n  static a of(int x) { return a(x); }\n int x_;\n};",
                     "template <class T, class U = int> class a { static T zero(); };",
                     "enum class a : int { b };\nstatic int helper() { return 1; }",
                     "namespace {\nstatic int helper() { return 1; }\n}",
                     "class a final : public b<int> { public: using c = d; static e f(); };"]:
            with self.subTest(code=code):
                self.assert_clean({"domain/x.cpp": code + "\n"})

    def test_runtime_may_keep_it(self):
        self.assert_clean({"runtime/x.cpp": "int f() { static int calls = 0; return ++calls; }\n"})


class Length(House):
    def test_a_long_file_is_a_warning(self):
        root = plant({"domain/x.cpp": "\n" * 301, "domain/y.cpp": "\n" * 300})
        found, warnings = check_house.check_tree(root)
        self.assertEqual(found, [])
        self.assertEqual(len(warnings), 1)
        self.assertIn("domain/x.cpp:1: long: 301 lines", warnings[0])


if __name__ == "__main__":
    unittest.main()
