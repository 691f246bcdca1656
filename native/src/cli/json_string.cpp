#include "json_string.hpp"

#include <utf8cpp/utf8.h>

#include <charconv>
#include <cstdint>
#include <iterator>

namespace damask::cli {
namespace {

constexpr std::string_view kEscapes = "\"\\/bfnrt", kEscaped = "\"\\/\b\f\n\r\t";

class Decoder {
 public:
  explicit Decoder(std::string_view inner) : rest_(inner) { out_.reserve(inner.size()); }

  std::optional<std::string> decode() {
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '"' || static_cast<unsigned char>(c) < 0x20) return std::nullopt;
      rest_.remove_prefix(1);
      if (c != '\\') {
        out_ += c;
      } else if (!takeEscape()) {
        return std::nullopt;
      }
    }
    if (!utf8::is_valid(out_.begin(), out_.end())) return std::nullopt;
    return std::move(out_);
  }

 private:
  bool takeEscape() {
    if (rest_.empty()) return false;
    const char kind = rest_.front();
    rest_.remove_prefix(1);
    if (kind == 'u') return takeCodePoint();
    const std::size_t at = kEscapes.find(kind);
    if (at == std::string_view::npos) return false;
    out_ += kEscaped[at];
    return true;
  }

  bool takeCodePoint() {
    auto first = takeUnit();
    if (!first || (*first >= 0xdc00 && *first < 0xe000)) return false;
    if (*first >= 0xd800 && *first < 0xdc00) {
      if (!rest_.starts_with("\\u")) return false;
      rest_.remove_prefix(2);
      const auto second = takeUnit();
      if (!second || *second < 0xdc00 || *second >= 0xe000) return false;
      first = 0x10000 + ((*first - 0xd800) << 10) + (*second - 0xdc00);
    }
    utf8::unchecked::append(*first, std::back_inserter(out_));
    return true;
  }

  std::optional<std::uint32_t> takeUnit() {
    std::uint32_t unit = 0;
    if (rest_.size() < 4) return std::nullopt;
    const char* const end = rest_.data() + 4;
    if (std::from_chars(rest_.data(), end, unit, 16).ptr != end) return std::nullopt;
    rest_.remove_prefix(4);
    return unit;
  }

  std::string_view rest_;
  std::string out_;
};

}  // namespace

std::optional<std::string> decodeJsonString(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  return Decoder(text.substr(1, text.size() - 2)).decode();
}

}  // namespace damask::cli
