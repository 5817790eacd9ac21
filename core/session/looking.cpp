#include "core/session/looking.h"

#include <optional>
#include <utility>

#include "core/base/check.h"

namespace aniso::session {

analysis::ResultsPtr look(const Engines& engines, const Chosen& chosen, const Look& at,
                          const FunctionOptions& options, std::stop_token stop,
                          const analysis::PartialSink& on_partial) {
  ANISO_CHECK(at.resolved != nullptr && at.parameters != nullptr, "analysis '", chosen.id,
              "': there is no network to look at yet");
  const auto& plan = at.resolved->plan();
  check_size("parameters", at.parameters->size(), plan.parameter_count());
  const auto function = engines.function(plan, *at.parameters, options);
  analysis::Input input;
  input.function = function.get();
  input.plan = &plan;
  input.architecture = at.resolved->experiment.architecture.id;
  input.architecture_params = at.resolved->experiment.architecture.params;
  input.data = at.resolved->data.get();
  input.probes = at.probes.get();
  input.is_classification = at.resolved->data->is_classification();
  input.output_kind = at.resolved->output_kind;
  input.diffusion = at.resolved->diffusion.get();
  input.run = at.run;
  input.step = at.step;
  input.previous = at.previous;
  std::optional<Laboratory> own;
  if (at.laboratory == nullptr) own.emplace(engines);
  Laboratory& laboratory = own ? *own : *at.laboratory;
  laboratory.prepare(at.resolved, at.stored, options);
  input.laboratory = &laboratory;
  const auto& analysis = analysis::analysis(chosen.id);
  input.params = names_eigenvectors(analysis.params, chosen.params)
                     ? with_numbers(analysis.params, chosen.params,
                                    laboratory.eigen_directions(stop).get(), chosen.id)
                     : chosen.params;
  return analysis::evaluate(analysis, std::move(input), std::move(stop), on_partial);
}

Chosen chosen_analysis(const std::string& id, const Json& params) {
  return {id, validated(analysis::analysis(id).params, params, id)};
}

}  // namespace aniso::session
