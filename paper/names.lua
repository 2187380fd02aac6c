-- Names whose digits are not quantities. The naked-digit check skips them, as whole words, with or without a plural s.
-- Every other digit in prose needs a span. A name that contains a space also matches across a line break.
return {
  -- machines
  "TPU v1", "TPU v2", "TPU v3", "TPU v4", "TPU v4i", "TPU v5e", "TPU v5p", "TPUv1", "TPUv2", "TPUv3", "TPUv4", "v3", "v4",
  "A100", "H100", "V100", "IPU Mk2", "MK2", "Bow-2000", "Zen 2", "Zen 3", "Zen 4", "Zen 5",
  -- instruction sets, number formats, languages, systems
  "x86-64", "x86_64", "AVX2", "AVX-512", "C++20", "int8", "int32", "int64", "uint8", "uint64", "bf16", "fp16", "fp32",
  "fp64", "float32", "float64", "UTF-8", "SHA-256", "Debian 12", "IEEE 754", "CC BY 4.0",
  -- geometry and memory levels
  "1D", "2D", "3D", "4D", "6D", "11D", "L1", "L2", "L3", "HBM2", "HBM2e", "HBM3", "r0",
  -- models and benchmarks
  "BERT0", "BERT1", "CNN0", "CNN1", "RNN0", "RNN1", "MLP0", "MLP1", "DLRM0", "ResNet-50", "GPT-2", "GPT-3", "T5",
  "MLPerf v0.7", "MLPerf v1.0", "MLPerf v2.0", "CO2e",
}
