// Gradient of a depthwise convolution in its kernel. For 5×5 kernels TensorFlow's own takes up to
// twenty times as long as for 3×3, and was the longest single kernel of a step. Every channel is summed
// by one thread in one order: results depend on neither load nor core count.
#include <algorithm>
#include <cstring>

#include "kernel.h"

namespace unmask {
namespace {

// Channels at a time: four registers of sums, so that additions need not wait for one another.
constexpr int kLane = 16, kLanes = 4;
constexpr int64_t kWide = kLane * kLanes;
constexpr int64_t kStripBytes = 16 * 1024;
typedef float Lane __attribute__((vector_size(kLane * sizeof(float))));

struct Sides {
  int64_t pictures, inHeight, inWidth, outHeight, outWidth, channels, kernel, stride, top, left;
};

struct Range {
  int64_t from, to;
};

// Output positions whose tap falls inside the input.
UNMASK_INLINE Range valid(int64_t tap, int64_t before, int64_t stride, int64_t in, int64_t out) {
  const int64_t offset = tap - before;
  const int64_t from = offset < 0 ? (-offset + stride - 1) / stride : 0;
  const int64_t last = in - 1 - offset;
  return {from, last < 0 ? 0 : std::min(out, last / stride + 1)};
}

// Adds Σ x·dy of one tap over some rows of one picture, for `kWide` or `count` channels.
template <bool isWhole>
UNMASK_INLINE void addTap(const Sides& s, const float* x, const float* dy, int64_t ky, int64_t kx,
                          Range strip, int64_t count, float* sums) {
  Range rows = valid(ky, s.top, s.stride, s.inHeight, s.outHeight);
  rows = {std::max(rows.from, strip.from), std::min(rows.to, strip.to)};
  const Range columns = valid(kx, s.left, s.stride, s.inWidth, s.outWidth);
  Lane lanes[kLanes];
  if (isWhole) std::memcpy(lanes, sums, sizeof lanes);
  for (int64_t oy = rows.from; oy < rows.to; oy++) {
    const float* in = x + (oy * s.stride + ky - s.top) * s.inWidth * s.channels;
    const float* out = dy + oy * s.outWidth * s.channels;
    for (int64_t ox = columns.from; ox < columns.to; ox++) {
      const float* a = in + (ox * s.stride + kx - s.left) * s.channels;
      const float* b = out + ox * s.channels;
      if (isWhole) {
        for (int i = 0; i < kLanes; i++) {
          Lane l, r;
          std::memcpy(&l, a + i * kLane, sizeof l);
          std::memcpy(&r, b + i * kLane, sizeof r);
          lanes[i] += l * r;
        }
      } else {
        for (int64_t c = 0; c < count; c++) sums[c] += a[c] * b[c];
      }
    }
  }
  if (isWhole) std::memcpy(sums, lanes, sizeof lanes);
}

// The gradient in all taps of `kWide` or `count` channels from `channel` on.
UNMASK_FAST void tapSums(const Sides& s, const float* x, const float* dy, int64_t channel,
                         int64_t count, float* gradient) {
  const int64_t taps = s.kernel * s.kernel;
  std::vector<float> sums(taps * kWide, 0.0f);
  // Rows that stay in the first cache while every tap goes over them.
  const int64_t rowBytes = s.inWidth * kWide * sizeof(float);
  const int64_t strip = std::max<int64_t>(1, kStripBytes / (rowBytes * s.stride));
  for (int64_t n = 0; n < s.pictures; n++) {
    const float* in = x + n * s.inHeight * s.inWidth * s.channels + channel;
    const float* out = dy + n * s.outHeight * s.outWidth * s.channels + channel;
    for (int64_t from = 0; from < s.outHeight; from += strip)
      for (int64_t tap = 0; tap < taps; tap++) {
        const Range rows{from, std::min(from + strip, s.outHeight)};
        const int64_t ky = tap / s.kernel, kx = tap % s.kernel;
        if (count == kWide)
          addTap<true>(s, in, out, ky, kx, rows, count, &sums[tap * kWide]);
        else
          addTap<false>(s, in, out, ky, kx, rows, count, &sums[tap * kWide]);
      }
  }
  for (int64_t tap = 0; tap < taps; tap++)
    std::copy_n(&sums[tap * kWide], count, gradient + tap * s.channels + channel);
}

// Inputs: x `[n, h, w, c]`, kernel `[k, k, c, 1]`, dy `[n, h', w', c]`; SAME padding.
void compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  TF_Tensor* x = call.input(0);
  TF_Tensor* kernel = call.input(1);
  TF_Tensor* dy = call.input(2);
  if (!call.ok()) return;
  const auto in = shape(x), of = shape(kernel), out = shape(dy);
  if (in.size() != 4 || of.size() != 4 || out.size() != 4 || of[0] != of[1] || of[3] != 1 ||
      of[2] != in[3] || out[3] != in[3] || out[0] != in[0] || out[1] < 1 || out[2] < 1)
    return call.refuse("shapes of a depthwise gradient do not agree");
  Sides s{in[0], in[1], in[2], out[1], out[2], in[3], of[0], 0, 0, 0};
  // SAME padding makes out = ⌈in / stride⌉, which names the stride wherever it matters.
  s.stride = std::max((s.inHeight + s.outHeight - 1) / s.outHeight,
                      (s.inWidth + s.outWidth - 1) / s.outWidth);
  const auto before = [&](int64_t input, int64_t output) {
    return std::max<int64_t>(0, (output - 1) * s.stride + s.kernel - input) / 2;
  };
  s.top = before(s.inHeight, s.outHeight);
  s.left = before(s.inWidth, s.outWidth);
  float* gradient = call.output(0, of);
  if (!gradient) return;
  const int64_t blocks = (s.channels + kWide - 1) / kWide;
#pragma omp parallel for schedule(dynamic)
  for (int64_t block = 0; block < blocks; block++) {
    const int64_t channel = block * kWide;
    tapSums(s, values(x), values(dy), channel, std::min(kWide, s.channels - channel), gradient);
  }
}

const Registration registration("UnmaskDepthwiseKernelGradient", {"x: T", "kernel: T", "dy: T"},
                                {"gradient: T"}, compute);

}  // namespace
}  // namespace unmask
