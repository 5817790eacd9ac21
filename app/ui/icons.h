#pragma once

/// Glyphs of Material Design Icons 1.6.50 (Debian's fonts-materialdesignicons-webfont), merged
/// into every font of the interface. Other versions of that font use other code points.
namespace aniso::app::ui::icon {

inline constexpr const char* kPlay = "\uF40A";            // play
inline constexpr const char* kPause = "\uF3E4";           // pause
inline constexpr const char* kStop = "\uF4DB";            // stop
inline constexpr const char* kStep = "\uF4D7";            // step-forward
inline constexpr const char* kStepBack = "\uF4D5";        // step-backward
inline constexpr const char* kReset = "\uF459";           // replay
inline constexpr const char* kToStart = "\uF600";         // page-first
inline constexpr const char* kToEnd = "\uF601";           // page-last
inline constexpr const char* kRewind = "\uF45F";          // rewind
inline constexpr const char* kFastForward = "\uF211";     // fast-forward
inline constexpr const char* kRecord = "\uF44A";          // record
inline constexpr const char* kSpeed = "\uF4C5";           // speedometer
inline constexpr const char* kFork = "\uF4C1";            // source-fork
inline constexpr const char* kCompare = "\uF18A";         // compare
inline constexpr const char* kHistory = "\uF2DA";         // history
inline constexpr const char* kFlag = "\uF23B";            // flag
inline constexpr const char* kBookmark = "\uF0C0";        // bookmark
inline constexpr const char* kExport = "\uF207";          // export
inline constexpr const char* kDownload = "\uF1DA";        // download
inline constexpr const char* kCamera = "\uF100";          // camera
inline constexpr const char* kImage = "\uF2E9";           // image
inline constexpr const char* kVideo = "\uF567";           // video
inline constexpr const char* kFile = "\uF214";            // file
inline constexpr const char* kFolder = "\uF24B";          // folder
inline constexpr const char* kSave = "\uF193";            // content-save
inline constexpr const char* kCopy = "\uF18F";            // content-copy
inline constexpr const char* kPaste = "\uF192";           // content-paste
inline constexpr const char* kUndo = "\uF54C";            // undo
inline constexpr const char* kRedo = "\uF44E";            // redo
inline constexpr const char* kRefresh = "\uF450";         // refresh
inline constexpr const char* kDelete = "\uF1C0";          // delete
inline constexpr const char* kEdit = "\uF3EB";            // pencil
inline constexpr const char* kInfo = "\uF2FD";            // information-outline
inline constexpr const char* kHelp = "\uF2D7";            // help-circle
inline constexpr const char* kCheck = "\uF12C";           // check
inline constexpr const char* kDone = "\uF5E0";            // check-circle
inline constexpr const char* kAlert = "\uF026";           // alert
inline constexpr const char* kError = "\uF028";           // alert-circle
inline constexpr const char* kClock = "\uF150";           // clock
inline constexpr const char* kClose = "\uF156";           // close
inline constexpr const char* kPlus = "\uF415";            // plus
inline constexpr const char* kMinus = "\uF374";           // minus
inline constexpr const char* kMenu = "\uF35C";            // menu
inline constexpr const char* kMore = "\uF1D9";            // dots-vertical
inline constexpr const char* kMoreHorizontal = "\uF1D8";  // dots-horizontal
inline constexpr const char* kLeft = "\uF141";            // chevron-left
inline constexpr const char* kRight = "\uF142";           // chevron-right
inline constexpr const char* kUp = "\uF143";              // chevron-up
inline constexpr const char* kDown = "\uF140";            // chevron-down
inline constexpr const char* kFirst = "\uF13D";           // chevron-double-left
inline constexpr const char* kLast = "\uF13E";            // chevron-double-right
inline constexpr const char* kArrowLeft = "\uF04D";       // arrow-left
inline constexpr const char* kArrowRight = "\uF054";      // arrow-right
inline constexpr const char* kSettings = "\uF493";        // settings
inline constexpr const char* kTune = "\uF62E";            // tune
inline constexpr const char* kSearch = "\uF349";          // magnify
inline constexpr const char* kKeyboard = "\uF30C";        // keyboard
inline constexpr const char* kTheme = "\uF50E";           // theme-light-dark
inline constexpr const char* kTextSize = "\uF27F";        // format-size
inline constexpr const char* kFullscreen = "\uF293";      // fullscreen
inline constexpr const char* kFullscreenExit = "\uF294";  // fullscreen-exit
inline constexpr const char* kFit = "\uF04C";             // arrow-expand-all
inline constexpr const char* kZoomIn = "\uF34B";          // magnify-plus
inline constexpr const char* kZoomOut = "\uF34A";         // magnify-minus
inline constexpr const char* kRotate = "\uF464";          // rotate-3d
inline constexpr const char* kCube = "\uF1A7";            // cube-outline
inline constexpr const char* kGrid = "\uF570";            // view-grid
inline constexpr const char* kLayers = "\uF328";          // layers
inline constexpr const char* kChart = "\uF12A";           // chart-line
inline constexpr const char* kProbe = "\uF1A4";           // crosshairs-gps
inline constexpr const char* kDraw = "\uF0E3";            // brush
inline constexpr const char* kEraser = "\uF1FE";          // eraser
inline constexpr const char* kLock = "\uF33E";            // lock
inline constexpr const char* kUnlock = "\uF33F";          // lock-open
inline constexpr const char* kPin = "\uF403";             // pin
inline constexpr const char* kLink = "\uF337";            // link
inline constexpr const char* kShow = "\uF208";            // eye
inline constexpr const char* kHide = "\uF209";            // eye-off
inline constexpr const char* kExplore = "\uF18C";         // compass-outline
inline constexpr const char* kLecture = "\uF474";         // school
inline constexpr const char* kFigure = "\uF21F";          // file-image

/// Every icon above, for the atlas.
inline constexpr const char* kAll[] = {
    kPlay,     kPause,       kStop,     kStep,       kStepBack,       kReset,    kToStart, kToEnd,
    kRewind,   kFastForward, kRecord,   kSpeed,      kFork,           kCompare,  kHistory, kFlag,
    kBookmark, kExport,      kDownload, kCamera,     kImage,          kVideo,    kFile,    kFolder,
    kSave,     kCopy,        kPaste,    kUndo,       kRedo,           kRefresh,  kDelete,  kEdit,
    kInfo,     kHelp,        kCheck,    kDone,       kAlert,          kError,    kClock,   kClose,
    kPlus,     kMinus,       kMenu,     kMore,       kMoreHorizontal, kLeft,     kRight,   kUp,
    kDown,     kFirst,       kLast,     kArrowLeft,  kArrowRight,     kSettings, kTune,    kSearch,
    kKeyboard, kTheme,       kTextSize, kFullscreen, kFullscreenExit, kFit,      kZoomIn,  kZoomOut,
    kRotate,   kCube,        kGrid,     kLayers,     kChart,          kProbe,    kDraw,    kEraser,
    kLock,     kUnlock,      kPin,      kLink,       kShow,           kHide,     kExplore, kLecture,
    kFigure};

}  // namespace aniso::app::ui::icon
