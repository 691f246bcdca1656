#include "module_object.hpp"

#include <cstddef>
#include <utility>

#include "addon.hpp"

namespace damask::addon {

ModuleObject::ModuleObject(const Napi::CallbackInfo& info) : ObjectWrap(info) {
  const bool hasStatus = info[0].IsArrayBuffer() &&
                         info[0].As<Napi::ArrayBuffer>().ByteLength() >= sizeof(wire::Status);
  if (!hasStatus || !info[1].IsFunction()) {
    Napi::TypeError::New(info.Env(), "Module takes a status buffer and a function")
        .ThrowAsJavaScriptException();
    return;
  }
  Napi::Object self = info.This().As<Napi::Object>();
  self.Set("status", info[0]);
  self.Set("allocate", info[1]);
  exchange_.emplace(*new (info[0].As<Napi::ArrayBuffer>().Data()) wire::Status, reply_);
}

void ModuleObject::lend(const Napi::CallbackInfo& info) {
  Napi::Object self = info.This().As<Napi::Object>();
  exchange_->setInput({});
  self.Set("input", info[0]);
  if (info[0].IsUndefined()) return;
  if (!info[0].IsTypedArray()) {
    Napi::TypeError::New(info.Env(), "lend takes a Uint8Array").ThrowAsJavaScriptException();
    return;
  }
  const auto bytes = info[0].As<Napi::Uint8Array>();
  exchange_->setInput({reinterpret_cast<const std::byte*>(bytes.Data()), bytes.ByteLength()});
}

Napi::Value ModuleObject::wrap(const Napi::CallbackInfo& info, std::unique_ptr<wire::Store> store) {
  if (!store) return info.Env().Null();
  return info.Env().GetInstanceData<Addon>()->makeStore(std::move(store), info.This());
}

}  // namespace damask::addon
