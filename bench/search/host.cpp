#include "host.hpp"

#include <sys/utsname.h>

#include <cstdlib>
#include <fstream>
#include <thread>

namespace damask::bench {
namespace {

/// The model as Linux names it; ARM64 kernels do not.
std::string processorName() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

}  // namespace

Host describeHost() {
  Host host;
  host.processor = processorName();
  host.cores = std::thread::hardware_concurrency();
  struct utsname name {};
  if (::uname(&name) == 0) {
    host.system = std::string(name.sysname) + " " + name.release + " " + name.machine;
  }
#if defined(__clang__)
  host.compiler = "clang " __clang_version__;
#else
  host.compiler = "gcc " __VERSION__;
#endif
  host.flags = DAMASK_BENCH_FLAGS;
  return host;
}

std::array<double, 3> loadAverages() {
  std::array<double, 3> loads{};
  if (::getloadavg(loads.data(), 3) != 3) loads.fill(-1);
  return loads;
}

}  // namespace damask::bench
