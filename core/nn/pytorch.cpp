#include "core/nn/pytorch.h"

#include <algorithm>
#include <cctype>
#include <sstream>

#include "core/base/check.h"

namespace aniso::nn {
namespace {

using Kind = FeatureShape::Kind;
using Op = Layer::Op;

// "conv 1" → "conv_1": an attribute of a Python class.
std::string python_name(const std::string& name) {
  std::string result = name;
  std::replace_if(
      result.begin(), result.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return result;
}

const char* part_name(Role role) {
  switch (role) {
    case Role::weight:
    case Role::scale:
      return "weight";
    case Role::bias:
    case Role::shift:
      return "bias";
    case Role::class_token:
      return "class_token";
    case Role::positions:
      return "positions";
    case Role::centres:
      return "centres";
    case Role::running_mean:
      return "running_mean";
    case Role::running_variance:
      return "running_var";
  }
  throw InvalidInput("unknown role");
}

std::vector<Index> shape_of(const ParameterBlock& block, const Layer& layer) {
  if (block.role == Role::weight && layer.op == Op::convolution)
    return {block.rows, layer.input_shape().channels, layer.window, layer.window};
  const bool is_matrix = block.role == Role::weight || block.role == Role::class_token ||
                         block.role == Role::positions || block.role == Role::centres;
  return is_matrix ? std::vector<Index>{block.rows, block.cols} : std::vector<Index>{block.rows};
}

const char* boolean(bool value) { return value ? "True" : "False"; }

// Definitions that only some networks need.
constexpr const char* kTokens = R"py(
def sincos_positions(rows, cols, features):
    """Fixed positions (rows · cols, features): sines and cosines of the column, then of the row."""
    omega = 10000 ** (-torch.arange(features // 4, dtype=DTYPE) / (features // 4))
    col = torch.arange(cols, dtype=DTYPE).repeat(rows).unsqueeze(1) * omega
    row = torch.arange(rows, dtype=DTYPE).repeat_interleave(cols).unsqueeze(1) * omega
    return torch.cat([col.sin(), col.cos(), row.sin(), row.cos()], 1)


class Tokens(nn.Module):
    """(n, c, h, w) → (n, tokens, c): one token per position, row by row."""

    def __init__(self, tokens, features, class_token, positions, sincos):
        super().__init__()
        self.sincos = sincos
        self.class_token = nn.Parameter(torch.zeros(1, features)) if class_token else None
        self.positions = nn.Parameter(torch.zeros(tokens, features)) if positions else None

    def forward(self, x):
        tokens = x.flatten(2).transpose(1, 2)
        if self.class_token is not None:
            first = self.class_token.expand(len(x), 1, -1)
            tokens = torch.cat([first, tokens], 1)
        if self.sincos:
            tokens = tokens + sincos_positions(*x.shape[2:], x.shape[1])
        return tokens if self.positions is None else tokens + self.positions

)py";

constexpr const char* kAttention = R"py(
def attention(qkv, heads):
    """Queries, keys and values (n, tokens, 3 f) → (n, tokens, f)."""
    n, tokens, features = qkv.shape[0], qkv.shape[1], qkv.shape[2] // 3
    parts = qkv.reshape(n, tokens, 3, heads, features // heads)
    q, k, v = parts.permute(2, 0, 3, 1, 4)
    scores = q @ k.transpose(2, 3) / math.sqrt(features // heads)
    return (scores.softmax(-1) @ v).transpose(1, 2).reshape(n, tokens, features)

)py";

constexpr const char* kKernel = R"py(
class Kernel(nn.Module):
    """k(x, c) for every centre c: (n, d) → (n, centres)."""

    def __init__(self, centres, inputs, kind, bandwidth, order):
        super().__init__()
        self.register_buffer("centres", torch.zeros(centres, inputs))
        self.kind, self.bandwidth, self.order = kind, bandwidth, order

    def forward(self, x):
        if self.kind == "arc_cosine":
            lengths = x.norm(dim=1, keepdim=True) * self.centres.norm(dim=1)
            cos = x @ self.centres.T / torch.where(lengths > 0, lengths, torch.ones_like(lengths))
            cos = cos.clamp(-1, 1)
            sin, angle = (1 - cos * cos).sqrt(), math.pi - cos.acos()
            if self.order == 0:
                return angle / math.pi
            if self.order == 1:
                return lengths * (sin + angle * cos) / math.pi
            return lengths**2 * (3 * sin * cos + angle * (1 + 2 * cos * cos)) / math.pi
        squares = (x.unsqueeze(1) - self.centres).square().sum(2)
        if self.kind == "laplace":
            return torch.exp(-squares.sqrt() / self.bandwidth)
        return torch.exp(-squares / (2 * self.bandwidth**2))

)py";

constexpr const char* kTime = R"py(
def time_features(time, features):
    """Cosines and sines of a time in [0, 1): (n, 1) → (n, features)."""
    half = features // 2
    omega = torch.exp(torch.arange(half, dtype=torch.float64) * (-math.log(10000) / half))
    angles = time.double() * omega * 1000
    return torch.cat([angles.cos(), angles.sin()], 1).to(time.dtype)


def per_channel(numbers, x):
    """(n, c) so that it multiplies or adds to the channels of x."""
    if x.dim() == 4:
        return numbers[:, :, None, None]
    return numbers[:, None] if x.dim() == 3 else numbers


def modulate(x, numbers, channels):
    """x (1 + scale) + shift, numbers being (shift, scale) or shift alone."""
    shifted = x + per_channel(numbers[:, :channels], x)
    if numbers.shape[1] == channels:
        return shifted
    return shifted + x * per_channel(numbers[:, channels:], x)


def unpatchify(x, rows, cols, patch, channels):
    """(n, rows · cols, patch² · channels) → (n, channels, rows · patch, cols · patch)."""
    x = x.reshape(-1, rows, cols, patch, patch, channels).permute(0, 5, 1, 3, 2, 4)
    return x.reshape(-1, channels, rows * patch, cols * patch)

)py";

constexpr const char* kLoading = R"py(
def read_safetensors(path):
    """The arrays of a safetensors file, without further packages."""
    data = bytearray(pathlib.Path(path).read_bytes())
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    dtypes = {"F32": torch.float32, "F64": torch.float64}
    arrays = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        raw = data[8 + length + begin : 8 + length + end]
        arrays[name] = torch.frombuffer(raw, dtype=dtypes[entry["dtype"]]).reshape(entry["shape"])
    return arrays


def read_archive(path):
    """The arrays of an archive that LibTorch wrote."""
    return torch.jit.load(str(path), map_location="cpu").state_dict()


def load(path=None):
    """The trained network in evaluation mode."""
    path = pathlib.Path(path or pathlib.Path(__file__).with_name("weights.safetensors"))
    arrays = read_archive(path) if path.suffix == ".pt" else read_safetensors(path)
    network = Network().to(DTYPE)
    missing, unexpected = network.load_state_dict(arrays, strict=False)
    # PyTorch counts the batches that its normalisation has seen; evaluation does not need them.
    missing = [name for name in missing if not name.endswith("num_batches_tracked")]
    if missing or unexpected:
        raise ValueError(f"{path} is of another network: missing {missing}, unknown {unexpected}")
    return network.eval()


if __name__ == "__main__":
    here = pathlib.Path(__file__).parent
    print(load())
    if (here / "weights.pt").exists():
        first = read_safetensors(here / "weights.safetensors")
        second = read_archive(here / "weights.pt")
        difference = max(float((first[name] - second[name]).abs().max()) for name in first)
        print(f"largest difference between the two files: {difference:g}")
)py";

// Writes the class: one line of construction and one of evaluation per layer.
class Writer {
 public:
  explicit Writer(const NetworkPlan& plan) : plan_(plan) {
    for (const auto& layer : plan.layers)
      for (const Index source : {layer.from, layer.plus})
        if (source >= 0) kept_.push_back(source);
  }

