#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "core/base/random.h"
#include "core/data/dataset.h"
#include "core/nn/registry.h"
#include "core/training/objectives.h"
#include "core/training/optimizers.h"
#include "core/training/trainer.h"

/// Small problems that the training tests share.
namespace aniso::training::cases {

inline void split_last(data::Dataset& data, Index test) {
  for (Index i = 0; i < data.size(); ++i)
    (i < data.size() - test ? data.train : data.test).push_back(i);
}

/// n Gaussian inputs with labels from a random linear teacher's largest output.
inline data::DatasetPtr classes(Index n, Index d, Index count, Index test = 0) {
  auto data = std::make_shared<data::Dataset>();
  const RandomStream stream(11, "test classes");
  data->id = "classes";
  data->shape = data::InputShape::vector(d);
  data->x = stream.normals(n, d);
  const Matrix teacher = stream.child("teacher").normals(count, d);
  data->labels.resize(n);
  for (Index i = 0; i < n; ++i) {
    Index label = 0;
    (teacher * data->x.row(i).transpose()).maxCoeff(&label);
    data->labels[i] = static_cast<std::int32_t>(label);
  }
  data->classes = count;
  split_last(*data, test);
  return data;
}

/// n Gaussian inputs with targets from a random linear teacher, and noise.
inline data::DatasetPtr regression(Index n, Index d, Index outputs, Index test = 0) {
  auto data = std::make_shared<data::Dataset>();
  const RandomStream stream(12, "test regression");
  data->id = "regression";
  data->shape = data::InputShape::vector(d);
  data->x = stream.normals(n, d);
  data->y = data->x * stream.child("teacher").normals(d, outputs) +
            0.1 * stream.child("noise").normals(n, outputs);
  split_last(*data, test);
  return data;
}

inline Params optimizer_params(const std::string& id, const Json& given = Json::object()) {
  return validated(optimizer(id).params, given, "optimizer");
}

/// A spec and parameters to start from.
struct Problem {
  TrainingSpec spec;
  data::DatasetPtr data;
  Vector initial;
};

inline Problem problem(const std::string& architecture, const Json& params,
                       const std::string& objective_id, data::DatasetPtr data) {
  const nn::Architecture& kind = nn::architecture(architecture);
  const Params network = validated(kind.params, params, "architecture");
  Problem out;
  out.spec.plan = kind.plan(network, data->x.cols(), objective(objective_id).outputs(*data));
  out.spec.objective = objective_id;
  out.spec.objective_params =
      validated(objective(objective_id).params, Json::object(), "objective");
  out.spec.optimizer = "sgd";
  out.spec.optimizer_params = optimizer_params("sgd");
  out.spec.batch_size = 16;
  out.spec.seed = 5;
  out.spec.dtype = Dtype::float64;
  out.initial = kind.initialise(out.spec.plan, network, RandomStream(3, "init"));
  out.data = std::move(data);
  return out;
}

inline void use(TrainingSpec& spec, const std::string& id, const Json& params = Json::object()) {
  spec.optimizer = id;
  spec.optimizer_params = optimizer_params(id, params);
}

}  // namespace aniso::training::cases
