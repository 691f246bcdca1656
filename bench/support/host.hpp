#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace damask::bench {

using Json = nlohmann::ordered_json;

/// Where and how a benchmark ran: processor, cores, system, compiler, flags, and the load averages
/// of the last minutes as it began (a busy machine measures badly).
Json describeMachine();
/// The load average of the last minute.
double loadNow();

/// Writes a whole report in place of the one before, so that what is there can always be read.
/// Throws std::runtime_error.
void writeReport(const std::string& path, const Json& report);

}  // namespace damask::bench
