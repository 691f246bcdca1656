#include "store/json_text.hpp"

#include <cstdint>
#include <optional>
#include <vector>

#include "store/validate.hpp"

namespace damask {
namespace {

bool isDigit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::optional<std::uint32_t> hexDigit(char c) noexcept {
  if (isDigit(c)) return static_cast<std::uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint32_t>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<std::uint32_t>(c - 'A' + 10);
  return std::nullopt;
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) noexcept
      : at_(text.data()), end_(text.data() + text.size()) {}

  bool object() {
    blanks();
    if (!take('{')) return false;
    std::vector<bool> isObject{true};  // by level of nesting; otherwise it is an array
    bool empty = true;                 // nothing read yet of the innermost
    while (!isObject.empty()) {
      blanks();
      if (take(isObject.back() ? '}' : ']')) {
        isObject.pop_back();
        empty = false;
        continue;
      }
      if (!empty && !take(',')) return false;
      blanks();
      if (isObject.back() && !key()) return false;
      const bool opensObject = take('{');
      empty = opensObject || take('[');
      if (empty) {
        isObject.push_back(opensObject);
      } else if (!scalar()) {
        return false;
      }
    }
    blanks();
    return at_ == end_;
  }

 private:
  bool next(char c) const noexcept { return at_ != end_ && *at_ == c; }
  bool take(char c) noexcept {
    if (!next(c)) return false;
    ++at_;
    return true;
  }
  void blanks() noexcept {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\t' || *at_ == '\r' || *at_ == '\n')) ++at_;
  }

  bool key() noexcept {
    if (!string()) return false;
    blanks();
    if (!take(':')) return false;
    blanks();
    return true;
  }

  bool scalar() noexcept {
    return next('"') ? string() : word("true") || word("false") || word("null") || number();
  }

  bool word(std::string_view text) noexcept {
    if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(text)) {
      return false;
    }
    at_ += text.size();
    return true;
  }

  bool digits() noexcept {
    const char* begin = at_;
    while (at_ != end_ && isDigit(*at_)) ++at_;
    return at_ != begin;
  }

  bool number() noexcept {
    take('-');
    if (!take('0') && !digits()) return false;
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      return digits();
    }
    return true;
  }

  bool string() noexcept {
    if (!take('"')) return false;
    while (at_ != end_) {
      const auto c = static_cast<unsigned char>(*at_++);
      if (c == '"') return true;
      if (c < 0x20 || (c == '\\' && !escape())) return false;
    }
    return false;
  }

  bool escape() noexcept {
    if (at_ == end_) return false;
    const char c = *at_++;
    if (c != 'u') return std::string_view("\"\\/bfnrt").find(c) != std::string_view::npos;
    const auto unit = codeUnit();
    if (!unit || isLow(*unit)) return false;
    if (*unit < 0xd800 || *unit > 0xdbff) return true;
    if (!take('\\') || !take('u')) return false;
    const auto second = codeUnit();
    return second && isLow(*second);
  }

  static bool isLow(std::uint32_t unit) noexcept { return unit >= 0xdc00 && unit <= 0xdfff; }

  std::optional<std::uint32_t> codeUnit() noexcept {
    std::uint32_t unit = 0;
    for (int i = 0; i < 4; ++i) {
      const auto digit = at_ == end_ ? std::nullopt : hexDigit(*at_++);
      if (!digit) return std::nullopt;
      unit = unit << 4 | *digit;
    }
    return unit;
  }

  const char* at_;
  const char* end_;
};

}  // namespace

bool isJsonObject(std::string_view text) {
  return isUtf8(text) && Scanner(text).object();
}

}  // namespace damask
