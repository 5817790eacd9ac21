#include "core/figure/theme.h"

#include "core/base/check.h"
#include "core/base/names.h"

namespace aniso::figure {
namespace {

void adapt_categories(Theme& theme, double ratio) {
  for (std::size_t i = 0; i < kOkabeIto.size(); ++i)
    theme.categories[i] = readable_on(kOkabeIto[i], theme.background, ratio);
}

Theme make_dark() {
  Theme t;
  t.id = "dark";
  t.title = "Dark";
  t.dark = true;
  t.background = hex(0x0F1216);
  t.panel = hex(0x161A20);
  t.raised = hex(0x1D232B);
  t.hover = hex(0x27303B);
  t.pressed = hex(0x323D4B);
  t.line = hex(0x2A313B);
  t.grid = hex(0x1B2027);
  t.text = hex(0xE6E9EE);
  t.quiet = hex(0x9AA4B2);
  t.disabled = hex(0x5C6673);
  t.accent = hex(0x5AA9FF);
  t.on_accent = hex(0x08121D);
  t.focus = hex(0x8CC4FF);
  t.slider = hex(0x27415F);
  t.good = hex(0x4CC38A);
  t.warning = hex(0xF2B84B);
  t.error = hex(0xFF7B72);
  t.zero = hex(0x465160);
  t.boundary = hex(0xFFFFFF);
  t.rim = hex(0x0F1216);
  t.undefined = hex(0x5C6673);
  adapt_categories(t, 3);
  return t;
}

Theme make_light() {
  Theme t;
  t.id = "light";
  t.title = "Light";
  t.dark = false;
  t.background = hex(0xFFFFFF);
  t.panel = hex(0xF5F6F8);
  t.raised = hex(0xE9ECF0);
  t.hover = hex(0xDEE3E9);
  t.pressed = hex(0xCFD6DF);
  t.line = hex(0xCBD1D9);
  t.grid = hex(0xEEF0F3);
  t.text = hex(0x161B22);
  t.quiet = hex(0x525C69);
  t.disabled = hex(0x9AA3AE);
  t.accent = hex(0x1262B8);
  t.on_accent = hex(0xFFFFFF);
  t.focus = hex(0x1262B8);
  t.slider = hex(0xBFD9F5);
  t.good = hex(0x1A7346);
  t.warning = hex(0x8A5A00);
  t.error = hex(0xB3261E);
  t.zero = hex(0x9AA3AE);
  t.boundary = hex(0x161B22);
  t.rim = hex(0xFFFFFF);
  t.undefined = hex(0x9AA3AE);
  adapt_categories(t, 3);
  return t;
}

Theme make_contrast() {
  Theme t;
  t.id = "contrast";
  t.title = "High contrast";
  t.dark = true;
  t.background = hex(0x000000);
  t.panel = hex(0x000000);
  t.raised = hex(0x1A1A1A);
  t.hover = hex(0x333333);
  t.pressed = hex(0x4D4D4D);
  t.line = hex(0x8C8C8C);
  t.grid = hex(0x2E2E2E);
  t.text = hex(0xFFFFFF);
  t.quiet = hex(0xD6D6D6);
  t.disabled = hex(0x8C8C8C);
  t.accent = hex(0x7FC4FF);
  t.on_accent = hex(0x000000);
  t.focus = hex(0xFFE34D);
  t.slider = hex(0x1B5590);
  t.good = hex(0x5FE3A1);
  t.warning = hex(0xFFD166);
  t.error = hex(0xFF9C94);
  t.zero = hex(0xB0B0B0);
  t.boundary = hex(0xFFFFFF);
  t.rim = hex(0x000000);
  t.undefined = hex(0x8C8C8C);
  adapt_categories(t, 7);
  return t;
}

}  // namespace

Rgb Theme::category(int index) const {
  const int n = static_cast<int>(categories.size());
  return categories[static_cast<std::size_t>(((index % n) + n) % n)];
}

const Theme& dark_theme() {
  static const Theme value = make_dark();
  return value;
}

const Theme& light_theme() {
  static const Theme value = make_light();
  return value;
}

const Theme& contrast_theme() {
  static const Theme value = make_contrast();
  return value;
}

const std::vector<const Theme*>& themes() {
  static const std::vector<const Theme*> all = {&dark_theme(), &light_theme(), &contrast_theme()};
  return all;
}

const Theme& theme(std::string_view id) {
  std::vector<std::string> ids;
  for (const Theme* candidate : themes()) {
    if (candidate->id == id) return *candidate;
    ids.push_back(candidate->id);
  }
  throw InvalidInput(text("There is no theme '", id, "'.", suggestion(id, ids)));
}

}  // namespace aniso::figure
