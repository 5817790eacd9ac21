#include "core/session/headless.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <new>
#include <utility>

#include "core/analysis/registry.h"
#include "core/base/check.h"
#include "core/base/names.h"
#include "core/io/files.h"
#include "core/io/npz.h"
#include "core/nn/registry.h"
#include "core/session/looking.h"
#include "core/session/picture_state.h"
#include "core/session/run_figures.h"
#include "core/session/run_folder.h"
#include "core/session/session_file.h"
#include "core/session/summary.h"
#include "core/session/theory_values.h"
#include "core/session/weights_export.h"

namespace aniso::session {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kProgressEvery{100};
constexpr Index kLongestStretch = 64;    // steps between two looks at the clock
constexpr std::size_t kStatesShare = 8;  // one part of the memory in so many

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

bool names_theory(const Experiment& experiment) {
  return std::any_of(experiment.expect.begin(), experiment.expect.end(),
                     [](const auto& e) { return e.quantity.starts_with("theory/"); });
}

// A data file that does not read is a mistake in the input, not a failure of the run.
ResolvedPtr resolved_input(const Experiment& experiment, const Engines& engines,
                           const ResolvedExperiment* reuse) {
  try {
    return resolve(experiment, engines, reuse);
  } catch (const IoError& error) {
    throw InvalidInput(error.what());
  }
}

/// One run without a window, from the first look to the last file.
class Headless {
 public:
  Headless(const Engines& engines, const Experiment& experiment, const SessionState* session,
           const HeadlessOptions& options);
  HeadlessOutcome run();

 private:
  void go_on_with(const SessionState& session, const Experiment& experiment);
  void check_expectations();
  void train();
  void report();
  void autosave();
  bool is_look_due() const;
  void look_first();
  void look_again();
  analysis::ResultsPtr look_through(const Chosen& chosen, const Vector& parameters);
  void report_look(const analysis::Analysis& analysis, const analysis::Results& partial);
  bool is_interrupted() const { return options_.interrupted && options_.interrupted->load(); }
  void finish();
  void judge_all();
  void save_all();
  void save_figures();
  Measurements measurements();
  void notice(const std::string& message);
  template <typename Save>
  void attempt(const Save& save);

