// Answers once, whatever the handler does.
#include "http/exchange.hpp"

#include "http/route.hpp"

#include <exception>
#include <utility>

namespace rltrader::http {

namespace {

/// Field names come from the client: what could break a header is shown as a question mark.
std::string warning_of(const std::vector<std::string>& ignored) {
  constexpr std::size_t shown_most = 200;
  std::string names;
  for (const auto& name : ignored) names += (names.empty() ? "" : ", ") + name;
  if (names.size() > shown_most) names = names.substr(0, shown_most) + "...";
  for (char& c : names)
    if (c < ' ' || c > '~' || c == '"' || c == '\\') c = '?';
  return "199 rltrader \"ignored unknown fields: " + names + "\"";
}

}  // namespace

exchange::~exchange() {
  if (!finish_) return;
  try {
    refuse(problem_of(failure{errc::internal, "the call was let go without an answer"}));
  } catch (const std::exception&) {
    // Nothing is left that could be told to anybody.
  }
}

milliseconds exchange::timeout() const {
  return row_ != nullptr && row_->timeout.count() > 0 ? row_->timeout : env_.timeout;
}

void exchange::answer(reply r) {
  if (!finish_) return;
  if (!ignored_.empty()) r.headers.emplace_back("Warning", warning_of(ignored_));
  const auto finish = std::exchange(finish_, nullptr);
  finish(std::move(r));
}

void exchange::answer(const json& body, int status) {
  if (status == 0) status = row_ != nullptr ? row_->success : 200;
  answer(reply{.status = status,
               .content_type = "application/json",
               .body = body.dump(-1, ' ', false, json::error_handler_t::replace),
               .headers = {}});
}

void exchange::guarded(const std::function<void()>& what) {
  try {
    what();
  } catch (const std::exception& e) {
    refuse(problem_of(failure{errc::internal, std::string("a handler failed: ") + e.what()}));
  }
}

void exchange::wrap(std::function<void(reply, done rest)> around) {
  if (!finish_) return;
  finish_ = [around = std::move(around), rest = std::move(finish_)](reply r) { around(std::move(r), rest); };
}

problem reopening() {
  return problem_of(failure{errc::unavailable, "the desk is being reopened; try again in a moment"});
}

}  // namespace rltrader::http
