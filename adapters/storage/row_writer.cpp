// Lines of JSON by shape.
#include "adapters/storage/row_writer.hpp"

#include "wire/json.hpp"

namespace rltrader::storage {

row_writer::row_writer(const table& t, durable_file file) : table_(t), file_(std::move(file)) {
  about_.table = t.name;
  about_.file = file_of_table(t.name);
}

result<row_writer> row_writer::create(const std::string& folder, const table& t) {
  auto file = durable_file::create(folder + "/" + file_of_table(t.name));
  if (!file) return file.error();
  return row_writer(t, std::move(*file));
}

result<void> row_writer::write(const void* row, const std::string& source) {
  std::string line;
  try {
    auto value = write_json(*table_.of, row);
    if (!source.empty()) value["_source"] = source;
    line = value.dump(-1, ' ', false, json::error_handler_t::replace) + "\n";
  } catch (const std::exception& e) {
    // A time outside of the years 0 to 9999 has no text.
    return {errc::corrupt,
            "row " + std::to_string(about_.rows + 1) + " of " + table_.name + " cannot be written: " + e.what()};
  }
  digest_.update(line);
  ++about_.rows;
  about_.bytes += static_cast<std::int64_t>(line.size());
  return file_.write(line);
}

result<manifest_file> row_writer::finish() {
  if (auto finished = file_.finish(); !finished) return finished.error();
  const auto digest = digest_.finish();
  about_.sha256 = hex_of(digest.data(), digest.size());
  return about_;
}

}  // namespace rltrader::storage
