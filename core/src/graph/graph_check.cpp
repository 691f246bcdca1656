#include "graph/graph_check.hpp"

#include <string>
#include <vector>

namespace damask {
namespace {

tl::unexpected<Error> corrupt(Slot slot, std::int32_t level, const std::string& what) {
  return fail(ErrorCode::snapshotCorrupt,
              std::string(level == 0 ? "section LNK0" : "section LNKU") + ": slot " +
                  std::to_string(slot) + ", level " + std::to_string(level) + ": " + what);
}

}  // namespace

Result<void> checkGraph(const Graph& graph) {
  const GraphView view = graph.view();
  if (view.slots == 0) {
    if (view.maxLevel == -1) return {};
    return fail(ErrorCode::snapshotCorrupt, "section META: an empty graph has a top level");
  }
  if (view.entry >= view.slots || graph.level(view.entry) != view.maxLevel) {
    return fail(ErrorCode::snapshotCorrupt,
                "section META: the entry " + std::to_string(view.entry) +
                    " is not a slot of the top level " + std::to_string(view.maxLevel));
  }
  // lastSeen[id] = 1 + the running number of the list that named id last.
  std::vector<std::uint32_t> lastSeen(view.slots, 0);
  std::uint32_t list = 0;
  for (Slot slot = 0; slot < view.slots; ++slot) {
    const std::int32_t top = graph.level(slot);
    if (top > view.maxLevel) {
      return fail(ErrorCode::snapshotCorrupt,
                  "section LEVL: slot " + std::to_string(slot) + ": level " + std::to_string(top) +
                      " is above the top level " + std::to_string(view.maxLevel));
    }
    for (std::int32_t level = 0; level <= top; ++level) {
      const LinkList links = view.links(slot, level);
      ++list;
      for (std::uint32_t i = 0; i < links.capacity() && links[i] != kNoSlot; ++i) {
        const Slot other = links[i];
        if (other == slot) return corrupt(slot, level, "links to itself");
        if (lastSeen[other] == list) {
          return corrupt(slot, level, "links twice to slot " + std::to_string(other));
        }
        lastSeen[other] = list;
        if (graph.level(other) < level) {
          return corrupt(
              slot, level,
              "links to slot " + std::to_string(other) + ", which does not reach that level");
        }
      }
    }
  }
  return {};
}

}  // namespace damask
