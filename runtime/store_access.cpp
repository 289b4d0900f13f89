// A folder is kept by its lock, a server's store by the writer's lease.
#include "runtime/store_access.hpp"

#include "runtime/holder.hpp"

#include <chrono>
#include <filesystem>

namespace rltrader {

namespace {

double steady_seconds() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

storage::store_place place_for(std::string_view what) {
  return {.folder = {},
          .url = {},
          .schema = {},
          .seconds = steady_seconds,
          .holder = holder_text(what, machine_now()),
          .is_gone = holder_is_gone};
}

}  // namespace

instant machine_now() { return std::chrono::time_point_cast<milliseconds>(std::chrono::system_clock::now()); }

storage::store_place place_of(const settings& v, std::string_view what) {
  auto out = place_for(what);
  out.folder = v.data_dir;
  out.url = v.timescale_url;
  out.schema = v.timescale_schema;
  out.ops_on_server = v.timescale_ops;
  out.market_on_server = v.timescale_market;
  return out;
}

storage::store_place place_at(const std::string& url_or_folder, const std::string& schema, std::string_view what) {
  auto out = place_for(what);
  if (url_or_folder.starts_with("postgresql://") || url_or_folder.starts_with("postgres://")) {
    out.url = url_or_folder;
    out.schema = schema;
    out.ops_on_server = out.market_on_server = true;
  } else {
    out.folder = url_or_folder;
  }
  return out;
}

result<held_store> open_held(const storage::store_place& place, storage::opening how) {
  held_store out;
  std::error_code none;
  // A folder that is not there is not made by a command that wants to find something in it.
  const bool locks = how == storage::opening::makes || std::filesystem::exists(place.folder, none);
  if (how != storage::opening::reads && place.any_in_files() && locks) {
    auto lock = folder_lock::take(place.folder, machine_now());
    if (!lock) return lock.error();
    out.lock = std::move(*lock);
  }
  auto store = storage::whole_store::open(place, how);
  if (!store) return store.error();
  out.store = std::move(*store);
  return out;
}

}  // namespace rltrader
