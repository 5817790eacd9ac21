#include "app/views/spectrum_view.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "app/ui/widgets.h"
#include "app/views/builtin.h"
#include "core/analysis/registry.h"
#include "core/analysis/spectrum_figure.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

constexpr const char* kDefaultAnalysis = "average_geometry";
constexpr float kBarHeight = 26;

std::vector<Choice> analyses_with_spectra() {
  std::vector<Choice> out;
  for (const auto& analysis : analysis::analyses())
    if (analysis.gives_spectra) out.push_back({analysis.id, analysis.title, analysis.doc});
  return out;
}

ParamSchema own_params() {
  return {choice_param("analysis", kDefaultAnalysis, analyses_with_spectra())
              .about("Whose spectrum is shown."),
          text_param("spectrum", "")
              .titled("Which")
              .about("Id of one of its spectra; empty for the first. Also chosen in the picture."),
          choice_param("show", "spectrum",
                       {{"spectrum", "Spectrum", "Values by index, at the newest step."},
                        {"steps", "Over steps", "A line for each value, followed by direction."},
                        {"ridges", "Ridges", "The spectrum of each step, one behind another."}})
              .about("The newest spectrum, or those of the steps seen so far."),
          choice_param("axis", "auto",
                       {{"auto", "Automatic", "Logarithmic where no value is negative."},
                        {"linear", "Linear", ""},
                        {"log", "Logarithmic", "Zeros are left out and counted."}})
              .about("Axis of the values."),
          integer_param("lines", 12)
              .range(1, SpectrumHistory::kMostLines)
              .when("show", {"steps"})
              .about("So many of the largest values at the newest step."),
          bool_param("band", true)
              .titled("Null band")
              .when("show", {"spectrum"})
              .about("What chance alone would give."),
          bool_param("guide", true)
              .titled("Marchenko–Pastur")
              .when("show", {"spectrum"})
              .about("Edges of white noise; a guide, since gradient norms vary."),
          bool_param("theory", true).when("show", {"spectrum"}).about("The closed form, dashed."),
          bool_param("groups", true)
              .when("show", {"spectrum"})
              .about("A ribbon through values that cannot be told apart."),
          bool_param("stability", true)
              .when("show", {"spectrum"})
              .about("Overlap of what two halves of the networks find, below the spectrum.")};
}

// One schema for each analysis, made once.
const std::map<std::string, ParamSchema>& schemas() {
  static const auto all = [] {
    std::map<std::string, ParamSchema> out;
    for (const auto& choice : analyses_with_spectra())
      out[choice.id] = joined(own_params(), analysis::analysis(choice.id).params);
    return out;
  }();
  return all;
}

}  // namespace

SpectrumView::SpectrumView() : schema_(&schemas().at(kDefaultAnalysis)) {}

void SpectrumView::set_settings(const Json& json) {
  const auto found = json.contains("analysis") && json["analysis"].is_string()
                         ? schemas().find(json["analysis"].get<std::string>())
                         : schemas().find(kDefaultAnalysis);
  // Without a schema of its own the message names the nearest analysis.
  const ParamSchema& schema =
      found != schemas().end() ? found->second : schemas().at(kDefaultAnalysis);
  const auto belongs_elsewhere = [&](const std::string& name) {
    return find_param(schema, name) == nullptr &&
           std::any_of(schemas().begin(), schemas().end(), [&](const auto& entry) {
             return find_param(entry.second, name) != nullptr;
           });
  };
  Json kept = Json::object();
  for (const auto& [name, value] : json.items())
    if (!belongs_elsewhere(name)) kept[name] = value;
  settings_ = validated(schema, kept, "view");
  schema_ = &schema;
}

SpectrumView::Show SpectrumView::show() const {
  const std::string id = settings_.choice("show");
  return id == "steps" ? Show::steps : id == "ridges" ? Show::ridges : Show::spectrum;
}

Json SpectrumView::analysis_params() const {
  Json params = Json::object();
  for (const ParamSpec& spec : analysis::analysis(settings_.choice("analysis")).params)
    params[spec.name] = settings_.json()[spec.name];
  return params;
}

