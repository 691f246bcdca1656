#pragma once

#include <cstdint>
#include <ostream>
#include <vector>

#include "damask/damask.hpp"
#include "support/generator.hpp"

namespace damask::testing {

/// The scripted workload that every target must answer alike. One run fills a store of one metric:
/// inserts, upserts, deletes, usage, plain, filtered, exact and diverse searches, a save and a
/// reload in the middle, more of the same on the reloaded store, batches, committed and discarded,
/// rebuilds of both kinds with changes while they run, and repairs.
class Workload {
 public:
  Workload(Metric metric, Precision precision, std::uint32_t dimension, std::size_t count);

  /// Runs it, writing every answer as one line, and the snapshots at half time and at the end.
  struct Snapshots {
    std::vector<std::byte> half;
    std::vector<std::byte> end;
  };
  Result<Snapshots> run(std::ostream& answers);

  /// The searches alone, on a store of this workload.
  Result<void> search(const PatternStore& store, std::ostream& answers) const;

 private:
  Result<void> insert(PatternStore& store, std::size_t first, std::size_t last);
  Result<void> change(PatternStore& store, std::uint64_t seed, std::ostream& answers);
  Result<void> batch(PatternStore& store, std::ostream& answers);
  Result<void> rebuild(PatternStore& store, RebuildKind kind, std::ostream& answers);
  Result<void> repair(PatternStore& store, std::ostream& answers) const;

  StoreOptions options_;
  std::size_t count_;
  Vectors vectors_;  // count_ to insert, then as many again to replace with, then the queries
};

}  // namespace damask::testing
