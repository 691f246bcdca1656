#include "durable/change.hpp"

#include <array>
#include <string>

#include "codec/bits.hpp"
#include "durable/little_endian.hpp"

namespace damask::journal {
namespace {

/// The head's length counts all after itself; texts and components follow the head.
constexpr std::size_t kLengthBytes = 4;
constexpr std::size_t kHeadBytes = 76;
constexpr std::size_t kTexts = 6;

enum Present : std::uint8_t {
  kFramework = 1,
  kCoverage = 2,
  kFlakiness = 4,
  kVerdict = 8,
  kCreatedAt = 16,
  kLastUsed = 32,
  kMetadata = 64,
};

std::uint8_t presence(const Pattern& p) {
  return static_cast<std::uint8_t>((p.framework ? kFramework : 0) | (p.coverage ? kCoverage : 0) |
                                   (p.flakinessScore ? kFlakiness : 0) |
                                   (p.verdict ? kVerdict : 0) | (p.createdAt ? kCreatedAt : 0) |
                                   (p.lastUsed ? kLastUsed : 0) | (p.metadata ? kMetadata : 0));
}

void append(std::vector<std::byte>& out, ChangeKind kind, const Pattern& p,
            std::span<const float> embedding) {
  const std::array<std::string_view, kTexts> texts{
      p.id,      p.type,
      p.domain,  p.framework ? *p.framework : std::string_view(),
      p.content, p.metadata ? *p.metadata : std::string_view()};
  std::size_t bytes = kHeadBytes + embedding.size() * sizeof(float);
  for (const std::string_view text : texts) bytes += text.size();
  out.reserve(out.size() + kLengthBytes + bytes);
  appendLittle(out, static_cast<std::uint32_t>(bytes));
  appendLittle(out, static_cast<std::uint8_t>(kind));
  appendLittle(out, presence(p));
  appendLittle(out, static_cast<std::uint8_t>(p.verdict ? *p.verdict : Verdict{}));
  appendLittle(out, std::uint8_t{0});
  for (const std::string_view text : texts) {
    appendLittle(out, static_cast<std::uint32_t>(text.size()));
  }
  appendLittle(out, static_cast<std::uint32_t>(embedding.size()));
  appendLittle(out, std::uint32_t{0});
  appendLittle(out, bitCast<std::uint64_t>(p.coverage.value_or(0)));
  appendLittle(out, bitCast<std::uint64_t>(p.flakinessScore.value_or(0)));
  appendLittle(out, static_cast<std::uint64_t>(p.createdAt.value_or(0)));
  appendLittle(out, static_cast<std::uint64_t>(p.lastUsed.value_or(0)));
  appendLittle(out, p.usageCount);
  for (const std::string_view text : texts) {
    const auto raw = std::as_bytes(std::span(text.data(), text.size()));
    out.insert(out.end(), raw.begin(), raw.end());
  }
  for (const float component : embedding) appendLittle(out, bitCast<std::uint32_t>(component));
}

tl::unexpected<Error> malformed(const char* what) {
  return fail(ErrorCode::journalCorrupt, std::string("a change in the journal ") + what);
}

/// Takes bytes off the front, whose number was checked before.
class Taker {
 public:
  explicit Taker(std::span<const std::byte> bytes) : rest_(bytes) {}
  template <typename T>
  T number() {
    const T value = readLittle<T>(rest_.data());
    rest_ = rest_.subspan(sizeof(T));
    return value;
  }
  double real() { return bitCast<double>(number<std::uint64_t>()); }
  std::int64_t time() { return static_cast<std::int64_t>(number<std::uint64_t>()); }
  std::string text(std::size_t bytes) {
    std::string value(reinterpret_cast<const char*>(rest_.data()), bytes);
    rest_ = rest_.subspan(bytes);
    return value;
  }

