#include "exchange.hpp"

#include <cstring>

namespace damask::wire {
namespace {

/// At most `limit` bytes of `text`, never ending inside a UTF-8 sequence.
std::string_view cutToFit(std::string_view text, std::size_t limit) noexcept {
  if (text.size() <= limit) return text;
  std::size_t end = limit;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0u) == 0x80u) --end;
  return text.substr(0, end);
}

}  // namespace

double Exchange::refuse(ErrorCode code, std::string_view message) noexcept {
  const std::string_view name = errorCodeName(code);
  const std::string_view kept = cutToFit(message, status_.text.size() - name.size());
  std::memcpy(status_.text.data(), name.data(), name.size());
  std::memcpy(status_.text.data() + name.size(), kept.data(), kept.size());
  status_.replyBytes = 0;
  status_.codeBytes = static_cast<std::uint32_t>(name.size());
  status_.messageBytes = static_cast<std::uint32_t>(kept.size());
  return kFailed;
}

}  // namespace damask::wire
