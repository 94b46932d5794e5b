// What every kernel here needs of TensorFlow's C API: operands in, results out, registration.
#pragma once

#include <cstdint>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_tensor.h"

// One build serves every x86-64 machine: these functions are compiled three times, and the loader
// takes the best that the processor knows. (Named by instructions: by `arch=`, GCC asks for the very
// maker, and AMD's processors would get the slowest.)
#define UNMASK_FAST __attribute__((target_clones("avx512f", "avx2", "default")))

// Helpers must become part of those three, or they would run as for the oldest machine.
#define UNMASK_INLINE inline __attribute__((always_inline))

namespace unmask {

// One execution of a kernel; releases what it took.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  ~Call() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    if (TF_GetCode(status_) != TF_OK) TF_OpKernelContext_Failure(context_, status_);
    TF_DeleteStatus(status_);
  }

  bool ok() const { return TF_GetCode(status_) == TF_OK; }

  TF_Tensor* input(int index) {
    TF_Tensor* tensor = nullptr;
    TF_GetInput(context_, index, &tensor, status_);
    if (tensor) tensors_.push_back(tensor);
    return tensor;
  }

  // Null if memory is short; `ok` is false then.
  float* output(int index, const std::vector<int64_t>& shape) {
    size_t size = sizeof(float);
    for (int64_t side : shape) size *= side;
    TF_Tensor* tensor = TF_AllocateOutput(context_, index, TF_FLOAT, shape.data(),
                                          static_cast<int>(shape.size()), size, status_);
    if (!tensor) return nullptr;
    tensors_.push_back(tensor);
    return static_cast<float*>(TF_TensorData(tensor));
  }

  void refuse(const char* why) { TF_SetStatus(status_, TF_INVALID_ARGUMENT, why); }

 private:
  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> tensors_;
};

inline const float* values(TF_Tensor* tensor) {
  return static_cast<const float*>(TF_TensorData(tensor));
}

inline std::vector<int64_t> shape(TF_Tensor* tensor) {
  std::vector<int64_t> sides(TF_NumDims(tensor));
  for (size_t i = 0; i < sides.size(); i++) sides[i] = TF_Dim(tensor, static_cast<int>(i));
  return sides;
}

// Registers an operation on float32 tensors and its kernel for the processor.
class Registration {
 public:
  Registration(const char* name, std::vector<const char*> inputs, std::vector<const char*> outputs,
               void (*compute)(void*, TF_OpKernelContext*)) {
    TF_Status* status = TF_NewStatus();
    TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
    TF_OpDefinitionBuilderAddAttr(op, "T: {float} = DT_FLOAT");
    for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(op, input);
    for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(op, output);
    TF_RegisterOpDefinition(op, status);
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(name, "CPU", nullptr, compute, nullptr);
    TF_RegisterKernelBuilder(name, kernel, status);
    TF_DeleteStatus(status);
  }
};

}  // namespace unmask
