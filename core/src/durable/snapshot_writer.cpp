#include "durable/snapshot_writer.hpp"

#include <algorithm>

namespace damask {
namespace {

using format::Section;

/// Slots that are written before it is looked how many bytes they were: texts may be long.
constexpr Slot kSlotsAtOnce = 16;
constexpr Slot kTextsAtOnce = 1;
constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

}  // namespace

SnapshotWriter::SnapshotWriter(const SnapshotSource& source) : source_(source) {}

Result<void> SnapshotWriter::step(std::size_t most, const ByteSink& sink) {
  for (std::size_t done = 0; done < most && !isFinished();) {
    done += advance();
    if (chunk_.bytes().size() < kChunkBytes) continue;
    if (const auto handed = handOver(sink); !handed) return handed;
  }
  return handOver(sink);
}

std::uint64_t SnapshotWriter::measure() {
  while (phase_ == Phase::measuring) advance();
  return entries_.back().offset + entries_.back().length;
}

std::size_t SnapshotWriter::advance() {
  const bool measuring = phase_ == Phase::measuring;
  if (!open_) {
    if (measuring) hashing_.emplace();
    open_ =
        std::make_unique<OpenSection>(measuring ? static_cast<std::streambuf&>(*hashing_) : chunk_);
  }
  const auto written = [&] { return measuring ? hashing_->count() : chunk_.count(); };
  const std::uint64_t before = written();
  const auto section = static_cast<Section>(section_);
  const Slot rows = source_.rowsOf(section);
  const Slot atOnce = section == Section::text ? kTextsAtOnce : kSlotsAtOnce;
  const Slot last = std::min(rows, open_->next + atOnce);
  source_.write(open_->archive, section, open_->next, last);
  open_->next = last;
  // Rows without bytes cost time too.
  const std::size_t cost = static_cast<std::size_t>(written() - before) + atOnce;
  if (last == rows) closeSection();
  return cost;
}

void SnapshotWriter::closeSection() {
  open_.reset();
  if (phase_ == Phase::measuring) {
    entries_.push_back(
        {sectionName(static_cast<Section>(section_)), 0, hashing_->count(), hashing_->checksum()});
  }
  if (++section_ < format::sectionCount(source_.precision())) return;
  section_ = 0;
  if (phase_ == Phase::writing) {
    phase_ = Phase::finished;
    return;
  }
  chunk_.put(encodeLayout(entries_));
  phase_ = Phase::writing;
}

Result<void> SnapshotWriter::handOver(const ByteSink& sink) {
  for (std::span<const std::byte> rest = chunk_.bytes(); !rest.empty();) {
    const auto part = rest.first(std::min(rest.size(), kChunkBytes));
    if (const auto sent = sink(part); !sent) return sent;
    rest = rest.subspan(part.size());
  }
  chunk_.clear();
  return {};
}

}  // namespace damask
