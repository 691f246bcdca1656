#pragma once

#include <optional>

#include "conformance/steps.hpp"

namespace damask::conformance {

/// Runs the steps of one case on the store that its last `open` made.
class Replayer {
 public:
  /// The result of a step: a value, or its refusal.
  Json run(const Json& step);

 private:
  Result<Json> answer(const Json& step);
  Result<Json> open(const Json& config);
  Result<Json> batch(const Json& step);
  Result<Json> usage(const Json& step);
  Result<Json> get(const std::string& id);
  Result<Json> build();
  Result<Json> reopen(const Json& damage);

  std::optional<PatternStore> store_;
};

}  // namespace damask::conformance
