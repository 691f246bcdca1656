#include <thread>

#include "measure.hpp"
#include "or_throw.hpp"
#include "snapshot_file.hpp"
#include "steps.hpp"

namespace damask::bench {

void measureFirstSearch(const LifeSettings& s, const RowSink& sink) {
  DamaskLife damask(static_cast<std::uint32_t>(s.base.dimension), s.graph, {});
  for (std::uint32_t id = 0; id < s.base.count(); ++id) damask.put(id, s.base[id]);
  const SnapshotFile file(damask.store());
  for (const bool cold : {true, false}) {
    std::vector<double> open, first, second;
    for (std::size_t pass = 0; pass < s.passes; ++pass) {
      if (cold) file.dropFromMemory();
      std::thread([&] {
        const auto begin = Clock::now();
        const PatternStore store = file.open();
        open.push_back(secondsSince(begin) * 1e3);
        std::vector<SlotHit> hits(s.k);
        SearchOptions options;
        options.k = s.k;
        options.ef = s.ef;
        for (auto* latencies : {&first, &second}) {
          const auto searching = Clock::now();
          orThrow(store.searchSlots(s.queries[pass % s.queries.count()], options, hits));
          latencies->push_back(microseconds(Clock::now() - searching));
        }
      }).join();
    }
    sink({{"what", "first search"},
          {"case", cold ? "snapshot not in memory" : "snapshot in memory"},
          {"side", "damask"},
          {"openMs", median(open)},
          {"firstUs", median(first)},
          {"sameAgainUs", median(second)},
          {"snapshotBytes", static_cast<double>(file.bytes())},
          {"writeSeconds", file.writeSeconds()}});
  }
}

}  // namespace damask::bench
