// Transactions that show the writer's lease and leave their number in it; a COMMIT without an answer is looked up.
#include "adapters/storage/postgres_connection.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <string_view>

namespace rltrader::storage {

namespace {

// A client that hangs in the middle of a transaction must not hold its locks for ever.
constexpr int idle_ms = 10'000;

}  // namespace

result<void> postgres_connection::begin(access how) {
  must(!in_transaction_, "a transaction was begun within another one");
  const bool writes = how == access::writes;
  // The server gives up before we do, so that its answer is heard.
  const auto server_ms = std::to_string(options_.within.count() * 4 / 5);
  auto sql = std::string(writes ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY") +
             ";SET LOCAL statement_timeout=" + server_ms + ";SET LOCAL lock_timeout=" + server_ms +
             ";SET LOCAL idle_in_transaction_session_timeout=" +
             std::to_string(std::max<std::int64_t>(idle_ms, options_.within.count() * 2));
  if (writes) sql += options_.synchronous ? ";SET LOCAL synchronous_commit=on" : ";SET LOCAL synchronous_commit=off";
  const bool led = writes && lease_.has_value();
  if (led)
    sql += ";UPDATE " + dialect().name("leases") + " SET \"batch\"=" + std::to_string(++lease_->batch) +
           ",\"expires_at\"=clock_timestamp()+interval '" + std::to_string(lease_->lasts.count()) +
           " ms' WHERE \"name\"=" + text_literal(lease_->name) + " AND \"token\"=" + std::to_string(lease_->token);
  auto begun = run(sql);
  if (!begun) {
    roll_back();
    return begun.error();
  }
  in_transaction_ = true;
  writing_ = writes;
  if (!led || std::string_view(PQcmdTuples(begun->get())) == "1") return {};
  roll_back();
  return {errc::store_failed, place_ + ": another daemon has taken the lease \"" + lease_->name +
                                  "\"; nothing is written from here any more: end this one"};
}

result<void> postgres_connection::commit() {
  must(in_transaction_, "nothing was begun");
  in_transaction_ = false;
  const auto answered = run("COMMIT");
  if (!answered) {
    if (handle_) {
      roll_back();
      return answered.error();
    }
    return writing_ && lease_ ? settle() : result<void>{answered.error()};
  }
  // A transaction that had failed answers a COMMIT so.
  if (std::string_view(PQcmdStatus(const_cast<PGresult*>(answered->get()))) == "COMMIT") return {};
  return {errc::store_failed, place_ + ": the transaction was rolled back"};
}

result<void> postgres_connection::settle() {
  const auto why = trouble_;
  const auto unknown = [&] {
    return failure{errc::store_failed, why + "; whether its last transaction took place is looked up by its rows"};
  };
  next_try_ = 0;
  if (auto there = connect(); !there) return unknown();
  // The lock waits for a COMMIT that is still on its way.
  const auto sql = "BEGIN;SET LOCAL lock_timeout=" + std::to_string(options_.within.count() * 4 / 5) +
                   ";SELECT 1 FROM " + dialect().name("leases") + " WHERE \"name\"=" + text_literal(lease_->name) +
                   " AND \"token\"=" + std::to_string(lease_->token) +
                   " AND \"batch\"=" + std::to_string(lease_->batch) + " FOR UPDATE";
  const auto found = run(sql);
  const int rows = found ? PQntuples(found->get()) : -1;
  roll_back();
  if (rows < 0) return unknown();
  if (rows == 1) return {};
  return {errc::store_failed, why + "; its last transaction did not take place"};
}

void postgres_connection::roll_back() {
  in_transaction_ = false;
  if (handle_ && PQtransactionStatus(handle_.get()) != PQTRANS_IDLE) (void)run("ROLLBACK");
}

}  // namespace rltrader::storage
