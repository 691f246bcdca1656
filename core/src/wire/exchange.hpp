#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <new>
#include <span>
#include <string_view>

#include "damask/error.hpp"
#include "wire.hpp"

namespace damask::wire {

/// What a bound function returns when there is no number to return.
inline constexpr double kDone = 0;
inline constexpr double kFailed = -1;  ///< The status has a code and a message that say why.
inline constexpr double kAbsent = -2;  ///< Nothing of that id or slot.

/// What JavaScript reads after a call; js/src/wire/exchange.ts is the other side. It lies in memory
/// that JavaScript sees, and has a fixed size, so that reporting that memory is exhausted needs
/// none.
struct Status {
  std::uint32_t replyStart = 0;  ///< In the memory JavaScript sees, as ReplyMemory says.
  std::uint32_t replyBytes = 0;
  std::uint32_t codeBytes = 0;
  std::uint32_t messageBytes = 0;
  /// The error's code, then its message. Ids have at most 1024 bytes.
  std::array<char, 4080> text;
};
static_assert(sizeof(Status) == 4096);

/// How calls exchange with JavaScript what is not a number: an input that lies ready before a call,
/// a reply and a status that it leaves. One thread at a time uses an exchange, and no call begins
/// inside another.
class Exchange {
 public:
  /// Both must live as long as the exchange.
  Exchange(Status& status, ReplyMemory& memory) noexcept : status_(status), reply_(memory) {}

  /// What the next calls read; must stay valid until it is replaced or the last of them returns.
  void setInput(std::span<const std::byte> input) noexcept { input_ = input; }
  std::span<const std::byte> input() const noexcept { return input_; }

  /// Runs the body of a bound function: `Result<double> body(WireWriter& reply)`. What it writes
  /// becomes the reply; an Error or an exception becomes kFailed with a code and a message.
  template <typename Body>
  double run(const Body& body) noexcept {
    try {
      reply_.clear();
      const Result<double> result = body(reply_);
      if (!result) return refuse(result.error().code, result.error().message);
      status_.replyStart = reply_.start();
      status_.replyBytes = static_cast<std::uint32_t>(reply_.size());
      return *result;
    } catch (const std::bad_alloc&) {
      return refuse(ErrorCode::outOfMemory, "memory is exhausted");
    } catch (const std::exception& exception) {
      return refuse(ErrorCode::internal, exception.what());
    } catch (...) {
      return refuse(ErrorCode::internal, "an unknown C++ exception reached the boundary");
    }
  }

 private:
  double refuse(ErrorCode code, std::string_view message) noexcept;

  Status& status_;
  std::span<const std::byte> input_;
  WireWriter reply_;
};

}  // namespace damask::wire
