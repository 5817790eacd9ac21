#include "core/session/summary.h"

#include <cmath>

#include "core/base/names.h"

namespace aniso::session {
namespace {

Json value_of(const Measurements& measurements, const std::string& name) {
  const auto measured = measurements.measure(name);
  return measured.undefined.empty() ? Json(measured.value) : Json(nullptr);
}

Json metrics_json(const MetricsSnapshot& metrics) {
  Measurements measurements;
  add_metrics(measurements, metrics);
  Json out = {{"final", Json::object()}, {"best", Json::object()}};
  if (!metrics.empty()) out["final"]["step"] = metrics.back().step;
  for (const char* name : {"epoch", "loss", "test_loss", "accuracy", "test_accuracy",
                           "learning_rate", "grad_norm", "weight_norm"})
    out["final"][name] = value_of(measurements, name);
  for (const char* name : {"loss", "test_loss"})
    out["best"][name] = value_of(measurements, std::string("min/") + name);
  for (const char* name : {"accuracy", "test_accuracy"})
    out["best"][name] = value_of(measurements, std::string("max/") + name);
  return out;
}

Json status_json(const Status& status) {
  if (status.kind == Status::Kind::undefined)
    return {{"status", "undefined"}, {"reason", status.reason}};
  if (status.kind == Status::Kind::partial)
    return {{"status", "partial"}, {"done", status.done}, {"total", status.total}};
  return {{"status", "valid"}};
}

Json history_json(const ResultHistory& history) {
  const auto& newest = history.newest();
  Json out = {{"looks", history.all().size()}, {"first_step", history.all().front()->step},
              {"last_step", newest.step},      {"last_elapsed_ms", newest.elapsed_ms},
              {"quantities", Json::object()},  {"notes", newest.notes}};
  if (history.is_thinned())
    out["notes"].push_back("some looks were dropped to stay within the memory limit");
  for (const auto& result : newest.results) {
    const auto& quantity = analysis::quantity_of(result);
    out["quantities"][quantity.id] = status_json(quantity.status);
    if (!quantity.unit.empty()) out["quantities"][quantity.id]["unit"] = quantity.unit;
  }
  return out;
}

}  // namespace

std::string ending_text(Ending ending) {
  switch (ending) {
    case Ending::finished:
      return "finished";
    case Ending::diverged:
      return "diverged";
    case Ending::interrupted:
      return "interrupted";
    case Ending::failed:
      return "failed";
  }
  return "failed";
}

Json summary_json(const HeadlessOutcome& outcome, RunLoop& loop, const Histories& histories,
                  const std::map<std::string, std::string>& failed_analyses,
                  const HeadlessOptions& options, double wall_s) {
  const auto& resolved = *loop.resolved();
  Json out = {{"schema", 1},
              {"title", resolved.experiment.title},
              {"ended", ending_text(outcome.ending)},
              {"cause", outcome.cause},
              {"steps", outcome.steps},
              {"total_steps", loop.total_steps()},
              {"steps_per_s", outcome.steps_per_s},
              {"training_s", loop.training_s()},
              {"wall_s", wall_s},
              {"metrics", metrics_json(loop.metrics().snapshot())},
              {"weights_sha256", outcome.weights_sha256},
              {"parameters", resolved.plan().trained_count()},
              {"dtype", resolved.spec.dtype == Dtype::float64 ? "float64" : "float32"},
              {"seed", resolved.spec.seed},
              {"engine", loop.trainer().engine_name()},
              {"device", loop.trainer().device()},
              {"threads", resolved.spec.threads},
              {"bitwise_reproducible", loop.trainer().is_bitwise_reproducible()}};
  for (const auto& [key, value] : options.provenance.items()) out[key] = value;
  out["data_notes"] = resolved.data->notes;
  out["analyses"] = Json::object();
  for (const auto& [id, history] : histories)
    if (!history.empty()) out["analyses"][id] = history_json(history);
  for (const auto& [id, message] : failed_analyses) out["analyses"][id]["error"] = message;
  out["not_saved"] = outcome.not_saved;
  if (options.check) {
    out["checks"] = Json::array();
    for (const auto& check : outcome.checks) out["checks"].push_back(to_json(check));
  }
  return out;
}

}  // namespace aniso::session
