#pragma once

/// The questions that need no store. Each returns kDone, or kFailed; the answer is the reply.
namespace damask::wasm {

double replyAddress() noexcept;              ///< Returns the address of the reply's six words.
double reserveInput(double bytes) noexcept;  ///< Returns the address of that many bytes of input.
double version() noexcept;                   ///< Reply: text.
double targetName() noexcept;                ///< Reply: text.
double compiledInstructionSets() noexcept;   ///< Reply: count, texts.
double detectedInstructionSets() noexcept;   ///< Reply: count, texts.
double activeInstructionSet() noexcept;      ///< Reply: text.
double inspectSnapshot(double bytes) noexcept;  ///< Input: that many bytes. Reply: the findings.

}  // namespace damask::wasm
