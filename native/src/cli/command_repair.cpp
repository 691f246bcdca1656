#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "store_file.hpp"
#include "store_salvage.hpp"
#include "verify_directory.hpp"

namespace damask::cli {
namespace {

constexpr const char* kRepairExamples = R"(  damask repair tests/ --to saved/
  damask repair tests/ --to saved.damask --json

Of a damaged directory, takes the newest snapshot that opens and the journals from there on, as far
as they go, and writes that store to a new directory, or without a slash to a new snapshot file. Says
of every file what it is like, and what could not be saved. Nothing in the damaged directory is
changed. Exit code 0: all was saved; 1: something was not; 4: nothing can be.
)";

struct RepairArguments {
  std::string store;
  std::string target;
};

std::string summary(const posix::SalvagedStore& salvaged, const std::string& target) {
  const StoreStats stats = salvaged.store.stats();
  std::string text = fmt::format("\nsaved {} patterns after {} changes, from {} on, to {}\n",
                                 stats.count, stats.sequence, salvaged.snapshot.text(), target);
  for (const std::string& what : salvaged.lost) text += "not saved: " + what + "\n";
  return text;
}

Outcome<ExitCode> repair(const RepairArguments& arguments, Console& console) {
  if (auto free = WritableStore::checkPlace(arguments.target, posix::Existing::refuse); !free) {
    return tl::make_unexpected(free.error());
  }
  const auto directory = posix::Directory::open(arguments.store);
  if (!directory) return failure(directory.error());
  const auto files = posix::StoreFiles::read(*directory);
  if (!files) return failure(files.error());
  auto salvaged = posix::salvage(*files);
  if (!salvaged) return failure(salvaged.error(), ExitCode::corruptStore);
  const auto checked = posix::checkFiles(*files);
  const StoreStats stats = salvaged->store.stats();
  const std::string text = checkedText(checked) + summary(*salvaged, arguments.target);
  auto target =
      WritableStore::create(arguments.target, posix::Existing::refuse, std::move(salvaged->store));
  if (!target) return tl::make_unexpected(target.error());
  if (auto saved = target->save(); !saved) return tl::make_unexpected(saved.error());
  const auto printed = console.json()
                           ? console.printJson(Json{{"store", arguments.store},
                                                    {"target", arguments.target},
                                                    {"count", stats.count},
                                                    {"sequence", stats.sequence},
                                                    {"snapshot", salvaged->snapshot.text()},
                                                    {"lost", salvaged->lost},
                                                    {"files", checkedJson(checked)}})
                           : console.print(text);
  return finished(printed, salvaged->lost.empty() ? ExitCode::ok : ExitCode::notFound);
}

}  // namespace

void addRepairCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = addCommand(app, invocation, "repair",
                                 "Save what can be saved of a damaged directory", kRepairExamples);
  auto arguments = std::make_shared<RepairArguments>();
  command->add_option("DIRECTORY", arguments->store, "The damaged store's directory")
      ->required()
      ->type_name("");
  command->add_option("--to", arguments->target, "A new directory with a slash, or a new file")
      ->required()
      ->type_name("PATH");
  onCommand(command, invocation, arguments, repair);
}

}  // namespace damask::cli
