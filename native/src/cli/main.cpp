#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <new>

#include "arguments.hpp"
#include "damask/isa.hpp"

namespace damask::cli {
namespace {

constexpr const char* kFooter = R"(
Examples:
  damask import tests.damask --patterns tests.jsonl
  damask search tests.damask --id login-timeout -k 5
  damask search tests.damask --vector '[0.12, -0.07, 0.31]' --domain auth --json
  damask verify tests.damask

A store is a snapshot file, or a directory of snapshots and journals, as JavaScript's storagePath
has it: a path that is a directory, or that ends with a slash where a new store is made.

damask COMMAND --help explains a command, with examples.

With --json the result is one line of JSON on standard output; an error is one line on standard
error: {"error":{"code":...,"message":...,"exitCode":...}}. Errors leave standard output empty,
unless they come while output is being written.

Exit codes:
   0  done
   1  not found (no such id), verify found a difference, or repair could not save all
   2  wrong usage of the command line
   3  bad input data
   4  the store is damaged, cut short, too new, or not a damask store
   5  a file could not be read or written, or memory ran out
   6  another writer has the store, or has changed it
  70  an internal error: a bug in damask
)";

/// CLI11 wraps the messages of callbacks; what it adds is no help.
Failure parseFailure(const CLI::ParseError& error) {
  std::string message = error.what();
  if (error.get_name() == "RequiredError" && message == "A subcommand is required") {
    message = "a command is required, see damask --help";
  }
  return Failure{ExitCode::usage, "USAGE", std::move(message)};
}

Outcome<ExitCode> run(CLI::App& app, Invocation& invocation, int argc, char** argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& helpOrVersion) {
    app.exit(helpOrVersion);
    return ExitCode::ok;
  } catch (const CLI::ParseError& error) {
    return tl::make_unexpected(parseFailure(error));
  }
  Console console(invocation.json);
  auto exit = invocation.run(console);
  if (!exit) return exit;
  if (auto flushed = console.flush(); !flushed) return tl::make_unexpected(flushed.error());
  return exit;
}

int main(int argc, char** argv) {
  CLI::App app("damask: a pattern store that gives the same answer everywhere", "damask");
  app.set_version_flag("--version", std::string(version()));
  app.require_subcommand(1);
  app.footer(kFooter);
  Invocation invocation;
  invocation.words.assign(argv + std::min(argc, 1), argv + argc);
  addImportCommand(app, invocation);
  addSearchCommand(app, invocation);
  addCountCommand(app, invocation);
  addGetCommand(app, invocation);
  addDeleteCommand(app, invocation);
  addStatsCommand(app, invocation);
  addExportCommand(app, invocation);
  addVerifyCommand(app, invocation);
  addBackupCommand(app, invocation);
  addRepairCommand(app, invocation);
  addUnlockCommand(app, invocation);
  addInfoCommand(app, invocation);
  const auto exit = run(app, invocation, argc, argv);
  if (exit) return static_cast<int>(*exit);
  // A command line that does not parse may not have got as far as its --json.
  const auto& words = invocation.words;
  const bool json = std::find(words.begin(), words.end(), "--json") != words.end();
  printFailure(exit.error(), json);
  return static_cast<int>(exit.error().exit);
}

}  // namespace
}  // namespace damask::cli

int main(int argc, char** argv) {
  try {
    return damask::cli::main(argc, argv);
  } catch (const std::bad_alloc&) {
    damask::cli::printFailure(
        {damask::cli::ExitCode::ioError, "OUT_OF_MEMORY", "not enough memory"}, false);
    return static_cast<int>(damask::cli::ExitCode::ioError);
  } catch (const std::exception& error) {
    damask::cli::printFailure({damask::cli::ExitCode::internal, "INTERNAL", error.what()}, false);
    return static_cast<int>(damask::cli::ExitCode::internal);
  }
}
