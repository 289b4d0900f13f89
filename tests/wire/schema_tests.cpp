// The schema says what the reader does: types, bounds, words, what is required.
#include "wire/schema.hpp"

#include "domain/records.hpp"

#include <gtest/gtest.h>

namespace rltrader {
namespace {

TEST(schema, describes_records_once_and_refers_to_them) {
  components parts;
  EXPECT_EQ(schema_of<order_intent>(parts), json::parse(R"({"$ref":"#/components/schemas/order_intent"})"));
  EXPECT_EQ(schema_of<std::vector<order_intent>>(parts),
            json::parse(R"({"type":"array","items":{"$ref":"#/components/schemas/order_intent"}})"));
  EXPECT_EQ(parts.size(), 3u) << parts.dump();
  EXPECT_EQ(parts["order_intent"]["properties"]["slot"],
            json::parse(R"({"$ref":"#/components/schemas/order_slot","description":"names the order"})"));
}

TEST(schema, gives_types_bounds_words_and_sentences) {
  components parts;
  schema_of<order_slot>(parts);
  const auto& properties = parts["order_slot"]["properties"];
  EXPECT_EQ(properties["ordinal"], json::parse(R"({"type":"integer","format":"int64","minimum":0,"maximum":9999,
                            "description":"nth order of the leg on that bar"})"));
  EXPECT_EQ(properties["leg"], json::parse(R"({"type":"string","enum":["entry","exit","stop"],
                                               "description":"entry, exit or stop"})"));
  EXPECT_EQ(properties["bar_open"],
            json::parse(R"({"type":"string","format":"date-time","description":"the decided bar"})"));
  EXPECT_EQ(parts["order_slot"]["additionalProperties"], false);
}

TEST(schema, requires_all_but_the_optional_which_may_be_null) {
  components parts;
  schema_of<order_content>(parts);
  EXPECT_EQ(parts["order_content"]["required"],
            json::parse(R"(["pair","side","position_side","type","quantity","reduce_only"])"));
  EXPECT_EQ(parts["order_content"]["properties"]["limit_price"]["type"], json::parse(R"(["string","null"])"));
  EXPECT_EQ(parts["order_content"]["properties"]["quantity"]["x-minimum"], 0);
}

TEST(schema, lets_only_numbers_without_bounds_be_null) {
  components parts;
  schema_of<agent_configuration>(parts);
  const auto& properties = parts["agent_configuration"]["properties"];
  EXPECT_EQ(properties["promotion_min_net_pnl"]["type"], json::parse(R"(["number","null"])"));
  EXPECT_EQ(properties["min_confidence_score"]["type"], "number");
}

}  // namespace
}  // namespace rltrader