std::vector<const analysis::Spectrum*> SpectrumView::spectra() const {
  std::vector<const analysis::Spectrum*> out;
  if (feed_.results() && feed_.results()->analysis == settings_.choice("analysis"))
    for (const auto& result : feed_.results()->results)
      if (const auto* found = std::get_if<analysis::Spectrum>(&result)) out.push_back(found);
  return out;
}

const analysis::Spectrum* SpectrumView::chosen() const {
  const auto all = spectra();
  for (const auto* spectrum : all)
    if (spectrum->quantity.id == settings_.text("spectrum")) return spectrum;
  return all.empty() ? nullptr : all.front();
}

std::string SpectrumView::subtitle(const Frame& /*frame*/) const {
  const analysis::Spectrum* now = chosen();
  if (now == nullptr) return "";
  std::string out = now->quantity.title;
  for (const auto& note : feed_.results()->notes) out += " · " + note;
  return out;
}

void SpectrumView::reset_view() { zoom_.reset(); }

std::string SpectrumView::empty_reason() const {
  if (!feed_.error().empty()) return feed_.error();
  if (feed_.results() && feed_.results()->analysis == settings_.choice("analysis"))
    return "This analysis gave no spectrum; choose another one in the inspector.";
  return text("Waiting for the first spectrum: ",
              analysis::analysis(settings_.choice("analysis")).title, " is being computed.");
}

// Only finished results: what still sharpens is no step of the run.
void SpectrumView::take_history(const Frame& frame) {
  const analysis::Spectrum* now = chosen();
  const Json params = analysis_params();
  if (history_params_ != params || history_run_ != frame.snapshot->run ||
      (now != nullptr && history_spectrum_ != now->quantity.id)) {
    history_.clear();
    history_params_ = params;
    history_run_ = frame.snapshot->run;
    history_spectrum_ = now != nullptr ? now->quantity.id : "";
  }
  if (now == nullptr || history_taken_ == feed_.results().get()) return;
  history_taken_ = feed_.results().get();
  if (feed_.results()->share < 1 || now->quantity.status.kind == Status::Kind::undefined) return;
  history_.add(feed_.results()->step, *now);
}

figure::Figure SpectrumView::content() const {
  const analysis::Spectrum& now = *chosen();
  analysis::SpectrumLook look;
  const std::string axis = settings_.choice("axis");
  look.axis = axis == "linear" ? analysis::SpectrumLook::Axis::linear
              : axis == "log"  ? analysis::SpectrumLook::Axis::logarithmic
                               : analysis::SpectrumLook::Axis::automatic;
  look.first_index = 0;
  look.null_band = settings_.boolean("band");
  look.guide = settings_.boolean("guide");
  look.theory = settings_.boolean("theory");
  look.groups = settings_.boolean("groups");
  look.split_null = look.null_band;
  if (const auto& range = zoom_.range()) {
    look.low = range->first;
    look.high = range->second;
  }
  figure::Figure figure;
  figure::Panel spectrum = analysis::spectrum_panel(now, look);
  const bool logarithmic = spectrum.y.scale == figure::Scale::log10;
  if (show() == Show::steps) {
    figure.panels = {
        history_panel(history_, now.quantity, settings_.integer("lines"), logarithmic)};
  } else if (show() == Show::ridges) {
    figure.panels = {ridge_panel(history_, now.quantity, logarithmic)};
  } else {
    figure.panels = {std::move(spectrum)};
    if (settings_.boolean("stability") && analysis::has_stability(now)) {
      figure.panels.push_back(analysis::stability_panel(now, look));
    }
  }
  if (show() != Show::steps)
    for (figure::Panel& panel : figure.panels) panel.x.label += ", from 0";
  figure.aligned = true;
  return figure;
}

