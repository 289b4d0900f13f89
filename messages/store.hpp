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
// ---- jobs: what the retry queue asks of the store; errors as ports/job_queue.hpp has them

/// Local by type, as the rest of these.
struct keep_job {
  retry_job job;
};
/// Takes back what is over, then claims what is due.
struct claim_jobs {
  ports::job_claim claim;
  std::string gone;  ///< a worker whose leases are void, whatever their time; empty: none
};
struct jobs_claimed {
  std::vector<retry_job> jobs;
  std::vector<retry_job> dead;  ///< taken back for the last time
  ports::job_depth before;      ///< what was live, the claimed ones still pending
};
struct finish_job {
  job_end end;
};
struct job_finished {
  bool kept = false;  ///< false: another one has the job, nothing was changed
};
struct change_kept_job {
  ports::job_change change;
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
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::keep_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::claim_jobs)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::jobs_claimed)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::finish_job)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::job_finished)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(rltrader::change_kept_job)
