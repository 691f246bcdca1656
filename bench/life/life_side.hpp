#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "damask/damask.hpp"
#include "search/side.hpp"

namespace damask::bench {

/// What a filter of this benchmark looks at: below `below`, of a number that was given to each row.
struct Limit {
  bool correlated = false;  ///< The number that follows the vector, or the one that does not.
  double below = 1;
};

/// A library that vectors come into and leave again. Threads: the caller locks.
class LifeSide {
 public:
  virtual ~LifeSide() = default;
  virtual std::string name() const = 0;
  /// Inserts a row, or replaces the one of that id.
  virtual void put(std::uint32_t id, std::span<const float> v) = 0;
  virtual void remove(std::uint32_t id) = 0;
  /// The ids of the most similar, best first; returns how many were written.
  virtual std::size_t search(std::span<const float> query, std::uint32_t ef,
                             std::span<std::int32_t> ids) = 0;
};

/// The numbers of a row that filters look at, both in [0, 1).
struct Numbers {
  double random = 0, correlated = 0;
};

class DamaskLife final : public LifeSide {
 public:
  /// `numbers` are those of the rows, by id; empty: none has any.
  DamaskLife(std::uint32_t dimension, const GraphSettings& graph, std::span<const Numbers> numbers);
  std::string name() const override { return "damask"; }
  void put(std::uint32_t id, std::span<const float> v) override;
  void remove(std::uint32_t id) override;
  std::size_t search(std::span<const float> query, std::uint32_t ef,
                     std::span<std::int32_t> ids) override;
  std::size_t searchWithin(std::span<const float> query, std::uint32_t ef, const Limit& limit,
                           std::span<std::int32_t> ids, SearchReport& report);
  PatternStore& store() { return store_; }

 private:
  std::size_t run(std::span<const float> query, const SearchOptions& options,
                  std::span<std::int32_t> ids, SearchReport* report);

  PatternStore store_;
  std::span<const Numbers> numbers_;
};

/// With a fast inner product, as in bench/search. `capacity`: ids ever in use.
std::unique_ptr<LifeSide> makeHnswlibLife(std::uint32_t dimension, std::size_t capacity,
                                          const GraphSettings& graph);

}  // namespace damask::bench
