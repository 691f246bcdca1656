#pragma once

#include <string>

#include "console.hpp"

namespace damask::cli {

/// Checks every file of a store's directory, and prints what is torn or damaged. The exit code says
/// whether the directory opens: damage to what is not needed for that counts too.
Outcome<ExitCode> verifyDirectory(const std::string& path, Console& console);

}  // namespace damask::cli
