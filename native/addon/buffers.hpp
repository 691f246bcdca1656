#pragma once

#include <napi.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "wire.hpp"

namespace damask::addon {

/// Calls `allocate(bytes)`, which gives an ArrayBuffer. JavaScript allocates, because Node ends the
/// process when napi_create_arraybuffer finds no memory. Nothing when it gave none, or when the
/// environment is shutting down and no JavaScript runs any more.
std::optional<Napi::ArrayBuffer> allocateBuffer(Napi::Env env, napi_value allocate,
                                                std::size_t bytes);

/// A reply in an ArrayBuffer, which JavaScript allocates and reads. The object that owns the module
/// keeps `allocate` and the buffer alive, as its properties.
class BufferReply final : public wire::ReplyMemory {
 public:
  explicit BufferReply(const Napi::Reference<Napi::Object>& owner) noexcept : owner_(owner) {}

  std::span<std::byte> resize(std::size_t bytes, std::size_t kept) override;
  std::uint32_t start() const noexcept override { return 0; }

 private:
  const Napi::Reference<Napi::Object>& owner_;
  std::span<std::byte> memory_;
};

}  // namespace damask::addon
