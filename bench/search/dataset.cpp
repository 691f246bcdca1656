#include "dataset.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <numeric>

#include "cli/vector_file.hpp"

namespace damask::bench {
namespace {

using testing::Vectors;

constexpr std::size_t kTruth = 100;

void normalise(Vectors& vectors) {
  for (std::size_t row = 0; row < vectors.count(); ++row) {
    float* v = vectors.values.data() + row * vectors.dimension;
    double norm2 = 0;
    for (std::size_t i = 0; i < vectors.dimension; ++i) norm2 += double{v[i]} * v[i];
    const double inverse = 1 / std::sqrt(norm2);
    for (std::size_t i = 0; i < vectors.dimension; ++i) v[i] = static_cast<float>(v[i] * inverse);
  }
}

void computeTruth(Dataset& data) {
  data.truthSource = "exact search in double precision";
  data.truthPerQuery = std::min(kTruth, data.base.count());
  std::vector<double> scores(data.base.count());
  std::vector<std::int32_t> rows(data.base.count());
  for (std::size_t q = 0; q < data.queries.count(); ++q) {
    const auto query = data.queries[q];
    for (std::size_t row = 0; row < data.base.count(); ++row) {
      const auto v = data.base[row];
      scores[row] = std::inner_product(v.begin(), v.end(), query.begin(), 0.0);
    }
    std::iota(rows.begin(), rows.end(), 0);
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(data.truthPerQuery);
    std::partial_sort(rows.begin(), middle, rows.end(), [&](std::int32_t a, std::int32_t b) {
      const double sa = scores[static_cast<std::size_t>(a)];
      const double sb = scores[static_cast<std::size_t>(b)];
      return sa != sb ? sa > sb : a < b;
    });
    data.truth.insert(data.truth.end(), rows.begin(), middle);
  }
}

Result<Vectors> readVectors(const std::string& path, std::uint32_t dimension, std::size_t limit) {
  auto file = cli::VectorFile::open(path, "f16", dimension);
  if (!file) return fail(ErrorCode::io, path + ": " + file.error().message);
  Vectors vectors{dimension, {}};
  const std::size_t rows = std::min<std::size_t>(file->rows(), limit);
  vectors.values.resize(rows * dimension);
  for (std::size_t row = 0; row < rows; ++row) {
    file->read(row, std::span(vectors.values).subspan(row * dimension, dimension));
  }
  normalise(vectors);
  return vectors;
}

Result<void> readTruth(const std::string& path, Dataset& data) {
  const auto file = posix::FileBytes::read(path, posix::FileBytes::Accept::regularFile);
  if (!file) return tl::unexpected<Error>(file.error());
  const std::size_t needed = data.queries.count() * kTruth * sizeof(std::int32_t);
  if (file->bytes().size() < needed) {
    return fail(ErrorCode::invalidArgument, path + " has fewer than " + std::to_string(needed) +
                                                " bytes, 100 rows for each query");
  }
  data.truthSource = std::filesystem::path(path).filename();
  data.truthPerQuery = kTruth;
  data.truth.resize(data.queries.count() * kTruth);
  std::memcpy(data.truth.data(), file->bytes().data(), needed);
  return {};
}

}  // namespace

Result<Dataset> readDataset(const std::string& prefix, std::uint32_t dimension,
                            std::optional<std::size_t> limit, std::size_t queries) {
  Dataset data;
  data.name = std::filesystem::path(prefix).filename();
  auto base = readVectors(prefix + ".base.f16", dimension, limit.value_or(SIZE_MAX));
  if (!base) return tl::unexpected<Error>(base.error());
  auto asked = readVectors(prefix + ".query.f16", dimension, queries);
  if (!asked) return tl::unexpected<Error>(asked.error());
  data.base = std::move(*base);
  data.queries = std::move(*asked);
  const std::string truth = prefix + ".gt100.i32";
  if (!limit && std::filesystem::exists(truth)) {
    if (const auto ok = readTruth(truth, data); !ok) return tl::unexpected<Error>(ok.error());
  } else {
    computeTruth(data);
  }
  return data;
}

Dataset generateDataset(std::uint32_t dimension, std::size_t count, std::size_t queries,
                        std::uint64_t seed) {
  Dataset data;
  data.name = "generated";
  Vectors all = testing::clusteredVectors(count + queries, dimension, seed);
  normalise(all);
  const auto middle = all.values.begin() + static_cast<std::ptrdiff_t>(count * dimension);
  data.base = {dimension, {all.values.begin(), middle}};
  data.queries = {dimension, {middle, all.values.end()}};
  computeTruth(data);
  return data;
}

}  // namespace damask::bench
