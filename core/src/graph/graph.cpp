#include "graph/graph.hpp"

#include <algorithm>

#include "graph/prefetch.hpp"

namespace damask {
namespace {

std::uint64_t mix(std::uint64_t x) noexcept {  // splitmix64's finaliser (Steele et al., 2014)
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Codes that take several cache lines begin with one.
std::size_t codeAlignment(std::size_t bytes) noexcept {
  return bytes < 2 * kCacheLine ? 16 : kCacheLine;
}

}  // namespace

std::int32_t levelOf(std::uint64_t seed, Slot slot, std::uint32_t m) noexcept {
  const std::uint64_t hash = mix(mix(seed + 0x9e3779b97f4a7c15u) + slot);
  std::int32_t level = 0;
  for (std::uint64_t bound = UINT64_MAX / m; hash < bound && level < kMaxLevel; bound /= m) ++level;
  return level;
}

Graph::Graph(const Codec& codec, const HnswOptions& options, std::uint64_t seed)
    : m_(options.m),
      seed_(seed),
      codes_(codec.half(), codeAlignment(codec.half())),
      links0_(2 * std::size_t{options.m}),
      upperLinks_(options.m) {}

GraphView Graph::view() const noexcept {
  return {codes_.rows(), factors_.data(), links0_.rows(), upperLinks_.rows(), upperRows_.data(), m_,
          linked_,       slots(),         entry_,         maxLevel_};
}

std::uint64_t Graph::bytes() const noexcept {
  return codes_.bytes() + links0_.bytes() + upperLinks_.bytes() +
         factors_.capacity() * sizeof(HotFactor) + levels_.capacity() +
         upperRows_.capacity() * sizeof(std::uint32_t);
}

void Graph::reserve(std::size_t slots) {
  codes_.reserve(slots);
  links0_.reserve(slots);
  factors_.reserve(slots);
  levels_.reserve(slots);
  upperRows_.reserve(slots);
}

// Room for them must be there. Of those at level 0 too: reserve() makes it.
void Graph::giveLists(std::int32_t level) noexcept {
  levels_.push_back(static_cast<std::uint8_t>(level));
  upperRows_.push_back(upperCount_);
  const Slot slot = linked_++;
  upperCount_ += static_cast<std::uint32_t>(level);
  for (std::int32_t l = 0; l <= level; ++l) {
    const auto row = links(slot, l);
    std::fill(row.begin(), row.end(), kNoSlot);
  }
}

std::span<LinkSlot> Graph::links(Slot slot, std::int32_t level) noexcept {
  if (level == 0) return {links0_.row(slot), links0_.width()};
  return {upperLinks_.row(upperRows_[slot] + static_cast<Slot>(level - 1)), upperLinks_.width()};
}

void Graph::keepLinks(Slot slot, std::int32_t level) {
  if (const auto changes = changes_.lock()) changes->note(slot);
  if (archive_ && !archive_->isKept(slot, level)) archive_->keep(slot, level, links(slot, level));
}

LinkList Graph::frozenLinks(Slot slot, std::int32_t level) const {
  const LinkList now = view().links(slot, level);
  const LinkSlot* kept = archive_->find(slot, level);
  return kept == nullptr ? now : LinkList(kept, now.capacity());
}

void Graph::linkNext(std::int32_t level) noexcept {
  if (level > maxLevel_) {
    entry_ = linked_;
    maxLevel_ = level;
  }
  giveLists(level);
}

void Graph::restoreLinks(std::span<const std::uint32_t> links0, std::int32_t level,
                         std::span<const std::uint32_t> upper) {
  reserveLists(static_cast<std::size_t>(level));
  const Slot slot = linked_;
  giveLists(level);
  const auto restore = [&](std::int32_t l, std::span<const std::uint32_t> row) {
    std::copy_n(row.begin() + 1, row[0], links(slot, l).begin());
  };
  restore(0, links0);
  const std::size_t width = 1 + std::size_t{m_};
  for (std::int32_t l = 1; l <= level; ++l) {
    restore(l, upper.subspan(static_cast<std::size_t>(l - 1) * width, width));
  }
}

void Graph::restoreEntry(Slot entry, std::int32_t maxLevel) noexcept {
  entry_ = entry;
  maxLevel_ = maxLevel;
}

}  // namespace damask
