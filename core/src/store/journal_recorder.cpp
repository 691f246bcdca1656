#include "store/journal_recorder.hpp"

namespace damask {

std::vector<std::byte> JournalRecorder::take(std::uint64_t sequence, std::uint64_t synced) {
  if (pending_.empty()) return {};
  std::size_t bytes = 0;
  for (const auto& change : pending_) bytes += change.size();
  std::vector<std::byte> payload;
  payload.reserve(bytes);
  for (const auto& change : pending_) payload.insert(payload.end(), change.begin(), change.end());
  std::vector<std::byte> frame = journal::encodeFrame(header_, taken_, synced, payload);
  pending_.clear();
  taken_ = sequence;
  return frame;
}

}  // namespace damask
