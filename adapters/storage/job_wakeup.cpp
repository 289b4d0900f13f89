// LISTEN once a connection, then wait on its socket.
#include "adapters/storage/job_wakeup.hpp"

#include <algorithm>

namespace rltrader::storage {

bool job_wakeup::wait(milliseconds most) {
  const auto heard = connection_->heard(jobs_channel, most);
  if (!heard) return false;
  return std::find(heard->begin(), heard->end(), connection_->dialect().schema) != heard->end();
}

}  // namespace rltrader::storage
