// The run-time form of a described type: one shape per type, walked by JSON, schema, SQL and import/export with a plain switch.
#pragma once

#include "domain/describe.hpp"
#include "domain/time.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rltrader {

enum class kind : unsigned char {
  boolean,      ///< bool
  integer,      ///< any integer but bool, as int64
  number,       ///< floating point, as double
  text,         ///< std::string
  spelled,      ///< a value with its own text form (price, quantity, ids)
  enumeration,  ///< one of a list of words
  timestamp,    ///< a point of market time
  duration,     ///< milliseconds
  optional,     ///< std::optional of `inner`
  list,         ///< std::vector of `inner`
  dictionary,   ///< std::map from std::string to `inner`
  record,       ///< a described struct
};

struct shape;

/// A field of a record: where it lies, what it is called and what it means.
struct shape_member {
  const char* name = "";
  const char* sentence = "";
  rule rules{};
  std::size_t offset = 0;
  const shape* (*of)() = nullptr;
};

/// All a walk needs to know of a type. Functions that do not apply to the kind are null.
struct shape {
  kind is;
  const char* name = "";                    ///< record and spelled types, enums: the type's name
  const char* expects = "";                 ///< spelled: what a text must look like
  const shape* (*inner)() = nullptr;        ///< optional, list, dictionary
  std::span<const shape_member> members{};  ///< record
  std::span<const char* const> words{};     ///< enumeration
  bool scaled = false;                      ///< spelled: has an exact int64 form (money, price, quantity)

  bool (*get_bool)(const void*) = nullptr;
  void (*set_bool)(void*, bool) = nullptr;
  std::int64_t (*get_integer)(const void*) =
      nullptr;  ///< integer, instant (ms), duration (ms), enumeration (index), scaled spelled (raw)
  bool (*set_integer)(void*, std::int64_t) = nullptr;  ///< false: does not fit
  double (*get_number)(const void*) = nullptr;
  void (*set_number)(void*, double) = nullptr;
  std::string (*get_text)(const void*) = nullptr;         ///< text, spelled, enumeration
  bool (*set_text)(void*, std::string_view) = nullptr;    ///< false: not one of the words, or cannot be parsed
  bool (*has)(const void*) = nullptr;                     ///< optional
  const void* (*peek)(const void*) = nullptr;             ///< optional: the held value
  void* (*engage)(void*) = nullptr;                       ///< optional: emplace and return the held value
  void (*reset)(void*) = nullptr;                         ///< optional, list, dictionary: make empty
  std::size_t (*size)(const void*) = nullptr;             ///< list, dictionary
  const void* (*at)(const void*, std::size_t) = nullptr;  ///< list
  void* (*grow)(void*) = nullptr;                         ///< list: append one and return it
  void* (*insert)(void*, std::string_view) = nullptr;     ///< dictionary: the value under a key, made if missing
  void (*each)(const void*, void*,
               void (*)(void*, std::string_view, const void*)) = nullptr;  ///< dictionary, in key order
};

inline const void* field_of(const void* record, std::size_t offset) {
  return static_cast<const std::byte*>(record) + offset;
}
inline void* field_of(void* record, std::size_t offset) { return static_cast<std::byte*>(record) + offset; }

template <class T>
const shape* shape_of();

