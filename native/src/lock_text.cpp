#include "lock_text.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace damask::posix {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::int64_t kMaxPid = 0x7fffffff;
constexpr std::string_view kDigits = "0123456789", kHexDigits = "0123456789abcdef";

/// A text field: what it may be made of (anything that can be shown when empty), and how long.
struct Field {
  const char* name;
  std::string LockHolder::*value;
  std::string_view alphabet;
  std::size_t shortest, longest;
};
const Field kFields[] = {
    {"started", &LockHolder::started, kDigits, 0, 20},
    {"boot", &LockHolder::boot, "0123456789abcdef-", 0, 64},
    {"host", &LockHolder::host, "", 0, 1020},
    {"runtime", &LockHolder::runtime, "", 0, 1024},
    {"since", &LockHolder::since, "", 0, 256},
    {"token", &LockHolder::token, kHexDigits, 32, 32},
};

bool isControl(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

bool fits(const Field& field, const std::string& value) {
  if (value.size() < field.shortest || value.size() > field.longest) return false;
  if (field.alphabet.empty()) return std::none_of(value.begin(), value.end(), isControl);
  return value.find_first_not_of(field.alphabet) == std::string::npos;
}

tl::unexpected<Error> malformed(const std::string& path, const std::string& why) {
  return fail(ErrorCode::locked, path + " is not what a writer leaves (" + why +
                                     "). When no writer has the store, remove it: damask unlock "
                                     "DIR --force does");
}

}  // namespace

std::string lockText(const LockHolder& holder) {
  Json lock = {{"pid", holder.pid}};
  for (const Field& field : kFields) lock[field.name] = holder.*field.value;
  return lock.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<LockHolder> parseLock(std::span<const std::byte> bytes, const std::string& path) {
  if (bytes.size() > kMaxLockBytes) {
    return malformed(path, "beyond " + std::to_string(kMaxLockBytes) + " bytes");
  }
  const auto* begin = reinterpret_cast<const char*>(bytes.data());
  const Json said = Json::parse(begin, begin + bytes.size(), nullptr, false);
  if (!said.is_object()) return malformed(path, "no JSON object");
  LockHolder holder;
  const auto pid = said.find("pid");
  if (pid == said.end() || !pid->is_number_unsigned() || *pid < 1 || *pid > kMaxPid) {
    return malformed(path, "pid is bad");
  }
  holder.pid = pid->get<std::int64_t>();
  for (const Field& field : kFields) {
    const auto value = said.find(field.name);
    if (value == said.end() || !value->is_string() || !fits(field, value->get<std::string>())) {
      return malformed(path, std::string(field.name) + " is bad");
    }
    holder.*field.value = value->get<std::string>();
  }
  return holder;
}

}  // namespace damask::posix
