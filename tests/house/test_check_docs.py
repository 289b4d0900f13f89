#!/usr/bin/env python3
"""Proves that each rule of check_docs.py can fail, and that pages which are true pass: a small tree, spoiled in one place at a time."""

import tempfile
import unittest
from pathlib import Path

import check_docs

SOUND = {
    "README.md": "# A house\n\nSee [risk](docs/risk.md#the-words), [here](#a-house) and `domain/x.cpp`, built into `build/x.json`.\n",
    "domain/x.cpp": "int x() { return 1; }  // I1\n",
    "domain/risk_records.hpp": "word{breaker_level::reducing, \"reducing\"}, word{breaker_level::halted, \"halted\"}\n",
    "domain/refusal_rules.cpp": "refusal_rule{\"no_mark\", \"no price\"}\n",
    "domain/breaker_causes.cpp": "breaker_cause{\"drawdown\", reducing}\n",
    "domain/warnings.hpp": "constexpr std::string_view gap = \"data_integrity:gap\";\nstd::string_view one = \"feature_missing:\";\n",
    "actors/risk_breaker.cpp": "send(alerts_, alarm{\"breaker_\" + std::string(text_of(level)), high});\nsend(alerts_, alarm{\"books_off\", low});\n",
    "actors/executor.cpp": "raise(\"order_lost\", severity::high);\n",
    "actors/reconciler.cpp": "alarm{std::string(\"reconcile_\") + kind};\ntell(pair, \"late_fill\", severity::low);\n",
    "http/metrics.cpp": "{\"rltrader_bars_total\", \"Bars.\", \"gvfx_bars\"}\n",
    "http/process_metrics.cpp": "add(\"process_threads\")\n",
    "http/routes_x.cpp": "f(method::get, \"/trades/{id}\", \"no route: /trades/\");\nbreaker_row_of<halted>(\"/ops/halt\", \"Halt\")\n",
    "adapters/storage/ops_tables.cpp": "t.push_back({\"fills\", x});\nt.push_back(\n  {\"state\", y});\n",
    "adapters/storage/market_tables.cpp": "t.push_back(series(\"bars\", z));\n",
    "tests/x_tests.cpp": "TEST(x, is_one) {}  // I22\n",
    "docs/risk.md": "# Risk\n\n## The words\n\n`no_mark`, `drawdown`, `data_integrity:gap`, `feature_missing:<name>`\n",
    "docs/runbook.md": "# Runbook\n\n## breaker_reducing\n\n## breaker_halted\n\n## books_off\n\n## order_lost\n\n## reconcile_late_fill\n\n## Without an alert\n",
    "docs/metrics.md": "`rltrader_bars_total`, `gvfx_bars`, `process_threads`\n",
    "docs/api.md": "| method | path |\n|---|---|\n| GET | `/trades/{id}` | it |\n| POST | `/ops/halt` | stops |\n",
    "docs/storage.md": "| `ops.db` | x |\n\n## Tables of ops.db\n\n| `fills` | x |\n| `state` | y |\n\n## Tables of market.db\n\n| `bars` | z |\n\n## Backup\n\n| `copy` | z |\n",
    "docs/invariants.md": "# Invariants\n\n" + "".join(
        f"### I{n} Something\nIt holds.\n- Kept in: `domain/x.cpp`\n\n" for n in range(1, check_docs.MOST_INVARIANTS + 1)),
}


def breaches(changes: dict[str, str | None]) -> list[str]:
    with tempfile.TemporaryDirectory(prefix="docs-") as folder:
        for path, text in {**SOUND, **changes}.items():
            if text is None:
                continue
            file = Path(folder) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return check_docs.check_tree(Path(folder))


