// Names of things: pairs, runs, orders, trades. A name of one thing cannot be passed where another is meant.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace rltrader {

/// A text of 1..128 printable ASCII characters without quotes, backslash or space; empty means "none".
template <class Tag>
class name_of {
 public:
  static constexpr auto expects = "1 to 128 printable characters without space, quote or backslash";

  name_of() = default;
  explicit name_of(std::string text) : text_(std::move(text)) {}
  static std::optional<name_of> parse(std::string_view text) {
    if (text.size() > 128) return std::nullopt;
    for (const char c : text)
      if (c <= ' ' || c > '~' || c == '"' || c == '\'' || c == '\\') return std::nullopt;
    return name_of{std::string(text)};
  }
  const std::string& text() const { return text_; }
  bool empty() const { return text_.empty(); }
  friend auto operator<=>(const name_of&, const name_of&) = default;

 private:
  std::string text_;
};

using pair_name = name_of<struct pair_tag>;        ///< a trading pair in its configured spelling: BTC-USDT, XAUTUSDT
using run_id = name_of<struct run_tag>;            ///< one run of an agent on a pair
using decision_id = name_of<struct decision_tag>;  ///< one decision of a run
using order_id = name_of<struct order_tag>;        ///< our client order id, [0-9a-z]{1,32}: names the slot
using trade_id = name_of<struct trade_tag>;        ///< one round trip, from the first entry to flat
using fill_id = name_of<struct fill_tag>;          ///< the venue's trade id, unique per pair
using venue_order_id = name_of<struct venue_order_tag>;  ///< the venue's order id, 64-bit, carried as text

}  // namespace rltrader

template <class Tag>
struct std::hash<rltrader::name_of<Tag>> {
  std::size_t operator()(const rltrader::name_of<Tag>& x) const { return std::hash<std::string>{}(x.text()); }
};
