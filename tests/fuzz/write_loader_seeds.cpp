// Writes the seeds of the loader's fuzz target: small snapshots of every shape that there is.

#include <cstdio>
#include <fstream>
#include <string>

#include "support/small_store.hpp"

namespace damask::testing {
namespace {

/// So many patterns have slots enough for a graph, and some that are not linked.
constexpr std::size_t kLinked = 32;

bool write(const std::string& folder, const std::string& name, const PatternStore& store) {
  const auto bytes = store.saveToBytes();
  std::ofstream file(folder + "/" + name + ".damask", std::ios::binary);
  if (bytes) {
    file.write(reinterpret_cast<const char*>(bytes->data()),
               static_cast<std::streamsize>(bytes->size()));
  }
  return bytes && file.good();
}

bool writeAll(const std::string& folder) {
  bool ok = true;
  for (const Metric metric : {Metric::cosine, Metric::euclidean, Metric::dot}) {
    for (const Precision precision : {Precision::fixed16, Precision::float32}) {
      const auto name =
          std::string(metricName(metric)) + "-" + std::string(precisionName(precision));
      ok = write(folder, name, smallStore(smallOptions(3, metric, precision), kLinked)) && ok;
      ok = write(folder, name + "-empty", smallStore(smallOptions(2, metric, precision), 0)) && ok;
    }
  }
  ok = write(folder, "levels", smallStore(smallOptions(1), 70)) && ok;
  ok = write(folder, "fields", smallStore(smallFields(smallOptions(2)), kLinked)) && ok;
  StoreOptions wide = smallOptions(5, Metric::dot);
  wide.hnsw = {16, 16, 5};
  ok = write(folder, "wide", smallStore(wide, kLinked)) && ok;
  PatternStore deleted =
      smallStore(smallOptions(2, Metric::euclidean, Precision::float32), kLinked);
  for (std::size_t i = 0; i < kLinked; ++i)
    ok = deleted.remove(smallPattern(i).id).value_or(false) && ok;
  return write(folder, "deleted", deleted) && ok;
}

}  // namespace
}  // namespace damask::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_loader_seeds FOLDER\n");
    return 2;
  }
  return damask::testing::writeAll(argv[1]) ? 0 : 1;
}
