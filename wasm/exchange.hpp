#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <new>
#include <span>
#include <string_view>

#include "damask/error.hpp"
#include "wire.hpp"

namespace damask::wasm {

/// What a bound function returns when there is no number to return.
inline constexpr double kDone = 0;
inline constexpr double kFailed = -1;  ///< The reply's code and message say why.
inline constexpr double kAbsent = -2;  ///< Nothing of that id or slot.

/// The memory that calls exchange with JavaScript through: an input buffer that JavaScript fills
/// before a call, and a reply that it reads after one. Only numbers cross as arguments and results,
/// because Embind's own conversion of strings and arrays neither checks its allocations nor
/// understands addresses above 2 GiB.
class Exchange {
 public:
  /// Makes room for `bytes` bytes of input and returns their address; forgets earlier input.
  double reserveInput(double bytes) noexcept;
  /// Gives the input buffer back, for callers that know that it was large.
  void releaseInput() noexcept;
  std::span<const std::byte> input() const noexcept { return {input_.get(), inputBytes_}; }

  /// Where the Reply lies; constant over the module's life.
  double replyAddress() const noexcept;

  /// Runs the body of a bound function: `Result<double> body(WireWriter& reply)`. What it writes
  /// becomes the reply; an Error or an exception becomes kFailed with a code and a message.
  template <typename Body>
  double run(const Body& body) noexcept {
    try {
      reply_.clear();
      const Result<double> result = body(reply_);
      if (!result) return remember(result.error());
      publish();
      return *result;
    } catch (const std::bad_alloc&) {
      return rememberText(ErrorCode::outOfMemory, "WebAssembly memory is exhausted");
    } catch (const std::exception& exception) {
      return rememberText(ErrorCode::internal, exception.what());
    } catch (...) {
      return rememberText(ErrorCode::internal, "an unknown C++ exception reached the boundary");
    }
  }

 private:
  /// Six 32-bit words, read by JavaScript after each call.
  struct Reply {
    std::uint32_t dataAddress = 0, dataBytes = 0;
    std::uint32_t codeAddress = 0, codeBytes = 0;
    std::uint32_t messageAddress = 0, messageBytes = 0;
  };

  void publish() noexcept;
  double remember(const Error& error) noexcept { return rememberText(error.code, error.message); }
  double rememberText(ErrorCode code, std::string_view message) noexcept;

  std::unique_ptr<std::byte[]> input_;
  std::size_t inputBytes_ = 0;
  WireWriter reply_;
  Reply words_;
  /// Fixed, so that reporting that memory is exhausted needs none. Ids have at most 1024 bytes.
  std::array<char, 4096> message_{};
};

/// The one exchange of this module: WebAssembly builds have one thread.
Exchange& exchange() noexcept;

/// An address as JavaScript must see it: above 2 GiB too, never negative.
inline std::uint32_t addressOf(const void* pointer) noexcept {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(pointer));
}

}  // namespace damask::wasm