  const Engines& engines_;
  const HeadlessOptions& options_;
  std::vector<Chosen> analyses_;
  std::vector<CommandRecord> commands_;
  std::uint64_t run_ = 1;
  std::optional<RunLoop> loop_;
  std::optional<RunFolder> folder_;
  SessionWriter session_;
  Clock::time_point saved_ = Clock::now();
  bool autosave_failed_ = false;
  Histories histories_;
  std::map<std::string, analysis::ResultsPtr> newest_;
  Laboratory laboratory_;
  std::map<std::string, std::string> failed_analyses_;
  HeadlessOutcome outcome_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point reported_ = start_;
  RateMeter training_rate_, pace_;
  Index first_step_ = 0;
  double earlier_training_s_ = 0;
};

Headless::Headless(const Engines& engines, const Experiment& experiment,
                   const SessionState* session, const HeadlessOptions& options)
    : engines_(engines),
      options_(options),
      analyses_(experiment.analyses),
      session_(options.folder / "session"),
      laboratory_(engines, options.memory_bytes / 2) {
  ANISO_CHECK(!options.check || !experiment.expect.empty(),
              "--check: this experiment has no 'expect' list to hold the run against");
  RunOptions run_options;
  run_options.timeline_bytes = options.memory_bytes / kStatesShare;
  if (session == nullptr) {
    loop_.emplace(engines_, resolved_input(experiment, engines_, nullptr), run_options);
    commands_.push_back({run_, 0, SetExperiment{to_json(experiment)}});
  } else {
    loop_.emplace(engines_, *session, run_options);
    go_on_with(*session, experiment);
  }
  first_step_ = loop_->steps_done();
  earlier_training_s_ = loop_->training_s();
  for (const auto& chosen : analyses_)
    histories_.emplace(chosen.id, ResultHistory(options.memory_bytes /
                                                std::max<std::size_t>(1, analyses_.size())));
}

void Headless::go_on_with(const SessionState& session, const Experiment& experiment) {
  run_ = session.run;
  commands_ = session.commands;
  if (experiment == session.experiment) return;
  auto next = resolved_input(experiment, engines_, loop_->resolved().get());
  ANISO_CHECK(can_apply_live(*loop_->resolved(), *next),
              "session: this change of the experiment needs a new run (shapes, seed, number type, "
              "device or engine differ); start it from the session's experiment.json instead");
  loop_->apply(std::move(next));
  commands_.push_back({run_, loop_->steps_done(), SetExperiment{to_json(experiment)}});
}

void Headless::notice(const std::string& message) {
  folder_->log(message);
  if (options_.on_notice) options_.on_notice(message);
}

Measurements Headless::measurements() {
  Measurements out;
  add_metrics(out, loop_->metrics().snapshot());
  out.set("steps_per_s", outcome_.steps_per_s);
  for (const auto& [id, results] : newest_) add_results(out, *results);
  if (names_theory(loop_->resolved()->experiment))
    add_theory(out, *loop_->resolved(), loop_->trainer().parameters(), loop_->steps_done());
  return out;
}

// Unknown names and indices are found before the first step; values come later.
void Headless::check_expectations() {
  if (!options_.check) return;
  const Measurements now = measurements();
  for (const auto& e : loop_->resolved()->experiment.expect) now.measure(e.quantity);
}

bool Headless::is_look_due() const {
  const Index every = loop_->resolved()->experiment.training.integer("analyse_every");
  return every > 0 && loop_->steps_done() % every == 0;
}

// Empty where it was interrupted.
analysis::ResultsPtr Headless::look_through(const Chosen& chosen, const Vector& parameters) {
  const auto before = newest_.find(chosen.id);
  const auto& analysis = analysis::analysis(chosen.id);
  if (before != newest_.end() && analysis.is_step_free && analysis.is_step_free(chosen.params)) {
    auto again = std::make_shared<analysis::Results>(*before->second);
    again->step = loop_->steps_done();
    return before->second = std::move(again);
  }
  const Look at{loop_->resolved(),   &parameters,
                loop_->probes(),     run_,
                loop_->steps_done(), before == newest_.end() ? nullptr : before->second.get(),
                &laboratory_,        loop_->timeline().states_until(loop_->steps_done())};
  std::stop_source looking;
  analysis::ResultsPtr results;
  try {
    results = look(engines_, chosen, at, FunctionOptions{}, looking.get_token(),
                   [&](const analysis::ResultsPtr& partial) {
                     report_look(analysis, *partial);
                     if (is_interrupted()) looking.request_stop();
                   });
  } catch (const analysis::Cancelled&) {
    return nullptr;
  }
  // A trainer of the laboratory may have set another number.
  engines_.set_thread_count(loop_->resolved()->spec.threads);
  return newest_[chosen.id] = std::move(results);
}

void Headless::report_look(const analysis::Analysis& analysis, const analysis::Results& partial) {
  const auto now = Clock::now();
  if (now - reported_ < kProgressEvery || !options_.on_progress) return;
  reported_ = now;
  Progress progress;
  progress.step = loop_->steps_done();
  progress.total = loop_->total_steps();
  progress.elapsed_s = seconds_since(start_);
  progress.loss = loop_->last().loss;
  progress.activity = analysis.title;
  progress.activity_share = partial.share;
  options_.on_progress(progress);
}

// Before time is spent: a mistake in an analysis's parameters is an error of the input.
void Headless::look_first() {
  const Vector parameters = loop_->trainer().parameters();
  for (const auto& chosen : analyses_) look_through(chosen, parameters);
}

// Later on a look that fails costs that look, not the run.
void Headless::look_again() {
  const Vector parameters = loop_->trainer().parameters();
  for (const auto& chosen : analyses_) {
    try {
      if (auto results = look_through(chosen, parameters))
        histories_.at(chosen.id).add(std::move(results));
    } catch (const Error& error) {
      const std::string message = text("analysis '", chosen.id, "' failed at step ",
                                       loop_->steps_done(), ": ", error.what());
      if (failed_analyses_.emplace(chosen.id, message).second) notice(message);
    }
  }
}

void Headless::report() {
  const auto now = Clock::now();
  if (now - reported_ < kProgressEvery && !loop_->is_over()) return;
  reported_ = now;
  folder_->append(loop_->metrics().snapshot());
  folder_->flush_if_due();
  Progress progress;
  progress.step = loop_->steps_done();
  progress.total = loop_->total_steps();
  progress.elapsed_s = seconds_since(start_);
  progress.steps_per_s = training_rate_.update(progress.step, loop_->training_s());
  progress.loss = loop_->last().loss;
  // Looking takes time too: what is left goes by the wall clock.
  if (const double pace = pace_.update(progress.step, progress.elapsed_s); pace > 0)
    progress.left_s = static_cast<double>(progress.total - progress.step) / pace;
  if (options_.on_progress) options_.on_progress(progress);
}

// What a kill leaves behind is a session of at most so long ago.
void Headless::autosave() {
  if (options_.autosave_s <= 0 || seconds_since(saved_) < options_.autosave_s) return;
  loop_->stop_clock();
  try {
    session_.save(loop_->session_state(run_, commands_));
  } catch (const Error& error) {
    if (!autosave_failed_) notice(text("the session was not saved on the way: ", error.what()));
    autosave_failed_ = true;
  }
  loop_->start_clock();
  saved_ = Clock::now();
}

void Headless::train() {
  if (loop_->is_over() && !loop_->has_diverged() && loop_->steps_done() > 0)
    notice(text("nothing left to train: the session stands at step ", grouped(loop_->steps_done()),
                " and the experiment has ", grouped(loop_->total_steps()),
                ". Raise training.steps to go on"));
  training_rate_.update(loop_->steps_done(), loop_->training_s());
  pace_.update(loop_->steps_done(), seconds_since(start_));
  loop_->start_clock();
  while (!loop_->is_over() && !is_interrupted()) {
    for (Index k = 0; k < kLongestStretch; ++k) {
      loop_->step();
      if (loop_->is_over() || is_interrupted()) break;
      if (is_look_due()) {
        loop_->stop_clock();
        look_again();
        loop_->start_clock();
      }
      if (Clock::now() - reported_ >= kProgressEvery) break;
    }
    autosave();
    report();
  }
  loop_->stop_clock();
  if (loop_->has_diverged()) {
    outcome_.ending = Ending::diverged;
    outcome_.cause = loop_->cause();
  } else if (!loop_->is_over()) {
    outcome_.ending = Ending::interrupted;
    outcome_.cause = text("interrupted after step ", grouped(loop_->steps_done()), " of ",
                          grouped(loop_->total_steps()));
  }
}

// Saves one part. A part that fails is named in the outcome and does not keep the others from
// being saved.
template <typename Save>
void Headless::attempt(const Save& save) {
  try {
    save();
  } catch (const Error& error) {
    outcome_.not_saved.emplace_back(error.what());
  } catch (const std::exception& error) {
    outcome_.not_saved.emplace_back(text("saving failed: ", error.what()));
  }
}

void Headless::finish() {
  loop_->stop_clock();
  attempt([&] { loop_->record_now(); });
  outcome_.steps = loop_->steps_done();
  const double training_s = loop_->training_s() - earlier_training_s_;
  outcome_.steps_per_s =
      training_s > 0 ? static_cast<double>(outcome_.steps - first_step_) / training_s : 0;
  outcome_.weights_sha256 = loop_->trainer().weights_sha256();
  const bool seen = !histories_.empty() && !histories_.begin()->second.empty() &&
                    histories_.begin()->second.newest().step == outcome_.steps;
  if (!seen) look_again();
  for (const auto& [id, message] : failed_analyses_) outcome_.not_saved.push_back(message);
}

void Headless::judge_all() {
  if (!options_.check || outcome_.ending == Ending::interrupted) return;
  const Measurements values = measurements();
  for (const auto& e : loop_->resolved()->experiment.expect)
    outcome_.checks.push_back(judge(e, values));
}

void Headless::save_figures() {
  if (options_.figures.empty()) return;
  const auto folder = folder_->path() / "figures";
  std::filesystem::create_directory(folder);
  const std::string state = picture_state(loop_->resolved()->experiment, outcome_.steps);
  for (const auto& named : run_figures(*loop_, analyses_, histories_))
    for (const auto& format : options_.figures)
      attempt([&] {
        outcome_.pictures.push_back(write_figure(named, folder, format, options_.figure_width,
                                                 options_.figure_height, state));
      });
}

void Headless::save_all() {
  const auto& path = folder_->path();
  attempt([&] {
    folder_->append(loop_->metrics().snapshot());
    folder_->close_metrics();
  });
  attempt([&] { session_.save(loop_->session_state(run_, commands_)); });
  attempt([&] {
    io::NpzWriter arrays;
    for (const auto& chosen : analyses_)
      if (!histories_.at(chosen.id).empty())
        add_arrays(arrays, chosen.id, histories_.at(chosen.id));
    if (!arrays.empty()) arrays.write(path / "results.npz");
  });
  attempt([&] { save_figures(); });
  if (options_.weights)
    attempt([&] {
      const auto& resolved = *loop_->resolved();
      export_weights(path / "weights", engines_, resolved.plan(), loop_->trainer().parameters(),
                     resolved.experiment.dtype(),
                     weights_title(resolved.experiment.title, loop_->steps_done()));
    });
  attempt([&] { judge_all(); });
  attempt([&] {
    folder_->log(text(ending_text(outcome_.ending), outcome_.cause.empty() ? "" : ": ",
                      outcome_.cause, "; weights ", outcome_.weights_sha256));
    for (const auto& missing : outcome_.not_saved) folder_->log("not saved: " + missing);
    folder_->close_log();
  });
  attempt([&] {
    const Json summary = summary_json(outcome_, *loop_, histories_, failed_analyses_, options_,
                                      seconds_since(start_));
    io::write_atomically(path / "summary.json", summary.dump(2) + "\n");
  });
}

HeadlessOutcome Headless::run() {
  ANISO_CHECK(!loop_->is_waiting(), "dataset '", loop_->resolved()->data->id,
              "' has no points to train on; draw some in the window and save, or choose another");
  look_first();
  check_expectations();
  check_space(options_.folder, *loop_);
  const auto& experiment = loop_->resolved()->experiment;
  io::write_atomically(options_.folder / "experiment.json", to_json(experiment).dump(2) + "\n");
  folder_.emplace(options_.folder);
  folder_->log(text(experiment.title.empty() ? "untitled" : experiment.title, ": ",
                    loop_->trainer().engine_name(), " engine on ", loop_->trainer().device(), ", ",
                    grouped(loop_->resolved()->plan().trained_count()), " parameters, steps ",
                    grouped(loop_->steps_done()), " to ", grouped(loop_->total_steps())));
  for (const auto& note : loop_->resolved()->data->notes) folder_->log("data: " + note);
  try {
    if (is_look_due()) look_again();
    train();
  } catch (const Error& error) {
    outcome_.ending = Ending::failed;
    outcome_.cause = error.what();
  } catch (const std::bad_alloc&) {
    outcome_.ending = Ending::failed;
    outcome_.cause = "out of memory; lower the batch size, the network or --memory-limit";
  }
  finish();
  save_all();
  return std::move(outcome_);
}

}  // namespace

