#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "graph/graph_view.hpp"
#include "graph/order.hpp"
#include "graph/prefetch.hpp"
#include "graph/scratch.hpp"

namespace damask {

/// Whose neighbours are sought: a query, or a vector that is to be linked.
struct WalkQuery {
  const std::int8_t* hi;  ///< The plane of a query: 2 * Codec::half() values.
  HotFactor factor;
  /// Candidates of equal estimate are ordered by slot xor this: 0 for a query; for a node its own
  /// slot, so that the order of two nodes is the same seen from either.
  Slot tie = 0;
};

/// What the caller reads of a node that is near enough to be followed: asked for on the way.
struct ReadAhead {
  BlockRows<std::uint8_t> rest;
  std::size_t restBytes = 0;
  const ColdFactor* cold = nullptr;

  void operator()(Slot slot) const noexcept {
    prefetch(rest[slot], restBytes);
    prefetch(&cold[slot], sizeof(ColdFactor));
  }
};

/// How many nodes a search follows at a time: their neighbours wait for memory together, and more
/// are found at the same ef. Measured on 110,000 vectors (docs/architecture.md).
inline constexpr std::size_t kFollowedAtOnce = 3;

/// Whether `accepts` has a bit for a slot; null has one for all.
inline bool isAccepted(const std::uint64_t* accepts, Slot slot) noexcept {
  return accepts == nullptr || (accepts[slot / 64] >> (slot % 64) & 1) != 0;
}

/// One search of a graph, step by step.
class Walker {
 public:
  /// How many lists of nodes to look through are asked for before they are read.
  static constexpr std::size_t kBridgesAhead = 6;
  /// The most that collect() follows at a time.
  static constexpr std::size_t kMostAtOnce = 4;

  Walker(const GraphView& graph, const Codec& codec, const WalkQuery& query,
         SearchScratch& scratch) noexcept
      : graph_(graph), codec_(codec), query_(query), scratch_(scratch) {}

  Slot slotOf(Candidate c) const noexcept { return damask::slotOf(c) ^ query_.tie; }

  /// Greedy descent: at each level above `level`, moves to the best neighbour until none is better.
  Candidate descendTo(std::int32_t level) {
    scoreBatch({&graph_.entry, 1});
    Candidate best = batchCandidate(0);
    for (std::int32_t l = graph_.maxLevel; l > level; --l) {
      for (bool moved = true; moved;) {
        moved = false;
        const LinkList links = graph_.links(slotOf(best), l);
        scratch_.batchSlots.assign(links.begin(), links.begin() + links.count());
        scoreBatch(scratch_.batchSlots);
        for (std::size_t i = 0; i < batchSize(); ++i) {
          const Candidate c = batchCandidate(i);
          if (c < best) {
            best = c;
            moved = true;
          }
        }
      }
    }
    return best;
  }

  /// The `ef` nearest that a best-first search of one level from `start` finds, into scratch.found,
  /// nearest first. That pool is both frontier and result: the best seen, each followed once,
  /// `atOnce` of them at a time, at most kMostAtOnce.
  void collect(Candidate start, std::int32_t level, std::uint32_t ef, std::size_t atOnce,
               const ReadAhead* readAhead) {
    collectAmong(start, level, ef, atOnce, nullptr, ef + std::size_t{1}, readAhead);
  }

