#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "damask/error.hpp"
#include "damask/journal.hpp"
#include "damask/options.hpp"
#include "damask/pattern.hpp"
#include "damask/snapshot.hpp"

namespace damask {

/// How a search was answered.
enum class SearchPlan : std::uint8_t {
  none = 0,           ///< Nothing matches; nothing was scored.
  graph = 1,          ///< A walk of the navigable graph.
  scan = 2,           ///< Every match was scored.
  graphThenScan = 3,  ///< A walk found fewer than k, or would take longer: every match was scored.
  twoHop = 4,  ///< A walk of the matches alone, which looks through their neighbours that are none.
};

std::string_view searchPlanName(SearchPlan plan) noexcept;

/// One result in numbers: cheap to produce, and valid until the store next changes.
struct SlotHit {
  std::uint32_t slot = 0;
  float score = 0;
};

/// One result.
struct SearchHit {
  std::string id;
  float score = 0;
};

/// What a search did, beside its hits.
struct SearchReport {
  SearchPlan plan = SearchPlan::none;
  /// The hits (under MMR: the candidates) are the true best on the 16-bit codes.
  bool exact = false;
  std::uint64_t distanceComputations = 0;  ///< Estimates and full ones together.
};

/// What a rebuild does with the links.
enum class RebuildKind : std::uint8_t {
  /// Every live pattern is linked anew, as if the store had been filled with them alone.
  relink,
  /// The links that there are are kept; where one leads to a tombstone, it is replaced by one to a
  /// neighbour of that (after Singh et al., "FreshDiskANN", 2021). A store whose live patterns are
  /// no more than indexingThreshold keeps none: it has no use for them.
  compact,
};

/// What a look at all links has found, of the patterns that were linked when it began.
struct GraphCensus {
  std::uint64_t live = 0;
  std::uint64_t tombstones = 0;
  std::uint64_t unreachable = 0;  ///< Live ones that no links of level 0 lead to from the entry.
  /// Live ones by how many links of level 0 lead to them: with 0, with 1, ... with 7.
  std::array<std::uint64_t, 8> lowInDegrees{};
  std::uint64_t links = 0;  ///< Of live ones, at level 0.
  std::uint64_t linksToTombstones = 0;
};

/// What a repair has done.
struct RepairReport {
  std::uint64_t nodes = 0;   ///< Looked at.
  std::uint64_t linked = 0;  ///< Of them, those that a link was written to.
};

/// How far a rebuild is: patterns copied and patterns linked, and how many that will be, as far as
/// is known by now.
struct RebuildProgress {
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  /// Whether room has been made for all of them: until then stepRebuild() waits.
  bool prepared = false;
};

/// Measured figures of a store. Bytes are what its own structures hold allocated, those of a
/// rebuild that is under way included.
struct StoreStats {
  std::uint64_t count = 0;     ///< Live patterns.
  std::uint64_t slots = 0;     ///< Graph nodes, tombstones and staged ones included.
  std::uint64_t linked = 0;    ///< Graph nodes that are linked: the first so many.
  std::uint64_t sequence = 0;  ///< Changes committed over the store's life.
  std::uint64_t graphBytes = 0;
  std::uint64_t codeBytes = 0;  ///< Low planes, factors and optional float32 vectors.
  std::uint64_t recordBytes = 0;
  std::int32_t maxLevel = -1;
  std::string_view instructionSet;
};

/// The pattern store: records with embeddings, searched by similarity.
///
/// Deterministic: the same calls in the same order give the same ids, the same scores to the last
/// bit and a byte-identical snapshot on every target. Ties are broken by age (older first).
///
/// Threads: any number of threads may call const members at the same time; a non-const member
/// needs the store to itself (the caller locks), and may use threads of its own
/// (setBuildThreads). Searches keep their scratch memory in a
/// thread_local of at most a few bytes per slot.
///
/// Errors: every refusal happens before anything changed. After outOfMemory in upsert the pattern
/// is not stored.
class PatternStore {
 public:
  /// An empty store. Errors: invalidArgument (a field outside its limits), unsupported
  /// (DAMASK_ISA names what this machine lacks).
  static Result<PatternStore> create(const StoreOptions& options);

