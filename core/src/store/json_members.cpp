#include "store/json_members.hpp"

#include <utf8cpp/utf8.h>

#include <cstdint>
#include <iterator>

namespace damask {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

// How long the string is that `text` begins with.
std::size_t stringLength(std::string_view text) noexcept {
  std::size_t i = 1;
  for (; text[i] != '"'; ++i) {
    if (text[i] == '\\') ++i;
  }
  return i + 1;
}

std::uint32_t hexUnit(std::string_view digits) noexcept {
  std::uint32_t unit = 0;
  for (const char c : digits.substr(0, 4)) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    unit = unit << 4 | static_cast<std::uint32_t>(digit);
  }
  return unit;
}

char unescaped(char c) noexcept {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

}  // namespace

std::string decodeJsonString(std::string_view quoted) {
  const std::string_view text = quoted.substr(1, quoted.size() - 2);
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      decoded += text[i];
      continue;
    }
    if (text[++i] != 'u') {
      decoded += unescaped(text[i]);
      continue;
    }
    std::uint32_t point = hexUnit(text.substr(i + 1));
    i += 4;
    if (point >= 0xd800 && point <= 0xdbff) {  // The other half of the pair follows.
      point = 0x10000 + ((point - 0xd800) << 10) + (hexUnit(text.substr(i + 3)) - 0xdc00);
      i += 6;
    }
    utf8::unchecked::append(point, std::back_inserter(decoded));
  }
  return decoded;
}

JsonElements::JsonElements(std::string_view array) noexcept : rest_(array) {
  blanks();
  rest_.remove_prefix(1);
}

void JsonElements::blanks() noexcept {
  const std::size_t first = rest_.find_first_not_of(kBlanks);
  rest_.remove_prefix(first == std::string_view::npos ? rest_.size() : first);
}

bool JsonElements::next() noexcept {
  blanks();
  if (rest_.front() == ']' || rest_.front() == '}') return false;
  if (rest_.front() == ',') rest_.remove_prefix(1);
  blanks();
  value_ = scalarOrNested();
  return true;
}

std::string_view JsonElements::scalarOrNested() noexcept {
  std::size_t length = 0, depth = 0;
  do {
    const char c = rest_[length];
    if (c == '"') {
      length += stringLength(rest_.substr(length));
      continue;
    }
    if (depth == 0 && c != '[' && c != '{') {
      length = rest_.find_first_of(" \t\r\n,]}", length);
      break;
    }
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    ++length;
  } while (depth > 0);
  const std::string_view value = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return value;
}

bool JsonMembers::next() noexcept {
  if (!elements_.next()) return false;
  key_ = elements_.value_;
  elements_.blanks();
  elements_.rest_.remove_prefix(1);  // The colon.
  elements_.blanks();
  elements_.value_ = elements_.scalarOrNested();
  return true;
}

bool JsonMembers::hasKey(std::string_view name) const {
  const std::string_view text = key_.substr(1, key_.size() - 2);
  if (text.find('\\') == std::string_view::npos) return text == name;
  return decodeJsonString(key_) == name;
}

}  // namespace damask
