#pragma once

#include <memory>

#include "exchange.hpp"
#include "store.hpp"

/// The questions that need no store. Those that return a number return kDone, or kFailed; the
/// answer is the reply.
namespace damask::wire {

double version(Exchange& exchange) noexcept;                  ///< Reply: text.
double targetName(Exchange& exchange) noexcept;               ///< Reply: text.
double compiledInstructionSets(Exchange& exchange) noexcept;  ///< Reply: count, texts.
double detectedInstructionSets(Exchange& exchange) noexcept;  ///< Reply: count, texts.
double activeInstructionSet(Exchange& exchange) noexcept;     ///< Reply: text.
/// Input: a snapshot. Reply: the findings.
double inspectSnapshot(Exchange& exchange) noexcept;

/// Input: options. Nothing when refused. The exchange must outlive the store's last call.
std::unique_ptr<Store> createStore(Exchange& exchange) noexcept;
/// Input: a snapshot. Nothing when refused.
std::unique_ptr<Store> openStore(Exchange& exchange) noexcept;

}  // namespace damask::wire
