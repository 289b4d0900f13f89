// Opens the stores of a PostgreSQL schema: brings the tables up, takes the writer's lease, says what the server is.
#pragma once

#include "adapters/storage/job_wakeup.hpp"
#include "ports/market_store.hpp"
#include "ports/ops_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace rltrader::storage {

struct postgres_target {
  std::string url;
  std::string schema = "public";
  bool ops = true;  ///< which tables are there
  bool market = true;
  std::string origin{};                                      ///< where rows come from: sim, replay, bingx
  std::string holder{};                                      ///< who takes the lease, for people and for `is_gone`
  std::function<bool(const std::string& holder)> is_gone{};  ///< whether the holder of a live lease is surely dead
  std::function<double()> seconds{};                         ///< a clock that only goes forward
  int connections_most = 4;
  milliseconds lease_lasts{15'000};
  milliseconds write_within{1500};
  milliseconds read_within{1500};
};

/// The stores that a target says; the others are null. Each has a connection of its own.
struct postgres_stores {
  std::unique_ptr<ports::ops_store> ops;
  std::unique_ptr<ports::ops_reader> reader;
  std::unique_ptr<ports::market_store> market;
  std::unique_ptr<job_wakeup> wakeup;  ///< with the ops store, when a connection is left for it
  std::vector<std::string>
      notes;  ///< the server, its extension and licence, which tables are hypertables, what was migrated
  std::vector<std::string> warnings;  ///< what an operator should mend
};

/// errc::locked names who holds the schema; refused, corrupt, store_failed say what to do.
result<postgres_stores> open_postgres(const postgres_target& target);

/// How many connections a target takes.
int connections_of(const postgres_target& target);

}  // namespace rltrader::storage
