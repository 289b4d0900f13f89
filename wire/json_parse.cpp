// Parses text into JSON, strictly: names once, bounded depth, nothing after the end.
#include "wire/json.hpp"

#include <unordered_set>

namespace rltrader {

namespace {

constexpr std::size_t depth_most = 32;
constexpr std::size_t shown_most = 80;

/// Builds the tree while the parser reads, so that a name that comes twice is seen before one of the two is lost.
class builder final : public nlohmann::json_sax<json> {
 public:
  json root;
  std::vector<violation> violations;

  bool null() override { return add(nullptr); }
  bool boolean(bool v) override { return add(v); }
  bool number_integer(number_integer_t v) override { return add(v); }
  bool number_unsigned(number_unsigned_t v) override { return add(v); }
  bool number_float(number_float_t v, const string_t&) override { return add(v); }
  bool string(string_t& v) override { return add(std::move(v)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(json::object()); }
  bool start_array(std::size_t) override { return open(json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    auto& top = open_.back();
    if (!top.seen.insert(name).second) violations.push_back({path_to(name), "must be given once", "given twice"});
    top.name = std::move(name);
    return true;
  }
  bool parse_error(std::size_t position, const std::string& last, const nlohmann::detail::exception&) override {
    violations.push_back({"", "must be JSON; it cannot be read at byte " + std::to_string(position), shown_text(last)});
    return false;
  }

 private:
  struct level {
    json value;
    std::string name;                      ///< of the member that comes next
    std::unordered_set<std::string> seen;  ///< names of the object so far
  };

  std::string path_to(const std::string& name) const {
    std::string path;
    for (std::size_t i = 0; i + 1 < open_.size(); ++i)
      path += open_[i].value.is_array() ? "[" + std::to_string(open_[i].value.size()) + "]"
                                        : (path.empty() ? "" : ".") + shown_text(open_[i].name);
    return path.empty() ? shown_text(name) : path + "." + shown_text(name);
  }

  bool add(json value) {
    if (open_.empty()) {
      root = std::move(value);
      return true;
    }
    auto& top = open_.back();
    // Past the map's own insertion, which would look through all names again for each one.
    if (top.value.is_array())
      top.value.push_back(std::move(value));
    else
      static_cast<std::vector<std::pair<const std::string, json>>&>(top.value.get_ref<json::object_t&>())
          .emplace_back(std::move(top.name), std::move(value));
    return true;
  }
  bool open(json empty) {
    if (open_.size() == depth_most) {
      violations.push_back({"", "must not nest deeper than " + std::to_string(depth_most) + " levels", "deeper"});
      return false;
    }
    open_.push_back({std::move(empty), {}, {}});
    return true;
  }
  bool close() {
    auto done = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(done));
  }

  std::vector<level> open_;
};

}  // namespace

std::string shown_text(std::string_view text) {
  if (text.size() <= shown_most) return std::string(text);
  std::size_t end = shown_most;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::variant<json, std::vector<violation>> parse_json(std::string_view text) {
  builder b;
  json::sax_parse(text, &b);
  if (!b.violations.empty()) return std::move(b.violations);
  return std::move(b.root);
}

}  // namespace rltrader
