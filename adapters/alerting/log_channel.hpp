// The channel that always works: alerts as lines, through a function that the runtime gives.
#pragma once

#include "ports/alert_channel.hpp"

#include <functional>

namespace rltrader {

class log_channel final : public ports::alert_channel {
 public:
  explicit log_channel(std::function<void(const alert&)> write) : write_(std::move(write)) {}
  std::string name() const override { return "log"; }
  result<void> deliver(const alert& what) override {
    write_(what);
    return {};
  }

 private:
  std::function<void(const alert&)> write_;
};

}  // namespace rltrader
