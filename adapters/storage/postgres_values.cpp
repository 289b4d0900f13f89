// Big-endian integers, microseconds since 2000, base-10000 digits.
//
// Source: PostgreSQL's documentation of its protocol and the send and receive functions of its types.
#include "adapters/storage/postgres_values.hpp"

#include <bit>
#include <cstring>
#include <limits>

namespace rltrader::storage {

namespace {

constexpr std::uint32_t bool_type = 16, int8_type = 20, int2_type = 21, int4_type = 23, text_type = 25,
                        float4_type = 700, float8_type = 701, varchar_type = 1043, time_type = 1184,
                        numeric_type = 1700, jsonb_type = 3802, name_type = 19, char_type = 18, oid_type = 26;
constexpr std::int64_t ms_of_2000 = 946'684'800'000;
constexpr std::int64_t digit = 10'000;
constexpr int decimals = 8;
constexpr std::int64_t scale = 100'000'000;
__extension__ using wide_integer = __int128;

template <class Integer>
void put(std::string& out, Integer value) {
  auto bits = static_cast<std::make_unsigned_t<Integer>>(value);
  char bytes[sizeof(Integer)];
  for (int i = static_cast<int>(sizeof(Integer)) - 1; i >= 0; --i, bits = static_cast<decltype(bits)>(bits >> 7 >> 1))
    bytes[i] = static_cast<char>(bits & 0xFF);
  out.append(bytes, sizeof bytes);
}

template <class Integer>
Integer take(std::string_view bytes, std::size_t at = 0) {
  std::make_unsigned_t<Integer> bits = 0;
  for (std::size_t i = 0; i < sizeof(Integer); ++i)
    bits = static_cast<decltype(bits)>(bits << 7 << 1) | static_cast<unsigned char>(bytes[at + i]);
  return static_cast<Integer>(bits);
}

/// numeric(20,8): whole base-10000 digits before the point, two of them after it.
void put_amount(std::string& out, std::int64_t raw) {
  const bool negative = raw < 0;
  const auto size = negative ? 0 - static_cast<std::uint64_t>(raw) : static_cast<std::uint64_t>(raw);
  std::uint64_t whole = size / scale;
  const std::uint64_t part = size % scale;
  std::int16_t digits[7];
  int count = 0;
  std::int16_t before[5];
  int whole_digits = 0;
  for (; whole > 0; whole /= digit) before[whole_digits++] = static_cast<std::int16_t>(whole % digit);
  for (int i = whole_digits; i-- > 0;) digits[count++] = before[i];
  digits[count++] = static_cast<std::int16_t>(part / digit);
  digits[count++] = static_cast<std::int16_t>(part % digit);
  put<std::int16_t>(out, static_cast<std::int16_t>(count));
  put<std::int16_t>(out, static_cast<std::int16_t>(whole_digits - 1));  // weight of the first digit
  put<std::uint16_t>(out, negative ? 0x4000 : 0);
  put<std::int16_t>(out, decimals);
  for (int i = 0; i < count; ++i) put<std::int16_t>(out, digits[i]);
}

result<cell> amount_of(std::string_view bytes) {
  const failure not_exact{errc::corrupt, "a number that has more than eight decimals or is too large"};
  if (bytes.size() < 8) return not_exact;
  const int count = take<std::int16_t>(bytes);
  const int weight = take<std::int16_t>(bytes, 2);
  const auto sign = take<std::uint16_t>(bytes, 4);
  if (sign != 0 && sign != 0x4000) return not_exact;  // not a number, or infinite
  if (count < 0 || bytes.size() != 8 + 2 * static_cast<std::size_t>(count)) return not_exact;
  // In units of 1e-8: the digit of weight -2 counts once.
  wide_integer sum = 0;
  for (int i = 0; i < count; ++i) {
    const auto value = take<std::int16_t>(bytes, 8 + 2 * static_cast<std::size_t>(i));
    int place = weight - i + 2;
    if (value == 0) continue;
    if (place < 0 || place > 6) return not_exact;
    wide_integer worth = value;
    for (; place > 0; --place) worth *= digit;
    sum += worth;
  }
  if (sign == 0x4000) sum = -sum;
  if (sum > std::numeric_limits<std::int64_t>::max() || sum < std::numeric_limits<std::int64_t>::min())
    return not_exact;
  return cell{static_cast<std::int64_t>(sum)};
}

result<void> put_value(std::string& out, const cell& value, column_type type) {
  const auto* integer = std::get_if<std::int64_t>(&value);
  const auto* number = std::get_if<double>(&value);
  const auto* text = std::get_if<std::string>(&value);
  switch (type) {
    case column_type::integer:
      if (integer == nullptr) break;
      put(out, *integer);
      return {};
    case column_type::amount:
      if (integer == nullptr) break;
      put_amount(out, *integer);
      return {};
    case column_type::time: {
      if (integer == nullptr) break;
      // From 4713 BC on; two hundred thousand years are enough.
      constexpr std::int64_t least = -210'866'803'200'000, most = 9'000'000'000'000'000;
      if (*integer < least || *integer > most)
        return {errc::conflict, "a time of " + std::to_string(*integer) + " ms cannot be stored"};
      put(out, (*integer - ms_of_2000) * 1000);
      return {};
    }
    case column_type::truth:
      if (integer == nullptr) break;
      out += *integer != 0 ? '\1' : '\0';
      return {};
    case column_type::real: {
      if (number == nullptr && integer == nullptr) break;
      put(out, std::bit_cast<std::int64_t>(number != nullptr ? *number : static_cast<double>(*integer)));
      return {};
    }
    case column_type::json:
      if (text == nullptr) break;
      out += '\1';  // the version of the form
      out += *text;
      return {};
    case column_type::text:
      if (text == nullptr) break;
      out += *text;
      return {};
  }
  return {errc::conflict, "a value is not of its column's type"};
}

}  // namespace

std::uint32_t type_number(column_type type) {
  switch (type) {
    case column_type::integer: return int8_type;
    case column_type::amount: return numeric_type;
    case column_type::time: return time_type;
    case column_type::truth: return bool_type;
    case column_type::real: return float8_type;
    case column_type::json: return jsonb_type;
    case column_type::text: return text_type;
  }
  return text_type;
}

std::uint32_t array_number(column_type type) {
  switch (type) {
    case column_type::integer: return 1016;
    case column_type::amount: return 1231;
    case column_type::time: return 1185;
    case column_type::truth: return 1000;
    case column_type::real: return 1022;
    case column_type::json: return 3807;
    case column_type::text: return 1009;
  }
  return 1009;
}

result<std::string> bytes_of(const cell& value, column_type type) {
  std::string out;
  if (auto done = put_value(out, value, type); !done) return done.error();
  return out;
}

array_builder::array_builder(column_type type, std::size_t rows) : type_(type) {
  put<std::int32_t>(bytes_, 1);  // dimensions
  put<std::int32_t>(bytes_, 1);  // may hold nothings
  put<std::uint32_t>(bytes_, type_number(type));
  put<std::int32_t>(bytes_, static_cast<std::int32_t>(rows));
  put<std::int32_t>(bytes_, 1);  // counted from
}

result<void> array_builder::add(const cell& value) {
  if (value.index() == 0) {
    put<std::int32_t>(bytes_, -1);
    return {};
  }
  const auto place = bytes_.size();
  put<std::int32_t>(bytes_, 0);
  if (auto done = put_value(bytes_, value, type_); !done) return done;
  std::string length;
  put<std::int32_t>(length, static_cast<std::int32_t>(bytes_.size() - place - 4));
  bytes_.replace(place, 4, length);
  return {};
}

result<cell> cell_of_bytes(std::string_view bytes, std::uint32_t type) {
  const auto whole = [&](std::size_t size) { return bytes.size() == size; };
  switch (type) {
    case bool_type: return cell{std::int64_t{!bytes.empty() && bytes[0] != '\0'}};
    case int8_type:
      if (whole(8)) return cell{take<std::int64_t>(bytes)};
      break;
    case int4_type:
      if (whole(4)) return cell{std::int64_t{take<std::int32_t>(bytes)}};
      break;
    case oid_type:
      if (whole(4)) return cell{std::int64_t{take<std::uint32_t>(bytes)}};
      break;
    case int2_type:
      if (whole(2)) return cell{std::int64_t{take<std::int16_t>(bytes)}};
      break;
    case float8_type:
      if (whole(8)) return cell{std::bit_cast<double>(take<std::int64_t>(bytes))};
      break;
    case float4_type:
      if (whole(4)) return cell{static_cast<double>(std::bit_cast<float>(take<std::int32_t>(bytes)))};
      break;
    case time_type: {
      if (!whole(8)) break;
      const auto microseconds = take<std::int64_t>(bytes);
      if (microseconds == std::numeric_limits<std::int64_t>::max() ||
          microseconds == std::numeric_limits<std::int64_t>::min())
        return failure{errc::corrupt, "a time without end"};
      // Rounded down, so that what a person wrote with microseconds stays in its millisecond.
      const auto ms = microseconds / 1000 - (microseconds % 1000 < 0 ? 1 : 0);
      return cell{ms + ms_of_2000};
    }
    case numeric_type: return amount_of(bytes);
    case jsonb_type:
      if (!bytes.empty()) return cell{std::string(bytes.substr(1))};
      break;
    case text_type:
    case varchar_type:
    case name_type:
    case char_type: return cell{std::string(bytes)};
    default: return failure{errc::unsupported, "a value of PostgreSQL's type " + std::to_string(type)};
  }
  return failure{errc::corrupt, "a value of the wrong length"};
}

}  // namespace rltrader::storage