  std::string network() {
    FeatureShape given = FeatureShape::plain(plan_.inputs);
    if (plan_.has_time) line("inputs = h");
    for (std::size_t i = 0; i < plan_.layers.size(); ++i) {
      const Layer& layer = plan_.layers[i];
      if (layer.from >= 0)
        given = plan_.layers[static_cast<std::size_t>(layer.from)].output_shape();
      if (layer.from == kNetworkInputs) given = FeatureShape::plain(plan_.inputs);
      const std::string source = layer.from >= 0                ? kept_name(layer.from)
                                 : layer.from == kNetworkInputs ? "inputs"
                                                                : "h";
      const std::string in = arranged(source, given, layer.input_shape());
      line("h = " + evaluation(layer, in));
      const auto number = static_cast<Index>(i);
      if (std::find(kept_.begin(), kept_.end(), number) != kept_.end())
        line(kept_name(number) + " = h");
      given = layer.output_shape();
    }
    const std::string out = arranged("h", given, FeatureShape::plain(plan_.outputs));
    return text("\nclass Network(nn.Module):\n    \"\"\"(n, ", plan_.inputs, ") → (n, ",
                plan_.outputs, ")\"\"\"\n\n    def __init__(self):\n        super().__init__()\n",
                made_.str(), "\n    def forward(self, h):\n", forward_.str(), "        return ",
                out, "\n\n");
  }

