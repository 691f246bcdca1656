#pragma once

#include <utility>

#include "damask/damask.hpp"
#include "exchange.hpp"

namespace damask::wire {

/// One PatternStore as JavaScript holds it. Arguments that are not numbers are read from the
/// exchange's input; results that are not numbers are its reply. Every method returns kDone or the
/// number asked for, kAbsent, or kFailed; none throws.
class Store {
 public:
  Store(Exchange& exchange, PatternStore&& store) noexcept
      : exchange_(exchange), store_(std::move(store)) {}

  double options() const;                 ///< Reply: the options.
  double size() const;                    ///< Returns the number of live patterns.
  double contains() const;                ///< Input: id. Returns 1 or 0.
  double stats() const;                   ///< Reply: the figures.
  double check(double components) const;  ///< Input: embedding, pattern.
  double upsert(double components);       ///< Input: embedding, pattern.
  double remove();                        ///< Input: id. Returns 1 or 0.
  double recordUsage();                   ///< Input: usage. Returns 1 or 0.
  double clear();
  double stage(double components);  ///< Input: embedding, pattern.
  double commitStaged();
  double discardStaged();
  double stagedCount() const;  ///< Returns the number of staged patterns.
  double setBuildThreads(double threads);
  double beginRebuild(double kind);        ///< A RebuildKind by its number.
  double stepRebuild(double maxPatterns);  ///< Returns 1 when nothing is left, or 0.
  double finishRebuild();
  double cancelRebuild();
  double rebuildProgress() const;  ///< Reply: done, total, prepared. Returns kDone or kAbsent.
  double beginCensus();
  /// Reply, when that was all: what was found. Returns kDone or kAbsent.
  double stepCensus(double maxNodes);
  double stepRepair(double maxNodes);  ///< Reply: nodes, linked. Returns kDone or kAbsent.
  double cancelCensus();
  double get() const;        ///< Input: id. Reply: the pattern.
  double embedding() const;  ///< Input: id. Reply: floats.
  /// Input: query, options. Reply: hit count, scores, exact, distances; texts: plan, ids.
  double search(double components) const;
  /// Input: query, options. Reply: hit count, slots, scores, exact, distances; texts: plan.
  double searchSlots(double components) const;
  double count() const;                 ///< Input: options. Returns the number of matches.
  double matches() const;               ///< Input: options. Reply: the slots that match.
  double nextSlot(double from) const;   ///< Returns a slot or kAbsent.
  double idOf(double slot) const;       ///< Reply: the id.
  double patternAt(double slot) const;  ///< Reply: the pattern.
  /// Input: whether with content, that many slots. Reply: the patterns.
  double patternsAt(double count) const;
  double embeddingAt(double slot) const;  ///< Reply: floats.
  /// Passes on the chunks of a snapshot; an error that `sink` returns ends the save.
  double save(const ByteSink& sink);
  double beginSnapshot();
  double stepSnapshot(double maxBytes);  ///< Reply: bytes. Returns 1 when there are no more, or 0.
  double cancelSnapshot();
  double beginJournal();              ///< Reply: bytes.
  double takeJournal(double synced);  ///< Reply: bytes.
  double replay();                    ///< Input: bytes. Reply: frames, changes, sequence, torn.

 private:
  /// A member of PatternStore that takes a pattern and its embedding.
  template <auto Method, typename Self>
  static double take(Self& self, double components);
  double searchInto(double components, bool withIds) const;

  Exchange& exchange_;
  PatternStore store_;
};

}  // namespace damask::wire
