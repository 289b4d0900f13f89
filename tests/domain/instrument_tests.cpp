// Pairs by any spelling, the venue's symbols, and rounding to ticks and steps.
#include "domain/instrument.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace rltrader {
namespace {

TEST(pair, is_matched_without_case_and_punctuation) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"BTC-USDT", "BTC-USDT"},  {"btcusdt", "BTC-USDT"},   {" btc/usdt ", "BTC-USDT"}, {"Btc_Usdt", "BTC-USDT"},
      {"xaut-usdt", "XAUTUSDT"}, {"GOLD", "XAUTUSDT"},      {"gold-usdt", "XAUTUSDT"},  {"Gold/USDT", "XAUTUSDT"},
      {"PAXG-USDT", "PAXGUSDT"}, {"algousdt", "ALGO-USDT"},
  };
  for (const auto& [text, pair] : table) EXPECT_EQ(resolve_pair(text, default_pairs()), pair_name{pair}) << text;
}

TEST(pair, that_is_not_configured_is_none) {
  for (const auto* text : {"", "-", "BTC", "USDT", "BTC-USD", "DOGE-USDT", "BTCUSDTX", "XAU", "\xc3\xa4"})
    EXPECT_EQ(resolve_pair(text, default_pairs()), std::nullopt) << text;
  EXPECT_EQ(resolve_pair("BTC-USDT", {}), std::nullopt);
}

TEST(pair, keeps_its_configured_spelling_and_gold_is_an_alias_on_both_sides) {
  const std::vector<pair_name> configured{pair_name{"Gold-USDT"}, pair_name{"btcusdt"}};
  EXPECT_EQ(resolve_pair("GOLD", configured), pair_name{"Gold-USDT"});
  EXPECT_EQ(resolve_pair("XAUT-USDT", configured), pair_name{"Gold-USDT"});
  EXPECT_EQ(resolve_pair("BTC-USDT", configured), pair_name{"btcusdt"});
}

TEST(pair, prefers_the_same_token_to_an_alias) {
  const std::vector<pair_name> configured{pair_name{"XAUTUSDT"}, pair_name{"GOLD-USDT"}};
  EXPECT_EQ(resolve_pair("gold_usdt", configured), pair_name{"GOLD-USDT"});
  EXPECT_EQ(resolve_pair("gold", configured), pair_name{"XAUTUSDT"});
}

TEST(pair, has_the_symbol_that_the_venue_wants) {
  const std::vector<std::pair<std::string, std::string>> table{
      {"XAUTUSDT", "XAUT-USDT"},  {"PAXGUSDT", "PAXG-USDT"},          {"BTC-USDT", "BTC-USDT"},
      {"btc-usdt", "BTC-USDT"},   {"btc/usdt", "BTC-USDT"},           {"GOLD", "XAUT-USDT"},
      {"Gold-USDT", "XAUT-USDT"}, {"ALGOUSDT", "ALGO-USDT"},          {"USDT", "USDT"},
      {"BTCUSD", "BTCUSD"},       {"NCCO-OIL-USDT", "NCCO-OIL-USDT"},
  };
  for (const auto& [pair, symbol] : table) EXPECT_EQ(symbol_of(pair_name{pair}), symbol) << pair;
}

TEST(pair, token_drops_everything_but_letters_and_digits) {
  EXPECT_EQ(pair_token(" 1000pepe-usdt\n"), "1000PEPEUSDT");
  EXPECT_EQ(pair_token("\xc3\xa4"), "");
}

TEST(instrument, the_eight_defaults_can_be_told_apart_and_traded) {
  std::set<std::string> symbols;
  for (const auto& pair : default_pairs()) {
    const auto i = simulated_instrument(pair);
    EXPECT_EQ(i.pair, pair);
    EXPECT_TRUE(i.tick.positive() && i.step.positive() && i.minimum.positive()) << pair.text();
    EXPECT_EQ(quantize(i.minimum, i.step), i.minimum) << pair.text();
    EXPECT_EQ(i.minimum_notional, money::of(2)) << pair.text();
    symbols.insert(i.symbol);
  }
  EXPECT_EQ(symbols.size(), 8u);
}

TEST(instrument, precisions_follow_the_coin_whatever_the_spelling) {
  const auto btc = simulated_instrument(pair_name{"btcusdt"});
  EXPECT_EQ(btc.tick, *price::parse("0.1"));
  EXPECT_EQ(btc.step, *quantity::parse("0.0001"));
  EXPECT_EQ(btc.minimum, *quantity::parse("0.0001"));
  EXPECT_EQ(simulated_instrument(pair_name{"ETH-USDT"}).step, *quantity::parse("0.01"));
  EXPECT_EQ(simulated_instrument(pair_name{"GOLD"}).tick, *price::parse("0.1"));
  EXPECT_EQ(simulated_instrument(pair_name{"DOGE-USDT"}).symbol, "DOGE-USDT");
  EXPECT_TRUE(simulated_instrument(pair_name{"DOGE-USDT"}).tick.positive());
}

TEST(quantize, cuts_quantities_towards_zero) {
  const auto step = *quantity::parse("0.01");
  EXPECT_EQ(quantize(*quantity::parse("0.019"), step), *quantity::parse("0.01"));
  EXPECT_EQ(quantize(*quantity::parse("-0.019"), step), *quantity::parse("-0.01"));
  EXPECT_EQ(quantize(*quantity::parse("0.009"), step), quantity{});
  EXPECT_EQ(quantize(*quantity::parse("0.02"), step), *quantity::parse("0.02"));
  EXPECT_THROW(quantize(quantity::of(1), quantity{}), std::logic_error);
}

TEST(quantize, rounds_prices_as_told) {
  const auto tick = *price::parse("0.5");
  EXPECT_EQ(quantize(*price::parse("10.74"), tick, rounding::down), *price::parse("10.5"));
  EXPECT_EQ(quantize(*price::parse("10.74"), tick, rounding::up), *price::parse("11"));
  EXPECT_EQ(quantize(*price::parse("10.74"), tick, rounding::nearest), *price::parse("10.5"));
  EXPECT_EQ(quantize(*price::parse("10.75"), tick, rounding::nearest), *price::parse("11"));
  EXPECT_EQ(quantize(*price::parse("10.5"), tick, rounding::up), *price::parse("10.5"));
  EXPECT_THROW(quantize(price::of(1), price{}, rounding::down), std::logic_error);
}

TEST(quantize, gives_a_multiple_and_never_more_than_was_asked) {
  constexpr unsigned seed = 3;
  std::mt19937_64 chance(seed);
  for (int n = 0; n < 20'000; ++n) {
    const auto step = quantity::of_raw(1 + static_cast<std::int64_t>(chance() % 1'000'000'000));
    const auto wanted = quantity::of_raw(static_cast<std::int64_t>(chance() >> 2) >> (chance() % 60));
    const auto got = quantize(wanted, step);
    ASSERT_EQ(got.raw() % step.raw(), 0) << "seed " << seed;
    ASSERT_LE(got, wanted) << "seed " << seed;
    ASSERT_LT(wanted.raw() - got.raw(), step.raw()) << "seed " << seed;
  }
}

}  // namespace
}  // namespace rltrader
