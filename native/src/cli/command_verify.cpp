#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "arguments.hpp"
#include "damask/pattern_store.hpp"
#include "damask/snapshot.hpp"
#include "posix_file.hpp"
#include "store_file.hpp"
#include "verify_directory.hpp"

namespace damask::cli {
namespace {

constexpr const char* kVerifyExamples = R"(  damask verify tests.damask
  damask verify tests.damask --json

Checks the header and every checksum, opens the store (which checks every record and link), and
saves it again in memory: the bytes must be the same. Equal stores have equal content hashes, on
every platform. Exit code 0: sound; 1: saving gives other bytes; 4: damaged.

  damask verify tests/

Of a directory, opens every snapshot and replays every journal, and says of each whether it is sound,
torn (its end is of a write that was never acknowledged, and is ignored), or damaged.
)";

struct VerifyArguments {
  std::string store;
};

/// Whether saving `store` gives exactly `bytes`; compares on the fly, without a second copy.
Result<bool> resavesTo(const PatternStore& store, std::span<const std::byte> bytes) {
  bool same = true;
  const auto saved = store.save([&](std::span<const std::byte> chunk) -> Result<void> {
    same = same && chunk.size() <= bytes.size() &&
           std::equal(chunk.begin(), chunk.end(), bytes.begin());
    if (same) bytes = bytes.subspan(chunk.size());
    return {};
  });
  if (!saved) return tl::make_unexpected(saved.error());
  return same && bytes.empty();
}

Json reportJson(const std::string& path, const SnapshotInfo& info, bool same) {
  Json sections = Json::array();
  for (const SnapshotSection& section : info.sections) {
    sections.push_back({{"name", section.name},
                        {"offset", section.offset},
                        {"length", section.length},
                        {"checksum", fmt::format("{:016x}", section.checksum)}});
  }
  return Json{{"store", path},
              {"formatVersion", info.formatVersion},
              {"fileBytes", info.fileBytes},
              {"count", info.live},
              {"slots", info.slots},
              {"sequence", info.sequence},
              {"dimension", info.options.dimension},
              {"metric", metricName(info.options.metric)},
              {"precision", precisionName(info.options.precision)},
              {"contentHash", info.contentHash},
              {"sections", sections},
              {"resavedIdentical", same}};
}

std::string reportText(const std::string& path, const SnapshotInfo& info, bool same) {
  std::string text = fmt::format(
      "{}: format {}, {} bytes\n"
      "{} patterns in {} slots, {} changes, {} components, {}, {}\n"
      "content hash {}\n\nsection      offset       length  checksum\n",
      path, info.formatVersion, info.fileBytes, info.live, info.slots, info.sequence,
      info.options.dimension, metricName(info.options.metric),
      precisionName(info.options.precision), info.contentHash);
  for (const SnapshotSection& section : info.sections) {
    text += fmt::format("{:<7} {:>11} {:>12}  {:016x}\n", section.name, section.offset,
                        section.length, section.checksum);
  }
  return text + (same ? "\nsound: checksums, records and links hold; saving gives the same bytes\n"
                      : "\nFAILED: saving the opened store gives other bytes\n");
}

Outcome<ExitCode> verifyStore(const VerifyArguments& arguments, Console& console) {
  if (meansDirectory(arguments.store)) return verifyDirectory(arguments.store, console);
  const auto file = posix::FileBytes::read(arguments.store, posix::FileBytes::Accept::regularFile);
  if (!file) return failure(file.error());
  const auto info = inspectSnapshot(file->bytes());
  if (!info) return failure(info.error(), ExitCode::corruptStore, arguments.store);
  const auto store = PatternStore::open(file->bytes());
  if (!store) return failure(store.error(), ExitCode::corruptStore, arguments.store);
  const auto same = resavesTo(*store, file->bytes());
  if (!same) return failure(same.error(), ExitCode::internal, arguments.store);
  const auto printed = console.json() ? console.printJson(reportJson(arguments.store, *info, *same))
                                      : console.print(reportText(arguments.store, *info, *same));
  return finished(printed, *same ? ExitCode::ok : ExitCode::notFound);
}

}  // namespace

void addVerifyCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = addCommand(app, invocation, "verify",
                                 "Check a store from its header to its last link", kVerifyExamples);
  auto arguments = std::make_shared<VerifyArguments>();
  addStore(command, arguments->store);
  onCommand(command, invocation, arguments, verifyStore);
}

}  // namespace damask::cli
