// For somebody at three in the morning: may it trade, what is at risk, what waits for a person; the worst in red.
#include "cli/status_report.hpp"

#include "cli/tables.hpp"
#include "cli/text.hpp"
#include "domain/money.hpp"
#include "wire/rfc3339.hpp"

#include <algorithm>
#include <cctype>

namespace rltrader::cli {

namespace {

constexpr std::size_t rows_most = 20;

std::string label(const std::string& text) {
  constexpr std::size_t column = 11;
  return text + std::string(text.size() < column ? column - text.size() : 1, ' ');
}

/// What a full list counts to is a least number.
std::string counted(std::size_t rows) { return std::to_string(rows) + (rows >= listed_most ? "+" : ""); }

class report {
 public:
  report(screen& out, const endpoint& where, const status_parts& parts) : out_(out), where_(where), parts_(parts) {
    now_ = rfc3339_parse(text_at(body("summary"), "generated_at"));
  }

  void print() {
    print_head();
    print_breaker();
    print_money();
    print_pairs();
    print_orders();
    print_alerts();
    print_jobs();
  }

 private:
  const json& body(std::string_view part) const {
    static const json nothing;
    const auto found = parts_.find(part);
    const auto* got = found == parts_.end() ? nullptr : std::get_if<answer>(&found->second);
    return got == nullptr ? nothing : got->body;
  }

  /// Says what is in the way of a part, if anything.
  bool missing(std::string_view part, const char* title) {
    const auto found = parts_.find(part);
    if (found != parts_.end() && std::holds_alternative<answer>(found->second)) return false;
    const auto* why = found == parts_.end() ? nullptr : &std::get<trouble>(found->second);
    const bool not_ours = why != nullptr && why->status == 403;
    const auto line = why == nullptr ? std::string("not asked: the daemon answers too slowly") : why->lines.at(0);
    out_.line({{label(title), tone::strong}, {line, not_ours ? tone::faint : tone::bad}});
    return true;
  }

  /// "3 min ago", by the daemon's own market time; the time itself where that is not known.
  std::string age(const std::string& at) const {
    const auto then = rfc3339_parse(at);
    if (!then || !now_) return time_text(at);
    return *then <= *now_ ? span_text(*now_ - *then) + " ago" : "in " + span_text(*then - *now_);
  }

  void print_head() {
    const auto& ready = body("ready");
    const auto& version = body("version");
    out_.line({{"rltraderd ", tone::strong},
               text_at(ready, "version"),
               " ",
               text_at(version, "commit").substr(0, 12),
               "  ",
               where_.text,
               "  role ",
               text_at(ready, "role"),
               "  ",
               text_at(version, "backends"),
               "  up since ",
               time_text(text_at(ready, "started_at"))});
    if (now_) out_.line({{"market time " + time_text(rfc3339_text(*now_)) + " UTC", tone::faint}});
    if (missing("ready", "Ready")) return;
    if (is_ready(parts_)) return out_.line({{"READY", tone::good}});
    out_.line({{"NOT READY", tone::bad}});
    for (const auto& reason : rows_of(member(ready, "reasons")))
      out_.line({"  ", {label(text_at(reason, "check")), tone::warning}, text_at(reason, "problem")});
  }

  void print_level(const std::string& title, const json& state) {
    const auto word = text_at(state, "status");
    auto shown = word == "ok" ? std::string("ACTIVE") : word;
    for (char& c : shown) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    std::vector<piece> line{{title, tone::strong}, {shown, tone_of_level(word)}};
    for (const auto* key : {"cause", "trigger_reason"})
      if (const auto text = text_at(state, key); !text.empty()) line.emplace_back("  " + text);
    if (const auto since = text_at(state, "last_triggered_at"); !since.empty() && word != "ok")
      line.emplace_back("  since " + age(since));
    if (const auto until = text_at(state, "cooldown_until"); !until.empty() && word != "ok")
      line.emplace_back("  not before " + time_text(until));
    out_.line(line);
  }