class Docs(unittest.TestCase):
    def test_a_sound_tree_passes(self):
        self.assertEqual(breaches({}), [])

    def spoil(self, path: str, *replacements: tuple[str, str]) -> list[str]:
        text = SOUND[path]
        for old, new in replacements:
            self.assertIn(old, text)
            text = text.replace(old, new)
        return breaches({path: text})

    def assert_one(self, found: list[str], rule: str, word: str):
        self.assertEqual(len(found), 1, found)
        self.assertIn(f": {rule}: ", found[0])
        self.assertIn(word, found[0])

    def test_links(self):
        self.assert_one(self.spoil("README.md", ("docs/risk.md#", "docs/risks.md#")), "link", "docs/risks.md")
        self.assert_one(self.spoil("README.md", ("#the-words", "#the-numbers")), "link", "#the-numbers")
        self.assert_one(self.spoil("README.md", ("(#a-house)", "(../elsewhere.md)")), "link", "outside")
        self.assertEqual(self.spoil("README.md", ("(#a-house)", "(https://example.org/x)")), [])
        self.assertEqual(self.spoil("README.md", ("[here](#a-house)", "\n```\n[not](a/link)\n```\n")), [])

    def test_paths(self):
        self.assert_one(self.spoil("README.md", ("`domain/x.cpp`", "`domain/y.cpp`")), "path", "domain/y.cpp")
        self.assert_one(self.spoil("README.md", ("`domain/x.cpp`", "`python3 tests/y.py`")), "path", "tests/y.py")

    def test_places_outside(self):
        for word in ("/ho" + "me/somebody", "/wo" + "rk/tree", "sha" + "red/notes.txt"):
            self.assert_one(self.spoil("README.md", ("See ", f"See {word}, ")), "outside", word[:5])

    def test_alerts(self):
        self.assert_one(self.spoil("docs/runbook.md", ("## order_lost\n", "")), "alert", "order_lost")
        self.assert_one(self.spoil("docs/runbook.md", ("## breaker_halted\n", "")), "alert", "breaker_halted")
        self.assert_one(self.spoil("docs/runbook.md", ("## reconcile_late_fill\n", "")), "alert", "reconcile_late_fill")
        self.assert_one(self.spoil("docs/runbook.md", ("## order_lost", "## order_lost\n\n## order_found")), "alert", "order_found")
        self.assert_one(self.spoil("actors/executor.cpp", ("raise(", "raise(\"made_\" + what);\nraise(")), "alert", "COMPOSED")
        self.assert_one(breaches({"domain/pair.cpp": "{.category = \"odd_pair\",\n"}), "alert", "odd_pair")

    def test_metrics(self):
        self.assert_one(self.spoil("docs/metrics.md", ("`rltrader_bars_total`, ", "")), "metric", "rltrader_bars_total")
        self.assert_one(self.spoil("docs/metrics.md", ("gvfx_bars", "gvfx_cars`, `gvfx_bars")), "metric", "gvfx_cars")
        self.assert_one(self.spoil("docs/metrics.md", (", `process_threads`", "")), "metric", "process_threads")

    def test_routes(self):
        self.assert_one(self.spoil("docs/api.md", ("| GET | `/trades/{id}` | it |\n", "")), "route", "GET /trades/{id}")
        self.assert_one(self.spoil("docs/api.md", ("| POST | `/ops/halt` | stops |\n", "")), "route", "POST /ops/halt")
        self.assert_one(self.spoil("docs/api.md", ("| GET |", "| PUT | `/trades` | x |\n| GET |")), "route", "PUT /trades")

    def test_tables(self):
        self.assert_one(self.spoil("docs/storage.md", ("| `state` | y |\n", "")), "table", "state")
        self.assert_one(self.spoil("docs/storage.md", ("| `bars` | z |\n", "")), "table", "bars")
        self.assert_one(self.spoil("docs/storage.md", ("| `state` |", "| `states` | x |\n| `state` |")), "table", "states")

    def test_words_of_risk(self):
        for word in ("no_mark", "drawdown", "data_integrity:gap", "feature_missing:<name>"):
            self.assert_one(self.spoil("docs/risk.md", (f"`{word}`", "")), "word", word.replace("<name>", ""))

    def test_invariants(self):
        self.assert_one(self.spoil("docs/invariants.md", ("### I7 ", "### 7 ")), "invariant", "I7 is not stated")
        self.assert_one(self.spoil("tests/x_tests.cpp", ("I22", "I23")), "invariant", "I23")
        self.assert_one(self.spoil("docs/invariants.md", ("### I3 Something\nIt holds.\n- Kept in: `domain/x.cpp`", "### I3 Something\nIt holds.")),
                        "invariant", "I3 says neither")
        self.assert_one(breaches({"docs/invariants.md": SOUND["docs/invariants.md"] + "### I23 More\n- Waits: all\n"}), "invariant", "beyond")

    def test_a_page_that_is_gone(self):
        for page in ("docs/runbook.md", "docs/metrics.md", "docs/api.md", "docs/storage.md", "docs/invariants.md"):
            self.assert_one(breaches({page: None}), [r for r, p in check_docs.PAGES.items() if p == page][0], "missing")


if __name__ == "__main__":
    unittest.main()
