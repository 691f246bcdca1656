#pragma once

#include <napi.h>

#include <memory>
#include <optional>

#include "buffers.hpp"
#include "engine.hpp"
#include "exchange.hpp"

namespace damask::addon {

/// The engine as JavaScript holds it: `new Module(status, allocate)`, each with an exchange of its
/// own. `status` is an ArrayBuffer of sizeof(wire::Status) bytes; `allocate(bytes)` gives an
/// ArrayBuffer for the reply, or undefined. What the exchange points into are properties of this
/// object (status, allocate, reply, input), and each store has it as a property in turn, so that
/// whatever a call can reach is alive.
class ModuleObject : public Napi::ObjectWrap<ModuleObject> {
 public:
  static Napi::Function define(Napi::Env env);
  explicit ModuleObject(const Napi::CallbackInfo& info);

  /// Makes a Uint8Array the input of the next calls, without a copy; undefined takes it back.
  void lend(const Napi::CallbackInfo& info);

  template <auto Function>
  Napi::Value call(const Napi::CallbackInfo& info) {
    return Napi::Number::New(info.Env(), Function(*exchange_));
  }

  /// The store that `Function` makes, or null when refused.
  template <auto Function>
  Napi::Value make(const Napi::CallbackInfo& info) {
    return wrap(info, Function(*exchange_));
  }

 private:
  Napi::Value wrap(const Napi::CallbackInfo& info, std::unique_ptr<wire::Store> store);

  BufferReply reply_{*this};
  std::optional<wire::Exchange> exchange_;
};

}  // namespace damask::addon
