// `status`: asks for each part, the most important first, and shows what came.
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/status_report.hpp"

namespace rltrader::cli {

namespace {

/// Asks one part after the other. A daemon that lets us wait twice is not asked on: what is known by then is shown.
class gatherer {
 public:
  explicit gatherer(const client& daemon) : daemon_(daemon) {}

  void ask(const std::string& part, const std::string& target) {
    if (waited_ >= patience) return;
    keep(part, daemon_.get(target));
  }
  void ask_ready() { keep("ready", daemon_.readiness()); }
  const trouble* trouble_with(std::string_view part) const {
    const auto found = parts_.find(part);
    return found == parts_.end() ? nullptr : std::get_if<trouble>(&found->second);
  }
  const status_parts& parts() const { return parts_; }
  /// 0 when all came; what a role may not see is no failure.
  exit_code code() const {
    for (const auto& [name, part] : parts_)
      if (const auto* why = std::get_if<trouble>(&part); why != nullptr && why->status != 403) return why->code;
    return exit_code::done;
  }

 private:
  static constexpr int patience = 2;

  void keep(const std::string& part, outcome got) {
    const auto* why = std::get_if<trouble>(&got);
    if (why != nullptr && why->code == exit_code::timed_out) ++waited_;
    parts_.insert_or_assign(part, std::move(got));
  }

  const client& daemon_;
  status_parts parts_;
  int waited_ = 0;
};

}  // namespace

exit_code show_status(session& s) {
  gatherer g(s.daemon());
  g.ask_ready();
  // Nobody there, or nobody who would tell us: the other parts would say the same.
  const auto* first = g.trouble_with("ready");
  if (first != nullptr && first->code == exit_code::not_running) return s.fail(*first);
  g.ask("risk", "/ops/trading/risk");
  const auto* second = g.trouble_with("risk");
  const bool unanswered = first != nullptr && second != nullptr && first->status == 0 && second->status == 0;
  if (unanswered || (second != nullptr && second->status == 401)) return s.fail(*second);
  g.ask("pairs", "/ops/pairs");
  const auto limit = "?limit=" + std::to_string(listed_most);
  g.ask("alerts", "/ops/alerts" + limit + "&status=open");
  for (const auto* state : open_states)
    g.ask(std::string("orders_") + state, "/ops/orders?page_size=25&status=" + std::string(state));
  for (const auto* status : waiting_jobs)
    g.ask(std::string("jobs_") + status, "/ops/retry-queue" + limit + "&status=" + status);
  g.ask("summary", "/ops/trading/summary");
  g.ask("version", "/version");
  if (s.wants_json())
    s.print_json(status_json(g.parts()));
  else
    print_status(s.out(), s.daemon().where(), g.parts());
  if (const auto code = g.code(); code != exit_code::done) return code;
  return s.given().has("check") && !is_ready(g.parts()) ? exit_code::error : exit_code::done;
}

}  // namespace rltrader::cli