namespace detail {

template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_vector : std::false_type {};
template <class T>
struct is_vector<std::vector<T>> : std::true_type {};
template <class T>
struct is_dictionary : std::false_type {};
template <class T>
struct is_dictionary<std::map<std::string, T>> : std::true_type {};
template <class T>
concept scaled_integer = spelled<T> && requires(T x, std::int64_t raw) {
  { x.raw() } -> std::same_as<std::int64_t>;
  { T::of_raw(raw) } -> std::same_as<T>;
};

/// Offset of a member, taken on raw storage: every described struct is an aggregate-like value, gcc and clang agree.
template <class Owner, class Member>
std::size_t offset_of(Member Owner::*member) {
  alignas(Owner) static const std::byte storage[sizeof(Owner)]{};
  const auto* owner = reinterpret_cast<const Owner*>(storage);
  return static_cast<std::size_t>(reinterpret_cast<const std::byte*>(&(owner->*member)) - storage);
}

template <class E>
const auto& word_texts() {
  static const auto texts = [] {
    constexpr auto list = words(E{});
    std::array<const char*, list.size()> out{};
    for (std::size_t i = 0; i < list.size(); ++i) out[i] = list[i].text;
    return out;
  }();
  return texts;
}

template <class T>
shape make_shape() {
  shape s{};
  if constexpr (std::is_same_v<T, bool>) {
    s.is = kind::boolean;
    s.get_bool = [](const void* p) { return *static_cast<const bool*>(p); };
    s.set_bool = [](void* p, bool v) { *static_cast<bool*>(p) = v; };
  } else if constexpr (std::is_integral_v<T>) {
    s.is = kind::integer;
    s.get_integer = [](const void* p) { return static_cast<std::int64_t>(*static_cast<const T*>(p)); };
    s.set_integer = [](void* p, std::int64_t v) {
      if (!std::in_range<T>(v)) return false;
      *static_cast<T*>(p) = static_cast<T>(v);
      return true;
    };
  } else if constexpr (std::is_floating_point_v<T>) {
    s.is = kind::number;
    s.get_number = [](const void* p) { return static_cast<double>(*static_cast<const T*>(p)); };
    s.set_number = [](void* p, double v) { *static_cast<T*>(p) = static_cast<T>(v); };
  } else if constexpr (std::is_same_v<T, std::string>) {
    s.is = kind::text;
    s.get_text = [](const void* p) { return *static_cast<const std::string*>(p); };
    s.set_text = [](void* p, std::string_view v) {
      static_cast<std::string*>(p)->assign(v);
      return true;
    };
  } else if constexpr (spelled<T>) {
    s.is = kind::spelled;
    s.expects = T::expects;
    s.get_text = [](const void* p) { return std::string(static_cast<const T*>(p)->text()); };
    s.set_text = [](void* p, std::string_view v) {
      auto parsed = T::parse(v);
      if (parsed) *static_cast<T*>(p) = std::move(*parsed);
      return parsed.has_value();
    };
    if constexpr (scaled_integer<T>) {
      s.scaled = true;
      s.get_integer = [](const void* p) { return static_cast<const T*>(p)->raw(); };
      s.set_integer = [](void* p, std::int64_t v) {
        *static_cast<T*>(p) = T::of_raw(v);
        return true;
      };
    }
  } else if constexpr (worded<T>) {
    s.is = kind::enumeration;
    s.words = word_texts<T>();
    s.get_text = [](const void* p) { return std::string(text_of(*static_cast<const T*>(p))); };
    s.set_text = [](void* p, std::string_view v) {
      auto parsed = value_of<T>(v);
      if (parsed) *static_cast<T*>(p) = *parsed;
      return parsed.has_value();
    };
  } else if constexpr (std::is_same_v<T, rltrader::instant>) {
    s.is = kind::timestamp;
    s.get_integer = [](const void* p) { return ms_of(*static_cast<const rltrader::instant*>(p)); };
    s.set_integer = [](void* p, std::int64_t v) {
      *static_cast<rltrader::instant*>(p) = instant_of_ms(v);
      return true;
    };
  } else if constexpr (std::is_same_v<T, milliseconds>) {
    s.is = kind::duration;
    s.get_integer = [](const void* p) {
      return static_cast<std::int64_t>(static_cast<const milliseconds*>(p)->count());
    };
    s.set_integer = [](void* p, std::int64_t v) {
      *static_cast<milliseconds*>(p) = milliseconds{v};
      return true;
    };
  } else if constexpr (is_optional<T>::value) {
    s.is = kind::optional;
    s.inner = &shape_of<typename T::value_type>;
    s.has = [](const void* p) { return static_cast<const T*>(p)->has_value(); };
    s.peek = [](const void* p) -> const void* { return &**static_cast<const T*>(p); };
    s.engage = [](void* p) -> void* { return &static_cast<T*>(p)->emplace(); };
    s.reset = [](void* p) { static_cast<T*>(p)->reset(); };
  } else if constexpr (is_vector<T>::value) {
    static_assert(!std::is_same_v<T, std::vector<bool>>, "a list of bool has no addressable elements");
    s.is = kind::list;
    s.inner = &shape_of<typename T::value_type>;
    s.size = [](const void* p) { return static_cast<const T*>(p)->size(); };
    s.at = [](const void* p, std::size_t i) -> const void* { return &(*static_cast<const T*>(p))[i]; };
    s.grow = [](void* p) -> void* { return &static_cast<T*>(p)->emplace_back(); };
    s.reset = [](void* p) { static_cast<T*>(p)->clear(); };
  } else if constexpr (is_dictionary<T>::value) {
    s.is = kind::dictionary;
    s.inner = &shape_of<typename T::mapped_type>;
    s.size = [](const void* p) { return static_cast<const T*>(p)->size(); };
    s.insert = [](void* p, std::string_view key) -> void* { return &(*static_cast<T*>(p))[std::string(key)]; };
    s.reset = [](void* p) { static_cast<T*>(p)->clear(); };
    s.each = [](const void* p, void* context, void (*f)(void*, std::string_view, const void*)) {
      for (const auto& [key, value] : *static_cast<const T*>(p)) f(context, key, &value);
    };
  } else {
    static_assert(described<T>, "no shape: describe the struct, give the enum its words, or the value its text form");
    s.is = kind::record;
    s.name = T::type_name;
    static const auto members = T::fields([](const auto&... f) {
      return std::vector<shape_member>{shape_member{f.name, f.sentence, f.rules, offset_of(f.member),
                                                    &shape_of<typename std::decay_t<decltype(f)>::member_type>}...};
    });
    s.members = members;
  }
  return s;
}

}  // namespace detail

/// The one shape of a type; lives as long as the program.
template <class T>
const shape* shape_of() {
  static const shape s = detail::make_shape<T>();
  return &s;
}

}  // namespace rltrader
