// Random histories of the simulated venue: money is conserved, limits hold, and rows restore it exactly.
#include "tests/sim/venue_fixture.hpp"

#include <cstdlib>
#include <map>

namespace rltrader::sim::testing {

namespace {

/// A small generator of the test's own; a seed tells one story.
struct chance {
  std::uint64_t state;
  std::uint64_t next() {
    state += 0x9e3779b97f4a7c15ULL;
    auto z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  std::int64_t below(std::int64_t n) { return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(n)); }
  bool one_in(std::int64_t n) { return below(n) == 0; }
};

venue_settings random_settings(chance& c) {
  auto s = plain_settings(c.one_in(2) ? position_mode::hedge : position_mode::one_way);
  s.leverage = 1 + static_cast<int>(c.below(30));
  s.slippage = rate::of_raw(c.below(200'000));
  s.starting_balance = money::of(200 + c.below(20'000));
  if (c.one_in(2)) {
    s.volume_share = rate::of_raw(c.below(50'000'000));
    s.least_depth = money::of(c.below(300));
  }
  if (c.one_in(3)) s.precision = excess_precision::truncate;
  if (c.one_in(3)) s.in_hedge = hedge_reduce_only::ignore;
  if (c.one_in(3)) s.remainder = small_close::reject;
  return s;
}

enum class feed : unsigned char { ticks, bars, bars_with_opens };

/// What a step must have met: the range of prices of the event that made its fills.
struct range {
  price low;
  price high;
};

/// The books of an auditor, who sees only what the venue tells.
struct auditor {
  money paid_for_coins;  ///< sum of buys less sells
  money fees;
  money income;
  std::map<std::pair<pair_name, position_side>, quantity> held;
  std::map<std::int64_t, venue_order> orders;
  std::map<std::string, quantity> filled;
  std::map<std::string, bool> fill_ids;
  std::int64_t fills = 0;
};

class history {
 public:
  explicit history(std::uint64_t seed)
      : chance_{seed}, settings_(random_settings(chance_)), venue_(settings_), twin_(settings_) {
    feed_ = static_cast<feed>(chance_.below(3));
    price_[btc] = 100 * fixed_scale;
    price_[eth] = 10 * fixed_scale;
    journal_ = venue_.snapshot();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFatalFailure(); ++i) {
      if (chance_.one_in(60)) reopen();
      switch (chance_.below(10)) {
        case 0:
        case 1:
        case 2:
        case 3: market_moves(); break;
        case 4:
        case 5:
        case 6:
        case 7: place_something(); break;
        case 8: cancel_something(); break;
        default: seldom_things(); break;
      }
    }
    EXPECT_EQ(venue_.snapshot(), twin_.snapshot());
    EXPECT_GE(books_.fills, 0);
  }
  std::int64_t fills() const { return books_.fills; }
  std::int64_t liquidations() const { return liquidations_; }

 private:
  const pair_name& some_pair() { return chance_.one_in(3) ? eth : btc; }

  /// The twin becomes what the rows say; from here on it must answer as the original.
  void reopen() { twin_ = venue_core::restore(settings_, venue_.snapshot()); }

  std::int64_t wander(const pair_name& pair) {
    auto& p = price_[pair];
    const auto span = chance_.one_in(25) ? p / 8 : p / 200;
    const auto grain = pair == btc ? fixed_scale / 10 : fixed_scale / 100;
    p += chance_.below(2 * span + 1) - span;
    p = std::max(p, 20 * grain) / grain * grain;
    return p;
  }

  void market_moves() {
    const auto pair = some_pair();
    now_ += milliseconds{chance_.below(3) * 1000};
    if (feed_ == feed::ticks) {
      const tick t{.pair = pair, .at = now_, .last = price::of_raw(wander(pair)), .mark = price::of_raw(wander(pair))};
      const auto volume =
          chance_.one_in(2) ? std::optional(quantity::of_raw(chance_.below(50) * fixed_scale)) : std::nullopt;
      check(venue_.on_tick(t, volume), twin_.on_tick(t, volume), {std::min(t.last, t.mark), std::max(t.last, t.mark)});
      return;
    }
    const auto open_time = instant_of_ms((ms_of(now_) + 59'999) / 60'000 * 60'000);
    bar b{.pair = pair, .interval = interval::m1, .candle = {}};
    auto& c = b.candle;
    c.open_time = open_time;
    c.open = price::of_raw(wander(pair));
    c.high = c.low = c.open;
    for (int i = 0; i < 3; ++i) {
      c.close = price::of_raw(wander(pair));
      c.high = std::max(c.high, c.close);
      c.low = std::min(c.low, c.close);
    }
    c.volume = quantity::of_raw(chance_.below(50) * fixed_scale);
    if (feed_ == feed::bars_with_opens) {
      const bar_open o{.pair = pair, .at = open_time, .price = c.open};
      now_ = std::max(now_, open_time);
      check(venue_.on_bar_open(o), twin_.on_bar_open(o), {c.open, c.open});
      if (chance_.one_in(2)) place_something();
    }
    now_ = std::max(now_, open_time + minutes{1});
    check(venue_.on_bar(b), twin_.on_bar(b), {c.low, c.high});
  }

  order_content some_content() {
    order_content c;
    c.pair = some_pair();
    c.side = chance_.one_in(2) ? buy : sell;
    c.type = static_cast<order_type>(chance_.below(4));
    const bool hedge = venue_.mode() == position_mode::hedge;
    if (hedge != chance_.one_in(40))
      c.leg_side = chance_.one_in(2) ? position_side::long_side : position_side::short_side;
    c.reduce_only = chance_.one_in(hedge ? 20 : 4);
    c.quantity = quantity::of_raw(chance_.below(40) * fixed_scale / 10);
    if (chance_.one_in(2))
      if (const auto p = venue_.position_of(c.pair, c.leg_side); p && !p->position.held.is_zero()) {
        c.quantity = p->position.held.abs();
        c.side = p->position.held.positive() ? sell : buy;
      }
    if (chance_.one_in(50)) c.quantity = quantity::of_raw(static_cast<std::int64_t>(chance_.next() >> 1));
    const auto near = price_[c.pair] + (chance_.below(41) - 20) * price_[c.pair] / 400;
    const auto grain = c.pair == btc ? fixed_scale / 10 : fixed_scale / 100;
    const auto level = price::of_raw(chance_.one_in(30) ? near : near / grain * grain);
    if (c.type == order_type::limit) c.limit = level;
    if (c.type == order_type::stop_market || c.type == order_type::take_profit_market) c.trigger = level;
    return c;
  }

  void place_something() {
    const order_id client{chance_.one_in(5) ? "" : "c" + std::to_string(chance_.below(2'000))};
    const place_request request{.client = client, .content = some_content(), .at = now_};
    const auto answer = venue_.place(request);
    EXPECT_EQ(answer, twin_.place(request));
    if (answer.refused) {
      EXPECT_EQ(answer.step, venue_step{});
      return;
    }
    EXPECT_TRUE(fills_of(answer.step).empty()) << "nothing fills at placing";
    check(answer.step, answer.step, {});
  }

  void cancel_something() {
    const auto open = venue_.open_orders();
    if (open.empty()) return;
    const auto& o = open[static_cast<std::size_t>(chance_.below(static_cast<std::int64_t>(open.size())))];
    const order_key key{.pair = o.content.pair, .client = o.client, .id = o.id};
    const auto answer = venue_.cancel(key, now_);
    EXPECT_EQ(answer, twin_.cancel(key, now_));
    EXPECT_TRUE(answer);
    check(answer.step, answer.step, {});
  }

  void seldom_things() {
    const auto pair = some_pair();
    switch (chance_.below(4)) {
      case 0: {
        const funding f{.pair = pair, .at = now_, .rate = rate::of_raw(chance_.below(400'001) - 200'000)};
        return check(venue_.on_funding(f), twin_.on_funding(f), {});
      }
      case 1: {
        const auto leverage = static_cast<int>(chance_.below(60));
        const auto answer = venue_.set_leverage(pair, leverage, now_);
        EXPECT_EQ(answer, twin_.set_leverage(pair, leverage, now_));
        return check(answer.step, answer.step, {});
      }
      case 2: {
        const auto amount = money::of(chance_.below(400) - 100);
        const auto answer = venue_.transfer(amount, now_);
        EXPECT_EQ(answer, twin_.transfer(amount, now_));
        return check(answer.step, answer.step, {});
      }
      default: {
        const auto mode = chance_.one_in(2) ? position_mode::hedge : position_mode::one_way;
        const auto answer = venue_.set_mode(mode, now_);
        EXPECT_EQ(answer, twin_.set_mode(mode, now_));
        return check(answer.step, answer.step, {});
      }
    }
  }

  void audit_fill(const venue_fill& row, const range& met) {
    const auto& f = row.trade;
    ++books_.fills;
    EXPECT_TRUE(books_.fill_ids.emplace(f.id.text(), true).second) << "a fill id twice";
    EXPECT_TRUE(f.price.positive());
    EXPECT_TRUE(f.quantity.positive());
    const auto grain = f.pair == btc ? fixed_scale / 10 : fixed_scale / 100;
    EXPECT_EQ(f.price.raw() % grain, 0);
    const auto slack = part_of(met.high, settings_.slippage, rounding::up) + price::of_raw(grain);
    // A resting limit that the price jumps over fills at its limit; anything else at a price of this very event.
    if (!f.maker || f.side == sell) {
      EXPECT_LE(f.price, met.high + slack) << "a price that was not met";
    }
    if (!f.maker || f.side == buy) {
      EXPECT_GE(f.price, met.low - slack) << "a price that was not met";
    }

    auto& held = books_.held[{f.pair, f.leg_side}];
    const auto before = held;
    held += f.side == buy ? f.quantity : -f.quantity;
    if (f.leg_side == position_side::long_side) {
      EXPECT_FALSE(held.negative());
    }
    if (f.leg_side == position_side::short_side) {
      EXPECT_FALSE(held.positive());
    }
    const auto value = value_of(f.price, f.quantity);
    books_.paid_for_coins += f.side == buy ? value : -value;
    books_.fees += f.fee;
    books_.filled[f.venue_order.text()] += f.quantity;
    if (f.cause == "liquidation") {
      ++liquidations_;
      EXPECT_TRUE(held.is_zero());
      return;
    }
    const auto& order = books_.orders.at(std::stoll(f.venue_order.text()));
    EXPECT_GE(f.at, order.placed_at);
    EXPECT_EQ(f.side, order.content.side);
    const bool closes = order.content.reduce_only || order.content.trigger;
    if (closes) {
      EXPECT_TRUE(before.abs() > held.abs() && (held.is_zero() || held.positive() == before.positive()))
          << "flipped or grew";
    }
    if (order.content.type == order_type::limit) {
      if (f.side == buy) {
        EXPECT_LE(f.price, *order.content.limit);
      }
      if (f.side == sell) {
        EXPECT_GE(f.price, *order.content.limit);
      }
    }
  }

  void audit_order(const venue_order& now) {
    const auto before = books_.orders.find(now.number);
    if (before != books_.orders.end()) {
      EXPECT_FALSE(terminal(before->second.state)) << "a final state changed";
      EXPECT_GE(now.filled, before->second.filled);
      EXPECT_EQ(now.content, before->second.content);
    }
    EXPECT_LE(now.filled, now.content.quantity);
    EXPECT_EQ(now.filled, books_.filled[now.id.text()]);
    EXPECT_EQ(now.state == order_state::filled, now.filled == now.content.quantity);
    books_.orders[now.number] = now;
  }

  void check(const venue_step& step, const venue_step& twins, const range& met) {
    EXPECT_EQ(step, twins) << "the restored venue went another way";
    for (const auto& event : step.events) {
      if (const auto* f = std::get_if<venue_fill>(&event)) audit_fill(*f, met);
      if (const auto* o = std::get_if<order_updated>(&event)) audit_order(o->order);
    }
    for (const auto& row : step.changes.income) books_.income += row.amount;
    merge(journal_, step.changes);
    audit_money();
    ASSERT_FALSE(::testing::Test::HasNonfatalFailure());
  }

  void audit_money() {
    const auto rows = venue_.snapshot();
    money cost;
    for (const auto& p : rows.positions) {
      EXPECT_EQ(p.held, (books_.held[{p.pair, p.leg_side}]));
      cost += p.cost;
      EXPECT_FALSE(p.margin.negative());
    }
    // What was paid for coins either lies in positions or was realised. Values are rounded to eight places, twice at
    // a flip.
    const auto expected = settings_.starting_balance - books_.paid_for_coins + cost - books_.fees + books_.income;
    const auto rounding_error = money::of_raw(books_.fills + 1);
    EXPECT_LE((rows.account->wallet - expected).abs(), rounding_error) << "money was made or lost";
    // A journal of changed rows holds the same, save for prices, which move without a word.
    journal_.books = rows.books;
    EXPECT_EQ(journal_, rows);
    EXPECT_FALSE(venue_.balance().available.negative());
  }

  chance chance_;
  venue_settings settings_;
  venue_core venue_;
  venue_core twin_;
  venue_rows journal_;
  feed feed_{};
  instant now_ = minute_at(0);
  std::map<pair_name, std::int64_t> price_;
  auditor books_;
  std::int64_t liquidations_ = 0;
};

std::uint64_t first_seed() {
  const auto* wanted = std::getenv("RLTRADER_TEST_SEED");
  return wanted ? std::strtoull(wanted, nullptr, 10) : 1;
}

}  // namespace

TEST(venue_histories, conserve_money_hold_their_limits_and_restore_from_rows) {
  std::int64_t fills = 0;
  std::int64_t liquidations = 0;
  const auto first = first_seed();
  for (auto seed = first; seed < first + 150; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    history h{seed};
    h.run(250);
    ASSERT_FALSE(HasFailure());
    fills += h.fills();
    liquidations += h.liquidations();
  }
  // Histories in which nothing happens would prove nothing.
  EXPECT_GT(fills, 2'000);
  EXPECT_GT(liquidations, 10);
}

}  // namespace rltrader::sim::testing
