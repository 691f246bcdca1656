#pragma once

#include <string>
#include <vector>

#include "console.hpp"
#include "store_check.hpp"

namespace damask::cli {

/// What of these files is torn or damaged, one line or member each.
std::string checkedText(const std::vector<posix::CheckedFile>& files);
Json checkedJson(const std::vector<posix::CheckedFile>& files);

/// Checks every file of a store's directory, and prints what is torn or damaged. The exit code says
/// whether the directory opens: damage to what is not needed for that counts too.
Outcome<ExitCode> verifyDirectory(const std::string& path, Console& console);

}  // namespace damask::cli
