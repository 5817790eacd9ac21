#include <imgui.h>

#include <algorithm>
#include <string>

#include "app/ui/widgets.h"
#include "app/views/builtin.h"
#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::app {
namespace {

using ui::Face;
using ui::TextSize;

struct Row {
  std::string layer, shape, detail;
  Index parameters = 0;
};

std::vector<Row> rows_of(const nn::NetworkPlan& plan) {
  std::vector<Row> rows;
  const auto blocks = plan.layout();
  for (std::size_t i = 0; i < plan.layers.size(); ++i) {
    const nn::Layer& layer = plan.layers[i];
    Row row{layer.name, text(layer.input_shape().text(), " → ", layer.output_shape().text()),
            nn::details_of(plan, layer), 0};
    for (const nn::ParameterBlock& block : blocks)
      if (block.layer == static_cast<Index>(i)) {
        std::string part = block.name.substr(layer.name.size() + 1);
        std::replace(part.begin(), part.end(), '_', ' ');
        row.parameters += block.trained ? block.size() : 0;
        row.detail += (row.detail.empty() ? "" : ", ") + part + " " +
                      (block.cols == 1 ? text(block.rows) : text(block.rows, "×", block.cols));
      }
    rows.push_back(std::move(row));
  }
  return rows;
}

// Layers as rows: a bar as long as the layer is wide, its shape, its parameters.
class ArchitectureView : public View {
 public:
  void draw(Frame& frame) override {
    const auto& resolved = frame.snapshot->resolved;
    if (!resolved) {
      ui::quiet_text("No network yet.");
      return;
    }
    const nn::NetworkPlan& plan = resolved->plan();
    const std::vector<Row> rows = rows_of(plan);
    Index widest = plan.inputs;
    for (const nn::Layer& layer : plan.layers) widest = std::max(widest, layer.out);
    ImGui::BeginChild("layers", {0, 0}, false, ImGuiWindowFlags_NoBackground);
    const float width = ImGui::GetContentRegionAvail().x - ui::px(4);
    header(width);
    line(width, {"input", plan.layers.front().input_shape().text(), "", 0}, plan.inputs, widest,
         -1);
    for (std::size_t i = 0; i < rows.size(); ++i)
      line(width, rows[i], plan.layers[i].out, widest, rows[i].parameters > 0 ? 0 : 3);
    ui::space(8);
    ui::hairline();
    ui::space(6);
    line(width, {"all layers", "", "", plan.trained_count()}, 0, widest, -1);
    ImGui::EndChild();
  }

  figure::Figure figure(const Frame& frame) const override {
    ANISO_CHECK(frame.snapshot->resolved != nullptr, "there is no network yet");
    const nn::NetworkPlan& plan = frame.snapshot->resolved->plan();
    figure::Figure figure;
    figure.title = frame.snapshot->resolved->experiment.title;
    figure::Panel panel;
    panel.title = "Parameters per layer";
    panel.subtitle = text(grouped(plan.trained_count()), " in all");
    panel.x.label = "layer";
    panel.x.integer = true;
    panel.y.label = "parameters";
    panel.y.scale = figure::Scale::log10;
    figure::Points points;
    std::size_t number = 0;
    for (const Row& row : rows_of(plan)) {
      ++number;
      if (row.parameters == 0) continue;
      points.x.push_back(static_cast<double>(number));
      points.y.push_back(static_cast<double>(row.parameters));
    }
    panel.points.push_back(std::move(points));
    figure.panels.push_back(std::move(panel));
    return figure;
  }

  std::string age(const Frame& /*frame*/) const override { return ""; }
  std::string subtitle(const Frame& frame) const override {
    if (!frame.snapshot->resolved) return "";
    return text(frame.snapshot->resolved->experiment.architecture.id, ", ",
                grouped(frame.snapshot->resolved->plan().trained_count()), " parameters");
  }
  const ParamSchema& settings_schema() const override {
    static const ParamSchema none;
    return none;
  }

 private:
  struct Columns {
    float name, shape, detail, parameters;
  };
  // In a narrow tile the arrays go, which the other columns imply.
  static Columns columns(float width) {
    const bool narrow = width < ui::px(420);
    return {0, narrow ? width * 0.36f : width * 0.18f, narrow ? width : width * 0.43f, width};
  }

  static void header(float width) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Columns c = columns(width);
    const ImU32 ink = ui::color(ui::theme().quiet);
    ui::draw_text({at.x + c.name, at.y}, Face::regular, TextSize::quiet, ink, "Layer");
    ui::draw_text({at.x + c.shape, at.y}, Face::regular, TextSize::quiet, ink, "Shape");
    if (c.detail < c.parameters)
      ui::draw_text({at.x + c.detail, at.y}, Face::regular, TextSize::quiet, ink,
                    "Details and arrays");
    const std::string last = "Parameters";
    ui::draw_text(
        {at.x + c.parameters - ui::text_extent(Face::regular, TextSize::quiet, last).x, at.y},
        Face::regular, TextSize::quiet, ink, last);
    ImGui::Dummy({width, ui::px(22)});
  }

  static void line(float width, const Row& row, Index units, Index widest, int category) {
    const ImVec2 at = ImGui::GetCursorScreenPos();
    const Columns c = columns(width);
    const ImU32 ink = ui::color(ui::theme().text), quiet = ui::color(ui::theme().quiet);
    const float y = at.y + ui::px(4);
    const float bars = std::min(c.detail, width * 0.6f) - ui::px(16);  // of the widest layer
    ui::draw_text(
        {at.x + c.name, y}, Face::regular, TextSize::body, ink,
        ui::fitted(Face::regular, TextSize::body, row.layer, c.shape - c.name - ui::px(8)));
    ui::draw_text({at.x + c.shape, y}, Face::mono, TextSize::body, ink,
                  ui::fitted(Face::mono, TextSize::body, row.shape,
                             std::min(c.detail, width * 0.75f) - c.shape - ui::px(8)));
    ui::draw_text(
        {at.x + c.detail, y}, Face::mono, TextSize::quiet, quiet,
        ui::fitted(Face::mono, TextSize::quiet, row.detail, (c.parameters - c.detail) * 0.72f));
    if (row.parameters > 0) {
      const std::string number = grouped(row.parameters);
      ui::draw_text(
          {at.x + c.parameters - ui::text_extent(Face::mono, TextSize::body, number).x, y},
          Face::mono, TextSize::body, ink, number);
    }
    if (units > 0) {
      const float bar = bars * static_cast<float>(units) / static_cast<float>(widest);
      ImGui::GetWindowDrawList()->AddRectFilled(
          {at.x, at.y + ui::px(26)}, {at.x + std::max(bar, ui::px(2)), at.y + ui::px(30)},
          category < 0 ? ui::color(ui::theme().line) : ui::color(ui::theme().category(category)),
          ui::px(2));
    }
    ImGui::Dummy({width, ui::px(units > 0 ? 40 : 26)});
  }
};

}  // namespace

ViewType architecture_view() {
  return {"architecture",
          "Architecture",
          "The network layer by layer: what goes in and out, which arrays are trained, and how "
          "many numbers that is. The bar under each name is as long as the layer is wide.",
          "",
          "",
          "the plan of the running experiment",
          [] { return std::make_unique<ArchitectureView>(); }};
}

}  // namespace aniso::app
