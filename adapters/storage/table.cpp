// Walks shapes into columns and cells, and list queries into conditions.
#include "adapters/storage/table.hpp"

#include "adapters/storage/keepable.hpp"
#include "wire/json.hpp"

#include <algorithm>
#include <limits>

namespace rltrader::storage {

namespace {

column leaf(std::string name, const shape& s, std::size_t offset, bool nullable) {
  auto type = column_type::text;
  switch (s.is) {
    case kind::boolean: type = column_type::truth; break;
    case kind::timestamp: type = column_type::time; break;
    case kind::integer:
    case kind::duration: type = column_type::integer; break;
    case kind::number:
      type = column_type::real;
      nullable = true;  // a value that is not a number is kept as NULL
      break;
    case kind::spelled:
      if (s.scaled) type = column_type::amount;
      break;
    case kind::list:
    case kind::dictionary:
    case kind::record: type = column_type::json; break;
    case kind::text:
    case kind::enumeration: break;
    case kind::optional: return {std::move(name), leaf("", *s.inner(), 0, true).type, true, offset, &s};
  }
  return {std::move(name), type, nullable, offset, &s};
}

void add_columns(const shape& record, const std::string& prefix, std::size_t offset, std::vector<column>& out) {
  for (const auto& m : record.members) {
    const auto& s = *m.of();
    if (s.is == kind::record)
      add_columns(s, prefix + m.name + "_", offset + m.offset, out);
    else
      out.push_back(leaf(prefix + m.name, s, offset + m.offset, false));
  }
}

cell cell_from(const shape& s, const void* value) {
  switch (s.is) {
    case kind::boolean: return std::int64_t{s.get_bool(value)};
    case kind::integer:
    case kind::timestamp:
    case kind::duration: return s.get_integer(value);
    case kind::number: {
      const double number = s.get_number(value);
      if (number != number) return std::monostate{};
      return number;
    }
    case kind::spelled:
      if (s.scaled) return s.get_integer(value);
      return keepable(s.get_text(value));
    case kind::text: return keepable(s.get_text(value));
    case kind::enumeration: return s.get_text(value);
    case kind::optional:
      if (!s.has(value)) return std::monostate{};
      return cell_from(*s.inner(), s.peek(value));
    case kind::list:
    case kind::dictionary:
    case kind::record: return keepable_json(write_json(s, value).dump(-1, ' ', false, json::error_handler_t::replace));
  }
  return std::monostate{};
}

bool read_stored_json(const shape& s, const std::string& text, void* value) {
  const auto parsed = parse_json(text);
  const auto* tree = std::get_if<json>(&parsed);
  if (tree == nullptr) return false;
  std::vector<violation> violations;
  read_json(s, *tree, value, violations, unknown_fields::ignored);
  return violations.empty();
}

bool put_back(const shape& s, const cell& stored, void* value) {
  const auto* integer = std::get_if<std::int64_t>(&stored);
  const auto* text = std::get_if<std::string>(&stored);
  switch (s.is) {
    case kind::boolean:
      if (integer != nullptr) s.set_bool(value, *integer != 0);
      return integer != nullptr;
    case kind::integer:
    case kind::timestamp:
    case kind::duration: return integer != nullptr && s.set_integer(value, *integer);
    case kind::number:
      if (const auto* number = std::get_if<double>(&stored))
        s.set_number(value, *number);
      else if (stored.index() == 0)
        s.set_number(value, std::numeric_limits<double>::quiet_NaN());
      else
        return false;
      return true;
    case kind::spelled:
      if (s.scaled) return integer != nullptr && s.set_integer(value, *integer);
      return text != nullptr && s.set_text(value, *text);
    case kind::text:
    case kind::enumeration: return text != nullptr && s.set_text(value, *text);
    case kind::optional: s.reset(value); return stored.index() == 0 || put_back(*s.inner(), stored, s.engage(value));
    case kind::list:
    case kind::dictionary:
    case kind::record: return text != nullptr && read_stored_json(s, *text, value);
  }
  return false;
}

std::string listed(std::span<const char* const> words) {
  std::string out;
  for (const char* w : words) out += (out.empty() ? "" : ", ") + std::string(w);
  return out;
}

const shape& inside(const shape& s) { return s.is == kind::optional ? *s.inner() : s; }

/// Collects the conditions of a query and the first thing that is wrong with it.
class request_builder {
 public:
  request_builder(const table& t, list_request& out) : table_(t), out_(out) {}

