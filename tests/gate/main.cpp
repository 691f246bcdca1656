// damask_gate run COUNT DIRECTORY     runs the workload of each metric, leaving answers and
//                                     snapshots in DIRECTORY
// damask_gate reload COUNT FROM TO    opens the snapshots in FROM, searches, saves into TO
//
// Whoever runs it on two targets compares the files: they must be the same, byte for byte.

#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "gate/workload.hpp"

namespace {

using namespace damask;
using damask::testing::Workload;

struct Case {
  const char* name;
  Metric metric;
  Precision precision;
  std::uint32_t dimension;
  std::size_t share;  // of COUNT
};
constexpr Case kCases[] = {
    {"cosine", Metric::cosine, Precision::fixed16, 96, 1},
    {"euclidean", Metric::euclidean, Precision::fixed16, 33, 4},
    {"dot", Metric::dot, Precision::float32, 64, 4},
};

Workload workloadOf(const Case& c, std::size_t count) {
  return Workload(c.metric, c.precision, c.dimension, count / c.share);
}

bool writeFile(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream out(path, std::ios::binary);
  out.write(reinterpret_cast<const char*>(bytes.data()),
            static_cast<std::streamsize>(bytes.size()));
  return out.flush().good();
}

Result<std::vector<std::byte>> readFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorCode::io, "cannot read " + path);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const auto bytes = std::as_bytes(std::span(text));
  return std::vector<std::byte>(bytes.begin(), bytes.end());
}

Result<void> run(const Case& c, std::size_t count, const std::string& directory) {
  std::ofstream answers(directory + "/" + c.name + ".answers");
  auto snapshots = workloadOf(c, count).run(answers);
  if (!snapshots) return tl::unexpected<Error>(snapshots.error());
  if (!answers.flush() || !writeFile(directory + "/" + c.name + ".half.damask", snapshots->half) ||
      !writeFile(directory + "/" + c.name + ".damask", snapshots->end)) {
    return fail(ErrorCode::io, "cannot write into " + directory);
  }
  return {};
}

Result<void> reload(const Case& c, std::size_t count, const std::string& from,
                    const std::string& to) {
  const auto bytes = readFile(from + "/" + c.name + ".damask");
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  const auto store = PatternStore::open(*bytes);
  if (!store) return tl::unexpected<Error>(store.error());
  std::ofstream answers(to + "/" + c.name + ".answers");
  if (const auto ok = workloadOf(c, count).search(*store, answers); !ok) return ok;
  const auto saved = store->saveToBytes();
  if (!saved) return tl::unexpected<Error>(saved.error());
  if (!answers.flush() || !writeFile(to + "/" + c.name + ".damask", *saved)) {
    return fail(ErrorCode::io, "cannot write into " + to);
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc > 1 ? argv[1] : "";
  const bool runs = command == "run" && argc == 4;
  if (!runs && !(command == "reload" && argc == 5)) {
    std::fputs("usage: damask_gate run COUNT DIRECTORY | reload COUNT FROM TO\n", stderr);
    return 2;
  }
  const std::size_t count = std::stoul(argv[2]);
  for (const Case& c : kCases) {
    const auto ok = runs ? run(c, count, argv[3]) : reload(c, count, argv[3], argv[4]);
    if (!ok) {
      std::fprintf(stderr, "%s: %s\n", c.name, ok.error().message.c_str());
      return 1;
    }
  }
  return 0;
}