int HeadlessOutcome::exit_code() const {
  if (ending == Ending::interrupted) return 130;
  if (ending == Ending::failed || !not_saved.empty()) return 1;
  if (ending == Ending::diverged) return 3;
  const bool missed = std::any_of(checks.begin(), checks.end(),
                                  [](const Check& c) { return c.outcome == Outcome::fail; });
  return missed ? 4 : 0;
}

Experiment with_default_analyses(Experiment experiment) {
  if (!experiment.analyses.empty()) return experiment;
  const bool has_time = nn::architecture(experiment.architecture.id).has_time;
  for (const auto& analysis : analysis::analyses())
    if (analysis.by_default && analysis::can_look_at(analysis, has_time))
      experiment.analyses.push_back(chosen_analysis(analysis.id));
  return experiment;
}

HeadlessOutcome run_headless(const Engines& engines, const Experiment& experiment,
                             const SessionState* session, const HeadlessOptions& options) {
  const bool was_there = std::filesystem::exists(options.folder);
  io::make_output_folder(options.folder);
  try {
    return Headless(engines, experiment, session, options).run();
  } catch (...) {
    std::error_code ignored;  // the first error is the one to tell about
    if (!was_there) std::filesystem::remove(options.folder, ignored);
    throw;
  }
}

}  // namespace aniso::session
