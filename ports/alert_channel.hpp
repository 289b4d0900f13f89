// Where alerts go: log, Telegram, webhook.
#pragma once

#include "domain/records.hpp"
#include "domain/result.hpp"

namespace rltrader::ports {

struct alert_channel {
  virtual ~alert_channel() = default;
  virtual std::string name() const = 0;
  /// Hands one alert over; a failure is retried by the queue.
  virtual result<void> deliver(const alert& what) = 0;
};

}  // namespace rltrader::ports
