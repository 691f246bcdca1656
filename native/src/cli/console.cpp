#include "console.hpp"

#include <unistd.h>

#include <algorithm>

#include "posix_file.hpp"

namespace damask::cli {
namespace {

constexpr std::size_t kFlushBytes = 64u << 10;

bool isContinuation(char c) {
  return (static_cast<unsigned char>(c) & 0xc0u) == 0x80u;
}

/// C0 controls and DEL; the C1 controls U+0080 to U+009F are C2 80 to C2 9F in UTF-8.
bool isControl(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7f) return true;
  return byte == 0xc2 && at + 1 < text.size() && static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

}  // namespace

Outcome<void> Console::print(std::string_view text) {
  pending_ += text;
  return pending_.size() < kFlushBytes ? Outcome<void>{} : flush();
}

Outcome<void> Console::printJson(const Json& value) {
  return print(jsonText(value) + "\n");
}

Outcome<void> Console::flush() {
  const auto written =
      posix::writeAll(STDOUT_FILENO, std::as_bytes(std::span(pending_)), "standard output");
  pending_.clear();
  if (!written) return failure(written.error());
  return {};
}

Outcome<ExitCode> finished(const Outcome<void>& printed, ExitCode exit) {
  if (!printed) return tl::make_unexpected(printed.error());
  return exit;
}

void printFailure(const Failure& failure, bool json) {
  std::string line = "damask: " + failure.message + "\n";
  if (json) {
    line = jsonText(Json{{"error",
                          {{"code", failure.code},
                           {"message", failure.message},
                           {"exitCode", static_cast<int>(failure.exit)}}}}) +
           "\n";
  }
  // Nothing is left to be done when even this fails; the exit code still tells.
  (void)posix::writeAll(STDERR_FILENO, std::as_bytes(std::span(line)), "standard error");
}

std::string displayLine(std::string_view text, std::size_t maxCharacters) {
  text = text.substr(0, text.find_first_of("\r\n"));
  std::string line;
  std::size_t characters = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (isContinuation(text[at])) {
      line += text[at];
      continue;
    }
    if (characters++ == maxCharacters) return line + "…";
    if (isControl(text, at)) {
      line += '?';
      if (static_cast<unsigned char>(text[at]) == 0xc2) ++at;
    } else {
      line += text[at];
    }
  }
  return line;
}

std::string displayText(std::string_view text) {
  std::string shown;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool keep = text[at] == '\n' || text[at] == '\t' || !isControl(text, at);
    shown += keep ? text[at] : '?';
    if (!keep && static_cast<unsigned char>(text[at]) == 0xc2) ++at;
  }
  return shown;
}

std::size_t characterCount(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](char c) { return !isContinuation(c); }));
}

std::string padded(std::string_view utf8, std::size_t width) {
  const std::size_t characters = characterCount(utf8);
  return std::string(utf8) + std::string(characters < width ? width - characters : 0, ' ');
}

}  // namespace damask::cli
