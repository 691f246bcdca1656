#pragma once

#include <tsl/robin_map.h>
#include <tsl/robin_set.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "damask/options.hpp"
#include "damask/pattern.hpp"
#include "graph/block_array.hpp"
#include "store/keyed_hash.hpp"
#include "store/metadata_columns.hpp"
#include "store/name_table.hpp"
#include "store/text_arena.hpp"

namespace damask {

/// Where a record's texts are.
struct RecordTexts {
  char* text = nullptr;  ///< id, content and metadata, one after the other.
  std::uint32_t idBytes = 0;
  std::uint32_t contentBytes = 0;
  std::uint32_t metadataBytes = 0;

  std::size_t textBytes() const noexcept {
    return std::size_t{idBytes} + contentBytes + metadataBytes;
  }
  std::string_view id() const noexcept { return {text, idBytes}; }
  std::string_view content() const noexcept { return {text + idBytes, contentBytes}; }
  std::string_view metadata() const noexcept {
    return {text + idBytes + contentBytes, metadataBytes};
  }
};

/// A record's fields of fixed size with its texts. A dead slot's row is all zero; a staged slot's
/// row is whole, but neither among the live bits nor in the index.
struct Record : RecordTexts {
  enum Present : std::uint8_t {
    kFramework = 1,
    kCoverage = 2,
    kFlakiness = 4,
    kCreatedAt = 8,
    kLastUsed = 16,
    kMetadata = 32,
    kAllPresent = 63
  };

  std::uint8_t present = 0;
  std::uint8_t verdict = 0;  ///< 0: none.
  double coverage = 0;
  double flakiness = 0;
  std::int64_t createdAt = 0;
  std::int64_t lastUsed = 0;
  std::uint64_t usageCount = 0;

  bool has(Present field) const noexcept { return (present & field) != 0; }
};

/// What of the records filters compare, a vector for each: row i belongs to slot i.
struct RecordColumns {
  std::vector<std::uint32_t> types, domains, frameworks;  ///< As RecordNames.
  std::vector<std::uint8_t> present, verdicts;
  std::vector<double> coverages, flakinesses;
  std::vector<std::int64_t> createdAts, lastUseds;
  std::vector<std::uint64_t> usageCounts;

  /// Calls `use` with each of them.
  template <typename Columns, typename Use>
  static void each(Columns& c, Use&& use) {
    use(c.types), use(c.domains), use(c.frameworks), use(c.present), use(c.verdicts),
        use(c.coverages), use(c.flakinesses), use(c.createdAts), use(c.lastUseds),
        use(c.usageCounts);
  }
};

/// The fields that filters compare, by number in the name table; kNoName: absent.
struct RecordNames {
  std::uint32_t type = 0;
  std::uint32_t domain = 0;
  std::uint32_t framework = 0;
};
inline constexpr std::uint32_t kNoName = 0xffffffffu;

/// The records by slot, and the index from id to slot.
class Records {
 public:
  explicit Records(std::span<const MetadataField> fields);
  Records(const Records&) = delete;
  Records& operator=(const Records&) = delete;

  /// Another number after every change, and of every other Records: what was computed from the
  /// records holds as long as it stays.
  std::uint64_t version() const noexcept { return version_; }
  std::size_t slots() const noexcept { return texts_.size(); }
  std::size_t size() const noexcept { return liveCount_; }
  bool isLive(Slot slot) const noexcept {
    return slot < texts_.size() && (live_[slot / 64] >> (slot % 64) & 1) != 0;
  }
  /// One bit per slot.
  const std::vector<std::uint64_t>& live() const noexcept { return live_; }
  Record row(Slot slot) const noexcept;
  const RecordTexts& texts(Slot slot) const noexcept { return texts_[slot]; }
  RecordNames names(Slot slot) const noexcept {
    return {columns_.types[slot], columns_.domains[slot], columns_.frameworks[slot]};
  }
  const RecordColumns& columns() const noexcept { return columns_; }
  const MetadataColumns& metadata() const noexcept { return metadata_; }
  std::span<const MetadataField> metadataFields() const noexcept { return fields_; }
  const NameTable& nameTable() const noexcept { return names_; }
  std::optional<Slot> find(std::string_view id) const;
  Pattern pattern(Slot slot) const;
  std::size_t bytes() const noexcept;

  /// A row ready to be appended: its texts are copied, its names are known, room is made. Throws
  /// std::bad_alloc, changing nothing that can be seen.
  struct Prepared {
    Record record;
    RecordNames names;
    MetadataColumns::Row metadata;
  };
  /// The metadata has been checked against the declared fields.
  Prepared prepare(const Pattern& pattern);
  MetadataColumns::Row prepareMetadata(std::string_view metadata) {
    return metadata_.prepare(metadata, fields_);
  }

