// errc <-> caf::error.
#include "messages/errors.hpp"

namespace rltrader {

caf::error to_caf(const failure& f) {
  return caf::error{static_cast<std::uint8_t>(f.code), error_category, caf::make_message(f.what)};
}

failure from_caf(const caf::error& e, std::string_view whom) {
  const std::string name{whom};
  if (e.category() == error_category) {
    const auto& context = e.context();
    return {static_cast<errc>(e.code()), context.match_elements<std::string>() ? context.get_as<std::string>(0) : name};
  }
  if (e == caf::sec::request_timeout) return {errc::timed_out, name + " did not answer in time"};
  if (e == caf::sec::request_receiver_down || e.category() == caf::atom("exit"))
    return {errc::unavailable, name + " is down; it is being restarted"};
  return {errc::internal, name + " failed: " + caf::to_string(e)};
}

}  // namespace rltrader
