#include "store_name.hpp"

#include <fmt/format.h>

#include <charconv>

namespace damask::posix {
namespace {

constexpr std::string_view kSnapshot = "snapshot-", kJournal = "journal-", kEnd = ".damask";
constexpr std::string_view kAside = ".tmp-", kStale = ".stale-";
constexpr std::size_t kGenerationDigits = 12, kPartDigits = 6, kAsideDigits = 16;

bool take(std::string_view& text, std::string_view begin) {
  if (!text.starts_with(begin)) return false;
  text.remove_prefix(begin.size());
  return true;
}

/// The number of exactly so many digits that `text` begins with; 0 for anything else.
std::uint64_t takeNumber(std::string_view& text, std::size_t digits) {
  std::uint64_t number = 0;
  if (text.size() < digits) return 0;
  const char* const end = text.data() + digits;
  if (std::from_chars(text.data(), end, number).ptr != end) return 0;
  text.remove_prefix(digits);
  return number;
}

}  // namespace

std::optional<StoreName> StoreName::parse(std::string_view text) {
  StoreName name;
  const bool journal = take(text, kJournal);
  if (!journal && !take(text, kSnapshot)) return std::nullopt;
  name.generation = takeNumber(text, kGenerationDigits);
  if (journal) {
    if (!take(text, "-")) return std::nullopt;
    name.part = static_cast<std::uint32_t>(takeNumber(text, kPartDigits));
    if (name.part == 0) return std::nullopt;
  }
  if (name.generation == 0 || text != kEnd) return std::nullopt;
  return name;
}

std::string StoreName::text() const {
  if (isSnapshot()) return fmt::format("{}{:012}{}", kSnapshot, generation, kEnd);
  return fmt::format("{}{:012}-{:06}{}", kJournal, generation, part, kEnd);
}

bool isAside(std::string_view text) {
  constexpr std::size_t kTail = kAside.size() + kAsideDigits,
                        kStaleTail = kStale.size() + kAsideDigits;
  const auto endsAt = [text](std::size_t tail, std::string_view mark) {
    return text.size() > tail && text.substr(text.size() - tail).starts_with(mark);
  };
  const std::size_t tail = endsAt(kTail, kAside)        ? kTail
                           : endsAt(kStaleTail, kStale) ? kStaleTail
                                                        : 0;
  if (tail == 0) return false;
  const std::string_view name = text.substr(0, text.size() - tail);
  const std::string_view digits = text.substr(text.size() - kAsideDigits);
  return (name == kLockFile || (tail == kTail && StoreName::parse(name))) &&
         digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

}  // namespace damask::posix
