// The C++ side of overhead.mjs, an addon of its own: `new Timer(snapshot)` opens a store, and its
// `search(query)` and `searchSlots(query)` give the nanoseconds that the call takes in C++.
#include <napi.h>

#include <chrono>
#include <optional>
#include <span>
#include <vector>

#include "damask/damask.hpp"

namespace {

class Timer : public Napi::ObjectWrap<Timer> {
 public:
  static Napi::Function define(Napi::Env env) {
    return DefineClass(env, "Timer",
                       {InstanceMethod<&Timer::search>("search"),
                        InstanceMethod<&Timer::searchSlots>("searchSlots")});
  }

  explicit Timer(const Napi::CallbackInfo& info) : ObjectWrap(info), hits_(options_.k) {
    const auto bytes = info[0].As<Napi::Uint8Array>();
    auto store = damask::PatternStore::open(
        {reinterpret_cast<const std::byte*>(bytes.Data()), bytes.ByteLength()});
    if (store)
      store_.emplace(std::move(*store));
    else
      Napi::Error::New(info.Env(), store.error().message).ThrowAsJavaScriptException();
  }

  Napi::Value search(const Napi::CallbackInfo& info) {
    return timed(info, [&](auto query) { return store_->search(query, options_, &report_); });
  }

  Napi::Value searchSlots(const Napi::CallbackInfo& info) {
    return timed(info,
                 [&](auto query) { return store_->searchSlots(query, options_, hits_, &report_); });
  }

 private:
  template <typename Search>
  static Napi::Value timed(const Napi::CallbackInfo& info, const Search& search) {
    const auto query = info[0].As<Napi::Float32Array>();
    const std::span<const float> floats(query.Data(), query.ElementLength());
    const auto start = std::chrono::steady_clock::now();
    const auto found = search(floats);
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    if (!found) Napi::Error::New(info.Env(), found.error().message).ThrowAsJavaScriptException();
    return Napi::Number::New(info.Env(), took.count());
  }

  const damask::SearchOptions options_;
  std::vector<damask::SlotHit> hits_;
  damask::SearchReport report_;
  std::optional<damask::PatternStore> store_;
};

Napi::Object initialize(Napi::Env env, Napi::Object exports) {
  exports.Set("Timer", Timer::define(env));
  return exports;
}

}  // namespace

NODE_API_MODULE(damask_bench_overhead, initialize)