  /// The same among the nodes that `accepts` has a bit for (null: all); the others are followed and
  /// in the pool and among scratch.seen, but do not count. False when the pool would have more than
  /// `most`, and then only what it had is found.
  bool collectAmong(Candidate start, std::int32_t level, std::uint32_t ef, std::size_t atOnce,
                    const std::uint64_t* accepts, std::size_t most, const ReadAhead* readAhead) {
    auto& pool = scratch_.found;
    pool.clear();
    pool.reserve(most);
    begin(start);
    pool.push_back(start);
    scratch_.seen.clear();
    const auto counts = [&](Candidate c) -> std::size_t {
      return isAccepted(accepts, slotOf(c)) ? 1 : 0;
    };
    std::size_t counted = counts(start);
    for (std::size_t next = 0;;) {
      next = follow(next, level, atOnce, readAhead);
      if (next == pool.size()) break;
      scoreVisited();
      const Estimates estimates = this->estimates();
      Candidate* seen = extend(scratch_.seen, batchSize());
      for (std::size_t i = 0; i < batchSize(); ++i) {
        const Candidate c = seen[i] = estimates[i];
        if (counted == ef && c > pool.back()) continue;
        if (pool.size() == most) return false;
        const auto at = insertionPoint(c);
        pool.insert(pool.begin() + static_cast<std::ptrdiff_t>(at), c);
        next = std::min(next, at);
        counted += counts(c);
        // Ends with the ef-th that counts.
        while (counted > ef || (counted == ef && counts(pool.back()) == 0)) {
          counted -= counts(pool.back());
          pool.pop_back();
        }
      }
    }
    if (accepts != nullptr) {
      std::erase_if(pool, [&](Candidate c) { return counts(c) == 0; });
    }
    return true;
  }

  /// Begins a search of one level, whose nodes are each scored once.
  void begin() {
    scratch_.visited.begin(graph_.slots);
    scored_ = 0;
  }
  void begin(Candidate start) {
    begin();
    const Slot slot = slotOf(start);
    scratch_.visited.visit({&slot, 1});
    scored_ = 1;
  }
  /// Visits those of these that were not yet visited.
  void visit(std::span<const Slot> slots) {
    const std::size_t before = scratch_.visited.count();
    scratch_.visited.visit(slots);
    askSince(before);
  }
  /// Visits the neighbours of a node that were not yet visited.
  void visitNeighbours(Slot slot, std::int32_t level) {
    const std::size_t before = scratch_.visited.count();
    scratch_.visited.visit(graph_.links(slot, level));
    askSince(before);
  }
  /// Visits the nodes that `accepts` has a bit for, among the neighbours of a node at level 0 and,
  /// until as many as a list holds were met, among the neighbours of those that it has none for.
  void visitMatches(Slot slot, const std::uint64_t* accepts) {
    constexpr std::uint64_t kOthers = ~std::uint64_t{0};
    const std::size_t before = scratch_.visited.count();
    const std::size_t bridge = scratch_.bridges.count();
    const LinkList links = graph_.links(slot, 0);
    const std::size_t enough = links.capacity();
    std::size_t met = scratch_.visited.visitAmong(links, accepts, 0);
    scratch_.bridges.visitAmong(links, accepts, kOthers);
    const std::span<const Slot> through = scratch_.bridges.since(bridge);
    const auto askLinks = [&](std::size_t i) {
      if (i < through.size()) askList(through[i], 0);
    };
    for (std::size_t i = 0; i < kBridgesAhead; ++i) askLinks(i);
    for (std::size_t i = 0; i < through.size() && met < enough; ++i) {
      askLinks(i + kBridgesAhead);
      met += scratch_.visited.visitAmong(graph_.links(through[i], 0), accepts, 0);
    }
    askSince(before);
  }
  /// Scores those visited since it was last called, as one batch.
  void scoreVisited() {
    batch_ = scratch_.visited.since(scored_);
    scored_ += batchSize();
    score();
  }
  /// Scores these, as one batch.
  void scoreBatch(std::span<const Slot> slots) {
    batch_ = slots;
    ask(slots, 0);
    score();
  }
  std::size_t batchSize() const noexcept { return batch_.size(); }
  Candidate batchCandidate(std::size_t i) const noexcept { return estimates()[i]; }

 private:
  // The candidates of a batch that was scored, with all that they are made of at hand: in a loop
  // none of it is read again.
  struct Estimates {
    const std::int32_t* dots;
    const Slot* slots;
    const HotFactor* factors;
    HotFactor query;
    float weight;
    Slot tie;

