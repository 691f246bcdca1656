// Writes the seeds of the filter's fuzz target: search options as the JavaScript bindings send
// them, with every comparison, of every field, and every join.

#include <cstdio>
#include <fstream>
#include <string>

#include "damask/filter.hpp"
#include "use_store.hpp"
#include "wire.hpp"

namespace damask::testing {
namespace {

class Memory final : public wire::ReplyMemory {
 public:
  std::span<std::byte> resize(std::size_t bytes, std::size_t) override {
    bytes_.resize(bytes);
    return bytes_;
  }
  std::uint32_t start() const noexcept override { return 0; }
  const std::vector<std::byte>& bytes() const noexcept { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

void putFilter(wire::WireWriter& out, const Filter& filter) {
  out.number(static_cast<std::uint32_t>(filter.terms.size()));
  for (const FilterTerm& term : filter.terms) {
    out.text(filterOperatorName(term.op));
    out.flag(term.op < FilterOperator::all);
    if (term.op < FilterOperator::all) {
      std::string name(filterFieldName(term.field));
      if (term.field == FilterField::metadata) name.append(".").append(term.key);
      out.text(name);
    }
    out.number(term.operands);
    out.number(static_cast<std::uint32_t>(term.values.size()));
    for (const FilterValue& value : term.values) {
      const double* number = std::get_if<double>(&value);
      out.flag(number != nullptr);
      if (number != nullptr) {
        out.number(*number);
        continue;
      }
      const bool* boolean = std::get_if<bool>(&value);
      out.flag(boolean != nullptr);
      if (boolean != nullptr) {
        out.flag(*boolean);
      } else {
        out.text(std::get<std::string>(value));
      }
    }
  }
}

bool write(const std::string& path, const std::optional<Filter>& filter, bool everything = false,
           const std::optional<SlotRange>& range = {}) {
  Memory memory;
  wire::WireWriter out(memory);
  out.flag(true);  // k
  out.number(std::uint32_t{5});
  out.flag(everything);  // ef
  if (everything) out.number(std::uint32_t{9});
  out.flag(everything || range);  // exact
  out.flag(everything);           // threshold
  if (everything) out.number(0.25f);
  out.flag(everything);  // mmrLambda
  if (everything) out.number(0.5);
  out.flag(everything);  // mmrPool
  if (everything) out.number(std::uint32_t{20});
  const bool minK = !everything && !filter && !range;
  out.flag(minK);
  if (minK) out.number(std::uint32_t{3});
  out.flag(range.has_value());
  if (range) {
    out.number(range->from);
    out.number(range->to);
  }
  for (const char* name : {"d1", "fix", "f0"}) {
    out.flag(everything);
    if (everything) out.text(name);
  }
  out.flag(filter.has_value());
  if (filter) putFilter(out, *filter);
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(memory.bytes().data()),
             static_cast<std::streamsize>(out.size()));
  return file.good();
}

bool writeAll(const std::string& folder) {
  using Field = FilterField;
  using Op = FilterOperator;
  bool written = write(folder + "/none", {}) && write(folder + "/everything", {}, true) &&
                 write(folder + "/part", {}, false, SlotRange{3, 20});
  for (const Op op : {Op::equal, Op::notEqual, Op::less, Op::lessOrEqual, Op::greater,
                      Op::greaterOrEqual, Op::prefix}) {
    const auto name = folder + "/" + std::string(filterOperatorName(op));
    written = written && write(name, Filter::compare(Field::framework, op, "f1"));
  }
  for (const Field field : {Field::id, Field::type, Field::domain}) {
    const auto name = folder + "/prefix-" + std::string(filterFieldName(field));
    written = written && write(name, Filter::compare(field, Op::prefix, "d"));
  }
  for (const Field field : {Field::coverage, Field::flakinessScore, Field::createdAt,
                            Field::lastUsed, Field::usageCount}) {
    const std::string name(filterFieldName(field));
    written = written && write(folder + "/less-" + name, Filter::compare(field, Op::less, 5.0)) &&
              write(folder + "/in-" + name, Filter::oneOf(field, {1.0, -0.0, 4.5})) &&
              write(folder + "/exists-" + name, Filter::exists(field));
  }
  const auto of = [](const char* key) { return FilterSubject(Field::metadata, key); };
  written = written && write(folder + "/metadata-number", Filter::oneOf(of("n"), {2.0, -1.5})) &&
            write(folder + "/metadata-string", Filter::compare(of("s"), Op::prefix, "v")) &&
            write(folder + "/metadata-boolean", Filter::compare(of("b"), Op::notEqual, true)) &&
            write(folder + "/metadata-list", Filter::compare(of("t"), Op::notEqual, "x")) &&
            write(folder + "/metadata-exists", Filter::exists(of("t"))) &&
            write(folder + "/metadata-undeclared", Filter::exists(of("u")));
  const Filter verdict = Filter::oneOf(Field::verdict, {"success", "flaky"});
  const Filter text = Filter::compare(Field::framework, Op::prefix, "f");
  Filter deep = text;
  for (int i = 0; i < 14; ++i) deep = Filter::negation(deep);
  return written && write(folder + "/all", Filter::all({verdict, text})) &&
         write(folder + "/any", Filter::any({verdict, Filter::negation(text)}), true) &&
         write(folder + "/deep", deep);
}

}  // namespace
}  // namespace damask::testing

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: write_filter_seeds FOLDER\n");
    return 2;
  }
  if (damask::testing::writeAll(argv[1])) return 0;
  std::perror(argv[1]);
  return 1;
}
