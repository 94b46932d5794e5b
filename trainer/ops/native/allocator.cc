// Keeps memory between steps. A step asks for the same hundreds of megabytes as the one before; by
// default the C library hands them back to the system in between, and they return page by page.
#include <malloc.h>

namespace {

constexpr int kGigabyte = 1 << 30;

struct KeepMemory {
  KeepMemory() {
    mallopt(M_TRIM_THRESHOLD, kGigabyte);
    mallopt(M_TOP_PAD, kGigabyte / 8);
    mallopt(M_MMAP_THRESHOLD, 32 << 20);  // The most that the C library takes.
    mallopt(M_MMAP_MAX, 0);
  }
} keepMemory;

}  // namespace
