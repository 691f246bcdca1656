#include "store_object.hpp"

#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "buffers.hpp"

namespace damask::addon {

StoreObject::StoreObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  if (!info[0].IsExternal()) {
    Napi::TypeError::New(info.Env(), "stores come from createStore and openStore")
        .ThrowAsJavaScriptException();
    return;
  }
  info.This().As<Napi::Object>().Set("module", info[1]);
  store_ = std::move(*info[0].As<Napi::External<std::unique_ptr<wire::Store>>>().Data());
}

Napi::Value StoreObject::save(const Napi::CallbackInfo& info) {
  if (!store_) return refuseDeleted(info);
  const Napi::Env env = info.Env();
  const double status = store_->save([&](std::span<const std::byte> chunk) -> Result<void> {
    const Napi::HandleScope scope(env);
    std::optional<Napi::ArrayBuffer> buffer = allocateBuffer(env, info[0], chunk.size());
    if (!buffer)
      return fail(ErrorCode::outOfMemory, "the receiver of the snapshot could not take a chunk");
    std::memcpy(buffer->Data(), chunk.data(), chunk.size());
    return {};
  });
  return Napi::Number::New(env, status);
}

void StoreObject::remove(const Napi::CallbackInfo&) {
  store_.reset();
}

Napi::Value StoreObject::refuseDeleted(const Napi::CallbackInfo& info) const {
  Napi::TypeError::New(info.Env(), "the store was deleted").ThrowAsJavaScriptException();
  return {};
}

}  // namespace damask::addon
