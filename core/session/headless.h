#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/session/engines.h"
#include "core/session/expectations.h"
#include "core/session/experiment.h"
#include "core/session/progress.h"
#include "core/session/run_loop.h"

namespace aniso::session {

/// Why a run without a window ended.
enum class Ending {
  finished,
  diverged,
  interrupted,  ///< by the person; everything up to the last step is saved
  failed,       ///< an error after training had begun; what could be saved is
};

struct HeadlessOptions {
  std::filesystem::path folder;                       ///< written to; see make_output_folder
  std::vector<std::string> figures = {"png"};         ///< formats: pdf, svg, png; may be empty
  double figure_width = 0, figure_height = 0;         ///< points; 0: by the number of panels
  bool check = false;                                 ///< hold the run against the expect list
  bool weights = false;                               ///< write weights/ for PyTorch at the end
  std::size_t memory_bytes = std::size_t{512} << 20;  ///< for results of analyses; ⅛ for states
  double autosave_s = 30;            ///< between two saves of session/; 0: at the end
  Json provenance = Json::object();  ///< copied into summary.json: versions, BLAS
  std::function<void(const Progress&)> on_progress;   ///< about ten times a second; may be empty
  std::function<void(const std::string&)> on_notice;  ///< what a person should know; may be empty
  const std::atomic<bool>* interrupted = nullptr;     ///< polled after every step
};

struct HeadlessOutcome {
  Ending ending = Ending::finished;
  std::string cause;       ///< why it diverged or failed
  Index steps = 0;         ///< done, over all sittings
  double steps_per_s = 0;  ///< of this sitting, looking excluded
  std::string weights_sha256;
  std::vector<Check> checks;                    ///< empty unless asked for
  std::vector<std::filesystem::path> pictures;  ///< written
  std::vector<std::string> not_saved;           ///< messages of what could not be written

  /// 0 done, 1 failed or not everything saved, 3 diverged, 4 a judged check failed,
  /// 130 interrupted; the first of 130, 1, 3, 4 that applies.
  int exit_code() const;
};

/// Trains without a window and writes the folder: experiment.json, metrics.csv, results.npz,
/// figures/, session/, summary.json, log.txt.
///
/// The experiment's analyses (those that are on by default where it names none) look at the network
/// every `training.analyse_every` steps, from step 0 on, and at the end; once before the first step
/// in any case, so that a mistake in them or in `expect` is found before time is spent.
///
/// @param session  a session to go on with, whose experiment may have been changed live; nullptr
///                 to begin at step 0.
/// @throws InvalidInput, IoError, NumericalError before the first step; nothing but an empty
///         folder may be left then. Later errors end the run as Ending::failed.
HeadlessOutcome run_headless(const Engines& engines, const Experiment& experiment,
                             const SessionState* session, const HeadlessOptions& options);

/// The experiment with its analyses filled in where it names none: those on by default.
Experiment with_default_analyses(Experiment experiment);

}  // namespace aniso::session