figure::Figure SpectrumView::figure(const Frame& frame) const {
  ANISO_CHECK(chosen() != nullptr, "no spectrum has been computed yet");
  figure::Figure figure = content();
  const auto& analysis = analysis::analysis(settings_.choice("analysis"));
  figure.title = analysis.title;
  if (figure.panels.size() > 1) figure.panels.front().x.label.clear();  // said below the strip
  figure.caption = text("Step ", grouped(feed_.results()->step), " · run ", frame.snapshot->run,
                        " · ", analysis.source);
  for (const auto& note : feed_.results()->notes) figure.caption += " · " + note;
  return figure;
}

void SpectrumView::update_figure(ImVec2 size) {
  const int fit = spectrum_fit(size);
  if (drawn_ == feed_.results().get() && drawn_settings_ == settings_.json() &&
      drawn_range_ == zoom_.range() && drawn_history_ == history_.version() && drawn_fit_ == fit)
    return;
  figure_ = fitted_spectrum(content(), fit);
  drawn_ = feed_.results().get();
  drawn_settings_ = settings_.json();
  drawn_range_ = zoom_.range();
  drawn_history_ = history_.version();
  drawn_fit_ = fit;
  ++version_;
}

void SpectrumView::draw(Frame& frame) {
  if (!picture_) picture_ = std::make_unique<DirectionPicture>(frame.shaders);
  feed_.update(frame, tag(), settings_.choice("analysis"), analysis_params());
  take_history(frame);
  draw_bar(frame);
  const ImVec2 at = ImGui::GetCursorScreenPos(), size = ImGui::GetContentRegionAvail();
  if (chosen() == nullptr) {
    ui::quiet_text(empty_reason());
    return;
  }
  update_figure(size);
  if (feed_.results()->share < 1)
    ui::thin_progress({at.x, at.y - ui::px(3)}, size.x, feed_.results()->share);
  painter_.draw(*ImGui::GetWindowDrawList(), figure_, version_, at, size);
  handle_mouse(frame, at, size);
  draw_direction_menu(frame, "direction", menu_direction_);
  if (!ImGui::IsPopupOpen("direction")) clicked_.reset();
}

// What is shown, and which spectrum where there are several; as many names as fit.
void SpectrumView::draw_bar(Frame& frame) {
  const ImVec2 at = ImGui::GetCursorScreenPos();
  const float width = ImGui::GetContentRegionAvail().x;
  Json change;
  ImGui::PushID("show");
  for (const Choice& choice : find_param(*schema_, "show")->choices)
    if (ui::tab(choice.title, settings_.choice("show") == choice.id)) change["show"] = choice.id;
  ImGui::PopID();
  ImGui::PushID("spectrum");
  if (const auto all = spectra(); all.size() > 1) {
    ImGui::SameLine(0, ui::px(20));
    for (const auto* spectrum : all) {
      const std::string name = spectrum->quantity.id;
      const float next = ImGui::GetCursorScreenPos().x + ui::px(12) +
                         ui::text_extent(Face::regular, TextSize::quiet, name).x;
      if (next > at.x + width) break;
      if (ui::tab(name, spectrum == chosen())) change["spectrum"] = name;
    }
  }
  ImGui::PopID();
  ImGui::SetCursorScreenPos({at.x, at.y + ui::px(kBarHeight)});
  if (!change.is_null()) frame.settings_requests.push_back({"spectrum", tag(), change});
}

ViewType spectrum_view() {
  return {"spectrum",
          "Spectrum",
          "The values of a spectrum, largest first, with what they can be judged by: what chance "
          "alone would give, the edges of white noise, a closed form, and the overlap of what two "
          "halves of the networks find. Values that cannot be told apart share a ribbon: they "
          "belong to a subspace. Point at a value to see its direction, click it to use it; the "
          "wheel zooms along the index.",
          "G vₖ = λₖ vₖ,  λ₀ ≥ λ₁ ≥ …",
          "as the analysis says",
          "eigenvalues or singular values of the chosen analysis; null band, groups and matching "
          "of directions are ours",
          [] { return std::make_unique<SpectrumView>(); }};
}

}  // namespace aniso::app
