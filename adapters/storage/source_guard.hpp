// Keeps test data out of a store: what comes from a simulation or a fixture is refused at the port (DISABLE_TEST_DATA_IN_DB).
#pragma once

#include "ports/market_store.hpp"
#include "ports/ops_store.hpp"

#include <array>
#include <memory>
#include <string>
#include <string_view>

namespace rltrader::storage {

/// Sources whose rows are rehearsals. "fixture:anything" counts as fixture.
inline constexpr std::array<std::string_view, 4> test_sources{"sim", "replay", "fixture", "mock"};
bool is_test_source(std::string_view source);

/// Refuses every write of a desk whose rows come from a test source, and every row that names one.
std::unique_ptr<ports::ops_store> guarded(std::unique_ptr<ports::ops_store> store, std::string origin);
std::unique_ptr<ports::market_store> guarded(std::unique_ptr<ports::market_store> store);

}  // namespace rltrader::storage
