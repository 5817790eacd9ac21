#include "core/training/ensemble_trainer.h"

#include <algorithm>
#include <limits>

#include "core/base/check.h"
#include "core/training/objectives.h"

namespace aniso::training {
namespace {

class LoopedEnsemble final : public EnsembleTrainer {
 public:
  LoopedEnsemble(const TrainerFactory& make, const TrainingSpec& spec,
                 const std::vector<Member>& members)
      : losses_(Vector::Constant(static_cast<Index>(members.size()),
                                 std::numeric_limits<double>::quiet_NaN())),
        diverged_(members.size(), 0) {
    ANISO_CHECK(!members.empty(), "ensemble: there is no network to train");
    for (const Member& member : members) {
      TrainingSpec own = spec;
      own.seed = member.seed;
      own.run = member.run;
      trainers_.push_back(make(own, member.data, member.initial));
    }
  }

  Index members() const override { return static_cast<Index>(trainers_.size()); }
  Index steps_done() const override { return steps_; }

  void step() override {
    ++steps_;
    for (std::size_t r = 0; r < trainers_.size(); ++r) {
      if (diverged_[r] > 0) continue;
      const StepResult result = trainers_[r]->step();
      losses_[static_cast<Index>(r)] = result.loss;
      if (!result.finite) diverged_[r] = steps_;
    }
  }

  Vector losses() const override { return losses_; }
  Index diverged_at(Index member) const override {
    return diverged_.at(static_cast<std::size_t>(member));
  }
  Matrix parameters() const override {
    Matrix all;
    for (std::size_t r = 0; r < trainers_.size(); ++r) {
      const Vector own = trainers_[r]->parameters();
      if (r == 0) all.resize(members(), own.size());
      all.row(static_cast<Index>(r)) = own.transpose();
    }
    return all;
  }

 private:
  std::vector<std::unique_ptr<Trainer>> trainers_;
  Vector losses_;
  std::vector<Index> diverged_;
  Index steps_ = 0;
};

}  // namespace

std::unique_ptr<EnsembleTrainer> make_looped_ensemble(const TrainerFactory& make,
                                                      const TrainingSpec& spec,
                                                      const std::vector<Member>& members) {
  return std::make_unique<LoopedEnsemble>(make, spec, members);
}

bool can_stack(const TrainingSpec& spec, const std::vector<Member>& members) {
  if (members.empty() || objective(spec.objective).loss != Loss::denoising ||
      spec.plan.has_running_statistics())
    return false;
  const auto rows = [](const Member& member) {
    return member.data ? member.data->train.size() : 0;
  };
  return std::all_of(members.begin(), members.end(), [&](const Member& member) {
    return rows(member) > 0 && rows(member) == rows(members.front());
  });
}

}  // namespace aniso::training
