#include <algorithm>
#include <string>

#include "durable/layout.hpp"
#include "durable/section.hpp"
#include "durable/snapshot_io.hpp"

namespace damask {
namespace {

using format::Section;
using Archive = cereal::PortableBinaryOutputArchive;

template <typename T>
void putValues(Archive& archive, const T* values, std::size_t count) {
  archive(cereal::binary_data(values, count * sizeof(T)));
}

class Writer {
 public:
  explicit Writer(const StoreState& state) : s_(state), view_(state.graph.view()) {
    numberNames();
    for (Slot slot = 0; slot < s_.graph.slots(); ++slot)
      textBytes_ += s_.records.row(slot).textBytes();
  }

  void write(Section section, Archive& archive) const {
    switch (section) {
      case Section::meta:
        return writeMeta(archive);
      case Section::high:
        return forEachSlot(
            [&](Slot i) { putValues(archive, view_.code(i), s_.options.dimension); });
      case Section::low:
        return forEachSlot(
            [&](Slot i) { putValues(archive, s_.low.row(i), s_.options.dimension); });
      case Section::factors:
        return forEachSlot([&](Slot i) {
          ColdFactor factor = s_.cold[i];
          format::transfer(archive, factor);
        });
      case Section::levels:
        for (Slot i = 0; i < s_.graph.linked(); ++i) {
          archive(static_cast<std::uint8_t>(s_.graph.level(i)));
        }
        return;
      case Section::links:
        return writeLinks(archive, 0, 2 * s_.options.hnsw.m);
      case Section::upper:
        return writeLinks(archive, 1, s_.options.hnsw.m);
      case Section::live:
        return putValues(archive, s_.records.live().data(), s_.records.live().size());
      case Section::records:
        return forEachSlot([&](Slot i) {
          Record row = s_.records.row(i);
          RecordNames names = s_.records.isLive(i) ? renumbered(i) : RecordNames{};
          format::transfer(archive, row, names);
        });
      case Section::names:
        return writeNames(archive);
      case Section::text:
        return forEachSlot([&](Slot i) {
          putValues(archive, s_.records.row(i).text, s_.records.row(i).textBytes());
        });
      case Section::floats:
        return forEachSlot(
            [&](Slot i) { putValues(archive, s_.floats->row(i), s_.options.dimension); });
    }
  }

 private:
  template <typename Each>
  void forEachSlot(Each&& each) const {
    for (Slot slot = 0; slot < s_.graph.slots(); ++slot) each(slot);
  }

  // Names are numbered by first use in slot order, so that a store and its reloaded twin, which
  // may have met more names that are gone by now, write the same bytes.
  void numberNames() {
    numbers_.assign(s_.records.nameTable().size(), kNoName);
    const auto use = [this](std::uint32_t name) {
      if (name == kNoName || numbers_[name] != kNoName) return;
      numbers_[name] = static_cast<std::uint32_t>(used_.size());
      used_.push_back(name);
    };
    forEachSlot([&](Slot slot) {
      if (!s_.records.isLive(slot)) return;
      const RecordNames names = s_.records.names(slot);
      use(names.type);
      use(names.domain);
      use(names.framework);
    });
  }

  RecordNames renumbered(Slot slot) const noexcept {
    const RecordNames names = s_.records.names(slot);
    return {numbers_[names.type], numbers_[names.domain],
            names.framework == kNoName ? kNoName : numbers_[names.framework]};
  }

  void writeMeta(Archive& archive) const {
    format::Meta meta{s_.options,
                      s_.graph.slots(),
                      s_.records.size(),
                      s_.sequence,
                      view_.entry,
                      view_.maxLevel,
                      static_cast<std::uint32_t>(used_.size()),
                      textBytes_,
                      s_.graph.linked(),
                      s_.history};
    format::transfer(archive, meta);
  }

  // Rows of fixed width; what is beyond a list's count is zero.
  void writeLinks(Archive& archive, std::int32_t firstLevel, std::uint32_t capacity) const {
    std::vector<std::uint32_t> row(capacity + std::size_t{1});
    for (Slot slot = 0; slot < s_.graph.linked(); ++slot) {
      const std::int32_t lastLevel = firstLevel == 0 ? 0 : s_.graph.level(slot);
      for (std::int32_t level = firstLevel; level <= lastLevel; ++level) {
        const LinkList links = view_.links(slot, level);
        std::fill(row.begin(), row.end(), 0);
        row[0] = links.count();
        std::copy_n(links.begin(), row[0], row.begin() + 1);
        putValues(archive, row.data(), row.size());
      }
    }
  }

  void writeNames(Archive& archive) const {
    const NameTable& table = s_.records.nameTable();
    for (const std::uint32_t name : used_) {
      archive(static_cast<std::uint32_t>(table[name].size()));
    }
    for (const std::uint32_t name : used_) {
      putValues(archive, table[name].data(), table[name].size());
    }
  }

  const StoreState& s_;
  GraphView view_;
  std::vector<std::uint32_t> numbers_;  // by name: its number in the file
  std::vector<std::uint32_t> used_;     // by number in the file: the name
  std::uint64_t textBytes_ = 0;
};

template <typename Buffer>
void writeSection(const Writer& writer, Section section, Buffer& buffer) {
  std::ostream stream(&buffer);
  Archive archive(stream, Archive::Options::LittleEndian());
  writer.write(section, archive);
}

std::vector<SectionEntry> measure(const Writer& writer, const StoreState& state) {
  std::vector<SectionEntry> entries;
  for (std::uint32_t i = 0; i < format::sectionCount(state.options.precision); ++i) {
    const auto section = static_cast<Section>(i);
    HashingBuffer buffer;
    writeSection(writer, section, buffer);
    entries.push_back({sectionName(section), 0, buffer.count(), buffer.checksum()});
  }
  return entries;
}

}  // namespace

std::uint64_t snapshotBytes(const StoreState& state) {
  const Writer writer(state);
  std::vector<SectionEntry> entries = measure(writer, state);
  encodeLayout(entries);
  return entries.back().offset + entries.back().length;
}

Result<void> writeSnapshot(const StoreState& state, const ByteSink& sink) {
  SinkBuffer buffer(sink);
  try {
    const Writer writer(state);
    std::vector<SectionEntry> entries = measure(writer, state);
    const std::vector<std::byte> layout = encodeLayout(entries);
    if (const auto sent = sink(layout); !sent) return tl::unexpected<Error>(sent.error());
    for (std::uint32_t i = 0; i < entries.size(); ++i) {
      writeSection(writer, static_cast<Section>(i), buffer);
    }
    return buffer.finish();
  } catch (const cereal::Exception& e) {
    if (const auto sent = buffer.finish(); !sent) return tl::unexpected<Error>(sent.error());
    return fail(ErrorCode::internal, std::string("writing the snapshot failed: ") + e.what());
  }
}

}  // namespace damask
