#pragma once

#include <span>
#include <string_view>

#include "damask/damask.hpp"
#include "wire.hpp"

/// The facade's structures to and from the wire, field by field in the order of their declaration.
/// js/src/wire/marshal.ts is the other side.
namespace damask::wire {

/// The fields could not be read: the two sides of the wire disagree.
inline tl::unexpected<Error> misread(std::string_view what) {
  return fail(ErrorCode::internal, "the bytes of " + std::string(what) + " end too early");
}

Result<StoreOptions> readStoreOptions(WireReader& in);
Result<SearchOptions> readSearchOptions(WireReader& in);
Result<Pattern> readPattern(WireReader& in);

/// One use: the id (valid as long as the input), the outcome and the time.
struct Usage {
  std::string_view id;
  std::optional<Verdict> outcome;
  std::int64_t nowMs = 0;
};
Result<Usage> readUsage(WireReader& in);

void write(WireWriter& out, const StoreOptions& options);
/// The numbers of each pattern, then the texts of all. Errors: unsupported, when a whole number is
/// beyond what JavaScript holds exactly.
Result<void> write(WireWriter& out, std::span<const Pattern> patterns);
Result<void> write(WireWriter& out, const StoreStats& stats);
void write(WireWriter& out, const GraphCensus& census);
Result<void> write(WireWriter& out, const SnapshotInfo& info);

}  // namespace damask::wire
