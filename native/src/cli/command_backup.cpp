#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "store_file.hpp"

namespace damask::cli {
namespace {

constexpr const char* kBackupExamples = R"(  damask backup tests/ monday.damask
  damask backup tests/ copies/monday/
  damask backup tests/ before.damask --sequence 120
      The store as it was after 120 changes, or after the last write before: as far back as the
      snapshots and journals in the directory reach.

Writes the store as it is at one moment, also while others write to it, into a new snapshot file,
or with a slash into a new directory. The copy has been opened and is checked whole; what was
acknowledged before the command began is in it.
)";

struct BackupArguments {
  std::string store;
  std::string target;
  std::optional<std::uint64_t> sequence;
};

Outcome<ExitCode> backUp(const BackupArguments& arguments, Console& console) {
  if (auto free = WritableStore::checkPlace(arguments.target, posix::Existing::refuse); !free) {
    return tl::make_unexpected(free.error());
  }
  auto store = loadStoreAt(arguments.store, arguments.sequence);
  if (!store) return tl::make_unexpected(store.error());
  auto copy = WritableStore::create(arguments.target, posix::Existing::refuse, std::move(*store));
  if (!copy) return tl::make_unexpected(copy.error());
  if (auto saved = copy->save(); !saved) return tl::make_unexpected(saved.error());
  const StoreStats stats = copy->store().stats();
  const auto printed =
      console.json() ? console.printJson(Json{{"store", arguments.store},
                                              {"target", arguments.target},
                                              {"count", stats.count},
                                              {"sequence", stats.sequence}})
                     : console.print(fmt::format("copied {} patterns after {} changes to {}\n",
                                                 stats.count, stats.sequence, arguments.target));
  return finished(printed);
}

}  // namespace

void addBackupCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = addCommand(app, invocation, "backup",
                                 "Copy a store, which may be in use, as it is", kBackupExamples);
  auto arguments = std::make_shared<BackupArguments>();
  addStore(command, arguments->store);
  command->add_option("TARGET", arguments->target, "A new file, or a new directory with a slash")
      ->required()
      ->type_name("");
  addSequence(command, arguments->sequence);
  onCommand(command, invocation, arguments, backUp);
}

}  // namespace damask::cli
