#include "random_reads.hpp"

#include <cstdint>
#include <numeric>
#include <vector>

#include "graph/block_array.hpp"
#include "measure.hpp"
#include "support/random.hpp"

namespace damask::bench {
namespace {

/// Rows that one step of a walk scores, and that a scan asks for ahead.
constexpr std::size_t kBatch = 32;
constexpr int kTimes = 2000;

class Reader {
 public:
  Reader(std::size_t rows, std::size_t bytes) : bytes_(bytes), array_(bytes, kCacheLine) {
    array_.reserve(rows);
    for (Slot row = 0; row < rows; ++row) array_.erase(row);
  }

  void ask(Slot row) const { prefetch(array_.row(row), bytes_); }
  std::uint64_t read(Slot row) const {
    const std::uint8_t* at = array_.row(row);
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < bytes_; i += kCacheLine) sum += at[i];
    return sum;
  }

 private:
  std::size_t bytes_;
  BlockArray<std::uint8_t> array_;
};

}  // namespace

Json randomReads(std::size_t rows, std::size_t bytes, double reads) {
  const Reader reader(rows, bytes);
  testing::Random random(1);
  const auto count = static_cast<std::size_t>(reads);
  std::vector<Slot> order(count + kBatch);
  std::vector<double> atOnce, inBatches;
  std::uint64_t sum = 0;  // 0 for good, which the compiler cannot know
  for (int time = 0; time < kTimes; ++time) {
    for (Slot& row : order) row = static_cast<Slot>(random.below(static_cast<std::uint32_t>(rows)));
    auto begin = Clock::now();
    for (std::size_t i = 0; i < count; ++i) {
      reader.ask(order[i + kBatch]);
      sum += reader.read(order[i]);
    }
    atOnce.push_back(microseconds(Clock::now() - begin));
    for (Slot& row : order) row = static_cast<Slot>(random.below(static_cast<std::uint32_t>(rows)));
    begin = Clock::now();
    for (std::size_t from = 0; from < count; from += kBatch) {
      const std::size_t end = std::min(count, from + kBatch);
      const auto shift = static_cast<Slot>(sum);
      for (std::size_t i = from; i < end; ++i) reader.ask(order[i] + shift);
      for (std::size_t i = from; i < end; ++i) sum += reader.read(order[i] + shift);
    }
    inBatches.push_back(microseconds(Clock::now() - begin));
  }
  return {{"readRows", count},
          {"readBatch", kBatch},
          {"readSum", sum},
          {"readAtOnceP50Us", median(atOnce)},
          {"readInBatchesP50Us", median(inBatches)}};
}

}  // namespace damask::bench
