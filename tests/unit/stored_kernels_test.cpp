// The kernels in which a query meets stored codes, against plain sums.

#include <catch2/catch.hpp>
#include <functional>

#include "guarded_buffer.hpp"
#include "kernels_fixture.hpp"

namespace {

using namespace damask::testing;
using damask::kernels::KernelTable;

// A stored code of any nibbles and low bytes, and the numbers that it stands for.
struct Row {
  std::vector<std::uint8_t> top, rest;
  std::vector<std::int64_t> tops, highs, codes;
  damask::StoredCode code() const { return {top.data(), rest.data()}; }
};

using Nibble = std::function<int()>;

Row makeRow(std::size_t n, const Nibble& top, const Nibble& mid, const Nibble& low) {
  const std::size_t half = damask::halfOf(n);
  Row row{
      std::vector<std::uint8_t>(half), std::vector<std::uint8_t>(damask::restBytes(n)), {}, {}, {}};
  for (std::size_t i = 0; i < n; ++i) {
    const int t = top(), m = mid(), l = low();
    const std::size_t at = i < half ? i : i - half, shift = i < half ? 0 : 4;
    row.top[at] = static_cast<std::uint8_t>(row.top[at] | t << shift);
    row.rest[at] = static_cast<std::uint8_t>(row.rest[at] | m << shift);
    row.rest[half + i] = static_cast<std::uint8_t>(l);
    row.tops.push_back(t - 8);
    row.highs.push_back(16 * (t - 8) + m - 8);
    row.codes.push_back(256 * row.highs.back() + l);
  }
  return row;
}

// Random ones, and the corners of what encode() makes.
std::vector<Row> rowPatterns(Random& random, std::size_t n) {
  const auto constant = [](int value) { return Nibble([value] { return value; }); };
  const Nibble nibble = [&random] { return static_cast<int>(random.next() >> 60); };
  const Nibble byte = [&random] { return static_cast<int>(random.code()); };
  const Nibble top = [&random] { return 1 + static_cast<int>(random.next() % 15); };
  return {makeRow(n, constant(15), constant(15), constant(127)),
          makeRow(n, constant(0), constant(8), constant(-128)),
          makeRow(n, constant(8), constant(0), constant(-128)), makeRow(n, top, nibble, byte)};
}

std::int64_t plainProduct(const Codes& hi, const Codes& lo, const std::vector<std::int64_t>& row) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) sum += (std::int64_t{256} * hi[i] + lo[i]) * row[i];
  return sum;
}

std::int64_t plainProduct(const Codes& query, const std::vector<std::int64_t>& row) {
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < row.size(); ++i) sum += query[i] * row[i];
  return sum;
}

}  // namespace

TEST_CASE("dot4Batch scores each top plane and writes no further", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    constexpr std::int32_t kUntouched = 0x55555555;
    const std::vector<Row> corners = rowPatterns(random, n);
    for (const Codes& codes : codePatterns(random, n)) {
      const ExactCopy query(padded(codes), offset);
      std::vector<ExactCopy<std::uint8_t>> copies;
      std::vector<const std::uint8_t*> rows;
      std::vector<std::int32_t> expected;
      for (std::size_t count = 0; count <= 9; ++count) {
        std::vector<std::int32_t> out(count + 1, kUntouched);
        table.dot4Batch(query.data(), rows.data(), count, damask::halfOf(n), out.data());
        REQUIRE(out.back() == kUntouched);
        out.pop_back();
        REQUIRE(out == expected);

        const Row& row = corners[count % corners.size()];
        copies.emplace_back(row.top, offset);
        rows.push_back(copies.back().data());
        expected.push_back(static_cast<std::int32_t>(plainProduct(codes, row.tops)));
      }
    }
  });
}

TEST_CASE("dot8Batch scores the upper eight bits of each row", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    for (const Codes& codes : codePatterns(random, n)) {
      const ExactCopy query(padded(codes), offset);
      std::vector<ExactCopy<std::uint8_t>> tops, rests;
      std::vector<damask::StoredCode> rows;
      std::vector<std::int32_t> expected;
      for (const Row& row : rowPatterns(random, n)) {
        tops.emplace_back(row.top, offset);
        rests.emplace_back(row.rest, offset);
        rows.push_back({tops.back().data(), rests.back().data()});
        expected.push_back(static_cast<std::int32_t>(plainProduct(codes, row.highs)));
      }
      std::vector<std::int32_t> out(rows.size() + 1, 77);
      table.dot8Batch(query.data(), rows.data(), rows.size(), damask::halfOf(n), out.data());
      REQUIRE(out.back() == 77);
      out.pop_back();
      REQUIRE(out == expected);
    }
  });
}

TEST_CASE("dot16 is the exact dot product of all bits", "[kernels]") {
  forEveryShape([](const KernelTable& table, std::size_t n, std::size_t offset, Random& random) {
    const Codes hi = randomCodes(random, n), lo = randomCodes(random, n);
    const ExactCopy hiCopy(padded(hi), offset), loCopy(padded(lo), offset);
    for (const Row& row : rowPatterns(random, n)) {
      const ExactCopy top(row.top, offset), rest(row.rest, offset);
      REQUIRE(table.dot16(hiCopy.data(), loCopy.data(), {top.data(), rest.data()},
                          damask::halfOf(n)) == plainProduct(hi, lo, row.codes));
    }
  });
}

TEST_CASE("dot16 holds every corner of its range", "[kernels]") {
  forEveryTable([](const KernelTable& table) {
    for (const std::size_t n : {1, 17, 64, 100, 384, 4096}) {
      INFO("dimension " << n);
      Random random(kSeed);
      const std::vector<Codes> planes = codePatterns(random, n);
      for (const Codes& hi : planes) {
        for (const Codes& lo : planes) {
          for (const Row& row : rowPatterns(random, n)) {
            REQUIRE(table.dot16(padded(hi).data(), padded(lo).data(), row.code(),
                                damask::halfOf(n)) == plainProduct(hi, lo, row.codes));
          }
        }
      }
    }
  });
}

#if defined(__linux__)
TEST_CASE("no kernel touches a byte outside a stored code", "[kernels]") {
  using GuardedCodes = damask::test::GuardedBuffer<std::int8_t>;
  using GuardedBytes = damask::test::GuardedBuffer<std::uint8_t>;
  using damask::test::Flush;
  forEveryTable([](const KernelTable& table) {
    for (const std::size_t n : dimensions()) {
      INFO("dimension " << n);
      Random random(kSeed + n);
      const Codes a = randomCodes(random, n), b = randomCodes(random, n);
      const Row row = rowPatterns(random, n).back();
      for (const auto flush : {Flush::atStart, Flush::atEnd}) {
        GuardedCodes hi(padded(a), flush), lo(padded(b), flush);
        GuardedBytes top(row.top, flush), rest(row.rest, flush);
        const std::size_t half = damask::halfOf(n);
        const std::vector<const std::uint8_t*> tops(5, top.data());
        const std::vector<damask::StoredCode> rows(5, {top.data(), rest.data()});
        std::vector<std::int32_t> out(rows.size());
        table.dot4Batch(hi.data(), tops.data(), tops.size(), half, out.data());
        REQUIRE(std::count(out.begin(), out.end(), plainProduct(a, row.tops)) == 5);
        table.dot8Batch(hi.data(), rows.data(), rows.size(), half, out.data());
        REQUIRE(std::count(out.begin(), out.end(), plainProduct(a, row.highs)) == 5);
        REQUIRE(table.dot16(hi.data(), lo.data(), rows[0], half) == plainProduct(a, b, row.codes));
      }
    }
  });
}
#endif
