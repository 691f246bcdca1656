// Writes generated vectors, queries and their truth as every benchmark reads them.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <fstream>

#include "dataset.hpp"

namespace {

using namespace damask::bench;

void writeBytes(const std::string& path, const void* bytes, std::size_t size) {
  std::ofstream out(path, std::ios::binary);
  out.write(static_cast<const char*>(bytes), static_cast<std::streamsize>(size));
  if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

// What gcc 12 calls a half float in C++.
#if defined(__aarch64__)
using Half = __fp16;
#else
using Half = _Float16;
#endif

void writeHalves(const std::string& path, const damask::testing::Vectors& vectors) {
  const std::vector<Half> halves(vectors.values.begin(), vectors.values.end());
  writeBytes(path, halves.data(), halves.size() * sizeof(Half));
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Generated vectors as files: PREFIX.base.f16, .query.f16, .gt100.i32",
               "damask_bench_generate");
  std::string prefix, kind = "mixture";
  std::size_t count = 10000, queries = 2000;
  std::uint32_t dimension = 384;
  std::uint64_t seed = 1;
  app.add_option("prefix", prefix)->required();
  app.add_option("--kind", kind)
      ->check(CLI::IsMember({"mixture", "uniform"}))
      ->capture_default_str();
  app.add_option("--count", count)->check(CLI::Range(100, 100000000))->capture_default_str();
  app.add_option("--queries", queries)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--dimension", dimension)->check(CLI::Range(1, 4096))->capture_default_str();
  app.add_option("--seed", seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    const auto data = generateDataset(kind == "uniform" ? Generated::uniform : Generated::mixture,
                                      count, dimension, queries, seed);
    writeHalves(prefix + ".base.f16", data.base);
    writeHalves(prefix + ".query.f16", data.queries);
    writeBytes(prefix + ".gt100.i32", data.truth.data(), data.truth.size() * sizeof(std::int32_t));
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 5;
  }
  return 0;
}
