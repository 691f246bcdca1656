#include "memory.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <memory>

namespace damask::wasm {
namespace {

constexpr std::size_t kSmallestInput = std::size_t{64} << 10;
/// An input above this is given back as soon as a smaller one will do.
constexpr std::size_t kKeptInput = std::size_t{1} << 20;

/// A reply on the heap.
class HeapReply final : public wire::ReplyMemory {
 public:
  std::span<std::byte> resize(std::size_t bytes, std::size_t kept) override {
    std::unique_ptr<std::byte[]> memory(new std::byte[bytes]);
    if (kept > 0) std::memcpy(memory.get(), memory_.get(), kept);
    memory_ = std::move(memory);
    return {memory_.get(), bytes};
  }
  std::uint32_t start() const noexcept override { return addressOf(memory_.get()); }

 private:
  std::unique_ptr<std::byte[]> memory_;
};

struct Module {
  wire::Status status;
  HeapReply reply;
  wire::Exchange exchange{status, reply};
  std::unique_ptr<std::byte[]> input;
  std::size_t inputBytes = 0;
};

Module& module() noexcept {
  static Module instance;
  return instance;
}

}  // namespace

wire::Exchange& exchange() noexcept {
  return module().exchange;
}

double statusAddress() noexcept {
  return addressOf(&module().status);
}

double reserveInput(double bytes) noexcept {
  return exchange().run([&](wire::WireWriter&) -> Result<double> {
    if (!(bytes >= 0) || bytes > std::numeric_limits<std::uint32_t>::max())
      return fail(ErrorCode::outOfMemory, "the input does not fit into 32-bit WebAssembly memory");
    Module& self = module();
    const auto asked = static_cast<std::size_t>(bytes);
    const std::size_t wanted = std::max(asked, kSmallestInput);
    const bool oversized = self.inputBytes > kKeptInput && wanted <= kKeptInput;
    if (wanted > self.inputBytes || oversized) {
      releaseInput();
      self.input.reset(new std::byte[wanted]);
      self.inputBytes = wanted;
    }
    self.exchange.setInput({self.input.get(), asked});
    return addressOf(self.input.get());
  });
}

void releaseInput() noexcept {
  Module& self = module();
  self.exchange.setInput({});
  self.input.reset();
  self.inputBytes = 0;
}

}  // namespace damask::wasm
