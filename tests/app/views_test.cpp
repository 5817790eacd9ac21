#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "app/views/view.h"
#include "core/base/errors.h"

namespace aniso::app {
namespace {

TEST(Views, AreDescribedAndAcceptTheirDefaults) {
  std::set<std::string> ids;
  for (const ViewType& type : view_types()) {
    EXPECT_TRUE(ids.insert(type.id).second) << type.id;
    EXPECT_FALSE(type.title.empty() || type.doc.empty() || type.source.empty()) << type.id;
    const auto view = type.make();
    ASSERT_NO_THROW(view->set_settings(Json::object())) << type.id;
    for (const ParamSpec& spec : view->settings_schema())
      EXPECT_TRUE(view->settings().json().contains(spec.name)) << type.id << "." << spec.name;
    ASSERT_NO_THROW(view->set_settings(view->settings().json())) << type.id;
    EXPECT_THROW(view->set_settings({{"no_such_setting", 1}}), InvalidInput) << type.id;
  }
  EXPECT_TRUE(ids.contains("spectrum"));
  EXPECT_TRUE(ids.contains("average_geometry"));
}

TEST(SpectrumView, ItsSettingsAreThoseOfTheChosenAnalysis) {
  const auto view = view_type("spectrum").make();
  view->set_settings({{"networks", 50}, {"show", "steps"}});
  EXPECT_EQ(view->settings().choice("analysis"), "average_geometry");
  EXPECT_EQ(view->settings().integer("networks"), 50);
  Json settings = view->settings().json();
  settings["analysis"] = "weight_spectra";  // what belongs to the other one is left behind
  view->set_settings(settings);
  EXPECT_FALSE(view->settings().json().contains("networks"));
  EXPECT_EQ(view->settings().choice("show"), "steps");
  settings["analysis"] = "weight_spectrum";
  EXPECT_THROW(view->set_settings(settings), InvalidInput);
  EXPECT_EQ(view->settings().choice("analysis"), "weight_spectra") << "nothing has changed";
}

TEST(AverageGeometryView, TakesTheAnalysisOwnParameters) {
  const auto view = view_type("average_geometry").make();
  view->set_settings({{"of", "run"}, {"show", "change"}});
  EXPECT_EQ(view->settings().choice("of"), "run");
  EXPECT_THROW(view->set_settings({{"networks", 0}}), InvalidInput);
}

TEST(OutputGeometryView, HasAViewOfItsOwnThatKeepsThePresetsSettings) {
  const auto view = view_type("output_geometry").make();
  view->set_settings({{"show", "now"}, {"timesteps", "one"}, {"step", 999}, {"selected", 3}});
  EXPECT_EQ(view->settings().integer("selected"), 3);
  EXPECT_TRUE(view->settings().boolean("pictures"));
  EXPECT_THROW(view->set_settings({{"selected", -1}}), InvalidInput);
}

TEST(PredictionView, TrainsNothingBeforeItIsAskedTo) {
  const auto view = view_type("prediction").make();
  view->set_settings(Json::object());
  EXPECT_EQ(view->settings().choice("stage"), "look");
  EXPECT_EQ(view->settings().choice("guess"), "own");
  view->set_settings({{"stage", "train"}, {"order", {2, 0, 1}}});
  EXPECT_EQ(view->settings().reals("order"), (std::vector<double>{2, 0, 1}));
}

TEST(BasisErrorsView, TakesTheAnalysisOwnParameters) {
  const auto view = view_type("basis_errors").make();
  view->set_settings({{"basis", "hadamard"}, {"show", "scatter"}});
  EXPECT_EQ(view->settings().choice("basis"), "hadamard");
}

}  // namespace
}  // namespace aniso::app
