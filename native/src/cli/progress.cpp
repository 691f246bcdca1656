#include "progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace damask::cli {
namespace {

constexpr std::chrono::milliseconds kInterval{100};

}  // namespace

Progress::Progress(std::string label, std::uint64_t total)
    : label_(std::move(label)), total_(total), visible_(::isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (drawn_) fmt::print(stderr, "\r\x1b[K");
}

void Progress::update(std::uint64_t done) {
  if (!visible_) return;
  const auto now = Clock::now();
  if (now < nextDraw_) return;
  nextDraw_ = now + kInterval;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string left;
  if (rate > 0) {
    const double remaining = static_cast<double>(total_ - done) / rate;
    left = fmt::format(", {:.0f}/s, {:.0f} s left", rate, remaining);
  }
  const double percent =
      total_ > 0 ? 100 * static_cast<double>(done) / static_cast<double>(total_) : 100;
  fmt::print(stderr, "\r{}: {}/{} ({:.0f}%){}\x1b[K", label_, done, total_, percent, left);
  std::fflush(stderr);
  drawn_ = true;
}

}  // namespace damask::cli
