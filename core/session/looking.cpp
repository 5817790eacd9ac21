#include "core/session/looking.h"

#include "core/base/check.h"

namespace aniso::session {

analysis::ResultsPtr look(const Engines& engines, const Chosen& chosen, const Look& at,
                          const FunctionOptions& options, std::stop_token stop) {
  ANISO_CHECK(at.resolved != nullptr && at.parameters != nullptr, "analysis '", chosen.id,
              "': there is no network to look at yet");
  const auto& plan = at.resolved->plan();
  check_size("parameters", at.parameters->size(), plan.parameter_count());
  const auto function = engines.function(plan, *at.parameters, options);
  analysis::Input input;
  input.function = function.get();
  input.plan = &plan;
  input.data = at.resolved->data.get();
  input.probes = at.probes.get();
  input.is_classification = at.resolved->data->is_classification();
  input.output_kind = at.resolved->output_kind;
  input.run = at.run;
  input.step = at.step;
  input.params = chosen.params;
  input.previous = at.previous;
  return analysis::evaluate(analysis::analysis(chosen.id), input, stop);
}

Chosen chosen_analysis(const std::string& id, const Json& params) {
  return {id, validated(analysis::analysis(id).params, params, id)};
}

}  // namespace aniso::session