  void print_breaker() {
    if (missing("risk", "Breaker")) return;
    const auto& risk = body("risk");
    print_level(label("Breaker"), member(risk, "state"));
    for (const auto& pair : rows_of(member(risk, "pairs"))) print_level(label("") + text_at(pair, "id") + " ", pair);
    for (const auto& q : rows_of(member(risk, "quarantined")))
      out_.line({{label("Quarantine"), tone::strong},
                 {text_at(q, "pair"), tone::bad},
                 "  ",
                 text_at(q, "cause"),
                 "  ",
                 text_at(q, "reason"),
                 "  since ",
                 age(text_at(q, "since"))});
  }

  /// "123.00 of 1,000.00 (12.30 %)": yellow above half of its limit, red above nine tenths.
  static std::vector<piece> of_limit(const std::string& used, const std::string& most) {
    const auto is = money::parse(used);
    const auto may = money::parse(most);
    if (!is || !may || !may->positive()) return {money_text(used)};
    tone look = tone::plain;
    std::string share;
    try {
      const auto part = ratio_of(*is, *may);
      if (part >= rate::parse("0.5").value_or(rate{})) look = tone::warning;
      if (part >= rate::parse("0.9").value_or(rate{})) look = tone::bad;
      share = " (" + percent_text(part.text()) + ")";
    } catch (const arithmetic_overflow&) {
      look = tone::bad;
    }
    return {{money_text(used), look}, " of " + money_text(most) + share};
  }

  void print_money() {
    const auto& risk = body("risk");
    if (risk.is_null()) return;
    const auto& is = member(risk, "snapshot");
    const auto& may = member(risk, "policy");
    const auto line = [&](const char* title, std::vector<piece> first, const std::vector<std::vector<piece>>& more) {
      std::vector<piece> all{{label(title), tone::strong}};
      all.insert(all.end(), first.begin(), first.end());
      for (const auto& pieces : more) all.insert(all.end(), pieces.begin(), pieces.end());
      out_.line(all);
    };
    const auto amount = [&](const char* key) { return text_at(is, key); };
    const auto signed_piece = [&](const char* key) {
      return piece{signed_money_text(amount(key)), tone_of_money(amount(key))};
    };
    line("Equity", {{money_text(amount("equity")) + " USDT", tone::strong}},
         {{"  realised ", signed_piece("realisedPnl"), "  unrealised ", signed_piece("unrealisedPnl")}});
    line("Day's loss", of_limit(amount("dailyLoss"), text_at(may, "max_daily_loss")),
         {{"  halts above ", money_text(text_at(may, "circuit_breaker_loss"))}});
    line("Drawdown", {percent_text(amount("drawdown"))},
         {{" of ", percent_text(text_at(may, "max_drawdown")), "  leverage ", money_text(amount("leverage")), " of ",
           money_text(text_at(may, "max_leverage"))}});
    line("Exposure", of_limit(amount("totalExposure"), text_at(may, "max_total_exposure")),
         {{"  positions ", amount("openPositions"), " of ", text_at(may, "max_open_positions")}});
    const auto unknown = money::parse(amount("unknownExposure"));
    line("In flight", {money_text(amount("inFlightExposure"))},
         {{"  UNKNOWN ",
           {money_text(amount("unknownExposure")), unknown && !unknown->is_zero() ? tone::bad : tone::plain}}});
    const auto& summary = body("summary");
    if (!summary.is_null())
      line("Trades", {text_at(summary, "trade_count")},
           {{"  won ",
             percent_text(text_at(summary, "win_rate")),
             "  net ",
             {signed_money_text(text_at(summary, "net_pnl")), tone_of_money(text_at(summary, "net_pnl"))}}});
  }

