// Keys that run, and answers that are kept.
#include "http/idempotency.hpp"

#include "domain/sha256.hpp"

namespace rltrader::http {

namespace {

/// A call under its key, as the store keeps it.
struct keyed_call {
  exchange_ptr x;
  std::string key;
  std::string fingerprint;
  action go;

  bool store_needed() const { return x->row().store == store_need::needed; }
  idempotency_record record(int status, std::string body) const {
    return {.key = key,
            .fingerprint = fingerprint,
            .status = status,
            .body = std::move(body),
            .created_at = x->env().market_now()};
  }
};

std::string fingerprint_of(const call& c) {
  return sha256_hex(std::string(text_of(c.verb)) + "\n" + c.path + "\n" + c.query + "\n" + c.body);
}

problem conflict(std::string code, std::string detail) {
  return {.status = 409, .code = std::move(code), .detail = std::move(detail), .details = {}, .headers = {}};
}

problem other_content() {
  return conflict("idempotency_conflict", "this Idempotency-Key was used for another request; nothing was done");
}

/// Keeps the answer; who asked gets it once it is kept, or at once where the store is not needed.
void keep_answer(environment& env, idempotency_record row, bool store_needed, reply r, const done& rest) {
  if (!env.desk || env.actors == nullptr) return rest(std::move(r));
  row.status = r.status;
  row.body = r.body;
  auto shared = std::make_shared<reply>(std::move(r));
  std::function<void(result<written>)> then = [shared, rest, store_needed](const result<written>& kept) {
    if (!store_needed) return;
    if (!kept)
      shared->headers.emplace_back("Warning",
                                   "199 rltrader \"done, but the answer could not be kept for its Idempotency-Key\"");
    rest(std::move(*shared));
  };
  env.actors->ask<written>((*env.desk).ledger, write_rows{{std::move(row)}}, env.timeout, std::move(then));
  if (!store_needed) rest(std::move(*shared));
}

/// Runs the call, with its key durable first where the store is needed.
void begin(const keyed_call& c) {
  const auto run = [c] {
    c.x->wrap([row = c.record(0, {}), needed = c.store_needed(), &env = c.x->env()](reply r, const done& rest) {
      keep_answer(env, row, needed, std::move(r), rest);
    });
    c.go(c.x);
  };
  if (!c.store_needed()) return run();
  ask_result<&directory::ledger, written>(c.x, write_rows{{c.record(0, {})}}, [c, run](const result<written>& kept) {
    if (!kept) return c.x->refuse(problem_of(kept.error()));
    run();
  });
}

void go_on_with(const keyed_call& c, const result<idempotency_reply>& got) {
  if (!got) {
    if (c.store_needed()) return c.x->refuse(problem_of(got.error()));
    return c.go(c.x);
  }
  const auto& first = got->record;
  const bool known = first && c.x->env().market_now() < first->created_at + idempotency::kept_for;
  if (!known) return begin(c);
  if (first->fingerprint != c.fingerprint) return c.x->refuse(other_content());
  if (first->status == 503) return begin(c);
  if (first->status == 0)
    return c.x->refuse(
        conflict("outcome_unknown",
                 "the first call with this Idempotency-Key began and its answer was lost; look at the state "
                 "before you ask again with a new key"));
  c.x->answer(reply{.status = first->status,
                    .content_type = first->status < 400 ? "application/json" : "application/problem+json",
                    .body = first->body,
                    .headers = {{"Idempotency-Replayed", "true"}}});
}

}  // namespace

void idempotency::run(const exchange_ptr& x, action go) {
  const auto* header = x->request().header("idempotency-key");
  if (header == nullptr || !changing(x->request().verb)) return go(x);
  if (!plain_name(*header))
    return x->refuse(
        problem_of(std::vector{violation{"idempotency-key", "must be 1 to 128 printable characters", ""}}));
  const keyed_call c{x, x->asked_by().name + ":" + *header, fingerprint_of(x->request()), std::move(go)};
  const auto [running, fresh] = running_->emplace(c.key, c.fingerprint);
  if (!fresh) {
    if (running->second != c.fingerprint) return x->refuse(other_content());
    auto p = conflict("idempotency_running", "the first call with this Idempotency-Key is still being answered");
    p.headers.emplace_back("Retry-After", "1");
    return x->refuse(p);
  }
  x->wrap([running_now = running_, key = c.key](reply r, const done& rest) {
    running_now->erase(key);
    rest(std::move(r));
  });
  const auto patience = c.store_needed() ? x->timeout() : std::min(x->timeout(), patience_of_a_halt);
  ask_result<&directory::reader, idempotency_reply>(x, find_idempotency{c.key}, patience,
                                                    [c](const result<idempotency_reply>& got) { go_on_with(c, got); });
}

}  // namespace rltrader::http
