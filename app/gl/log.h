#pragma once

#include <functional>
#include <string>

namespace aniso::app {

enum class LogLevel { info, warning, error };

/// Where messages for the person and the log file go. Called on the UI thread only.
using LogSink = std::function<void(LogLevel, const std::string&)>;

}  // namespace aniso::app
