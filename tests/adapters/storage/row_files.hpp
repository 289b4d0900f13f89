// What tests of files of rows share: a table with a column of each kind, and reading a file to its end.
#pragma once

#include "adapters/storage/row_reader.hpp"
#include "domain/money.hpp"
#include "tests/contract/ops_contract.hpp"
#include "tests/support/generated.hpp"

#include <fstream>
#include <map>

namespace rltrader::storage {

enum class colour : unsigned char { red, green };
constexpr auto words(colour) { return std::array{word{colour::red, "red"}, word{colour::green, "green"}}; }

struct inner_thing {
  std::int64_t number = 0;
  std::string text;
  static constexpr auto type_name = "inner_thing";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"number", &inner_thing::number, "an integer"}, field{"text", &inner_thing::text, "a text"});
  }
};

struct thing {
  std::string id;
  bool good = false;
  std::int64_t count = 0;
  double score = 0;
  price at{};
  colour painted{};
  instant since{};
  milliseconds lasted{};
  std::optional<std::int64_t> maybe;
  std::vector<std::string> list;
  std::map<std::string, std::string> more;
  inner_thing inner;
  std::optional<inner_thing> inner_maybe;
  static constexpr auto type_name = "thing";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"id", &thing::id, "a text", rule{.longest = 40}}, field{"good", &thing::good, "a truth"},
             field{"count", &thing::count, "an integer"},
             field{"score", &thing::score, "a ratio", rule{.least = 0, .most = 1}},
             field{"at", &thing::at, "a price", rule{.least = 0}}, field{"painted", &thing::painted, "a word"},
             field{"since", &thing::since, "a time"}, field{"lasted", &thing::lasted, "milliseconds"},
             field{"maybe", &thing::maybe, "an integer, if any"}, field{"list", &thing::list, "texts"},
             field{"more", &thing::more, "texts by name"}, field{"inner", &thing::inner, "a record"},
             field{"inner_maybe", &thing::inner_maybe, "a record, if any"});
  }
};

/// One column is all that most of what goes wrong needs.
struct note {
  std::int64_t number = 0;
  std::optional<std::string> text;
  static constexpr auto type_name = "note";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"number", &note::number, "an integer", rule{.least = 0}},
             field{"text", &note::text, "a text, if any", rule{.longest = 20}});
  }
};

template <class Row>
table test_table(const char* name) {
  return {.name = name, .record = record_of<Row>(), .rule = write_rule::upsert, .key = {}, .indexes = {}};
}
inline const table& things() {
  static const auto t = test_table<thing>("things");
  return t;
}
inline const table& notes() {
  static const auto t = test_table<note>("notes");
  return t;
}

inline void put(const std::string& file, const std::string& bytes) { std::ofstream(file, std::ios::binary) << bytes; }

/// All rows of a file, each as JSON with its source, or the failure that ended the reading.
struct read_file {
  std::vector<std::string> rows;
  std::vector<std::string> sources;
  std::optional<failure> failed;
  std::string why() const { return failed ? failed->what : ""; }
  errc code() const { return failed ? failed->code : errc::none; }
};

inline read_file read_all(const std::string& path, const table& t) {
  read_file out;
  const auto reader = row_reader::open(path, t);
  if (!reader) {
    out.failed = reader.error();
    return out;
  }
  any_row row(t);
  std::string source;
  double progress = 0;
  for (;;) {
    const auto more = (*reader)->next(row, source);
    if (!more) {
      out.failed = more.error();
      EXPECT_EQ((*reader)->next(row, source).error(), *out.failed) << "a failure stays";
      return out;
    }
    EXPECT_GE((*reader)->progress(), progress);
    progress = (*reader)->progress();
    EXPECT_LE(progress, 1);
    if (!*more) break;
    out.rows.push_back(write_json(*t.of, row.get()).dump());
    out.sources.push_back(source);
  }
  EXPECT_EQ((*reader)->rows(), static_cast<std::int64_t>(out.rows.size()));
  EXPECT_EQ((*reader)->progress(), 1);
  return out;
}

class row_files : public testing::Test {
 protected:
  /// Reads these bytes as a file of notes, or of another table.
  read_file reading(const std::string& name, const std::string& bytes, const table& t = notes()) {
    put(scratch.file(name), bytes);
    return read_all(scratch.file(name), t);
  }
  contract::scratch_folder scratch;
};

using texts = std::vector<std::string>;

inline testing::AssertionResult says(const std::string& text, const std::string& part) {
  if (text.find(part) != text.npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "\"" << part << "\" is not in \"" << text << "\"";
}

}  // namespace rltrader::storage