  void print_pairs() {
    out_.line();
    if (missing("pairs", "Pairs")) return;
    table t({{"PAIR"},
             {"RUN"},
             {"POSITION"},
             {"ENTRY", align::right},
             {"EXPOSURE", align::right},
             {"DECISION"},
             {"WHEN"},
             {"WARNINGS"}});
    const auto& exposure = member(member(body("risk"), "snapshot"), "exposureByInstrument");
    for (const auto& row : rows_of(body("pairs"))) {
      const auto& last = member(row, "last_decision");
      auto run = run_piece(row);
      if (member(row, "quarantined") == json(true)) run = {run.text + ", quarantined", tone::bad};
      const auto entry = short_decimal(text_at(row, "entry_price"));
      const auto at = text_at(last, "decided_at");
      t.row({text_at(row, "pair"),
             run,
             position_piece(row),
             entry == "0" ? "" : entry,
             money_text(text_at(exposure, text_at(row, "pair"))),
             text_at(last, "action"),
             at.empty() ? at : age(at),
             {text_at(last, "warnings"), tone::warning}});
    }
    if (t.empty()) return out_.line({{label("Pairs"), tone::strong}, {"none runs", tone::warning}});
    t.print(out_);
  }

  void print_orders() {
    out_.line();
    json open = json::array();
    std::int64_t count = 0;
    std::int64_t unknown = 0;
    for (const auto* state : open_states) {
      const auto part = std::string("orders_") + state;
      if (missing(part, "Orders")) return;
      const auto& rows = rows_of(body(part));
      const auto& total = member(body(part), "total");
      const auto here = total.is_number_integer() ? total.get<std::int64_t>() : static_cast<std::int64_t>(rows.size());
      count += here;
      if (std::string_view(state) == "unknown") unknown = here;
      for (const auto& row : rows)
        if (open.size() < rows_most) open.push_back(row);
    }
    out_.line({{label("Orders"), tone::strong},
               std::to_string(count) + " open, ",
               {std::to_string(unknown) + " UNKNOWN", unknown > 0 ? tone::bad : tone::plain}});
    if (!open.empty()) orders_table(open).print(out_);
  }

  void print_alerts() {
    if (missing("alerts", "Alerts")) return;
    const auto& rows = rows_of(body("alerts"));
    const auto high =
        std::count_if(rows.begin(), rows.end(), [](const json& row) { return text_at(row, "severity") == "high"; });
    out_.line({{label("Alerts"), tone::strong},
               counted(rows.size()) + " open, ",
               {std::to_string(high) + " high", high > 0 ? tone::bad : tone::plain}});
    json worst = json::array();
    for (const auto* severity : {"high", "medium", "low"})
      for (const auto& row : rows)
        if (text_at(row, "severity") == severity && worst.size() < rows_most) worst.push_back(row);
    if (!worst.empty()) alerts_table(worst).print(out_);
  }

  void print_jobs() {
    std::vector<piece> line{{label("Queue"), tone::strong}};
    for (const auto* status : waiting_jobs) {
      const auto part = std::string("jobs_") + status;
      if (missing(part, "Queue")) return;
      const auto count = rows_of(body(part)).size();
      const bool dead = std::string_view(status) == "failed";
      if (line.size() > 1) line.emplace_back(", ");
      line.emplace_back(
          piece{counted(count) + " " + (dead ? "given up" : status), dead && count > 0 ? tone::bad : tone::plain});
    }
    out_.line(line);
  }

  screen& out_;
  const endpoint& where_;
  const status_parts& parts_;
  std::optional<instant> now_;
};

}  // namespace

bool is_ready(const status_parts& parts) {
  const auto found = parts.find("ready");
  const auto* got = found == parts.end() ? nullptr : std::get_if<answer>(&found->second);
  return got != nullptr && member(got->body, "ready") == json(true);
}

void print_status(screen& out, const endpoint& where, const status_parts& parts) { report(out, where, parts).print(); }

std::string status_json(const status_parts& parts) {
  std::string out = "{";
  for (const auto& [name, part] : parts) {
    out += (out.size() > 1 ? "," : "") + json(name).dump() + ":";
    if (const auto* got = std::get_if<answer>(&part))
      out += got->raw;
    else
      out +=
          json{{"problem", std::get<trouble>(part).lines.at(0)}}.dump(-1, ' ', false, json::error_handler_t::replace);
  }
  return out + "}";
}

}  // namespace rltrader::cli
