// A commit's fate, and rows as text.
#include "tests/support/faulty_ops.hpp"

#include "wire/json.hpp"

namespace rltrader::testing_support {

result<void> faulty_ops::write(const ports::write_batch& rows) {
  auto done = inner_.commit(rows);
  if (done) history.push_back(rows);
  return done;
}

failure faulty_ops::crashed() {
  down = true;
  if (on_crash) on_crash();
  return gone();
}

result<void> faulty_ops::commit(const ports::write_batch& rows) {
  if (down) return gone();
  ++commits;
  const auto fate = fate_of ? fate_of(commits, rows) : commit_fate::well;
  switch (fate) {
    case commit_fate::well: return write(rows);
    case commit_fate::fails: return {errc::store_failed, "the disk is full"};
    case commit_fate::lies:
      if (auto done = write(rows); !done) return done;
      return {errc::store_failed, "the connection was lost during the commit"};
    case commit_fate::stalls:
      if (stall) stall();
      return write(rows);
    case commit_fate::crash_before: return crashed();
    case commit_fate::crash_after:
      if (auto done = write(rows); !done) return done;
      return crashed();
  }
  return {};
}

std::vector<std::string> lines_of(const ports::write_batch& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows)
    std::visit([&](const auto& x) { out.push_back(std::string(x.type_name) + ' ' + json_text(x)); }, row);
  return out;
}

}  // namespace rltrader::testing_support
