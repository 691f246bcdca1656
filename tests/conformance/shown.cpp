#include "conformance/shown.hpp"

#include <openssl/evp.h>

#include <array>
#include <bit>

namespace damask::conformance {
namespace {

constexpr char kDigits[] = "0123456789abcdef";

/// The digits of an integer, highest first.
template <typename Integer>
std::string hex(Integer value) {
  std::string text(2 * sizeof value, '0');
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit, value >>= 4) {
    *digit = kDigits[value & 15];
  }
  return text;
}

}  // namespace

std::string sha256(std::span<const std::byte> bytes) {
  std::array<unsigned char, 32> digest;
  unsigned length = digest.size();
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &length, EVP_sha256(), nullptr) != 1) {
    return "no SHA-256";
  }
  std::string text;
  for (const unsigned char byte : digest) text += hex(byte);
  return text;
}

Json shown(const Error& error) {
  return {{"error", errorCodeName(error.code)}};
}

Json shown(const std::vector<SearchHit>& hits) {
  Json all = Json::array();
  for (const auto& [id, score] : hits) {
    all.push_back(Json::array({id, hex(std::bit_cast<std::uint32_t>(score))}));
  }
  return all;
}

Json shown(const Pattern& pattern, std::span<const float> embedding) {
  Json all;
  all["content"] = pattern.content;
  if (pattern.coverage) all["coverage"] = hex(std::bit_cast<std::uint64_t>(*pattern.coverage));
  if (pattern.createdAt) all["createdAt"] = *pattern.createdAt;
  all["domain"] = pattern.domain;
  all["embedding"] = sha256(std::as_bytes(embedding));
  if (pattern.flakinessScore) {
    all["flakinessScore"] = hex(std::bit_cast<std::uint64_t>(*pattern.flakinessScore));
  }
  if (pattern.framework) all["framework"] = *pattern.framework;
  all["id"] = pattern.id;
  if (pattern.lastUsed) all["lastUsed"] = *pattern.lastUsed;
  if (pattern.metadata) all["metadata"] = *pattern.metadata;
  all["type"] = pattern.type;
  all["usageCount"] = pattern.usageCount;
  if (pattern.verdict) all["verdict"] = verdictName(*pattern.verdict);
  return all;
}

}  // namespace damask::conformance
