#include "dataset.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>

#include "cli/vector_file.hpp"
#include "damask/options.hpp"
#include "generate/mixture.hpp"
#include "truth.hpp"

namespace damask::bench {
namespace {

using testing::Vectors;

constexpr std::size_t kTruth = 100;

void computeTruth(Dataset& data) {
  data.truthSource = kTruthMethod;
  data.truthPerQuery = std::min(kTruth, data.base.count());
  data.truth = exactRows(data.base, data.queries, data.truthPerQuery);
}

Dataset split(std::string name, Vectors all, std::size_t count) {
  Dataset data;
  data.name = std::move(name);
  const std::size_t dimension = all.dimension;
  const auto middle = all.values.begin() + static_cast<std::ptrdiff_t>(count * dimension);
  data.queries = {dimension, {middle, all.values.end()}};
  all.values.resize(count * dimension);
  data.base = std::move(all);
  computeTruth(data);
  return data;
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

Dataset generateDataset(Generated kind, std::size_t count, std::uint32_t dimension,
                        std::size_t queries, std::uint64_t seed) {
  if (kind == Generated::uniform) {
    return split("uniform", uniformVectors(count + queries, dimension, seed), count);
  }
  return split("mixture", mixtureVectors(count + queries, dimension, seed), count);
}

Result<std::uint32_t> dimensionOf(const std::string& prefix) {
  std::error_code error;
  const std::string path = prefix + ".query.f16";
  const auto queryBytes = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorCode::io, path + ": " + error.message());
  const std::string truth = prefix + ".gt100.i32";
  const auto truthBytes = std::filesystem::file_size(truth, error);
  if (error) return fail(ErrorCode::io, truth + ": " + error.message());
  const auto queries = truthBytes / (kTruth * sizeof(std::int32_t));
  const auto dimension = queries == 0 ? 0 : queryBytes / 2 / queries;
  if (dimension == 0 || dimension > limits::kMaxDimension ||
      dimension * queries * 2 != queryBytes) {
    return fail(ErrorCode::invalidArgument, path + " and " + truth + " do not fit each other");
  }
  return static_cast<std::uint32_t>(dimension);
}

}  // namespace damask::bench
