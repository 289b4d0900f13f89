// What changes something: one call each, and in words what it did.
#include "cli/commands.hpp"
#include "cli/session.hpp"
#include "cli/tables.hpp"
#include "cli/text.hpp"
#include "domain/instrument.hpp"
#include "runtime/text_tools.hpp"

namespace rltrader::cli {

namespace {

constexpr const char* fleet_id = "gold-rl-agent";

json body_with_pairs(const session& s) {
  json body = json::object();
  if (!s.given().words.empty()) body["pairs"] = s.given().words;
  if (const auto reason = s.given().option("reason")) body["reason"] = *reason;
  return body;
}

/// Members of a body from options, each under the API's name.
void add_options(json& body, const session& s,
                 std::initializer_list<std::pair<const char*, const char*>> option_and_name) {
  for (const auto& [option, name] : option_and_name)
    if (const auto value = s.given().option(option)) body[name] = *value;
}

std::string upper_case(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// ---- breaker --------------------------------------------------------------------------------------------------------

void print_breaker(screen& out, const json& state) {
  const auto word = text_at(state, "status");
  const auto shown = word == "ok" ? "ACTIVE" : upper_case(word);
  std::vector<piece> line{{shown, tone_of_level(word)}, "  ", text_at(state, "id")};
  const auto reason = text_at(state, "trigger_reason");
  if (!reason.empty()) line.emplace_back("  " + reason);
  const auto until = text_at(state, "cooldown_until");
  if (!until.empty()) line.emplace_back("  not before " + time_text(until));
  out.line(line);
}

exit_code set_breaker(session& s, const char* verb, const char* not_done, const std::string& key) {
  const auto reason = s.given().option("reason");
  if (!reason || trim(*reason).empty()) return s.misused(std::string(verb) + " needs --reason=TEXT");
  const auto got = s.daemon().change("POST", std::string("/ops/trading/") + verb, body_with_pairs(s), key);
  if (std::holds_alternative<trouble>(got)) {
    // An answer that says no is a no; silence is not.
    const auto& why = std::get<trouble>(got);
    const bool asked_before = s.given().has("idempotency-key");
    const bool sure = !asked_before && (why.code == exit_code::refused || why.code == exit_code::not_running ||
                                        (why.status >= 400 && why.status < 500));
    if (sure) s.world().err << not_done << '\n';
  }
  return s.show(got, [&](const json& body) {
    const auto& pairs = member(body, "pairs");
    if (s.given().words.empty() || !pairs.is_array() || pairs.empty()) print_breaker(s.out(), member(body, "state"));
    if (pairs.is_array())
      for (const auto& pair : pairs) print_breaker(s.out(), pair);
    const auto& flying = member(body, "sends_in_flight");
    if (flying.is_array() && !flying.empty()) {
      s.out().line(
          {{std::to_string(flying.size()) + " orders are on their way without the venue's word:", tone::warning}});
      for (const auto& order : flying) s.out().line({"  ", text_of_json(order)});
    }
    if (member(body, "durable") == json(false))
      s.out().line({{"The store is down: this holds in memory and in the halt file.", tone::bad}});
  });
}

// ---- agents ---------------------------------------------------------------------------------------------------------

/// The agent that a pair or an id means; asks the daemon for its pairs.
std::variant<std::string, trouble> agent_of(const session& s, const std::string& text) {
  const auto wanted = lower_case(text);
  if (wanted == fleet_id || wanted.starts_with("agent-")) return wanted;
  auto got = s.daemon().get("/ops/pairs");
  if (auto* why = std::get_if<trouble>(&got)) return std::move(*why);
  std::vector<pair_name> known;
  std::string list;
  for (const auto& row : rows_of(std::get<answer>(got).body))
    if (auto name = pair_name::parse(text_at(row, "pair"))) {
      list += (list.empty() ? "" : ", ") + name->text();
      known.push_back(std::move(*name));
    }
  if (const auto pair = resolve_pair(text, known)) return "agent-" + lower_case(pair_token(pair->text()));
  return trouble{
      exit_code::error, 0, {"no pair " + in_quotes(text) + " runs" + (list.empty() ? "" : "; there are " + list)}};
}

void print_run(screen& out, const json& run) {
  const auto status = text_at(run, "status");
  const auto why = text_at(run, "pause_reason");
  out.line({{upper_case(status), status == "running" ? tone::good : tone::warning},
            "  ",
            text_at(run, "pair"),
            "  ",
            text_at(run, "mode"),
            "  run ",
            text_at(run, "id"),
            status == "paused" && !why.empty() && why != "none" ? "  " + why : ""});
}

exit_code change_agent(session& s, const char* verb) {
  const auto agent = agent_of(s, s.given().words[0]);
  if (const auto* why = std::get_if<trouble>(&agent)) return s.fail(*why);
  json body = json::object();
  add_options(body, s, {{"reason", "reason"}, {"on-position", "on_position"}, {"on-pause", "on_pause"}});
  const auto target = "/agents/" + url_escaped(std::get<std::string>(agent)) + "/" + verb;
  return s.show(s.change(target, body), [&](const json& run) { print_run(s.out(), run); });
}

// ---- trades ---------------------------------------------------------------------------------------------------------

exit_code change_trade(session& s, const char* verb) {
  json body = json::object();
  add_options(body, s, {{"reason", "reason"}, {"quantity", "quantity"}});
  return s.show(s.change("/trades/" + url_escaped(s.given().words[0]) + "/" + verb, body), [&](const json& got) {
    trades_table(json::array({member(got, "trade")})).print(s.out());
    s.out().line();
    orders_table(json::array({member(got, "execution")})).print(s.out());
  });
}

}  // namespace

// To halt twice is to halt, so no key is sent that nobody gave: the daemon would look it up in a store that may hang.
exit_code halt(session& s) {
  return set_breaker(s, "halt", "NOT HALTED", s.given().option("idempotency-key").value_or(""));
}
exit_code reduce(session& s) {
  return set_breaker(s, "reduce", "NOT REDUCING", s.given().option("idempotency-key").value_or(""));
}
exit_code resume(session& s) { return set_breaker(s, "resume", "NOT RESUMED", s.key()); }

exit_code rebase(session& s) {
  const auto reason = s.given().option("reason");
  if (!reason || trim(*reason).empty()) return s.misused("rebase needs --reason=TEXT");
  return s.show(s.change("/ops/trading/rebase", json{{"reason", *reason}}), [&](const json& body) {
    s.out().line({"peak ", text_at(body, "peak_before"), " -> ", text_at(body, "peak"), " USDT"});
    print_breaker(s.out(), member(body, "state"));
  });
}

exit_code resolve_order(session& s) {
  const auto reason = s.given().option("reason");
  if (!reason || trim(*reason).empty()) return s.misused("resolve needs --reason=TEXT");
  return s.show(s.change("/ops/orders/" + url_escaped(s.given().words[0]) + "/resolve",
                         json{{"outcome", "not_placed"}, {"reason", *reason}}),
                [&](const json& order) { orders_table(json::array({order})).print(s.out()); });
}

exit_code flatten(session& s) {
  const auto reason = s.given().option("reason");
  if (!reason || trim(*reason).empty()) return s.misused("flatten needs --reason=TEXT");
  return s.show(s.change("/ops/trading/flatten", body_with_pairs(s)), [&](const json& body) {
    const auto closing = orders_table(rows_of(member(body, "orders")));
    if (closing.empty())
      s.out().line({"No closing order was needed."});
    else
      closing.print(s.out());
    for (const auto& one : rows_of(member(body, "refused")))
      s.out().line(
          {{"NOT CLOSED ", tone::bad}, text_at(one, "pair"), " ", text_at(one, "trade_id"), "  ", text_at(one, "why")});
  });
}

exit_code reconcile(session& s) {
  return s.show(s.change("/ops/trading/reconcile", body_with_pairs(s)), [&](const json& report) {
    const auto errors = text_at(report, "errors");
    s.out().line({"checked ",
                  text_at(report, "checked"),
                  ", corrected ",
                  text_at(report, "updated"),
                  ", without an answer ",
                  {errors, errors == "0" ? tone::plain : tone::bad},
                  "  at ",
                  time_text(text_at(report, "reconciled_at"))});
    const auto found = mismatches_table(rows_of(member(report, "mismatches")));
    if (!found.empty()) found.print(s.out());
    const auto quarantined = text_at(report, "quarantined");
    if (!quarantined.empty()) s.out().line({{"Quarantined: " + quarantined, tone::bad}});
  });
}

exit_code close_trade(session& s) { return change_trade(s, "close"); }
exit_code cancel_trade(session& s) { return change_trade(s, "cancel"); }

exit_code start_agent(session& s) {
  json body = json::object();
  body["pair"] = s.given().words[0];
  body["mode"] = s.given().option("mode").value_or("paper");
  body["riskLimitSetId"] = s.given().option("limits").value_or("baseline");
  add_options(body, s, {{"on-position", "on_position"}, {"on-pause", "on_pause"}});
  return s.show(s.change(std::string("/agents/") + fleet_id + "/start", body),
                [&](const json& run) { print_run(s.out(), run); });
}

exit_code pause_agent(session& s) { return change_agent(s, "pause"); }
exit_code resume_agent(session& s) { return change_agent(s, "resume"); }
exit_code stop_agent(session& s) { return change_agent(s, "stop"); }

}  // namespace rltrader::cli
