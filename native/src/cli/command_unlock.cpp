#include <fmt/format.h>

#include <memory>

#include "arguments.hpp"
#include "directory_lock.hpp"
#include "json_text.hpp"

namespace damask::cli {
namespace {

constexpr const char* kUnlockExamples = R"(  damask unlock tests/
      Removes the lock that a writer has left which does not live any more. Every writer does so by
      itself.
  damask unlock tests/ --force
      Whoever has it, also of another host, whose processes cannot be seen from here: only when you
      know that no writer is at work.
)";

struct UnlockArguments {
  std::string store;
  bool force = false;
};

Outcome<ExitCode> unlockStore(const UnlockArguments& arguments, Console& console) {
  const auto directory = posix::Directory::open(arguments.store);
  if (!directory) return failure(directory.error());
  const auto removed = posix::unlock(*directory, arguments.force);
  if (!removed) return failure(removed.error());
  if (console.json()) {
    return finished(
        console.printJson(Json{{"store", arguments.store}, {"removed", removed->has_value()}}));
  }
  if (!*removed) return finished(console.print(arguments.store + " has no lock\n"));
  return finished(console.print(fmt::format("removed the lock of process {} on host {} from {}\n",
                                            (*removed)->pid, displayLine((*removed)->host, 255),
                                            arguments.store)));
}

}  // namespace

void addUnlockCommand(CLI::App& app, Invocation& invocation) {
  CLI::App* command = addCommand(app, invocation, "unlock",
                                 "Remove the lock that a writer left behind", kUnlockExamples);
  auto arguments = std::make_shared<UnlockArguments>();
  command->add_option("DIRECTORY", arguments->store, "The store's directory")
      ->required()
      ->type_name("");
  command->add_flag("--force", arguments->force, "Also when the writer lives, or may");
  onCommand(command, invocation, arguments, unlockStore);
}

}  // namespace damask::cli
