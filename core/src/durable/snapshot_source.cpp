#include "durable/snapshot_source.hpp"

#include <algorithm>

namespace damask {
namespace {

using format::Section;
using Archive = cereal::PortableBinaryOutputArchive;

template <typename T>
void putValues(Archive& archive, const T* values, std::size_t count) {
  archive(cereal::binary_data(values, count * sizeof(T)));
}

}  // namespace

SnapshotSource::SnapshotSource(const StoreState& state, Moment moment)
    : s_(&state),
      frozen_(moment == Moment::frozen),
      slots_(frozen_ ? state.records.frozenSlots() : state.graph.slots()),
      graph_(frozen_ ? state.graph.frozen() : state.graph.view()),
      zeros_(
          std::max<std::size_t>(4 * std::size_t{state.options.dimension}, format::kRecordBytes)) {
  numberNames();
  for (Slot slot = 0; slot < slots_; ++slot) {
    if (isLive(slot)) textBytes_ += row(slot).textBytes();
  }
}

// Names are numbered by first use in slot order, so that a store and its reloaded twin, which may
// have met more names that are gone by now, write the same bytes.
void SnapshotSource::numberNames() {
  numbers_.assign(s_->records.nameTable().size(), kNoName);
  const auto use = [this](std::uint32_t name) {
    if (name == kNoName || numbers_[name] != kNoName) return;
    numbers_[name] = static_cast<std::uint32_t>(used_.size());
    used_.push_back(name);
  };
  for (Slot slot = 0; slot < slots_; ++slot) {
    if (!isLive(slot)) continue;
    const RecordNames names = s_->records.names(slot);
    use(names.type);
    use(names.domain);
    use(names.framework);
  }
}

RecordNames SnapshotSource::renumbered(Slot slot) const noexcept {
  const RecordNames names = s_->records.names(slot);
  return {numbers_[names.type], numbers_[names.domain],
          names.framework == kNoName ? kNoName : numbers_[names.framework]};
}

Slot SnapshotSource::rowsOf(Section section) const noexcept {
  switch (section) {
    case Section::meta:
    case Section::fields:
    case Section::live:
    case Section::names:
      return 0;
    case Section::levels:
    case Section::links:
    case Section::upper:
      return graph_.slots;
    default:
      return slots_;
  }
}

void SnapshotSource::write(Archive& archive, Section section, Slot first, Slot last) const {
  switch (section) {
    case Section::meta:
      return writeMeta(archive);
    case Section::fields:
      return writeFields(archive);
    case Section::names:
      return writeNames(archive);
    case Section::live: {
      const auto& live = frozen_ ? s_->records.frozenLive() : s_->records.live();
      return putValues(archive, live.data(), live.size());
    }
    default:
      for (Slot slot = first; slot < last; ++slot) writeRow(archive, section, slot);
  }
}

void SnapshotSource::writeMeta(Archive& archive) const {
  format::Meta meta;
  meta.options = s_->options;
  meta.slots = slots_;
  meta.live = frozen_ ? s_->records.frozenSize() : s_->records.size();
  meta.sequence = frozen_ ? s_->frozen.sequence : s_->sequence;
  meta.entry = graph_.entry;
  meta.maxLevel = graph_.maxLevel;
  meta.names = static_cast<std::uint32_t>(used_.size());
  meta.textBytes = textBytes_;
  meta.linked = graph_.slots;
  meta.history = frozen_ ? s_->frozen.history : s_->history;
  format::transfer(archive, meta);
}

void SnapshotSource::writeFields(Archive& archive) const {
  for (const MetadataField& field : s_->options.metadataFields) {
    format::FieldHead head{static_cast<std::uint8_t>(field.kind),
                           static_cast<std::uint8_t>(field.name.size())};
    format::transfer(archive, head);
    putValues(archive, field.name.data(), field.name.size());
  }
}

void SnapshotSource::writeNames(Archive& archive) const {
  const NameTable& table = s_->records.nameTable();
  for (const std::uint32_t name : used_) archive(static_cast<std::uint32_t>(table[name].size()));
  for (const std::uint32_t name : used_) {
    putValues(archive, table[name].data(), table[name].size());
  }
}

void SnapshotSource::writeRow(Archive& archive, Section section, Slot slot) const {
  switch (section) {
    case Section::high:
      return writeHigh(archive, slot);
    case Section::factors: {
      ColdFactor factor{s_->cold[slot].scale, isLive(slot) ? s_->cold[slot].selfDot : 0};
      return format::transfer(archive, factor);
    }
    case Section::levels:
      archive(static_cast<std::uint8_t>(s_->graph.level(slot)));
      return;
    case Section::links:
      return writeLinks(archive, slot, 0);
    case Section::upper:
      for (std::int32_t level = 1; level <= s_->graph.level(slot); ++level) {
        writeLinks(archive, slot, level);
      }
      return;
    default:
      return writeLiveRow(archive, section, slot);
  }
}

// A slot that died since the store was frozen has all of its code still.
void SnapshotSource::writeHigh(Archive& archive, Slot slot) const {
  std::int8_t hi[limits::kMaxDimension], lo[limits::kMaxDimension];
  if (isLive(slot)) {
    s_->codec.join(s_->code(slot), hi, lo);
  } else {
    s_->codec.expandTop(s_->graph.code(slot), hi);
    for (std::int8_t& top : hi) top = static_cast<std::int8_t>(16 * top);
  }
  putValues(archive, hi, s_->options.dimension);
}

// Rows of fixed width: the count, the links, and zeros for those that are not there.
void SnapshotSource::writeLinks(Archive& archive, Slot slot, std::int32_t level) const {
  const LinkList list = links(slot, level);
  const std::uint32_t count = list.count();
  std::uint32_t row[1 + 2 * limits::kMaxM] = {count};
  std::copy_n(list.begin(), count, row + 1);
  putValues(archive, row, 1 + std::size_t{list.capacity()});
}

// Of a dead slot there are zeros, and no text.
void SnapshotSource::writeLiveRow(Archive& archive, Section section, Slot slot) const {
  const bool live = isLive(slot);
  const std::size_t dimension = s_->options.dimension;
  switch (section) {
    case Section::low:
      if (live) return putValues(archive, s_->rest.row(slot) + s_->codec.half(), dimension);
      return putValues(archive, zeros_.data(), dimension);
    case Section::floats:
      if (live) return putValues(archive, s_->floats->row(slot), dimension);
      return putValues(archive, zeros_.data(), dimension * sizeof(float));
    case Section::text:
      if (live) putValues(archive, row(slot).text, row(slot).textBytes());
      return;
    default: {
      if (!live) return putValues(archive, zeros_.data(), format::kRecordBytes);
      Record record = row(slot);
      RecordNames names = renumbered(slot);
      return format::transfer(archive, record, names);
    }
  }
}

}  // namespace damask
