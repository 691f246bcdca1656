#pragma once

#include <string>
#include <vector>

#include "damask/pattern_store.hpp"
#include "directory_lock.hpp"
#include "store_writer.hpp"
#include "writer/memory_system.hpp"

namespace damask::testing {

/// The ids and contents of a store in one line; empty for an empty store.
std::string contentOf(const PatternStore& store);

/// Changes that are written together, and so are there together or not at all.
struct Step {
  std::vector<std::string> stored;
  std::vector<std::string> removed;
  std::size_t contentBytes = 8;
};
void make(PatternStore& store, const Step& step, int version);

/// What a store may hold: the states that writes led to, and how many of them were acknowledged.
struct History {
  std::vector<std::string> states = {""};
  std::size_t acknowledged = 0;

  /// Every acknowledged write is there, and any first ones of those after.
  bool allows(const std::string& content) const;
  /// A session goes on from what it found, which must be allowed. What a killed session has left
  /// is not acknowledged by being found.
  void goOnFrom(const std::string& content);
};

/// Journals that are soon long enough for a snapshot.
inline constexpr posix::JournalLimits kShortJournals{1500, 1, 6};

/// A writer of the store on a disk, as the damask command is one.
class Session {
 public:
  /// Takes the lock, and opens what is there or begins a store.
  static Result<Session> open(MemorySystem& system);

  PatternStore& store() noexcept { return store_; }
  /// Makes a step and writes it.
  Result<void> write(const Step& step, int version);

 private:
  Session(posix::DirectoryLock lock, PatternStore store, posix::StoreWriter writer)
      : lock_(std::move(lock)), store_(std::move(store)), writer_(std::move(writer)) {}

  posix::DirectoryLock lock_;
  PatternStore store_;
  posix::StoreWriter writer_;
};

/// Opens a session and writes the steps until one fails or the process is killed, keeping the
/// history; gives the error.
Result<void> run(MemorySystem& system, History& history, const std::vector<Step>& steps);

/// What a reader finds.
Result<std::string> found(Disk& disk);

/// An image must open and hold what is allowed; and what is stored then must be as durable. What is
/// wrong with it, or nothing.
std::string wrongWith(const Image& image, const History& history);

}  // namespace damask::testing
