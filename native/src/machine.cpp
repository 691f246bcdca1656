#include "machine.hpp"

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <optional>
#include <sstream>

namespace damask::posix {
namespace {

/// The first line of a file of /proc, empty when there is none.
std::string lineOf(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

struct ProcessState {
  char state = 0;
  std::string started;
};

/// Fields 3 and 22 of /proc/<pid>/stat; the second is in parentheses and may hold anything.
std::optional<ProcessState> stateOf(const std::string& pid) {
  const std::string line = lineOf("/proc/" + pid + "/stat");
  const std::size_t end = line.rfind(')');
  if (end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(end + 1));
  ProcessState process;
  fields >> process.state;
  for (int field = 4; field <= 22; ++field) fields >> process.started;
  if (!fields) return std::nullopt;
  return process;
}

bool lives(std::int64_t pid, const std::string& started) {
  if (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH) return false;
  const auto process = stateOf(std::to_string(pid));
  if (!process) return true;
  // The number may be another process's by now; and one that has ended may wait to be asked how.
  if (!started.empty() && process->started != started) return false;
  return process->state != 'Z' && process->state != 'X';
}

std::string hostName() {
  char name[256] = {};
  return ::gethostname(name, sizeof name - 1) == 0 ? name : "";
}

}  // namespace

Machine Machine::current() {
  const auto self = stateOf("self");
  return {::getpid(), self ? self->started : "", lineOf("/proc/sys/kernel/random/boot_id"),
          hostName(), lives};
}

Fate Machine::judge(const LockHolder& holder) const {
  if (holder.host != host) return Fate::elsewhere;
  if (!holder.boot.empty() && !boot.empty() && holder.boot != boot) return Fate::dead;
  return isAlive(holder.pid, holder.started) ? Fate::alive : Fate::dead;
}

}  // namespace damask::posix
