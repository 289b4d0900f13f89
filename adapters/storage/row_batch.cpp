// A connection writes rows of one origin at a time; a savepoint finds the row that is at fault.
#include "adapters/storage/row_batch.hpp"

namespace rltrader::storage {

namespace {

constexpr std::size_t rows_at_once = 500;

}  // namespace

row_batch::row_batch(sql_connection& to, const table& t) : to_(to), table_(t) { waiting_.reserve(rows_at_once); }

any_row& row_batch::slot() {
  if (filled_ == waiting_.size())
    waiting_.push_back({any_row(table_), {}, 0});
  else
    waiting_[filled_].row.clear();
  return waiting_[filled_].row;
}

result<void> row_batch::take(const std::string& source, std::int64_t line) {
  waiting_[filled_].source = source;
  waiting_[filled_].line = line;
  ++rows_;
  return ++filled_ < rows_at_once ? result<void>() : flush();
}

result<void> row_batch::write(std::size_t from, std::size_t to) {
  std::vector<const void*> rows;
  for (auto i = from; i < to; ++i) rows.push_back(waiting_[i].row.get());
  to_.set_origin(waiting_[from].source);
  return to_.write(table_, rows);
}

result<void> row_batch::write_all() {
  for (std::size_t from = 0; from < filled_;) {
    auto to = from + 1;
    while (to < filled_ && waiting_[to].source == waiting_[from].source) ++to;
    if (auto done = write(from, to); !done) return done;
    from = to;
  }
  return {};
}

failure row_batch::first_bad(const failure& why) {
  if (why.code != errc::conflict || waiting_[0].line == 0) return why;
  if (auto back = to_.execute("ROLLBACK TO SAVEPOINT \"batch\""); !back) return why;
  for (std::size_t i = 0; i < filled_; ++i)
    if (auto done = write(i, i + 1); !done)
      return {done.error().code, "line " + std::to_string(waiting_[i].line) + ": " + done.error().what};
  return why;
}

result<void> row_batch::flush() {
  if (filled_ == 0) return {};
  if (auto marked = to_.execute("SAVEPOINT \"batch\""); !marked) return marked;
  if (auto done = write_all(); !done) return first_bad(done.error());
  filled_ = 0;
  return to_.execute("RELEASE SAVEPOINT \"batch\"");
}

}  // namespace rltrader::storage