  /// Reads a snapshot that any target wrote; the bytes are not needed afterwards. Allocates at
  /// most twice the bytes plus 16 MiB, and 8 bytes a slot for each declared metadata field. Errors:
  /// as inspectSnapshot, and outOfMemory. O(bytes).
  static Result<PatternStore> open(std::span<const std::byte> snapshot);

  PatternStore(PatternStore&&) noexcept;
  PatternStore& operator=(PatternStore&&) noexcept;
  ~PatternStore();

  const StoreOptions& options() const noexcept;
  std::size_t size() const noexcept;  ///< Live patterns.
  bool contains(std::string_view id) const noexcept;
  StoreStats stats() const noexcept;

  /// Stores the pattern under its id, replacing what was there. `embedding` has
  /// options().dimension finite components. A replaced vector is never found again.
  /// About O(efConstruction * m * log size).
  Result<void> upsert(const Pattern& pattern, std::span<const float> embedding);

  /// What upsert() and stage() would refuse, without doing it. Errors: as theirs, but for
  /// outOfMemory. O(length of the texts and the embedding).
  Result<void> check(const Pattern& pattern, std::span<const float> embedding) const;

  /// Removes the pattern; false when there is none of that id. Its text and vector are erased from
  /// memory (once the snapshot that is under way is finished) and from later snapshots, but for the
  /// 4-bit code and its scale, which the graph navigates by. O(1).
  Result<bool> remove(std::string_view id);

  /// Counts one use at `nowMs`, with its outcome when there is one; false when there is no such id.
  /// Errors: invalidArgument (the outcome is no verdict, or usageCount can go no higher). O(1).
  Result<bool> recordUsage(std::string_view id, std::optional<Verdict> outcome, std::int64_t nowMs);

  /// Removes everything; options stay, the sequence goes on. Errors: invalidState while patterns
  /// are staged.
  Result<void> clear();

  /// How many threads link new patterns, that of the caller included; 1 to begin with. The store
  /// comes out the same, to the byte. With one thread each insert does its part of the work; with
  /// more, every 32nd links the last 32, which the threads share. Not part of the snapshot. Errors:
  /// invalidArgument (not in [1, 64]), unsupported (more than 1 where the engine has no threads, or
  /// they cannot be started), outOfMemory; the store then goes on with those it had.
  Result<void> setBuildThreads(std::uint32_t threads);

  /// A batch, all or nothing, in as many calls as its caller likes: stage() takes a pattern as
  /// upsert() does, but nothing finds it and nothing replaces what is under its id before
  /// commitStaged() makes all that is staged visible at once. Other changes may come in between and
  /// work on what is visible; save() and clear() are refused meanwhile. A refused stage() leaves
  /// what was staged before it. Searches without a filter walk somewhat slower while something is
  /// staged. Errors and costs: as upsert().
  Result<void> stage(const Pattern& pattern, std::span<const float> embedding);
  /// Upserts the staged patterns in the order of staging; each counts as one change. The store is
  /// then the same, to the byte, as if each had been upserted where it was staged, but for changes
  /// of the same ids in between, which it overrides. O(staged).
  void commitStaged() noexcept;
  /// Erases the staged patterns as remove() would. O(staged).
  void discardStaged() noexcept;
  std::size_t stagedCount() const noexcept;

