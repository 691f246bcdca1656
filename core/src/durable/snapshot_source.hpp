#pragma once

#include <cereal/archives/portable_binary.hpp>
#include <cstdint>
#include <vector>

#include "durable/format.hpp"
#include "store/state.hpp"

namespace damask {

/// What a snapshot is written from: a store as it is, or as it was when it was frozen. Reads it
/// section by section, some slots at a time.
class SnapshotSource {
 public:
  enum class Moment { now, frozen };

  /// The state must outlive the source, and at Moment::now not change. Throws std::bad_alloc.
  /// O(slots).
  SnapshotSource(const StoreState& state, Moment moment);

  Precision precision() const noexcept { return s_->options.precision; }

  /// How many slots a section has rows of; 0 for one that is written in one piece.
  Slot rowsOf(format::Section section) const noexcept;

  /// Writes the rows of the slots [first, last), or a section that has none.
  void write(cereal::PortableBinaryOutputArchive& archive, format::Section section, Slot first,
             Slot last) const;

 private:
  void numberNames();
  RecordNames renumbered(Slot slot) const noexcept;
  bool isLive(Slot slot) const noexcept {
    return frozen_ ? s_->records.isFrozen(slot) : s_->records.isLive(slot);
  }
  Record row(Slot slot) const {
    return frozen_ ? s_->records.frozenRow(slot) : s_->records.row(slot);
  }
  LinkList links(Slot slot, std::int32_t level) const {
    return frozen_ ? s_->graph.frozenLinks(slot, level) : s_->graph.view().links(slot, level);
  }

  void writeMeta(cereal::PortableBinaryOutputArchive& archive) const;
  void writeFields(cereal::PortableBinaryOutputArchive& archive) const;
  void writeNames(cereal::PortableBinaryOutputArchive& archive) const;
  void writeRow(cereal::PortableBinaryOutputArchive& archive, format::Section section,
                Slot slot) const;
  void writeHigh(cereal::PortableBinaryOutputArchive& archive, Slot slot) const;
  void writeLinks(cereal::PortableBinaryOutputArchive& archive, Slot slot,
                  std::int32_t level) const;
  void writeLiveRow(cereal::PortableBinaryOutputArchive& archive, format::Section section,
                    Slot slot) const;

  const StoreState* s_;
  bool frozen_;
  Slot slots_;
  GraphView graph_;                     ///< Of that moment, but for the links.
  std::vector<std::uint32_t> numbers_;  ///< By name: its number in the file.
  std::vector<std::uint32_t> used_;     ///< By number in the file: the name.
  std::uint64_t textBytes_ = 0;
  std::vector<char> zeros_;  ///< A dead slot's row.
};

}  // namespace damask
