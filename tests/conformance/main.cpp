// damask_conformance FOLDER: replays FOLDER/cases/*.json and compares with FOLDER/expected.json.

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "conformance/replay.hpp"
#include "conformance/shown.hpp"

namespace {

using damask::conformance::Json;

Json readJson(const std::filesystem::path& file) {
  std::ifstream in(file);
  return Json::parse(in);
}

Json replayAll(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  Json results;
  for (const auto& file : files) {
    damask::conformance::Replayer replayer;
    Json& answers = results[file.stem().string()] = Json::array();
    for (const auto& step : readJson(file)) answers.push_back(replayer.run(step));
  }
  return results;
}

/// Prints every result that is another; returns how many.
int compare(const Json& expected, const Json& results) {
  int differences = 0;
  for (const auto& [name, steps] : expected.items()) {
    const Json answers = results.value(name, Json::array());
    for (std::size_t i = 0; i < steps.size(); ++i) {
      const Json got = i < answers.size() ? answers[i] : Json(nullptr);
      if (steps[i] == got) continue;
      std::printf("%s, step %zu: expected %s, got %s\n", name.c_str(), i, steps[i].dump().c_str(),
                  got.dump().c_str());
      ++differences;
    }
  }
  return differences;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: damask_conformance FOLDER\n", stderr);
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  const Json expected = readJson(folder / "expected.json");
  const Json results = replayAll(folder / "cases");
  const int differences = compare(expected["results"], results);
  const auto text = results.dump();
  const auto hash = damask::conformance::sha256(std::as_bytes(std::span(text)));
  std::printf("%zu cases, %d differences, sha256 %s\n", results.size(), differences, hash.c_str());
  return differences == 0 && expected["sha256"] == hash ? 0 : 1;
}