  void text(const char* what, const char* name, const char* name_too, const std::optional<std::string>& wanted) {
    if (!wanted || wrong) return;
    if (name[0] == '\0') {
      wrong = failure{errc::unsupported, std::string(table_.name) + " cannot be asked by " + what};
      return;
    }
    const std::string_view full = name;
    const auto dot = full.find('.');
    condition c{{table_.column_at(full.substr(0, dot))}, comparison::equal, *wanted};
    if (dot != full.npos) c.inside = full.substr(dot + 1);
    if (name_too[0] != '\0') c.columns.push_back(table_.column_at(name_too));
    const auto& words = inside(*table_.columns[c.columns.front()].of).words;
    if (!words.empty() && std::none_of(words.begin(), words.end(), [&](const char* w) { return *wanted == w; })) {
      wrong = failure{errc::out_of_bounds, std::string(what) + " must be one of " + listed(words) + ", was " + *wanted};
      return;
    }
    out_.conditions.push_back(std::move(c));
  }
  void time(comparison how, const std::optional<instant>& when) {
    if (when) out_.conditions.push_back({{out_.time_column}, how, ms_of(*when)});
  }

  std::optional<failure> wrong;

 private:
  const table& table_;
  list_request& out_;
};

}  // namespace

std::vector<column> columns_of(const shape& record) {
  std::vector<column> out;
  add_columns(record, "", 0, out);
  return out;
}

cell cell_of(const column& c, const void* row) { return cell_from(*c.of, field_of(row, c.offset)); }

std::optional<std::string> text_inside(const column& c, const void* row, const std::string& name) {
  struct search {
    const std::string& name;
    const shape* inner = nullptr;
    std::optional<std::string> found;
  } s{name, c.of->inner(), std::nullopt};
  c.of->each(field_of(row, c.offset), &s, [](void* context, std::string_view key, const void* value) {
    auto& into = *static_cast<search*>(context);
    if (key == into.name) into.found = into.inner->get_text(value);
  });
  return std::move(s.found);
}

result<void> set_cell(const column& c, const cell& stored, void* row) {
  if (put_back(*c.of, stored, field_of(row, c.offset))) return {};
  return {errc::corrupt, "column " + c.name + " holds what it cannot hold"};
}

std::size_t table::column_at(std::string_view column_name) const {
  const auto found =
      std::find_if(columns.begin(), columns.end(), [&](const column& c) { return c.name == column_name; });
  must(found != columns.end(), "a table was asked for a column that it does not have");
  return static_cast<std::size_t>(found - columns.begin());
}

result<list_request> request_of(const table& t, const ports::list_query& query) {
  if (query.offset < 0) return {errc::out_of_bounds, "offset must be at least 0, was " + std::to_string(query.offset)};
  if (query.limit < 0 || query.limit > rows_most)
    return {errc::out_of_bounds,
            "limit must be 0 to " + std::to_string(rows_most) + ", was " + std::to_string(query.limit)};
  list_request out;
  out.time_column = t.column_at(t.asked.time);
  out.offset = query.offset;
  out.limit = query.limit;
  if (query.oldest_first) out.order = direction::oldest_first;
  request_builder add(t, out);
  add.text("id", t.asked.id, "", query.id);
  add.text("pair", t.asked.pair, "", query.pair);
  add.text("status", t.asked.status, "", query.status);
  add.text("run", t.asked.run, t.asked.run_too, query.run);
  add.text("mode", t.asked.mode, "", query.mode);
  add.text("side", t.asked.side, "", query.side);
  add.text("severity", t.asked.severity, "", query.severity);
  add.text("trade", t.asked.trade, "", query.trade);
  add.text("decision", t.asked.decision, "", query.decision);
  add.text("order", t.asked.order, "", query.order);
  if (add.wrong) return *add.wrong;
  add.time(comparison::not_before, query.start);
  add.time(comparison::before, query.end);
  return out;
}

bool holds(const condition& c, const table& t, const void* row) {
  return std::any_of(c.columns.begin(), c.columns.end(), [&](std::size_t place) {
    const auto& col = t.columns[place];
    if (!c.inside.empty()) {
      const auto text = text_inside(col, row, c.inside);
      return text && cell{*text} == c.value;
    }
    const auto stored = cell_of(col, row);
    if (stored.index() == 0) return false;
    switch (c.how) {
      case comparison::equal: return stored == c.value;
      case comparison::not_before: return stored >= c.value;
      case comparison::before: return stored < c.value;
    }
    return false;
  });
}

}  // namespace rltrader::storage
