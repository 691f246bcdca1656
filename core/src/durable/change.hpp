#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "damask/error.hpp"
#include "damask/pattern.hpp"

namespace damask::journal {

enum class ChangeKind : std::uint8_t { upsert = 1, remove = 2, usage = 3, clear = 4 };

/// One change as a journal holds it. `pattern` has the id alone in remove, the id, lastUsed and
/// verdict in usage, and nothing in clear.
struct Change {
  ChangeKind kind = ChangeKind::clear;
  Pattern pattern;
  std::vector<float> embedding;
};

/// Each throws std::bad_alloc, and has then appended nothing.
void appendUpsert(std::vector<std::byte>& out, const Pattern& pattern,
                  std::span<const float> embedding);
void appendRemove(std::vector<std::byte>& out, std::string_view id);
void appendUsage(std::vector<std::byte>& out, std::string_view id, std::optional<Verdict> outcome,
                 std::int64_t nowMs);
void appendClear(std::vector<std::byte>& out);

/// Reads the changes of a frame, one after another.
class ChangeReader {
 public:
  explicit ChangeReader(std::span<const std::byte> payload) : rest_(payload) {}
  bool atEnd() const noexcept { return rest_.empty(); }
  /// The next change, checked for its form: lengths, kind, and that what it does not use is zero.
  /// What it says is for the store to check. Errors: journalCorrupt. Throws std::bad_alloc.
  Result<Change> next();

 private:
  std::span<const std::byte> rest_;
};

}  // namespace damask::journal
