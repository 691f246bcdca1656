#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "damask/error.hpp"
#include "damask/filter.hpp"
#include "damask/metadata.hpp"

namespace damask {

/// How two embeddings are compared. Scores are "higher is better" for each:
/// cosine = the cosine, dot = the inner product, euclidean = 1 / (1 + distance).
enum class Metric : std::uint8_t { cosine = 0, euclidean = 1, dot = 2 };

/// What is kept of an embedding. `fixed16` keeps a 16-bit fixed-point number per component (the
/// vector is given back to about 1.5e-5 of its largest component); `float32` keeps the original
/// floats too, to be given back bit for bit. Search runs on the 16-bit codes in both cases.
enum class Precision : std::uint8_t { fixed16 = 0, float32 = 1 };

/// Parameters of the navigable graph, named as in Malkov and Yashunin, "Efficient and robust
/// approximate nearest neighbor search using Hierarchical Navigable Small World graphs" (2016).
struct HnswOptions {
  std::uint32_t m = 32;                ///< Links per node above level 0; level 0 has 2 m. [4, 128]
  std::uint32_t efConstruction = 200;  ///< Candidates kept while inserting. [m, 4096]
  std::uint32_t efSearch = 100;        ///< Candidates kept while searching. [1, 10000]
};

/// What a store is created with. All of it is part of the snapshot.
struct StoreOptions {
  std::uint32_t dimension = 384;  ///< Components of an embedding. [1, 4096]
  Metric metric = Metric::cosine;
  Precision precision = Precision::fixed16;
  HnswOptions hnsw;
  std::uint64_t seed = 0;  ///< Levels of the graph are a hash of (seed, slot).
  /// Up to so many slots there is no graph, and every search looks at all patterns: exact, and
  /// nothing to build. Beyond, patterns are linked 32 at a time, three for each that is added until
  /// the graph has caught up; from then on searches walk it and look at each of the few that are
  /// not linked yet. [0, 1000000]
  std::uint32_t indexingThreshold = 2048;
  /// What of the metadata filters can look at. At most 64, each name once.
  std::vector<MetadataField> metadataFields = {};
};

/// The slots from `from` up to, and without, `to`.
struct SlotRange {
  std::uint32_t from = 0;
  std::uint32_t to = 0;
};

/// What one search asks for. Absent filter fields match everything; present ones must be equal.
struct SearchOptions {
  std::size_t k = 10;               ///< Results wanted. [1, 10000]
  std::optional<std::uint32_t> ef;  ///< [k, 10000]; absent: the larger of efSearch and k.
  bool exact = false;               ///< Score every match: the oracle.
  /// Only these slots, so that an exact search can be made in parts: the best of the parts' results
  /// by score are those of the whole, up to which of equal scores come last. Only with exact, and
  /// without minK and mmrLambda; from <= to.
  std::optional<SlotRange> slotRange;
  std::optional<float> threshold;  ///< Drop results that score below this.
  /// Dynamic k: only as many results as stand out, at least so many, at most k. Of the results from
  /// the minK-th to the k-th, those behind the largest drop of the score from one to the next are
  /// left out; of equal drops the first counts. After Taguchi, Maekawa and Bhutani, "Efficient
  /// context selection for long-context QA: no tuning, no iteration, just adaptive-k", 2025.
  /// [1, k], not with mmrLambda; absent: off.
  std::optional<std::size_t> minK;

  /// Results that differ from one another, by maximal marginal relevance (Carbonell and Goldstein,
  /// "The use of MMR, diversity-based reranking for reordering documents and producing summaries",
  /// 1998). The best candidate comes first; then, again and again, the one for which
  ///   mmrLambda * score(query) - (1 - mmrLambda) * the largest score(result so far)
  /// is largest, computed in double from the scores that searches give; ties go to the better
  /// score, then to the older. A hit's score stays its similarity to the query. 1 gives the plain
  /// ranking, 0 looks at diversity alone. O(k * mmrPool) distances. [0, 1]; absent: off.
  std::optional<double> mmrLambda;
  /// Candidates to choose from: the most similar matches that reach the threshold. The graph is
  /// walked with at least as large an ef. [k, 10000], only with mmrLambda; absent: the larger of ef
  /// and 4 k, at most 10000.
  std::optional<std::uint32_t> mmrPool;

  std::optional<std::string> domain;     ///< Only patterns of this domain.
  std::optional<std::string> type;       ///< Only patterns of this type.
  std::optional<std::string> framework;  ///< Only patterns of this framework.
  std::optional<Filter> filter;          ///< Only patterns that it lets through.
};

namespace limits {
inline constexpr std::uint32_t kMaxDimension = 4096;
inline constexpr std::uint32_t kMinM = 4;
inline constexpr std::uint32_t kMaxM = 128;
inline constexpr std::uint32_t kMaxEfConstruction = 4096;
inline constexpr std::uint32_t kMaxEf = 10000;
inline constexpr std::uint32_t kMaxIndexingThreshold = 1000000;
inline constexpr std::uint32_t kMaxBuildThreads = 64;
inline constexpr std::size_t kMaxK = 10000;
inline constexpr std::size_t kMaxNameBytes = 1024;       ///< id, type, domain, framework.
inline constexpr std::size_t kMaxTextBytes = 16u << 20;  ///< content, metadata.
/// Patterns and tombstones; a compaction takes the tombstones away.
inline constexpr std::uint32_t kMaxSlots = 0x00ffffffu - 1;
/// Under euclidean and dot the largest |component| of a vector that is not zero lies between
/// these, so that float32 distances neither overflow nor vanish. Cosine takes any finite vector
/// but zero.
inline constexpr float kMinMagnitude = 1e-15f;
inline constexpr float kMaxMagnitude = 1e15f;
}  // namespace limits

/// Checks every field against its limits; the error names the field, the value and the limit.
Result<void> validate(const StoreOptions& options);
Result<void> validate(const SearchOptions& options);

std::string_view metricName(Metric metric) noexcept;           ///< "cosine", "euclidean", "dot"
Result<Metric> parseMetric(std::string_view name);             ///< The inverse of metricName.
std::string_view precisionName(Precision precision) noexcept;  ///< "fixed16", "float32"
Result<Precision> parsePrecision(std::string_view name);       ///< The inverse of precisionName.

}  // namespace damask
