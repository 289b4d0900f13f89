// review(intent): each rule by its word, at its boundary.
#include "domain/risk.hpp"

#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

namespace rltrader {
namespace {

using namespace testing;
using enum position_side;

const review_terms terms;

std::string word_of_review(const risk_book& book, const order_intent& intent, bool by_operator = false) {
  const auto said = review(book, intent, noon, terms, by_operator);
  if (const auto* no = std::get_if<refusal>(&said)) return no->rule;
  return "approved";
}
std::string why_of_review(const risk_book& book, const order_intent& intent) {
  const auto said = review(book, intent, noon, terms);
  const auto* no = std::get_if<refusal>(&said);
  return no == nullptr ? "approved" : no->why;
}

void open_breaker(risk_book& book, const std::string& scope, breaker_level level) {
  book.breakers[scope].scope = scope;
  book.breakers[scope].level = level;
  book.breakers[scope].cause = "leverage";
  book.breakers[scope].reason = "leverage is 2, the limit is 1";
}
void measured_from(risk_book& book, const char* opening, const char* peak) {
  auto& account = book.breakers["account"];
  account.scope = "account";
  account.day = day_of(noon);
  account.day_opening_equity = usdt(opening);
  account.peak_equity = usdt(peak);
}
risk_limit_set wide_set() {
  risk_limit_set s;
  s.name = "wide";
  s.max_position_size = money::of(100'000);
  s.leverage_cap = rate::of(10);
  s.max_daily_loss = money::of(100'000);
  s.max_drawdown = rate::of(1);
  s.max_open_positions = 100;
  return s;
}

TEST(review, approves_exactly_what_was_reviewed_for_as_long_as_the_terms_say) {
  const auto intent = intent_of({.quantity = "10"});
  const auto said = review(plain_book(), intent, noon, {.validity = seconds{7}});
  const auto* yes = std::get_if<approved_order>(&said);
  ASSERT_NE(yes, nullptr);
  EXPECT_EQ(yes->intent().content, intent.content);
  EXPECT_EQ(yes->intent().slot, intent.slot);
  EXPECT_EQ(yes->valid_until(), noon + seconds{7});
}

struct rule_case {
  const char* expected;
  const char* about;
  std::function<void(risk_book&, order_intent&)> arrange;
  intent_terms asked = {};
  bool by_operator = false;
};

/// One case a rule: a sound book and intent, and the one thing that is wrong with it.
std::vector<rule_case> form_cases() {
  return {
      {"approved", "an entry", [](auto&, auto&) {}},
      {"unknown_pair", "not of this desk", [](auto& b, auto&) { b.pairs.erase(btc); }},
      {"malformed", "slot of another pair", [](auto&, auto& i) { i.slot.pair = eth; }},
      {"malformed", "limit without price", [](auto&, auto& i) { i.content.type = order_type::limit; }},
      {"malformed",
       "stop without trigger",
       [](auto& b, auto& i) {
         hold(b, btc, "1");
         i.content.trigger.reset();
       },
       {.leg = order_leg::stop}},
      {"malformed", "an entry that waits for a trigger",
       [](auto&, auto& i) {
         i.content.type = order_type::stop_market;
         i.content.trigger = p("90");
       }},
      {"wrong_side", "a leg in one-way mode", [](auto&, auto& i) { i.content.leg_side = long_side; }},
      {"wrong_side", "no leg in hedge mode", [](auto& b, auto&) { b.mode = position_mode::hedge; }},
      {"not_reducing",
       "an exit that may increase",
       [](auto& b, auto& i) {
         hold(b, btc, "1");
         i.content.reduce_only = false;
       },
       {.leg = order_leg::exit}},
      {"not_quantized", "off the step", [](auto&, auto& i) { i.content.quantity = q("1.0005"); }},
      {"not_quantized", "nothing", [](auto&, auto& i) { i.content.quantity = q("0"); }},
      {"not_quantized", "less than nothing", [](auto&, auto& i) { i.content.quantity = q("-1"); }},
      {"not_quantized", "off the tick",
       [](auto&, auto& i) {
         i.content.type = order_type::limit;
         i.content.limit = p("99.95");
       }},
      {"below_minimum", "an entry below three minimums", [](auto&, auto& i) { i.content.quantity = q("0.059"); }},
      {"approved", "an entry of three minimums", [](auto&, auto& i) { i.content.quantity = q("0.06"); }},
  };
}

std::vector<rule_case> wall_cases() {
  const auto level = [](const char* scope, breaker_level l) {
    return [=](risk_book& b, order_intent&) {
      hold(b, btc, "1");
      open_breaker(b, scope, l);
    };
  };
  const auto aged = [](milliseconds age) {
    return [=](risk_book& b, order_intent& i) {
      hold(b, btc, "1");
      i.created_at = noon - age;
    };
  };
  const auto kill = [](risk_book& b, order_intent&) {
    hold(b, btc, "1");
    b.configuration.kill_switch = true;
  };
  const auto quarantine = [](risk_book& b, order_intent&) {
    hold(b, btc, "1");
    b.pairs[btc].quarantined = true;
  };
  const auto disabled = [](risk_book& b, order_intent&) {
    hold(b, btc, "1");
    b.configuration.enabled = false;
  };
  const intent_terms exit{.leg = order_leg::exit};
  const intent_terms stop{.leg = order_leg::stop};
  using enum breaker_level;
  return {
      {"breaker_reducing", "entry, account reducing", level("account", reducing)},
      {"breaker_reducing", "entry, pair reducing", level("BTC-USDT", reducing)},
      {"approved", "entry, another pair reducing", level("ETH-USDT", reducing)},
      {"approved", "exit, account reducing", level("account", reducing), exit},
      {"breaker_halted", "entry, account halted", level("account", halted)},
      {"breaker_halted", "exit, pair halted", level("BTC-USDT", halted), exit},
      {"approved", "an operator's exit, account halted", level("account", halted), exit, true},
      {"approved", "a protective stop, account halted (I21)", level("account", halted), stop},
      {"breaker_halted", "an operator's entry, account halted", level("account", halted), {}, true},
      {"stale_intent", "an entry wanted too long ago", aged(terms.validity + milliseconds{1})},
      {"approved", "an entry wanted just in time", aged(terms.validity)},
      {"stale_intent", "an exit wanted too long ago", aged(hours{1}), exit},
      {"approved", "an operator's old exit", aged(hours{1}), exit, true},
      {"approved", "an old protective stop (I21)", aged(hours{1}), stop},
      {"kill_switch", "entry", kill},
      {"kill_switch", "exit of an agent", kill, exit},
      {"approved", "an operator's exit", kill, exit, true},
      {"quarantined", "entry", quarantine},
      {"quarantined", "exit of an agent", quarantine, exit},
      {"approved", "an operator's exit", quarantine, exit, true},
      {"approved", "stop", quarantine, stop},
      {"agents_disabled", "entry", disabled},
      {"approved", "exit while agents are switched off", disabled, exit},
      {"live_not_armed", "live entry, paper configuration", [](auto&, auto& i) { i.slot.mode = trading_mode::live; }},
      {"instrument_not_allowed", "a list without it",
       [](auto& b, auto&) { b.configuration.allowed_instruments = {"ETH-USDT"}; }},
      {"approved", "a list with it, spelled otherwise",
       [](auto& b, auto&) { b.configuration.allowed_instruments = {"btcusdt"}; }},
      {"instrument_not_allowed", "live without a list",
       [](auto& b, auto& i) { b.configuration.mode = i.slot.mode = trading_mode::live; }},
      {"approved", "live with a list",
       [](auto& b, auto& i) {
         b.configuration.mode = i.slot.mode = trading_mode::live;
         b.configuration.allowed_instruments = {"BTC-USDT"};
       }},
  };
}

std::vector<rule_case> order_cases() {
  const intent_terms exit{.leg = order_leg::exit, .quantity = "1"};
  const auto resting = [](order_state s, intent_terms t) {
    t.ordinal = 7;
    return [=](risk_book& b, order_intent&) {
      hold(b, btc, "2");
      rest(b, order_in(s, t));
    };
  };
  using enum order_state;
  return {
      {"unresolved_order", "entry beside an unknown entry", resting(unknown, {})},
      {"unresolved_order", "entry beside a resting one", resting(accepted, {})},
      {"unresolved_order", "entry beside a close", resting(sent, exit)},
      {"approved", "entry beside the stop", resting(accepted, {.leg = order_leg::stop})},
      {"approved", "a close beside an unknown entry", resting(unknown, {}), exit},
      {"unresolved_order", "a close beside a close", resting(unknown, exit), exit},
      {"approved", "an operator's close of the rest", resting(unknown, exit), exit, true},
      {"over_closable",
       "an operator's close of more than the rest",
       resting(unknown, exit),
       {.leg = order_leg::exit, .quantity = "1.001"},
       true},
      {"unresolved_order", "the same slot", [](auto& b, auto&) { rest(b, order_in(sent)); }},
      {"unresolved_order",
       "a stop beside an unanswered one",
       resting(sent, {.leg = order_leg::stop}),
       {.leg = order_leg::stop}},
      {"approved",
       "a stop beside a resting one that it replaces",
       resting(accepted, {.leg = order_leg::stop}),
       {.leg = order_leg::stop}},
      {"nothing_to_reduce", "a close while flat", [](auto&, auto&) {}, exit},
      {"nothing_to_reduce", "a close of a long while short (I8)", [](auto& b, auto&) { hold(b, btc, "-1"); }, exit},
      {"over_closable", "a close of more than is held (I8)", [](auto& b, auto&) { hold(b, btc, "0.999"); }, exit},
      {"approved", "a close of all", [](auto& b, auto&) { hold(b, btc, "1"); }, exit},
      {"approved",
       "a whole remainder below the minimum",
       [](auto& b, auto&) { hold(b, btc, "0.01"); },
       {.leg = order_leg::exit, .quantity = "0.01"}},
      {"below_minimum",
       "a part below the minimum",
       [](auto& b, auto&) { hold(b, btc, "1"); },
       {.leg = order_leg::exit, .quantity = "0.019"}},
      {"approved",
       "a part of the minimum",
       [](auto& b, auto&) { hold(b, btc, "1"); },
       {.leg = order_leg::exit, .quantity = "0.02"}},
      {"over_closable",
       "a stop larger than the position",
       [](auto& b, auto&) { hold(b, btc, "0.5"); },
       {.leg = order_leg::stop}},
      {"not_flat", "a flip", [](auto& b, auto&) { hold(b, btc, "-1"); }},
      {"approved", "an entry over dust of the other side", [](auto& b, auto&) { hold(b, btc, "-0.001"); }},
      {"approved", "an entry that adds", [](auto& b, auto&) { hold(b, btc, "1"); }},
  };
}

std::vector<rule_case> limit_cases() {
  const auto loss = [](const char* wallet) {
    return [=](risk_book& b, order_intent&) {
      measured_from(b, "10000", "10000");
      b.wallet = usdt(wallet);
    };
  };
  const auto fall = [](const char* peak) {
    return [=](risk_book& b, order_intent&) { measured_from(b, "10000", peak); };
  };
  const auto set = [](std::function<void(risk_limit_set&)> change) {
    return [=](risk_book& b, order_intent&) {
      measured_from(b, "10100", "10100");
      hold(b, eth, "10");
      b.pairs[btc].limits = wide_set();
      change(*b.pairs[btc].limits);
    };
  };
  return {
      {"no_mark", "none seen", [](auto& b, auto&) { b.pairs[btc].mark.reset(); }},
      {"stale_mark", "older than ten seconds",
       [](auto& b, auto&) { b.pairs[btc].mark->at = noon - milliseconds{10'001}; }},
      {"approved", "ten seconds old", [](auto& b, auto&) { b.pairs[btc].mark->at = noon - seconds{10}; }},
      {"stale_mark", "a last price without a mark", [](auto& b, auto&) { b.pairs[btc].mark->mark = {}; }},
      {"no_mark", "another pair holds an order of unknown worth",
       [](auto& b, auto&) {
         b.pairs[eth].mark.reset();
         auto o = order_in(order_state::unknown, {.pair = eth});
         o.intent.reference = {};
         rest(b, o);
       }},
      {"insufficient_equity", "no equity", [](auto& b, auto&) { b.wallet = {}; }},
      {"approved", "the day's loss at its limit", loss("9800")},
      {"daily_loss", "the day's loss over its limit", loss("9799.99999999")},
      {"approved", "drawdown at its limit", fall("10526.31578947")},
      {"drawdown", "drawdown over its limit", fall("10526.5")},
      {"approved", "the pair's exposure at its limit", [](auto&, auto&) {}, {.quantity = "50"}},
      {"max_instrument_exposure", "the pair's exposure over its limit", [](auto&, auto&) {}, {.quantity = "50.001"}},
      {"max_total_exposure",
       "all exposure over its limit",
       [](auto& b, auto&) { hold(b, eth, "-40"); },
       {.quantity = "40.001"}},
      {"approved", "all exposure at its limit", [](auto& b, auto&) { hold(b, eth, "-40"); }, {.quantity = "40"}},
      {"max_open_positions", "a third pair",
       [](auto& b, auto&) {
         hold(b, eth, "1");
         hold(b, sol, "-1");
       }},
      {"max_open_positions", "a third pair, the others in flight",
       [](auto& b, auto&) {
         rest(b, order_in(order_state::unknown, {.pair = eth}));
         rest(b, order_in(order_state::intent, {.pair = sol}));
       }},
      {"approved", "a third pair, one of them dust",
       [](auto& b, auto&) {
         hold(b, eth, "1");
         hold(b, sol, "-0.01");
       }},
      {"max_leverage",
       "exposure over equity",
       [](auto& b, auto&) { b.wallet = money::of(1'000); },
       {.quantity = "10.001"}},
      {"approved",
       "exposure as large as equity",
       [](auto& b, auto&) { b.wallet = money::of(1'000); },
       {.quantity = "10"}},
      {"configuration_position_size", "over the configuration's",
       [](auto& b, auto&) { b.configuration.max_position_size = money::of(99); }},
      {"configuration_daily_loss", "over the configuration's",
       [](auto& b, auto&) {
         measured_from(b, "10100", "10100");
         b.configuration.daily_loss_limit = money::of(99);
       }},
      {"approved", "a wide limit set", set([](auto&) {})},
      {"limit_set_inactive", "not in use", set([](auto& s) { s.active = false; })},
      {"limit_set_position_size", "over the run's", set([](auto& s) { s.max_position_size = money::of(99); })},
      {"limit_set_leverage", "over the run's", set([](auto& s) { s.leverage_cap = *rate::parse("0.1099"); })},
      {"limit_set_daily_loss", "over the run's", set([](auto& s) { s.max_daily_loss = money::of(99); })},
      {"limit_set_drawdown", "over the run's", set([](auto& s) { s.max_drawdown = *rate::parse("0.009"); })},
      {"limit_set_open_positions", "over the run's", set([](auto& s) { s.max_open_positions = 1; })},
  };
}

std::vector<rule_case> all_cases() {
  std::vector<rule_case> all;
  for (auto* part : {&form_cases, &wall_cases, &order_cases, &limit_cases})
    for (auto& c : (*part)()) all.push_back(std::move(c));
  return all;
}

TEST(review, refuses_by_each_rule_with_its_word_and_approves_at_its_boundary) {
  for (const auto& c : all_cases()) {
    auto book = plain_book();
    auto intent = intent_of(c.asked);
    c.arrange(book, intent);
    EXPECT_EQ(word_of_review(book, intent, c.by_operator), c.expected)
        << c.about << ": " << why_of_review(book, intent);
  }
}

TEST(review, has_a_case_for_each_word_and_a_word_for_each_case) {
  std::set<std::string> listed;
  for (const auto& r : refusal_rules()) {
    EXPECT_TRUE(listed.emplace(r.word).second) << r.word;
    EXPECT_FALSE(r.sentence.empty());
  }
  std::set<std::string> tested;
  for (const auto& c : all_cases())
    if (std::string(c.expected) != "approved") tested.insert(c.expected);
  EXPECT_EQ(tested, listed);
}

TEST(review, names_the_figures) {
  auto book = plain_book();
  hold(book, btc, "30");
  EXPECT_EQ(why_of_review(book, intent_of({.quantity = "20.5"})),
            "exposure of the pair would be 5050 USDT, the limit is 5000 USDT");
  EXPECT_EQ(why_of_review(book, intent_of({.leg = order_leg::exit, .quantity = "31"})),
            "sell 31, held 30, closable 30");
  open_breaker(book, "account", breaker_level::reducing);
  EXPECT_EQ(why_of_review(book, intent_of()), "account is reducing (leverage): leverage is 2, the limit is 1");
}

TEST(review, counts_resting_in_flight_and_unknown_orders_as_if_they_were_filled) {
  for (const auto s : {order_state::intent, order_state::sent, order_state::accepted, order_state::unknown}) {
    auto book = plain_book();
    book.policy.max_instrument_exposure = money::of(8'000);
    rest(book, order_in(s, {.pair = eth, .quantity = "40"}));
    EXPECT_EQ(word_of_review(book, intent_of({.quantity = "40"})), "approved") << text_of(s);
    EXPECT_EQ(word_of_review(book, intent_of({.quantity = "40.001"})), "max_total_exposure") << text_of(s) << " (I10)";
  }
}

TEST(review, counts_what_of_a_partial_order_is_still_open) {
  auto book = plain_book();
  auto o = order_in(order_state::partial, {.pair = eth, .quantity = "40"});
  o.filled = q("30");
  rest(book, o);
  hold(book, eth, "30");
  EXPECT_EQ(measure(book, noon).total_exposure, usdt("4000"));
  EXPECT_EQ(measure(book, noon).in_flight_exposure, usdt("1000"));
}

TEST(review, counts_a_close_in_flight_as_unfilled_for_exposure_and_as_filled_for_what_may_be_closed) {
  auto book = plain_book();
  hold(book, btc, "30");
  rest(book, order_in(order_state::sent, {.leg = order_leg::exit, .quantity = "20"}));
  EXPECT_EQ(measure(book, noon).total_exposure, usdt("3000"));
  EXPECT_EQ(closable(book.pairs[btc], both, book.mode), q("10"));
}

TEST(review, lets_legs_of_a_hedge_be_ordered_and_closed_apart) {
  auto book = plain_book(position_mode::hedge);
  hold(book, btc, "10", long_side);
  const intent_terms open_short{.which = short_side, .mode = position_mode::hedge};
  EXPECT_EQ(word_of_review(book, intent_of(open_short)), "approved") << "no flip: the legs stand side by side";
  auto close_short = open_short;
  close_short.leg = order_leg::exit;
  EXPECT_EQ(word_of_review(book, intent_of(close_short)), "nothing_to_reduce");
  EXPECT_EQ(word_of_review(book, intent_of({.leg = order_leg::exit, .mode = position_mode::hedge, .quantity = "10"})),
            "approved");
  auto flagged = intent_of({.mode = position_mode::hedge});
  flagged.content.reduce_only = true;
  flagged.slot.leg = order_leg::exit;
  EXPECT_EQ(word_of_review(book, flagged), "not_reducing") << "the venue ignores the flag there: buy long opens";
}

}  // namespace
}  // namespace rltrader
