// The venue's rows as JSON texts by table and key, and strictly back.
#include "adapters/exchange/simulated_exchange.hpp"

#include "wire/json.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

namespace rltrader {

namespace {

/// Numbers padded, so that keys sort as numbers do.
std::string padded(std::int64_t number) {
  auto text = std::to_string(number);
  return std::string(text.size() < 20 ? 20 - text.size() : 0, '0') + text;
}

std::string key_of(const sim::venue_order& row) { return padded(row.number); }
std::string key_of(const sim::venue_fill& row) { return padded(row.sequence); }
std::string key_of(const sim::venue_position& row) {
  return row.pair.text() + "/" + std::string(text_of(row.leg_side));
}
std::string key_of(const sim::income_row& row) { return padded(row.sequence); }
std::string key_of(const sim::book_row& row) { return row.pair.text(); }
std::string key_of(const sim::account_row&) { return "account"; }

template <class Row>
void write_rows(const char* table, const std::vector<Row>& from, std::vector<ports::venue_row>& into) {
  for (const auto& row : from) into.push_back({table, key_of(row), json_text(row)});
}

std::string first_of(const std::vector<violation>& wrong) {
  return wrong.empty() ? "cannot be read"
                       : wrong.front().field + " " + wrong.front().problem + ", was " + wrong.front().was;
}

template <class Row>
result<void> read_row(const ports::venue_row& from, std::vector<Row>& into) {
  const auto refuse = [&](const std::vector<violation>& wrong) {
    return failure{errc::corrupt, "the venue's journal, " + from.table + " " + from.key + ": " + first_of(wrong)};
  };
  const auto parsed = parse_json(from.content);
  if (const auto* wrong = std::get_if<std::vector<violation>>(&parsed)) return refuse(*wrong);
  // A newer version may have written fields that this one does not know.
  auto row = from_json<Row>(std::get<json>(parsed), unknown_fields::ignored);
  if (const auto* wrong = std::get_if<std::vector<violation>>(&row)) return refuse(*wrong);
  into.push_back(std::move(std::get<Row>(row)));
  return {};
}

}  // namespace

std::vector<ports::venue_row> journal_rows(const sim::venue_rows& rows) {
  std::vector<ports::venue_row> out;
  write_rows("orders", rows.orders, out);
  write_rows("fills", rows.fills, out);
  write_rows("positions", rows.positions, out);
  write_rows("income", rows.income, out);
  write_rows("books", rows.books, out);
  if (rows.account) out.push_back({"account", key_of(*rows.account), json_text(*rows.account)});
  return out;
}

result<sim::venue_rows> venue_rows_of(const std::vector<ports::venue_row>& rows) {
  sim::venue_rows read;
  std::vector<sim::account_row> accounts;
  for (const auto& row : rows) {
    result<void> done;
    if (row.table == "orders") done = read_row(row, read.orders);
    if (row.table == "fills") done = read_row(row, read.fills);
    if (row.table == "positions") done = read_row(row, read.positions);
    if (row.table == "income") done = read_row(row, read.income);
    if (row.table == "books") done = read_row(row, read.books);
    if (row.table == "account") done = read_row(row, accounts);
    if (!done) return done.error();
  }
  if (!accounts.empty()) read.account = accounts.front();
  sim::venue_rows out;
  sim::merge(out, read);
  return out;
}

}  // namespace rltrader
