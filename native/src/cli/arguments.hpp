#pragma once

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "console.hpp"
#include "failure.hpp"

namespace damask::cli {

/// The command that the command line asked for.
struct Invocation {
  std::vector<std::string> words;  ///< The command line, without the program's name.
  bool json = false;
  std::function<Outcome<ExitCode>(Console&)> run;
};

/// Parses the whole of `text` as a decimal number in [low, high]; the error names all of them.
Outcome<std::uint64_t> parseUnsigned(std::string_view name, std::string_view text,
                                     std::uint64_t low, std::uint64_t high);
/// Parses the whole of `text` as a finite number.
Outcome<float> parseFloat(std::string_view name, std::string_view text);

/// Adds an option of a whole number in [low, high].
template <typename Integer>
CLI::Option* addInteger(CLI::App* app, const std::string& names, std::optional<Integer>& value,
                        std::uint64_t low, std::uint64_t high, const std::string& help);

/// Adds an option of a finite number.
CLI::Option* addFloat(CLI::App* app, const std::string& names, std::optional<float>& value,
                      const std::string& help);

/// Adds an option of a text.
CLI::Option* addText(CLI::App* app, const std::string& names, std::optional<std::string>& value,
                     const std::string& placeholder, const std::string& help);

/// Adds a subcommand with what all of them have: --json, and examples below the options.
CLI::App* addCommand(CLI::App& app, Invocation& invocation, const std::string& name,
                     const std::string& description, const std::string& examples);

/// Adds the STORE argument.
void addStore(CLI::App* app, std::string& path);

/// Adds the option --sequence, of those commands that read a store as it was.
void addSequence(CLI::App* app, std::optional<std::uint64_t>& sequence);

/// Each subcommand, in a file of its own.
void addImportCommand(CLI::App& app, Invocation& invocation);
void addSearchCommand(CLI::App& app, Invocation& invocation);
void addCountCommand(CLI::App& app, Invocation& invocation);
void addGetCommand(CLI::App& app, Invocation& invocation);
void addDeleteCommand(CLI::App& app, Invocation& invocation);
void addStatsCommand(CLI::App& app, Invocation& invocation);
void addExportCommand(CLI::App& app, Invocation& invocation);
void addVerifyCommand(CLI::App& app, Invocation& invocation);
void addBackupCommand(CLI::App& app, Invocation& invocation);
void addRepairCommand(CLI::App& app, Invocation& invocation);
void addUnlockCommand(CLI::App& app, Invocation& invocation);
void addInfoCommand(CLI::App& app, Invocation& invocation);

/// Connects a subcommand to what it does; `run` takes (const Arguments&, Console&).
template <typename Arguments, typename Run>
void onCommand(CLI::App* command, Invocation& invocation, std::shared_ptr<Arguments> arguments,
               Run run) {
  command->callback([&invocation, arguments, run] {
    invocation.run = [arguments, run](Console& console) { return run(*arguments, console); };
  });
}

}  // namespace damask::cli
