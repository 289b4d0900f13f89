// Walks of the table of settings: finding a row, its flags, the defaults, and what an unknown key may have meant.
#include "runtime/setting_row.hpp"

#include "domain/result.hpp"
#include "runtime/text_tools.hpp"

#include <algorithm>
#include <array>

namespace rltrader {

namespace {

// What the older system read and this one does without. Each needs one honest word, for whoever brings a file along.
constexpr std::array retired{
    retired_setting{"BINGX_FULL_BACKFILL_ALERT_ENABLED", "gaps raise alerts by themselves"},
    retired_setting{"BINGX_FULL_BACKFILL_ENABLED", "a full backfill is a command"},
    retired_setting{"BINGX_FULL_BACKFILL_FORCE", "a full backfill is a command"},
    retired_setting{"BINGX_FULL_BACKFILL_MAX_BATCHES", "a full backfill is a command"},
    retired_setting{"BINGX_FULL_BACKFILL_NON_OK_SOURCE_THRESHOLD", "a full backfill is a command"},
    retired_setting{"BINGX_FULL_BACKFILL_OPEN_GAP_THRESHOLD", "a full backfill is a command"},
    retired_setting{"BINGX_WS_DEPTH_SPEED_MS", "the venue's own pace is taken"},
    retired_setting{"BINGX_WS_FLUSH_INTERVAL_MS", "commits are grouped by the store"},
    retired_setting{"BINGX_WS_INCLUDE_BOOK_TICKER", "feeds are chosen by what agents need"},
    retired_setting{"BINGX_WS_INCLUDE_LAST_PRICE", "feeds are chosen by what agents need"},
    retired_setting{"BINGX_WS_INDEX_CACHE_MAX_AGE_MS", "stale prices are judged by the gate on data"},
    retired_setting{"BINGX_WS_PAUSE_REST", "polls go on beside the socket"},
    retired_setting{"BINGX_WS_SUBSCRIBE_DELAY_MS", "the pace of subscriptions is the rate limiter's"},
    retired_setting{"DATA_GAP_HEAL_MAX_BATCHES", "a gap is healed within the rate limiter's budget"},
    retired_setting{"DATA_GAP_MAX_POINTS", "gaps are searched without a cap on points"},
    retired_setting{"EXCHANGE_METADATA_TTL_SEC", "contracts are re-read with each reconciliation"},
    retired_setting{"FETCH_FULL", "a call of /sync/tradingview says full_content itself"},
    retired_setting{"INCLUDE_UPDATES", "a call of /sync/tradingview says include_updates itself"},
    retired_setting{"INGESTION_DEFAULT_REFRESH_SECONDS", "each source has its own interval"},
    retired_setting{"INGESTION_RUN_TIMEOUT_MIN", "runs are bounded by their leases"},
    retired_setting{"NEWS_FEED_PATH", "news is configured as sources over HTTP"},
    retired_setting{"NEWS_FEED_URLS", "news is configured as sources over HTTP"},
    retired_setting{"NEWS_SYNC_LIMIT", "news is configured as sources over HTTP"},
    retired_setting{"OCR_ENABLED", "texts are not read from pictures"},
    retired_setting{"OCR_MIN_CONFIDENCE", "texts are not read from pictures"},
    retired_setting{"OCR_PROVIDER", "texts are not read from pictures"},
    retired_setting{"OPENAI_API_KEY", "no language model is asked"},
    retired_setting{"OPENAI_BASE_URL", "no language model is asked"},
    retired_setting{"OPENAI_MODEL", "no language model is asked"},
    retired_setting{"OPENROUTER_REFERER", "no language model is asked"},
    retired_setting{"OPENROUTER_TITLE", "no language model is asked"},
    retired_setting{"RL_PPO_FEEDBACK_HARD_RATIO", "training has no feedback rounds"},
    retired_setting{"RL_PPO_FEEDBACK_ROUNDS", "training has no feedback rounds"},
    retired_setting{"RL_PPO_FEEDBACK_TIMESTEPS", "training has no feedback rounds"},
    retired_setting{"RL_SERVICE_URL", "learning runs inside the daemon"},
    retired_setting{"SYNC_CONCURRENCY", "sources are read one after the other"},
    retired_setting{"SYNC_DELAY_MS", "the pace of sources is their rate limit"},
    retired_setting{"TELEGRAM_API_HASH", "posts come by the Bot API: TELEGRAM_BOT_TOKEN"},
    retired_setting{"TELEGRAM_API_ID", "posts come by the Bot API: TELEGRAM_BOT_TOKEN"},
    retired_setting{"TELEGRAM_SESSION", "posts come by the Bot API: TELEGRAM_BOT_TOKEN"},
    retired_setting{"TELEGRAM_SYNC_LIMIT", "the Bot API hands out what is new"},
    retired_setting{"TRADINGVIEW_BROWSER_TIMEOUT_MS", "no browser is driven"},
    retired_setting{"TRADINGVIEW_COOKIES_PATH", "only public pages are read"},
    retired_setting{"TRADINGVIEW_HTTP_TIMEOUT_MS", "requests have one deadline for all sources"},
    retired_setting{"TRADINGVIEW_INCOMPLETE_RETRY_DELAY_MS", "the retry queue has its own waits"},
    retired_setting{"TRADINGVIEW_INCOMPLETE_RETRY_MAX", "the retry queue has its own bound"},
    retired_setting{"TRADINGVIEW_RECENT_DAYS", "ideas are read until a known one comes"},
    retired_setting{"TRADINGVIEW_SCROLL_DELAY_MS", "no browser is driven"},
    retired_setting{"TRADINGVIEW_SCROLL_PAGES", "no browser is driven"},
    retired_setting{"TRADINGVIEW_USE_BROWSER", "no browser is driven"},
};

std::string kebab(std::string_view key) {
  auto out = lower_case(key);
  std::replace(out.begin(), out.end(), '_', '-');
  return "--" + out;
}

constexpr std::string_view own_prefix = "RLTRADER_";

}  // namespace

std::vector<setting_group> setting_groups() {
  std::vector<setting_group> out;
  for (const auto part : {daemon_settings(), market_settings(), learning_settings()})
    out.insert(out.end(), part.begin(), part.end());
  return out;
}

std::vector<const setting_row*> setting_rows() {
  std::vector<const setting_row*> out;
  for (const auto& group : setting_groups())
    for (const auto& row : group.rows) out.push_back(&row);
  return out;
}

const setting_row* find_setting(std::string_view key) {
  for (const auto part : {daemon_settings(), market_settings(), learning_settings()})
    for (const auto& group : part)
      for (const auto& row : group.rows)
        if (row.key == key) return &row;
  return nullptr;
}

std::string flag_of(std::string_view key) { return kebab(key); }

std::string short_flag_of(std::string_view key) {
  if (key.starts_with(own_prefix)) key.remove_prefix(own_prefix.size());
  return kebab(key);
}

settings default_settings() {
  settings out;
  for (const auto* row : setting_rows()) must(row->slot.read(out, row->fallback, *row).empty(), row->key);
  return out;
}

std::span<const retired_setting> retired_settings() { return retired; }

std::string_view retired_reason(std::string_view key) {
  for (const auto& row : retired)
    if (row.key == key) return row.reason;
  return {};
}

std::string_view nearest_key(std::string_view unknown) {
  // A key of n letters may be off by a third of them; beyond that a suggestion would only confuse.
  std::string_view best;
  std::size_t least = std::min<std::size_t>(unknown.size() / 3, 8) + 1;
  for (const auto* row : setting_rows()) {
    const std::string_view key = row->key;
    const auto longer = std::max(key.size(), unknown.size()) - std::min(key.size(), unknown.size());
    if (longer >= least) continue;
    if (const auto distance = edit_distance(unknown, key); distance < least) {
      least = distance;
      best = key;
    }
  }
  return best;
}

}  // namespace rltrader