  /// Appends a live row for the next slot, taking the id over from the slot that had it, which it
  /// kills and returns. Cannot fail after prepare().
  std::optional<Slot> append(const Prepared& prepared) noexcept;
  /// Appends a staged row. Cannot fail after prepare().
  void appendStaged(const Prepared& prepared) noexcept;
  /// Appends a dead row. Cannot fail after prepare().
  void appendDead() noexcept;
  /// Kills a live slot: its row and texts are erased.
  void kill(Slot slot) noexcept;

  /// Slots that were killed or used since resetTouched(), one bit each.
  const std::vector<std::uint64_t>& touched() const noexcept { return touched_; }
  void resetTouched() noexcept { std::fill(touched_.begin(), touched_.end(), 0); }
  void untouch(Slot slot) noexcept { touched_[slot / 64] &= ~(std::uint64_t{1} << (slot % 64)); }

  /// The staged slots, in the order of staging. The caller makes each live or erases it, and then
  /// forgets them all.
  const std::vector<Slot>& staged() const noexcept { return staged_; }
  /// As append(), for a row that is there already.
  std::optional<Slot> makeLive(Slot slot) noexcept;
  /// Erases a row and its texts, unless a snapshot still needs them.
  void eraseRow(Slot slot) noexcept;
  void forgetStaged() noexcept { staged_.clear(); }
  /// Gives a live slot the usage (usageCount, lastUsed, verdict) of another record.
  void copyUsage(Slot slot, const Record& from) noexcept;
  void recordUsage(Slot slot, std::optional<Verdict> outcome, std::int64_t nowMs) noexcept;

  /// From now until thaw() the records as they are now can be had: what dies is erased only then.
  /// Throws std::bad_alloc.
  void freeze();
  bool isFrozen() const noexcept { return frozen_ != nullptr; }
  /// Whether a slot was live at freeze().
  bool isFrozen(Slot slot) const noexcept {
    return frozen_ && slot < frozen_->slots && (frozen_->live[slot / 64] >> (slot % 64) & 1) != 0;
  }
  const std::vector<std::uint64_t>& frozenLive() const noexcept { return frozen_->live; }
  std::size_t frozenSize() const noexcept { return frozen_->size; }
  Slot frozenSlots() const noexcept { return frozen_->slots; }
  Record frozenRow(Slot slot) const;
  /// To be called before recordUsage(). Throws std::bad_alloc, with nothing changed.
  void keepRow(Slot slot);
  /// Ends it; what died meanwhile is erased, and `erase(slot)` is called for it.
  template <typename Erase>
  void thaw(Erase&& erase) noexcept {
    const std::unique_ptr<Frozen> was = std::move(frozen_);
    for (Slot slot = 0; slot < was->slots; ++slot) {
      if ((was->live[slot / 64] >> (slot % 64) & 1) == 0 || isLive(slot)) continue;
      eraseRow(slot);
      erase(slot);
    }
  }

  // For a snapshot's reader, which has checked what it passes on.
  void reserve(std::size_t slots, std::size_t live, std::size_t names, std::size_t nameBytes);
  char* allocateText(std::size_t bytes) { return arena_.allocate(bytes); }
  std::uint32_t intern(std::string_view name) { return names_.intern(name); }

 private:
  struct Frozen {
    Slot slots;
    std::size_t size;
    std::vector<std::uint64_t> live;
    tsl::robin_map<Slot, Record> rows;  ///< Those whose usage has changed since, as they were.
  };

  struct Hash {
    const Records* records;
    KeyedHash hash;
    std::size_t operator()(std::string_view id) const noexcept { return hash(id); }
    std::size_t operator()(Slot slot) const noexcept { return hash(records->texts_[slot].id()); }
  };
  struct Equal {
    using is_transparent = void;
    const Records* records;
    bool operator()(Slot a, Slot b) const noexcept { return a == b; }
    bool operator()(std::string_view a, Slot b) const noexcept;
    bool operator()(Slot a, std::string_view b) const noexcept { return (*this)(b, a); }
  };

  void noteChange() noexcept;
  void touch(Slot slot) noexcept { touched_[slot / 64] |= std::uint64_t{1} << (slot % 64); }
  void appendRow(const Record& record, RecordNames names) noexcept;
  void setRow(Slot slot, const Record& record, RecordNames names) noexcept;

  std::uint64_t version_ = 0;
  TextArena arena_;
  NameTable names_;
  std::vector<RecordTexts> texts_;
  RecordColumns columns_;
  std::vector<MetadataField> fields_;
  MetadataColumns metadata_;
  std::vector<std::uint64_t> live_, touched_;
  std::size_t liveCount_ = 0;
  std::vector<Slot> staged_;
  std::unique_ptr<Frozen> frozen_;
  tsl::robin_set<Slot, Hash, Equal> index_;
};

}  // namespace damask
