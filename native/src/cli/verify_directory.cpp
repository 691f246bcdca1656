#include "verify_directory.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace damask::cli {
namespace {

using posix::CheckedFile;
using posix::Soundness;

const char* soundnessName(Soundness soundness) {
  switch (soundness) {
    case Soundness::sound:
      return "sound";
    case Soundness::torn:
      return "torn";
    case Soundness::damaged:
      return "damaged";
    case Soundness::unchecked:
      return "unchecked";
  }
  return "";
}

bool holds(const CheckedFile& file) {
  return file.soundness == Soundness::sound || file.soundness == Soundness::torn;
}

std::string textOf(const CheckedFile& file) {
  std::string text = fmt::format("{:<9}  {}", soundnessName(file.soundness), file.name.text());
  if (file.name.part > 1) text += fmt::format(" and the {} before it", file.name.part - 1);
  text += fmt::format(", {} bytes", file.bytes);
  if (!holds(file)) return text + ": " + file.problem;
  if (file.tornBytes > 0) {
    text +=
        fmt::format(", the last {} of them a write that was never acknowledged", file.tornBytes);
  }
  return text + fmt::format(", {} patterns after {} changes", file.count, file.sequence);
}

Json jsonOf(const CheckedFile& file) {
  Json json{{"file", file.name.text()},
            {"parts", std::max(file.name.part, 1u)},
            {"state", soundnessName(file.soundness)},
            {"bytes", file.bytes}};
  if (!holds(file)) {
    json["problem"] = file.problem;
    return json;
  }
  json["tornBytes"] = file.tornBytes;
  json["sequence"] = file.sequence;
  json["count"] = file.count;
  return json;
}

}  // namespace

std::string checkedText(const std::vector<CheckedFile>& files) {
  std::string text;
  for (const CheckedFile& file : files) text += textOf(file) + "\n";
  return text;
}

Json checkedJson(const std::vector<CheckedFile>& files) {
  Json list = Json::array();
  for (const CheckedFile& file : files) list.push_back(jsonOf(file));
  return list;
}

Outcome<ExitCode> verifyDirectory(const std::string& path, Console& console) {
  const auto directory = posix::Directory::open(path);
  if (!directory) return failure(directory.error());
  const auto files = posix::StoreFiles::read(*directory);
  if (!files) return failure(files.error());
  if (files->snapshots().empty()) return failure(posix::noStore(files->path()));
  const auto checked = posix::checkFiles(*files);
  const bool sound = std::all_of(checked.begin(), checked.end(), holds);
  const std::string verdict = sound ? "\nsound: the store opens with all that was acknowledged\n"
                                    : "\nDAMAGED: damask repair saves what can be saved\n";
  const auto printed =
      console.json() ? console.printJson(
                           Json{{"store", path}, {"files", checkedJson(checked)}, {"sound", sound}})
                     : console.print(checkedText(checked) + verdict);
  return finished(printed, sound ? ExitCode::ok : ExitCode::corruptStore);
}

}  // namespace damask::cli
