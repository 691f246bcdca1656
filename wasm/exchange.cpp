#include "exchange.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace damask::wasm {
namespace {

constexpr std::size_t kSmallestInput = std::size_t{64} << 10;
/// A buffer above this is given back as soon as a smaller one will do.
constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

/// At most `limit` bytes of `text`, never ending inside a UTF-8 sequence.
std::string_view cutToFit(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
  return text.substr(0, end);
}

}  // namespace

Exchange& exchange() noexcept {
  static Exchange instance;
  return instance;
}

double Exchange::replyAddress() const noexcept {
  return addressOf(&words_);
}

double Exchange::reserveInput(double bytes) noexcept {
  return run([&](WireWriter&) -> Result<double> {
    if (!(bytes >= 0) || bytes > std::numeric_limits<std::uint32_t>::max())
      return fail(ErrorCode::outOfMemory, "the input does not fit into 32-bit WebAssembly memory");
    const auto wanted = std::max(static_cast<std::size_t>(bytes), kSmallestInput);
    const bool oversized = inputBytes_ > kKeptBytes && wanted <= kKeptBytes;
    if (wanted > inputBytes_ || oversized) {
      releaseInput();
      input_.reset(new std::byte[wanted]);
      inputBytes_ = wanted;
    }
    return addressOf(input_.get());
  });
}

void Exchange::releaseInput() noexcept {
  input_.reset();
  inputBytes_ = 0;
}

void Exchange::publish() noexcept {
  words_ = {};
  words_.dataAddress = addressOf(reply_.bytes().data());
  words_.dataBytes = static_cast<std::uint32_t>(reply_.bytes().size());
}

double Exchange::rememberText(ErrorCode code, std::string_view message) noexcept {
  const std::string_view name = errorCodeName(code);
  const std::string_view kept = cutToFit(message, message_.size());
  std::memcpy(message_.data(), kept.data(), kept.size());
  words_ = {};
  words_.codeAddress = addressOf(name.data());
  words_.codeBytes = static_cast<std::uint32_t>(name.size());
  words_.messageAddress = addressOf(message_.data());
  words_.messageBytes = static_cast<std::uint32_t>(kept.size());
  return kFailed;
}

}  // namespace damask::wasm
