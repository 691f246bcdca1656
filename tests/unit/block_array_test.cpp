// Memory for rows: where it begins, and that it keeps what is written to it.

#include "graph/block_array.hpp"

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <new>

namespace {

using namespace damask;

constexpr std::size_t kWidth = 200;

}  // namespace

TEST_CASE("pages begin at a multiple of a large one, and every byte is one's own",
          "[graph][memory]") {
  for (const std::size_t bytes : {std::size_t{1}, kHugePageBytes - 1, 3 * kHugePageBytes + 5}) {
    std::array<unsigned char*, 3> taken{};
    for (std::size_t i = 0; i < taken.size(); ++i) {
      taken[i] = static_cast<unsigned char*>(takePages(bytes));
      REQUIRE(reinterpret_cast<std::uintptr_t>(taken[i]) % kHugePageBytes == 0);
      std::memset(taken[i], static_cast<int>(i), bytes);
    }
    for (std::size_t i = 0; i < taken.size(); ++i) {
      REQUIRE(taken[i][0] == i);
      REQUIRE(taken[i][bytes - 1] == i);
      givePages(taken[i], bytes);
    }
  }
}

#if DAMASK_PAGES_BY_MMAP
TEST_CASE("memory that the system does not have is no memory", "[graph][memory]") {
  REQUIRE_THROWS_AS(takePages(std::size_t{1} << 50), std::bad_alloc);
}
#endif

TEST_CASE("rows keep what they have while the array grows through all sizes of blocks",
          "[graph][memory]") {
  BlockArray<std::uint32_t> rows(kWidth, kCacheLine);
  const auto value = [](std::size_t row, std::size_t i) {
    return static_cast<std::uint32_t>(row * kWidth + i);
  };
  std::size_t written = 0;
  for (std::size_t size = 1; size < 30'000; size = size * 3 / 2 + 1) {
    rows.reserve(size);
    for (; written < size; ++written) {
      for (std::size_t i = 0; i < kWidth; ++i) {
        rows.row(static_cast<Slot>(written))[i] = value(written, i);
      }
    }
    std::size_t lost = 0;
    for (std::size_t row = 0; row < written; ++row) {
      const std::uint32_t* found = rows.row(static_cast<Slot>(row));
      lost += found[0] == value(row, 0) && found[kWidth - 1] == value(row, kWidth - 1) ? 0 : 1;
    }
    REQUIRE(lost == 0);
  }
  REQUIRE(reinterpret_cast<std::uintptr_t>(rows.row(1)) % kCacheLine == 0);
}
