// Handles of a running desk, for the HTTP routes and the desk loop. An empty handle answers 503.
#pragma once

#include "messages/protocols.hpp"

namespace rltrader {

struct directory {
  ledger_actor ledger;
  market_store_actor market_store;
  reader_actor reader;
  alert_sink_actor alert_sink;
  executor_actor executor;
  risk_actor risk;
  pair_supervisor_actor pairs;
  reconciler_actor reconciler;
  retry_queue_actor retry_queue;
  market_feed_actor feed;
};

}  // namespace rltrader