    Candidate operator[](std::size_t i) const noexcept {
      const float estimated = estimate(dots[i], query, factors[slots[i]], weight);
      return candidate(estimated, slots[i] ^ tie);
    }
  };
  Estimates estimates() const noexcept {
    return {scratch_.batchDots.data(), batch_.data(), graph_.factors, query_.factor,
            codec_.weight(),           query_.tie};
  }

  // Makes room for so many more, and returns where.
  static Candidate* extend(std::vector<Candidate>& candidates, std::size_t more) {
    const std::size_t before = candidates.size();
    candidates.resize(before + more);
    return candidates.data() + before;
  }

  // Visits the neighbours of the first `atOnce` of the pool that were not yet followed, from `next`
  // on, and returns where the first of them stands, or the pool's size. Their links are asked for
  // before any are read, and so are those of as many that will be next unless nearer ones are
  // found.
  std::size_t follow(std::size_t next, std::int32_t level, std::size_t atOnce,
                     const ReadAhead* readAhead) {
    auto& pool = scratch_.found;
    std::array<Slot, kMostAtOnce> slots;
    std::size_t first = pool.size();
    std::size_t asked = 0, followed = 0;
    for (; next < pool.size() && asked < 2 * atOnce; ++next) {
      if (isExpanded(pool[next])) continue;
      const Slot slot = slotOf(pool[next]);
      askList(slot, level);
      if (++asked > atOnce) continue;
      first = std::min(first, next);
      pool[next] |= 1;
      slots[followed++] = slot;
    }
    for (std::size_t i = 0; i < followed; ++i) {
      visitNeighbours(slots[i], level);
      if (readAhead != nullptr) (*readAhead)(slots[i]);
    }
    return first;
  }

  // The first place of the pool whose candidate is not less, by halving without a branch that
  // depends on the outcome.
  std::size_t insertionPoint(Candidate c) const noexcept {
    const auto& pool = scratch_.found;
    std::size_t begin = 0;
    for (std::size_t size = pool.size(); size > 0;) {
      const std::size_t half = (size + 1) / 2;
      begin += pool[begin + half - 1] < c ? half : 0;
      size -= half;
    }
    return begin;
  }

  // Asks for a node's list.
  void askList(Slot slot, std::int32_t level) const noexcept {
    const LinkList links = graph_.links(slot, level);
    prefetch(links.begin(), links.bytes());
  }
  // Asks for what scoring these reads, and notes where their codes are: in the next batch they come
  // behind so many others.
  void ask(std::span<const Slot> slots, std::size_t behind) {
    auto& codes = scratch_.batchCodes;
    const std::size_t count = behind + slots.size();
    if (codes.size() < count) codes.resize(2 * count);
    const std::uint8_t** end = codes.data() + behind;
    const BlockRows<std::uint8_t> rows = graph_.codes;
    const HotFactor* const factors = graph_.factors;
    const std::size_t half = codec_.half();
    for (const Slot slot : slots) {
      const std::uint8_t* const code = *end++ = rows[slot];
      prefetch(code, half);
      prefetch(&factors[slot], sizeof(HotFactor));
    }
  }
  // The same for those visited since there were `before`.
  void askSince(std::size_t before) { ask(scratch_.visited.since(before), before - scored_); }

  void score() {
    const std::size_t count = batchSize();
    if (scratch_.batchDots.size() < count) scratch_.batchDots.resize(2 * count);
    codec_.kernels().dot4Batch(query_.hi, scratch_.batchCodes.data(), count, codec_.half(),
                               scratch_.batchDots.data());
    scratch_.distances += count;
  }

  const GraphView& graph_;
  const Codec& codec_;
  const WalkQuery& query_;
  SearchScratch& scratch_;
  std::span<const Slot> batch_;
  std::size_t scored_ = 0;  ///< Of those visited.
};

}  // namespace damask
