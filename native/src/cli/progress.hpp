#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace damask::cli {

/// A line on standard error that shows how far long work is: done, rate, time left. Shows nothing
/// when standard error is not a terminal. Erased when dropped.
class Progress {
 public:
  Progress(std::string label, std::uint64_t total);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress();

  /// Call as often as wanted; draws at most ten times a second.
  void update(std::uint64_t done);

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  std::uint64_t total_;
  bool visible_;
  bool drawn_ = false;
  Clock::time_point start_ = Clock::now();
  Clock::time_point nextDraw_ = start_;
};

}  // namespace damask::cli
