// Keys that run, and answers that are kept.
#include "http/idempotency.hpp"

#include "domain/sha256.hpp"

namespace rltrader::http {

namespace {

std::string fingerprint_of(const call& c) {
  return sha256_hex(std::string(text_of(c.verb)) + "\n" + c.path + "\n" + c.query + "\n" + c.body);
}

problem conflict(std::string code, std::string detail) {
  problem p{.status = 409, .code = std::move(code), .detail = std::move(detail), .details = {}, .headers = {}};
  return p;
}

problem other_content() {
  return conflict("idempotency_conflict", "this Idempotency-Key was used for another request; nothing was done");
}

/// Before the call runs: its key is durable, or the call does not run.
void begin(const exchange_ptr& x, const std::string& key, const std::string& fingerprint, const action& go) {
  const auto created_at = x->env().market_now();
  const auto keep_answer = [key, fingerprint, created_at, &env = x->env()](reply r, const done& rest) {
    idempotency_record row{
        .key = key, .fingerprint = fingerprint, .status = r.status, .body = r.body, .created_at = created_at};
    if (!env.desk || !env.actors) return rest(std::move(r));
    auto shared = std::make_shared<reply>(std::move(r));
    env.actors->ask<written>(
        (*env.desk).ledger, write_rows{{std::move(row)}}, env.timeout, [shared, rest](result<written> kept) {
          if (!kept)
            shared->headers.emplace_back(
                "Warning", "199 rltrader \"done, but the answer could not be kept for its Idempotency-Key\"");
          rest(std::move(*shared));
        });
  };
  idempotency_record begun{.key = key, .fingerprint = fingerprint, .status = 0, .body = {}, .created_at = created_at};
  ask_result<&directory::ledger, written>(x, write_rows{{std::move(begun)}},
                                          [x, go, keep_answer](const result<written>& kept) {
                                            if (!kept && x->row().store == store_need::needed)
                                              return x->refuse(problem_of(kept.error()));
                                            if (kept) x->wrap(keep_answer);
                                            go(x);
                                          });
}

}  // namespace

void idempotency::run(const exchange_ptr& x, action go) {
  const auto* header = x->request().header("idempotency-key");
  if (header == nullptr || !changing(x->request().verb)) return go(x);
  if (!plain_name(*header))
    return x->refuse(
        problem_of(std::vector{violation{"idempotency-key", "must be 1 to 128 printable characters", ""}}));
  const auto key = x->asked_by().name + ":" + *header;
  const auto fingerprint = fingerprint_of(x->request());
  const auto [running, free] = running_->emplace(key, fingerprint);
  if (!free) {
    if (running->second != fingerprint) return x->refuse(other_content());
    auto p = conflict("idempotency_running", "the first call with this Idempotency-Key is still being answered");
    p.headers.emplace_back("Retry-After", "1");
    return x->refuse(p);
  }
  x->wrap([running = running_, key](reply r, const done& rest) {
    running->erase(key);
    rest(std::move(r));
  });
  const auto found = [x, key, fingerprint, go = std::move(go)](const result<idempotency_reply>& got) {
    if (!got) {
      if (x->row().store == store_need::needed) return x->refuse(problem_of(got.error()));
      return go(x);
    }
    const auto& first = got->record;
    const bool known = first && x->env().market_now() < first->created_at + kept_for;
    if (!known) return begin(x, key, fingerprint, go);
    if (first->fingerprint != fingerprint) return x->refuse(other_content());
    if (first->status == 503) return begin(x, key, fingerprint, go);
    if (first->status == 0)
      return x->refuse(
          conflict("outcome_unknown",
                   "the first call with this Idempotency-Key began and its answer was lost; look at the state "
                   "before you ask again with a new key"));
    x->answer(reply{.status = first->status,
                    .content_type = first->status < 400 ? "application/json" : "application/problem+json",
                    .body = first->body,
                    .headers = {{"Idempotency-Replayed", "true"}}});
  };
  ask_result<&directory::reader, idempotency_reply>(x, find_idempotency{key}, found);
}

}  // namespace rltrader::http