 private:
  std::string kept_name(Index layer) const {
    return python_name(plan_.layers[static_cast<std::size_t>(layer)].name);
  }
  void line(const std::string& code) { forward_ << "        " << code << "\n"; }

  static std::string arranged(const std::string& value, const FeatureShape& from,
                              const FeatureShape& to) {
    if (from == to) return value;
    if (to.kind == Kind::plain) return value + ".flatten(1)";
    if (to.kind == Kind::tokens)
      return text(value, ".reshape(-1, ", to.height, ", ", to.channels, ")");
    return text(value, ".reshape(-1, ", to.channels, ", ", to.height, ", ", to.width, ")");
  }

  // Registers a module and gives the call to it.
  std::string module(const Layer& layer, const std::string& construction, const std::string& in) {
    const std::string name = "self." + python_name(layer.name);
    made_ << "        " << name << " = " << construction << "\n";
    return name + "(" + in + ")";
  }

  static std::string padded(const Layer& layer, const std::string& in) {
    if (layer.wrap == Wrap::zero || layer.pad_before + layer.pad_after == 0) return in;
    const Index b = layer.pad_before, a = layer.pad_after;
    return text("F.pad(", in, ", (", b, ", ", a, ", ", b, ", ", a, "), mode=\"circular\")");
  }
  static Index own_padding(const Layer& layer) {
    return layer.wrap == Wrap::zero ? layer.pad_before : 0;
  }

  static std::string activated(Activation activation, const std::string& in) {
    switch (activation) {
      case Activation::identity:
        return in;
      case Activation::relu:
        return "torch.relu(" + in + ")";
      case Activation::gelu:
        return "F.gelu(" + in + ")";
      case Activation::silu:
        return "F.silu(" + in + ")";
      case Activation::tanh:
        return "torch.tanh(" + in + ")";
      case Activation::softplus:
        return "F.softplus(" + in + ", threshold=40)";
      case Activation::quadratic:
        return in + "**2";
    }
    throw InvalidInput("unknown activation");
  }

  std::string dense(const Layer& layer, const std::string& in) {
    const bool each = layer.input_shape().kind == Kind::tokens;
    std::string made =
        text("nn.Linear(", each ? layer.input_shape().channels : layer.in, ", ",
             each ? layer.output_shape().channels : layer.out, ", bias=", boolean(layer.bias), ")");
    if (layer.fixed) made += ".requires_grad_(False)";
    return module(layer, made, in);
  }

  std::string convolution(const Layer& layer, const std::string& in) {
    return module(layer,
                  text("nn.Conv2d(", layer.input_shape().channels, ", ",
                       layer.output_shape().channels, ", ", layer.window, ", stride=", layer.stride,
                       ", padding=", own_padding(layer), ", bias=", boolean(layer.bias), ")"),
                  padded(layer, in));
  }

  std::string normalise(const Layer& layer, const std::string& in) {
    const Index channels = layer.output_shape().channels;
    const std::string options = text(
        ", eps=", Json(layer.epsilon).dump(),
        layer.norm == Norm::layer ? ", elementwise_affine=" : ", affine=", boolean(layer.affine));
    if (layer.norm == Norm::batch)
      return module(
          layer, text("nn.BatchNorm2d(", channels, ", eps=", Json(layer.epsilon).dump(), ")"), in);
    if (layer.norm == Norm::layer)
      return module(layer, text("nn.LayerNorm(", channels, options, ")"), in);
    return module(layer, text("nn.GroupNorm(", layer.groups, ", ", channels, options, ")"), in);
  }

  std::string kernel(const Layer& layer, const std::string& in) {
    const char* kind = layer.kernel == KernelKind::rbf       ? "rbf"
                       : layer.kernel == KernelKind::laplace ? "laplace"
                                                             : "arc_cosine";
    return module(layer,
                  text("Kernel(", layer.out, ", ", layer.in, ", \"", kind, "\", ",
                       Json(layer.bandwidth).dump(), ", ", layer.order, ")"),
                  in);
  }

