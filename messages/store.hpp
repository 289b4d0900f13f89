// Rows on their way to the stores.
#pragma once

#include "messages/inspect.hpp"

#include "domain/market.hpp"
#include "domain/records.hpp"
#include "ports/ops_store.hpp"

#include <memory>
#include <string>
#include <vector>

namespace rltrader {

/// Rows to make durable together. Local by type.
struct write_rows {
  ports::write_batch rows;
};
struct written {
  static constexpr auto type_name = "written";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
/// Everything a desk restarts from. Local by type.
struct load_image {
  static constexpr auto type_name = "load_image";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f();
  }
};
struct image_reply {
  std::shared_ptr<const ports::desk_image> image;
};
struct store_bars {
  std::vector<bar> bars;
  std::string source;

  static constexpr auto type_name = "store_bars";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"bars", &store_bars::bars, "closed bars"},
             field{"source", &store_bars::source, "sim, replay or bingx"});
  }
};
struct store_funding {
  std::vector<funding> rows;
  std::string source;

  static constexpr auto type_name = "store_funding";
  template <class F>
  static constexpr auto fields(F&& f) {
    return f(field{"rows", &store_funding::rows, "funding rates"},
             field{"source", &store_funding::source, "sim, replay or bingx"});
  }
};

}  // namespace rltrader

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::write_rows)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::image_reply)