  /// Rebuilds the index in slices, beside the present one, which answers meanwhile, and without its
  /// tombstones. The codes are copied as they are and the live patterns keep their order, so ids,
  /// records, usage and exact scores stay the same to the bit, and so does the sequence. Relinking,
  /// the result does not depend on the slices either. Every other member may be called meanwhile,
  /// and finishRebuild() takes their changes along: what is removed after it was copied is left as
  /// a tombstone of the new index. Links that were kept are repaired in the end, as by
  /// stepRepair(); what is written to after that, a later census tells. clear() cancels.
  ///
  /// Memory: until it is finished or cancelled, a rebuild holds a second graph, codes and records
  /// of the live patterns, with room for a sixteenth more, and some 20 bytes a slot; what is left
  /// then is freed by another thread where there are threads; a later finishRebuild(),
  /// cancelRebuild() or clear() waits for it. Where there
  /// are threads, another one makes room for them, as the system may take milliseconds to find each
  /// large page; it ends before the first step does. Errors: invalidState (one is under way),
  /// outOfMemory. O(slots) to allocate.
  Result<void> beginRebuild(RebuildKind kind = RebuildKind::relink);
  /// Goes on by `maxPatterns` (at least 1) patterns: copies the next live ones, links them, looks
  /// at their links, takes along what was removed or used since they were copied; true when nothing
  /// is left, so that the rebuild can be finished. It waits at a staged pattern until that is
  /// committed or discarded. After outOfMemory or internal the rebuild is cancelled. Errors: also
  /// invalidState (none is under way), invalidArgument. Costs: relinking as maxPatterns upserts, or
  /// as 32 where there are several build threads; compacting, an upsert that comes in between costs
  /// up to m + 2 patterns more; and O(slots passed over).
  Result<bool> stepRebuild(std::size_t maxPatterns);
  /// Puts the new index in place; slots are numbered anew. Errors: invalidState (none is under way,
  /// or patterns are left to be copied; the rebuild then stays), outOfMemory (it is cancelled).
  /// The old index is freed by another thread where there are threads. O(slots / 64), and
  /// O(log(live)) for each pattern removed or used since the last step took such along.
  Result<void> finishRebuild();
  /// Gives a rebuild up, when there is one. After outOfMemory its memory is back at once.
  void cancelRebuild() noexcept;
  std::optional<RebuildProgress> rebuildProgress() const noexcept;

  /// Begins to look at all links, a few nodes at a time, while the store goes on: which patterns
  /// can be reached, and which hang by few links. Of what changes meanwhile it may tell as it was
  /// before or after. A census that was made before is forgotten, and so is one when the index is
  /// replaced (finishRebuild(), clear()). Errors: outOfMemory. O(slots).
  Result<void> beginCensus();
  /// Looks at `maxNodes` (at least 1) more; what was found, when that was all. Errors: invalidState
  /// (none is under way), invalidArgument, outOfMemory. O(maxNodes * m).
  Result<std::optional<GraphCensus>> stepCensus(std::size_t maxNodes);
  /// Links the next `maxNodes` (at least 1) of the patterns that the last census has found
  /// unreachable, or with fewer than two links that lead to them; none when nothing is left. No
  /// journal records it, as it changes no exact answer. Errors: invalidState (no census is
  /// complete), invalidArgument, outOfMemory. As maxNodes upserts.
  Result<std::optional<RepairReport>> stepRepair(std::size_t maxNodes);
  /// Gives up what a census holds, when there is one.
  void cancelCensus() noexcept;

  /// The pattern of that id, or none. O(length of its texts).
  Result<std::optional<Pattern>> get(std::string_view id) const;

  /// The embedding of that id, or none: decoded from the 16-bit codes, or the original floats
  /// under Precision::float32. O(dimension).
  Result<std::optional<std::vector<float>>> embedding(std::string_view id) const;

  /// The min(k, matches) most similar live patterns, best first. When fewer than k are found by
  /// walking, every match is scored, so k come back whenever k match (and reach the threshold).
  Result<std::vector<SearchHit>> search(std::span<const float> query, const SearchOptions& options,
                                        SearchReport* report = nullptr) const;

