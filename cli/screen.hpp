// What is printed for people: lines and tables of pieces. Every piece is made harmless here, at one place.
#pragma once

#include <cstddef>
#include <iosfwd>
#include <string>
#include <utility>
#include <vector>

namespace rltrader::cli {

enum class tone : unsigned char { plain, strong, good, warning, bad, faint };

/// A text and how it looks; a plain text is one too.
struct piece {
  std::string text;
  tone look = tone::plain;

  piece(std::string t, tone l = tone::plain) : text(std::move(t)), look(l) {}
  piece(const char* t, tone l = tone::plain) : text(t), look(l) {}
};

struct terminal {
  bool colour = false;
  std::size_t width = 0;  ///< columns; 0: unbounded
};

class screen {
 public:
  screen(std::ostream& out, terminal on) : out_(out), on_(on) {}

  /// Pieces beside each other, a line.
  void line(const std::vector<piece>& pieces);
  void line() { line({}); }
  const terminal& on() const { return on_; }

 private:
  friend class table;
  void put(const std::string& plain, tone look);
  void end_line();
  std::ostream& out_;
  terminal on_;
};

enum class align : unsigned char { left, right };
struct column {
  std::string title;
  align side = align::left;
};

/// Columns as wide as their widest cell; on a terminal the last one is cut at its edge. An empty cell shows "-".
class table {
 public:
  explicit table(std::vector<column> columns) : columns_(std::move(columns)) {}
  /// As many cells as there are columns; others are a defect.
  void row(std::vector<piece> cells);
  bool empty() const { return rows_.empty(); }
  std::size_t size() const { return rows_.size(); }
  void print(screen& to) const;

 private:
  std::vector<column> columns_;
  std::vector<std::vector<piece>> rows_;
};

}  // namespace rltrader::cli
