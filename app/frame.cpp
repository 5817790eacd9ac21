#include "app/frame.h"

#include "core/base/check.h"

namespace aniso::app {
namespace {

constexpr int kParentCategory = 2, kForkCategory = 3;

}  // namespace

int run_category(const session::Snapshot& run, const session::Snapshot* compared_with) {
  return compared_with != nullptr && run.run > compared_with->run ? kForkCategory : kParentCategory;
}

std::string run_name(const session::Snapshot& run) { return text("run ", run.run); }

// A fork's id is the larger one: ids only grow.
ComparedRuns compared_runs(const session::SnapshotPtr& active) {
  if (active->run > active->other->run) return {active->other, active};
  return {active, active->other};
}

}  // namespace aniso::app