  // What layer `plus` gave, as this layer reads it.
  std::string other(const Layer& layer, const FeatureShape& as) const {
    const auto from = plan_.layers[static_cast<std::size_t>(layer.plus)].output_shape();
    return arranged(kept_name(layer.plus), from, as);
  }

  std::string evaluation(const Layer& layer, const std::string& in) {
    switch (layer.op) {
      case Op::dense:
        return dense(layer, in);
      case Op::activation:
        return activated(layer.activation, in);
      case Op::convolution:
        return convolution(layer, in);
      case Op::pool:
        return text("F.", layer.pooling == Pooling::max ? "max" : "avg", "_pool2d(",
                    padded(layer, in), ", ", layer.window, ", ", layer.stride, ", ",
                    own_padding(layer), ")");
      case Op::global_average:
        return in + ".mean((2, 3))";
      case Op::normalise:
        return normalise(layer, in);
      case Op::add:
        return in + " + " + other(layer, layer.input_shape());
      case Op::modulate:
        return text("modulate(", in, ", ", kept_name(layer.plus), ", ",
                    layer.input_shape().channels, ")");
      case Op::gate:
        return text(in, " * per_channel(", kept_name(layer.plus), ", ", in, ")");
      case Op::concatenate:
        return text("torch.cat([", in, ", ", kept_name(layer.plus), "], ",
                    layer.input_shape().kind == Kind::tokens ? 2 : 1, ")");
      case Op::slice:
        return arranged(text(in, "[:, ", layer.offset, ":", layer.offset + layer.out, "]"),
                        FeatureShape::plain(layer.out), layer.output_shape());
      case Op::time_features:
        return text("time_features(", in, ", ", layer.out, ")");
      case Op::upsample:
        return text("F.interpolate(", in, ", scale_factor=", layer.stride, ")");
      case Op::unpatchify: {
        const FeatureShape image = layer.output_shape();
        return text("unpatchify(", in, ", ", image.height / layer.window, ", ",
                    image.width / layer.window, ", ", layer.window, ", ", image.channels, ")");
      }
      case Op::embed:
        return module(layer,
                      text("Tokens(", layer.output_shape().height, ", ",
                           layer.output_shape().channels, ", ", boolean(layer.class_token), ", ",
                           boolean(layer.positions), ", ", boolean(layer.sincos), ")"),
                      in);
      case Op::attention:
        return text("attention(", in, ", ", layer.heads, ")");
      case Op::token_mean:
        return in + ".mean(1)";
      case Op::first_token:
        return in + "[:, 0]";
      case Op::kernel:
        return kernel(layer, in);
    }
    throw InvalidInput("unknown operation");
  }

  const NetworkPlan& plan_;
  std::vector<Index> kept_;
  std::ostringstream made_;
  std::ostringstream forward_;
};

bool uses(const NetworkPlan& plan, Op op) {
  return std::any_of(plan.layers.begin(), plan.layers.end(),
                     [op](const Layer& layer) { return layer.op == op; });
}

}  // namespace

std::vector<PytorchArray> pytorch_arrays(const NetworkPlan& plan) {
  std::vector<PytorchArray> arrays;
  for (const auto& block : plan.layout()) {
    const Layer& layer = plan.layers[static_cast<std::size_t>(block.layer)];
    arrays.push_back({python_name(layer.name) + "." + part_name(block.role), shape_of(block, layer),
                      block.offset, block.size()});
  }
  return arrays;
}

std::string pytorch_program(const NetworkPlan& plan, Dtype dtype, const std::string& title) {
  std::string code =
      text("# ", title, "\n# In Python: from network import load; network = load()\n");
  code += "import json\nimport math\nimport pathlib\nimport struct\n\n";
  code += "import torch\nimport torch.nn.functional as F\nfrom torch import nn\n\n";
  code += text("DTYPE = torch.", dtype == Dtype::float32 ? "float32" : "float64", "\n\n");
  if (uses(plan, Op::embed)) code += kTokens;
  if (uses(plan, Op::attention)) code += kAttention;
  if (uses(plan, Op::kernel)) code += kKernel;
  if (plan.has_time) code += kTime;
  return code + Writer(plan).network() + kLoading;
}

}  // namespace aniso::nn
