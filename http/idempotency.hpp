// The same Idempotency-Key and body give the first answer again; another body is refused. Kept 24 h in the store.
//
// Invariants: at most one call with a key runs at a time; before a changing call runs, its key is durable with status 0, so
// that after a crash nobody runs it a second time without knowing. An answer 503 says that nothing was done: it may run
// again. A row that must work without the store (halt, reduce) waits for it only a moment, and never for a write.
#pragma once

#include "http/route.hpp"

#include <map>
#include <memory>

namespace rltrader::http {

class idempotency {
 public:
  static constexpr milliseconds kept_for = hours{24};
  /// What a halt waits for the store at most, before it goes on without.
  static constexpr milliseconds patience_of_a_halt = milliseconds{250};

  idempotency() : running_(std::make_shared<running_calls>()) {}
  /// Runs `go` for this call, or answers it from the store, or refuses it. Without the header it just runs.
  void run(const exchange_ptr& x, action go);

 private:
  using running_calls = std::map<std::string, std::string>;  ///< key -> fingerprint

  std::shared_ptr<running_calls> running_;
};

}  // namespace rltrader::http
