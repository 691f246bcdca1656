#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "damask/error.hpp"

namespace damask {

/// What became of a pattern when it was last used.
enum class Verdict : std::uint8_t { success = 1, failure = 2, flaky = 3 };

std::string_view verdictName(Verdict verdict) noexcept;  ///< "success", "failure", "flaky"
Result<Verdict> parseVerdict(std::string_view name);     ///< The inverse of verdictName.

/// A remembered pattern: a test idea, a reasoning step, a fix. Its embedding travels beside it.
/// Strings are UTF-8. Times are milliseconds since 1970-01-01T00:00:00Z, given by the caller: the
/// core has no clock.
struct Pattern {
  std::string id;                        ///< 1 to 1024 bytes; the key of upsert, get and remove.
  std::string type;                      ///< 0 to 1024 bytes.
  std::string domain;                    ///< 0 to 1024 bytes.
  std::string content;                   ///< 0 to 16 MiB.
  std::optional<std::string> framework;  ///< 0 to 1024 bytes.
  std::optional<double> coverage;        ///< Finite.
  std::optional<double> flakinessScore;  ///< Finite.
  std::optional<Verdict> verdict;
  std::optional<std::int64_t> createdAt;
  std::optional<std::int64_t> lastUsed;
  std::uint64_t usageCount = 0;
  /// The text of a JSON object, at most 16 MiB; kept as is. Its members that are declared as
  /// metadata fields must be of their kind.
  std::optional<std::string> metadata;
};

}  // namespace damask
