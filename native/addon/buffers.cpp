#include "buffers.hpp"

#include <cstring>
#include <new>

namespace damask::addon {

std::optional<Napi::ArrayBuffer> allocateBuffer(Napi::Env env, napi_value allocate,
                                                std::size_t bytes) {
  napi_value receiver = nullptr;
  napi_value size = nullptr;
  napi_value made = nullptr;
  if (napi_get_undefined(env, &receiver) != napi_ok ||
      napi_create_double(env, static_cast<double>(bytes), &size) != napi_ok ||
      napi_call_function(env, receiver, allocate, 1, &size, &made) != napi_ok)
    return std::nullopt;
  bool isBuffer = false;
  if (napi_is_arraybuffer(env, made, &isBuffer) != napi_ok || !isBuffer) return std::nullopt;
  Napi::ArrayBuffer buffer(env, made);
  if (buffer.ByteLength() < bytes) return std::nullopt;
  return buffer;
}

std::span<std::byte> BufferReply::resize(std::size_t bytes, std::size_t kept) {
  const Napi::Env env = owner_.Env();
  const Napi::HandleScope scope(env);
  const Napi::Object owner = owner_.Value();
  napi_value allocate = nullptr;
  if (napi_get_named_property(env, owner, "allocate", &allocate) != napi_ok) throw std::bad_alloc();
  std::optional<Napi::ArrayBuffer> buffer = allocateBuffer(env, allocate, bytes);
  if (!buffer) throw std::bad_alloc();
  if (kept > 0) std::memcpy(buffer->Data(), memory_.data(), kept);
  if (napi_set_named_property(env, owner, "reply", *buffer) != napi_ok) throw std::bad_alloc();
  memory_ = {static_cast<std::byte*>(buffer->Data()), buffer->ByteLength()};
  return memory_;
}

}  // namespace damask::addon
