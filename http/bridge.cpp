// An actor_companion that hands what it gets to the io thread.
#include "http/bridge.hpp"

namespace rltrader::http {

struct bridge::state {
  struct open_ask {
    answer then;
    std::string_view whom;
    std::uint64_t timer = 0;
  };

  io_loop& loop;
  caf::strong_actor_ptr self;
  caf::actor_companion* companion = nullptr;
  std::map<std::uint64_t, open_ask> open;  ///< by response id

  explicit state(io_loop& l) : loop(l) {}

  void finish(std::uint64_t id, result<caf::message> with) {
    auto found = open.extract(id);
    if (found.empty()) return;
    loop.cancel(found.mapped().timer);
    found.mapped().then(std::move(with));
  }

  void deliver(caf::mailbox_element& element) {
    if (!element.mid.is_response()) return;
    const auto id = element.mid.integer_value();
    const auto found = open.find(id);
    if (found == open.end()) return;
    auto content = element.move_content_to_message();
    if (content.match_elements<caf::error>())
      finish(id, from_caf(content.get_as<caf::error>(0), found->second.whom));
    else
      finish(id, std::move(content));
  }
};

bridge::bridge(caf::actor_system& system, io_loop& loop) : state_(std::make_shared<state>(loop)) {
  // Hidden: the system does not wait for it at its end.
  auto handle = system.spawn<caf::actor_companion, caf::hidden>();
  state_->self = caf::actor_cast<caf::strong_actor_ptr>(handle);
  state_->companion = static_cast<caf::actor_companion*>(caf::actor_cast<caf::abstract_actor*>(handle));
  // Runs on CAF's workers. A weak pointer: an answer that comes late must not keep the bridge, and must find it gone.
  state_->companion->on_enqueue([weak = std::weak_ptr(state_), &loop](caf::mailbox_element_ptr element) {
    loop.post([weak, shared = std::shared_ptr<caf::mailbox_element>(element.release(), caf::detail::disposer{})] {
      if (const auto alive = weak.lock()) alive->deliver(*shared);
    });
  });
}

bridge::~bridge() {
  state_->companion->on_enqueue({});  // waits for handlers that run right now
  for (auto& [id, ask] : state_->open) state_->loop.cancel(ask.timer);
}

void bridge::ask_message(const caf::strong_actor_ptr& to, caf::message what, caf::message_priority how,
                         std::string_view whom, milliseconds timeout, answer then) {
  const auto mid = state_->companion->new_request_id(how);
  const auto id = mid.response_id().integer_value();
  const auto timer = state_->loop.after(timeout, [weak = std::weak_ptr(state_), id, whom] {
    if (const auto alive = weak.lock())
      alive->finish(id,
                    failure{errc::timed_out, std::string(whom) + " did not answer in time; the outcome is not known"});
  });
  state_->open.emplace(id, state::open_ask{std::move(then), whom, timer});
  to->get()->enqueue(caf::make_mailbox_element(state_->self, mid, {}, std::move(what)), nullptr);
}

void bridge::give_up_all(const failure& why) {
  // One that answers may ask again; that one belongs to whatever comes next.
  auto given_up = std::move(state_->open);
  state_->open.clear();
  for (auto& [id, ask] : given_up) {
    state_->loop.cancel(ask.timer);
    ask.then(why);
  }
}

std::size_t bridge::pending() const { return state_->open.size(); }

}  // namespace rltrader::http
