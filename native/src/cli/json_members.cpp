#include "json_members.hpp"

#include <algorithm>
#include <optional>

#include "json_string.hpp"

namespace damask::cli {
namespace {

constexpr std::size_t kMaxMembers = 32;
constexpr std::size_t kMaxKeyBytes = 256;

class Splitter {
 public:
  explicit Splitter(std::string_view text) : rest_(text) {}

  Outcome<std::vector<JsonMember>> split() {
    std::vector<JsonMember> members;
    if (!take('{')) return badData("not a JSON object");
    if (!take('}')) {
      do {
        auto key = takeKey();
        if (!key) return tl::make_unexpected(key.error());
        if (members.size() == kMaxMembers) {
          return badData("more than " + std::to_string(kMaxMembers) + " keys in one object");
        }
        const auto same = [&key](const JsonMember& member) { return member.key == *key; };
        if (std::any_of(members.begin(), members.end(), same)) {
          return badData("key '" + *key + "' appears twice");
        }
        if (!take(':')) return badData("expected ':' after key '" + *key + "'");
        const auto value = takeValue();
        if (!value) return badData("the value of '" + *key + "' does not end");
        members.push_back({std::move(*key), *value});
      } while (take(','));
      if (!take('}')) return badData("expected ',' or '}' after '" + members.back().key + "'");
    }
    skipBlanks();
    if (!rest_.empty()) return badData("there is more after the JSON object");
    return members;
  }

 private:
  void skipBlanks() {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\r\n"), rest_.size()));
  }

  bool take(char wanted) {
    skipBlanks();
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  /// One past the closing quote of the string that begins at `at`; npos when there is none.
  std::size_t endOfString(std::size_t at) const {
    for (++at; at < rest_.size(); ++at) {
      if (rest_[at] == '\\') {
        ++at;
      } else if (rest_[at] == '"') {
        return at + 1;
      }
    }
    return std::string_view::npos;
  }

  Outcome<std::string> takeKey() {
    skipBlanks();
    if (rest_.empty() || rest_.front() != '"') return badData("expected a key in quotes");
    const std::size_t end = endOfString(0);
    if (end == std::string_view::npos) return badData("a key does not end");
    if (end > kMaxKeyBytes) {
      return badData("a key has " + std::to_string(end) + " bytes: must have at most " +
                     std::to_string(kMaxKeyBytes));
    }
    auto key = decodeJsonString(rest_.substr(0, end));
    if (!key) return badData("a key is not a valid JSON string");
    rest_.remove_prefix(end);
    return std::move(*key);
  }

  /// The text up to the next ',' or '}' that belongs to the object itself.
  std::optional<std::string_view> takeValue() {
    skipBlanks();
    std::size_t depth = 0;
    for (std::size_t at = 0; at < rest_.size(); ++at) {
      const char c = rest_[at];
      if (c == '"') {
        at = endOfString(at);
        if (at == std::string_view::npos) return {};
        --at;
      } else if (c == '[' || c == '{') {
        ++depth;
      } else if (depth == 0 && (c == ',' || c == '}')) {
        std::string_view value = rest_.substr(0, at);
        value.remove_suffix(value.size() - (value.find_last_not_of(" \t\r\n") + 1));
        rest_.remove_prefix(at);
        return value;
      } else if (c == ']' || c == '}') {
        // A ']' too many is left to whoever parses the value.
        depth -= depth > 0 ? 1 : 0;
      }
    }
    return {};
  }

  std::string_view rest_;
};

}  // namespace

Outcome<std::vector<JsonMember>> splitJsonObject(std::string_view text) {
  return Splitter(text).split();
}

}  // namespace damask::cli
