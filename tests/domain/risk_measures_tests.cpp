// Exposure, the account's measures, and how the book that they are measured on follows what happened.
#include "domain/risk.hpp"

#include "tests/domain/trading_builders.hpp"

#include <gtest/gtest.h>

namespace rltrader {
namespace {

using namespace testing;
using enum position_side;

void measured_from(risk_book& book, const char* opening, const char* peak) {
  auto& account = book.breakers["account"];
  account.scope = "account";
  account.day = day_of(noon);
  account.day_opening_equity = usdt(opening);
  account.peak_equity = usdt(peak);
}
TEST(exposure, is_the_larger_side_in_one_way_mode_and_the_sum_in_hedge_mode) {
  auto one_way = plain_book();
  hold(one_way, btc, "10");
  rest(one_way, order_in(order_state::accepted, {.quantity = "5"}));
  rest(one_way, order_in(order_state::accepted, {.which = short_side, .quantity = "30"}));
  EXPECT_EQ(exposure_of(one_way.pairs[btc], one_way.mode, noon), usdt("2000")) << "long 15, short 30 - 10 = 20";
  auto hedge = plain_book(position_mode::hedge);
  hold(hedge, btc, "10", long_side);
  hold(hedge, btc, "-4", short_side);
  rest(hedge, order_in(order_state::accepted, {.mode = position_mode::hedge, .quantity = "5"}));
  rest(hedge, order_in(order_state::accepted, {.leg = order_leg::exit, .mode = position_mode::hedge, .quantity = "9"}));
  EXPECT_EQ(exposure_of(hedge.pairs[btc], hedge.mode, noon), usdt("1900"))
      << "long 15, short 4; the close counts nothing";
}

TEST(exposure, takes_the_last_price_two_percent_dearer_when_the_mark_is_stale) {
  auto book = plain_book();
  hold(book, btc, "10");
  book.pairs[btc].mark = tick{btc, noon - minutes{1}, price::of(200), price::of(150)};
  EXPECT_EQ(exposure_of(book.pairs[btc], book.mode, noon), usdt("2040"));
  EXPECT_EQ(mark_of(book.pairs[btc], noon, 1), p("196"));
  EXPECT_EQ(mark_of(book.pairs[btc], noon, -1), p("204"));
  EXPECT_EQ(mark_of(book.pairs[btc], noon, 1, minutes{2}), p("150")) << "fresh enough for this caller";
}

TEST(exposure, falls_back_on_the_books_own_prices_when_the_market_has_told_none) {
  auto book = plain_book();
  hold(book, btc, "10");
  book.pairs[btc].mark.reset();
  EXPECT_EQ(exposure_of(book.pairs[btc], book.mode, noon), usdt("1020"));
}

TEST(measures, tell_equity_loss_drawdown_and_leverage) {
  auto book = plain_book();
  measured_from(book, "10500", "12500");
  book.realised = usdt("-12.5");
  hold(book, btc, "20");
  hold(book, eth, "-10");
  book.pairs[btc].mark->mark = price::of(90);
  rest(book, order_in(order_state::unknown, {.pair = sol, .quantity = "3"}));
  rest(book, order_in(order_state::sent, {.pair = eth, .which = short_side, .quantity = "2"}));
  const auto m = measure(book, noon);
  EXPECT_EQ(m.exposure_by_instrument,
            (std::map<std::string, money>{
                {"BTC-USDT", usdt("1800")}, {"ETH-USDT", usdt("1200")}, {"SOL-USDT", usdt("300")}}));
  EXPECT_EQ(m.total_exposure, usdt("3300"));
  EXPECT_EQ(m.open_positions, 2);
  EXPECT_EQ(m.in_flight_exposure, usdt("200"));
  EXPECT_EQ(m.unknown_exposure, usdt("300"));
  EXPECT_EQ(m.unrealised, usdt("-200"));
  EXPECT_EQ(m.equity, usdt("9800"));
  EXPECT_EQ(m.daily_loss, usdt("700"));
  EXPECT_EQ(m.drawdown, *rate::parse("0.216"));
  EXPECT_EQ(m.leverage, *rate::parse("0.33673469"));
  EXPECT_EQ(m.realised, usdt("-12.5"));
}

TEST(measures, call_no_gain_a_loss_and_no_height_a_fall) {
  auto book = plain_book();
  measured_from(book, "9000", "9000");
  EXPECT_EQ(measure(book, noon).daily_loss, money{});
  EXPECT_EQ(measure(book, noon).drawdown, rate{});
}

TEST(measures, survive_equity_at_or_below_zero) {
  for (const auto* wallet : {"0", "-50", "0.00000001"}) {
    auto book = plain_book();
    book.wallet = usdt(wallet);
    hold(book, btc, "40");
    EXPECT_EQ(measure(book, noon).leverage, rate::of(9'999)) << wallet;
  }
  auto flat = plain_book();
  flat.wallet = {};
  EXPECT_EQ(measure(flat, noon).leverage, rate{});
}

TEST(measures, do_not_count_dust_as_an_open_position) {
  auto book = plain_book();
  hold(book, btc, "0.019");
  EXPECT_EQ(measure(book, noon).open_positions, 0);
  hold(book, btc, "0.02");
  EXPECT_EQ(measure(book, noon).open_positions, 1);
}

TEST(measures, accept_equity_of_the_venue_within_one_usdt_or_a_thousandth) {
  EXPECT_TRUE(equity_agrees(usdt("100"), usdt("101")));
  EXPECT_FALSE(equity_agrees(usdt("100"), usdt("101.01")));
  EXPECT_TRUE(equity_agrees(usdt("9990"), usdt("10000")));
  EXPECT_FALSE(equity_agrees(usdt("9989.99"), usdt("10000")));
}

TEST(risk_book, moves_wallet_and_position_with_a_fill) {
  auto book = plain_book();
  hold(book, btc, "2");
  auto f = fill_of(order_in(order_state::sent, {.leg = order_leg::exit}), "1", "1", "110");
  f.fee = usdt("0.055");
  note_fill(book, f);
  EXPECT_EQ(book.pairs[btc].positions[both].held, q("1"));
  EXPECT_EQ(book.wallet, usdt("10009.945"));
  EXPECT_EQ(book.realised, usdt("9.945"));
}

TEST(risk_book, moves_the_wallet_with_funding) {
  auto book = plain_book();
  hold(book, btc, "-20");
  note_funding(book, {btc, noon, bps(1)});
  EXPECT_EQ(book.wallet, usdt("10000.2"));
  EXPECT_EQ(book.realised, usdt("0.2"));
}

TEST(risk_book, forgets_orders_that_ended_and_keeps_the_newest_tick) {
  auto book = plain_book();
  rest(book, order_in(order_state::unknown));
  EXPECT_EQ(book.pairs[btc].open_orders.size(), 1U);
  rest(book, order_in(order_state::not_placed));
  EXPECT_TRUE(book.pairs[btc].open_orders.empty());
  note_tick(book, {btc, noon - seconds{9}, price::of(1), price::of(1)});
  EXPECT_EQ(book.pairs[btc].mark->mark, price::of(100)) << "an older tick does not turn time back";
}

TEST(risk_book, counts_what_is_held_of_a_pair_nobody_configured) {
  auto book = plain_book();
  auto f = fill_of(order_in(order_state::sent), "1", "10");
  f.pair = pair_name{"DOGE-USDT"};
  note_fill(book, f);
  EXPECT_EQ(measure(book, noon).total_exposure, usdt("1020"));
  const auto said = review(book, intent_of({.pair = f.pair}), noon, {});
  ASSERT_TRUE(std::holds_alternative<refusal>(said));
  EXPECT_EQ(std::get<refusal>(said).rule, "not_quantized") << "it trades nothing";
}

}  // namespace
}  // namespace rltrader
