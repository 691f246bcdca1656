#include "host.hpp"

#include <sys/utsname.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
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

double loadNow() {
  double load = -1;
  return ::getloadavg(&load, 1) == 1 ? load : -1;
}

Json describeMachine() {
  struct utsname name {};
  const bool named = ::uname(&name) == 0;
  return {
    {"processor", processorName()}, {"cores", std::thread::hardware_concurrency()},
        {"system", named ? std::string(name.sysname) + " " + name.release + " " + name.machine
                         : std::string("unknown")},
#if defined(__clang__)
        {"compiler", "clang " __clang_version__},
#else
        {"compiler", "gcc " __VERSION__},
#endif
        {"flags", DAMASK_BENCH_FLAGS}, {
      "loadBefore", loadNow()
    }
  };
}

void writeReport(const std::string& path, const Json& report) {
  const std::string aside = path + ".new";
  std::ofstream out(aside);
  out << report.dump(2) << '\n';
  out.close();
  if (!out || std::rename(aside.c_str(), path.c_str()) != 0) {
    throw std::runtime_error("cannot write " + path);
  }
}

}  // namespace damask::bench
