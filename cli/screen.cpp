// Lines and tables; colours are the eight that every terminal has.
#include "cli/screen.hpp"

#include "cli/text.hpp"
#include "domain/result.hpp"

#include <algorithm>
#include <ostream>

namespace rltrader::cli {

namespace {

const char* code_of(tone look) {
  switch (look) {
    case tone::plain: return "";
    case tone::strong: return "\x1b[1m";
    case tone::good: return "\x1b[32m";
    case tone::warning: return "\x1b[33m";
    case tone::bad: return "\x1b[1;31m";
    case tone::faint: return "\x1b[2m";
  }
  return "";
}

}  // namespace

void screen::put(const std::string& plain, tone look) {
  const bool painted = on_.colour && look != tone::plain;
  if (painted) out_ << code_of(look);
  out_ << plain;
  if (painted) out_ << "\x1b[0m";
}

void screen::end_line() { out_ << '\n'; }

void screen::line(const std::vector<piece>& pieces) {
  for (const auto& p : pieces) put(plain_text(p.text), p.look);
  end_line();
}

void table::row(std::vector<piece> cells) {
  must(cells.size() == columns_.size(), "a row has a cell for each column");
  for (auto& cell : cells) {
    cell.text = plain_text(cell.text);
    if (cell.text.empty()) cell = {"-", tone::faint};
  }
  rows_.push_back(std::move(cells));
}

void table::print(screen& to) const {
  constexpr std::size_t gap = 2;
  std::vector<std::size_t> widths;
  for (const auto& c : columns_) widths.push_back(columns_of(c.title));
  for (const auto& cells : rows_)
    for (std::size_t i = 0; i < cells.size(); ++i) widths[i] = std::max(widths[i], columns_of(cells[i].text));
  const auto print_row = [&](const auto& text_of, const auto& look_of) {
    std::size_t used = 0;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool last = i + 1 == columns_.size();
      auto text = text_of(i);
      if (last && to.on().width > used) text = cut_to(text, to.on().width - used);
      const std::string padding(widths[i] - std::min(widths[i], columns_of(text)), ' ');
      const bool right = columns_[i].side == align::right;
      if (right) to.put(padding, tone::plain);
      to.put(text, look_of(i));
      if (!right && !last) to.put(padding, tone::plain);
      if (!last) to.put(std::string(gap, ' '), tone::plain);
      used += widths[i] + gap;
    }
    to.end_line();
  };
  print_row([&](std::size_t i) { return columns_[i].title; }, [](std::size_t) { return tone::faint; });
  for (const auto& cells : rows_)
    print_row([&](std::size_t i) { return cells[i].text; }, [&](std::size_t i) { return cells[i].look; });
}

}  // namespace rltrader::cli
