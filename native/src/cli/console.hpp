#pragma once

#include <string>
#include <string_view>

#include "failure.hpp"
#include "json_text.hpp"

namespace damask::cli {

/// Standard output, gathered and written in large pieces; failures (a full disk, a closed pipe)
/// are errors instead of lost output.
class Console {
 public:
  explicit Console(bool json) noexcept : json_(json) {}

  /// Whether --json was given.
  bool json() const noexcept { return json_; }

  Outcome<void> print(std::string_view text);
  /// One line of JSON.
  Outcome<void> printJson(const Json& value);
  Outcome<void> flush();

 private:
  bool json_;
  std::string pending_;
};

/// What a command returns whose last act was to print.
Outcome<ExitCode> finished(const Outcome<void>& printed, ExitCode exit = ExitCode::ok);

/// Tells the user on standard error why a command failed: as a sentence, or with --json as
/// {"error":{"code":...,"message":...,"exitCode":...}}.
void printFailure(const Failure& failure, bool json);

/// Text that is safe and tidy on a terminal: the first line of `text`, control characters shown as
/// '?', at most `maxCharacters` Unicode characters (then an ellipsis).
std::string displayLine(std::string_view text, std::size_t maxCharacters);

/// The same for text of several lines: line breaks and tabs stay.
std::string displayText(std::string_view text);

/// How many Unicode characters `utf8` has.
std::size_t characterCount(std::string_view utf8);

/// `utf8` followed by blanks up to `width` characters.
std::string padded(std::string_view utf8, std::size_t width);

}  // namespace damask::cli
