// Where a source's or a venue's events go: set from one thread while another one tells.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>

namespace rltrader {

template <class Event>
class event_sink {
 public:
  using function = std::function<void(const Event&)>;

  void set(function next) {
    auto held = next ? std::make_shared<const function>(std::move(next)) : nullptr;
    const std::lock_guard lock(guard_);
    sink_ = std::move(held);
  }
  /// The function is called without the lock, so it may set another one; it may then run once more after that.
  void tell(const Event& event) const {
    std::shared_ptr<const function> sink;
    {
      const std::lock_guard lock(guard_);
      sink = sink_;
    }
    if (sink) (*sink)(event);
  }

 private:
  mutable std::mutex guard_;
  std::shared_ptr<const function> sink_;
};

}  // namespace rltrader
