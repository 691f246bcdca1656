#include "codec/codec.hpp"

#include <cmath>
#include <cstdio>
#include <limits>
#include <string>

#include "codec/bits.hpp"

namespace damask {
namespace {

// q spans [-32512, 32512] so that its high plane stays within [-127, 127].
constexpr double kLargestCode = 32512.0;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%g", value);
  return text;
}

}  // namespace

Result<float> Codec::check(std::span<const float> v, const char* field) const {
  if (v.size() != dimension_) {
    return fail(ErrorCode::invalidArgument,
                std::string(field) + " has " + std::to_string(v.size()) +
                    " components, but the store's dimension is " + std::to_string(dimension_));
  }
  const float largest = bitCast<float>(kernels_->maxAbsBits(v.data(), v.size()));
  if (!std::isfinite(largest)) {
    std::size_t i = 0;
    while (std::isfinite(v[i])) ++i;
    return fail(ErrorCode::invalidArgument, std::string(field) + "[" + std::to_string(i) + "] is " +
                                                number(v[i]) +
                                                ", but every component must be finite");
  }
  if (metric_ == Metric::cosine) {
    if (largest == 0) {
      return fail(ErrorCode::invalidArgument,
                  std::string(field) + " is the zero vector, which has no cosine");
    }
  } else if (largest != 0 && (largest < limits::kMinMagnitude || largest > limits::kMaxMagnitude)) {
    return fail(ErrorCode::invalidArgument,
                std::string(field) + " has a largest component of " + number(largest) +
                    ", but under " + std::string(metricName(metric_)) +
                    " it must be 0 or within [" + number(limits::kMinMagnitude) + ", " +
                    number(limits::kMaxMagnitude) + "]");
  }
  return largest;
}

ColdFactor Codec::encode(std::span<const float> v, float largest, std::int8_t* hi,
                         std::int8_t* lo) const noexcept {
  // A float's reciprocal times 32512 stays far inside double's range, denormals included.
  const double magnitude = largest;
  const double inverse = magnitude == 0 ? 0 : kLargestCode / magnitude;
  kernels_->encode(v.data(), inverse, v.size(), hi, lo);
  return ColdFactor{magnitude / kLargestCode, selfDot({hi, lo})};
}

void Codec::decode(CodePlanes code, double scale, std::span<float> out) const noexcept {
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>((256 * code.hi[i] + code.lo[i]) * scale);
  }
}

bool Codec::plausible(double scale) const noexcept {
  const double magnitude = scale * kLargestCode;
  if (!(magnitude <= std::numeric_limits<float>::max()) || std::signbit(scale)) return false;
  const auto largest = static_cast<float>(magnitude);
  if (largest / kLargestCode != scale) return false;
  if (metric_ == Metric::cosine) return largest > 0;
  return largest == 0 || (largest >= limits::kMinMagnitude && largest <= limits::kMaxMagnitude);
}

HotFactor Codec::hotFactor(const ColdFactor& cold, const std::int8_t* hi) const noexcept {
  // The largest component's high code is 127 or -127, so norm2 is 0 for the zero vector only.
  const double norm2 = kernels_->dot8(hi, hi, dimension_);
  const double step = 256.0 * cold.scale;
  switch (metric_) {
    case Metric::cosine:
      return {static_cast<float>(1.0 / std::sqrt(norm2)), 0.5f};
    case Metric::euclidean:
      return {static_cast<float>(step), static_cast<float>((step * step) * norm2)};
    case Metric::dot:
      break;
  }
  return {static_cast<float>(step), 0.0f};
}

double Codec::distance(CodePlanes a, const ColdFactor& fa, CodePlanes b,
                       const ColdFactor& fb) const noexcept {
  const std::int64_t dot = kernels_->dot16(a.hi, a.lo, b.hi, b.lo, dimension_);
  return distanceOf(static_cast<double>(dot), fa, fb);
}

double Codec::distanceOf(double dot, const ColdFactor& fa, const ColdFactor& fb) const noexcept {
  switch (metric_) {
    case Metric::cosine: {
      const double norms = static_cast<double>(fa.selfDot) * static_cast<double>(fb.selfDot);
      return -(dot / std::sqrt(norms));
    }
    case Metric::euclidean: {
      const double a2 = (fa.scale * fa.scale) * static_cast<double>(fa.selfDot);
      const double b2 = (fb.scale * fb.scale) * static_cast<double>(fb.selfDot);
      const double squared = (a2 + b2) - 2.0 * (dot * (fa.scale * fb.scale));
      // Rounding can take the distance of near-equal vectors below zero, where none exists.
      return squared > 0 ? squared : 0;
    }
    case Metric::dot:
      break;
  }
  return -(dot * (fa.scale * fb.scale));
}

float Codec::score(double distance) const noexcept {
  if (metric_ == Metric::euclidean) return static_cast<float>(1.0 / (1.0 + std::sqrt(distance)));
  return static_cast<float>(-distance);
}

}  // namespace damask