  /// The same, without strings: for bindings and tight loops. `hits` has room for at least
  /// options.k; returns how many were written.
  Result<std::size_t> searchSlots(std::span<const float> query, const SearchOptions& options,
                                  std::span<SlotHit> hits, SearchReport* report = nullptr) const;

  /// Live patterns that match the domain, type, framework and filter of `options`; the rest of it
  /// is not looked at. Errors: invalidArgument (the filter). O(slots * terms of the filter).
  Result<std::size_t> count(const SearchOptions& options) const;
  /// The slots of those, in order of insertion. Errors and cost: as count().
  Result<std::vector<std::uint32_t>> matches(const SearchOptions& options) const;

  /// Walks the live slots in order of insertion: the first live slot at or after `from`.
  std::optional<std::uint32_t> nextSlot(std::uint32_t from) const noexcept;
  /// The id in a live slot, valid until the store next changes; empty when the slot is not live.
  std::string_view idOf(std::uint32_t slot) const noexcept;
  /// What get() and embedding() return, by slot.
  Result<std::optional<Pattern>> patternAt(std::uint32_t slot) const;
  Result<std::optional<std::vector<float>>> embeddingAt(std::uint32_t slot) const;

  /// A journal holds the changes since a snapshot, so that a change is durable when its frame is.
  /// Begins one that continues the store as it is now, and returns its first bytes. From now on
  /// every change is collected for takeJournal(); rebuilds are not, as they change no answer.
  /// Errors: invalidState (patterns are staged, or changes are not taken yet), outOfMemory.
  Result<std::vector<std::byte>> beginJournal();

  /// The changes since the last call, as one frame to append to the journal; empty when there are
  /// none. All of a frame is replayed or nothing, so a batch that was staged is whole in one frame.
  /// `synced` is how many bytes of the journal are known to be durable: with it replay() tells a
  /// torn end from corruption. Errors: invalidState (no journal), outOfMemory. O(bytes).
  Result<std::vector<std::byte>> takeJournal(std::uint64_t synced);

  /// Makes the changes of a journal that continues this store as it is: one that began when a store
  /// had been told the same, in the same order. Unless its end is torn, or something was left out,
  /// the journal goes on with takeJournal(). Given a longer form of the journal that was replayed
  /// last, it makes the changes that have come since: so a reader follows a writer, past an end
  /// that was torn because it was still being written. Errors: journalMismatch (it continues
  /// another store), and, with some of its changes made, so that the store must be thrown away:
  /// journalCorrupt, outOfMemory. Costs: as its changes.
  Result<ReplayReport> replay(std::span<const std::byte> journal,
                              const ReplayOptions& options = {});

  /// Writes a snapshot in slices, while the store goes on: of the store as it is now, whatever
  /// changes afterwards. Until it is finished or cancelled, what is removed or replaced is not
  /// erased from memory, and of what changes a copy is kept: a list of links once per node, so at
  /// most all links of the graph, and the fixed fields of records that are used. Errors:
  /// invalidState (one is under way, or patterns are staged), outOfMemory. O(slots), to number
  /// names.
  Result<void> beginSnapshot();
  /// Goes on for about `maxBytes` bytes (at least 1), which are first all measured and then all
  /// written: chunks of at most 1 MiB go to `sink`, front to back. True when everything had been
  /// written by the call before, which ends it. Any error ends it too: invalidState (none is under
  /// way), invalidArgument, outOfMemory, and what `sink` returns.
  Result<bool> stepSnapshot(std::size_t maxBytes, const ByteSink& sink);
  /// Gives a snapshot up, when there is one. O(slots).
  void cancelSnapshot() noexcept;

  /// Writes a snapshot, front to back, in chunks of at most 1 MiB; needs no copy of the store.
  /// Errors: invalidState while patterns are staged, and what `sink` returns.
  Result<void> save(const ByteSink& sink) const;
  /// The same into one buffer.
  Result<std::vector<std::byte>> saveToBytes() const;

 private:
  class Impl;
  explicit PatternStore(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace damask