 private:
  std::span<const std::byte> rest_;
};

/// Puts a value where its bit says that there is one; otherwise it must be zero.
template <typename T>
bool fill(std::optional<T>& field, T value, bool present) {
  if (present) field = value;
  return present || bitCast<std::uint64_t>(value) == 0;
}

/// Whether a change has no more than its kind needs.
bool fits(const Change& c, std::uint8_t present) {
  const Pattern& p = c.pattern;
  if (c.kind == ChangeKind::upsert) return true;
  const bool bare = p.type.empty() && p.domain.empty() && p.content.empty() && p.usageCount == 0 &&
                    c.embedding.empty();
  switch (c.kind) {
    case ChangeKind::remove:
      return bare && present == 0;
    case ChangeKind::usage:
      return bare && (present & ~kVerdict) == kLastUsed;
    case ChangeKind::clear:
      return bare && present == 0 && p.id.empty();
    default:
      return false;
  }
}

}  // namespace

void appendUpsert(std::vector<std::byte>& out, const Pattern& pattern,
                  std::span<const float> embedding) {
  append(out, ChangeKind::upsert, pattern, embedding);
}

void appendRemove(std::vector<std::byte>& out, std::string_view id) {
  Pattern pattern;
  pattern.id = id;
  append(out, ChangeKind::remove, pattern, {});
}

void appendUsage(std::vector<std::byte>& out, std::string_view id, std::optional<Verdict> outcome,
                 std::int64_t nowMs) {
  Pattern pattern;
  pattern.id = id;
  pattern.verdict = outcome;
  pattern.lastUsed = nowMs;
  append(out, ChangeKind::usage, pattern, {});
}

void appendClear(std::vector<std::byte>& out) {
  append(out, ChangeKind::clear, {}, {});
}

Result<Change> ChangeReader::next() {
  if (rest_.size() < kLengthBytes) return malformed("ends within its length");
  const auto bytes = readLittle<std::uint32_t>(rest_.data());
  rest_ = rest_.subspan(kLengthBytes);
  if (bytes < kHeadBytes || bytes > rest_.size()) return malformed("has a wrong length");
  Taker take(rest_.first(bytes));
  rest_ = rest_.subspan(bytes);

  Change change;
  Pattern& p = change.pattern;
  change.kind = static_cast<ChangeKind>(take.number<std::uint8_t>());
  const auto present = take.number<std::uint8_t>();
  const auto verdict = take.number<std::uint8_t>();
  bool canonical = take.number<std::uint8_t>() == 0 && present < 2 * kMetadata;
  std::array<std::uint32_t, kTexts> lengths{};
  std::uint64_t needed = kHeadBytes;
  for (std::uint32_t& length : lengths) needed += length = take.number<std::uint32_t>();
  const auto components = take.number<std::uint32_t>();
  needed += components * std::uint64_t{sizeof(float)};
  canonical = take.number<std::uint32_t>() == 0 && canonical;
  if (needed != bytes) return malformed("has texts of a wrong length");
  canonical = fill(p.coverage, take.real(), present & kCoverage) && canonical;
  canonical = fill(p.flakinessScore, take.real(), present & kFlakiness) && canonical;
  canonical = fill(p.createdAt, take.time(), present & kCreatedAt) && canonical;
  canonical = fill(p.lastUsed, take.time(), present & kLastUsed) && canonical;
  p.usageCount = take.number<std::uint64_t>();
  if (present & kVerdict) p.verdict = static_cast<Verdict>(verdict);
  canonical = (present & kVerdict || verdict == 0) && canonical;
  canonical = (present & kFramework || lengths[3] == 0) && canonical;
  canonical = (present & kMetadata || lengths[5] == 0) && canonical;

  p.id = take.text(lengths[0]);
  p.type = take.text(lengths[1]);
  p.domain = take.text(lengths[2]);
  if (present & kFramework) p.framework = take.text(lengths[3]);
  p.content = take.text(lengths[4]);
  if (present & kMetadata) p.metadata = take.text(lengths[5]);
  change.embedding.resize(components);
  for (float& component : change.embedding) {
    component = bitCast<float>(take.number<std::uint32_t>());
  }
  if (!canonical || !fits(change, present)) return malformed("has what its kind does not use");
  return change;
}

}  // namespace damask::journal
