// Random initial parameters, for architectures without published weights and for tests.
import type { StudentArchitecture } from "../../model/student/architecture";
import { Random } from "../random";
import { convolutionLayers, kernelShape, type Parameters } from "./parameters";

/** He-normal kernels (He et al. 2015), identity batch norm, zero outputs. */
export function randomParameters(architecture: StudentArchitecture, seed: number): Parameters {
  const random = new Random(seed);
  const parameters: Parameters = new Map();
  for (const layer of convolutionLayers(architecture)) {
    const shape = kernelShape(layer);
    const fanIn = layer.kernel ** 2 * (layer.kind === "depthwise" ? 1 : layer.inChannels);
    const spread = layer.batchNorm ? Math.sqrt(2 / fanIn) : 0;
    const size = shape.reduce((a, b) => a * b, 1);
    const data = Float32Array.from({ length: size }, () => spread * random.normal());
    parameters.set(`${layer.name}/kernel`, { shape, data });
    const channels = layer.outChannels;
    const filled = (value: number) => ({
      shape: [channels],
      data: new Float32Array(channels).fill(value),
    });
    if (layer.batchNorm) {
      parameters.set(`${layer.name}/gamma`, filled(1));
      parameters.set(`${layer.name}/beta`, filled(0));
      parameters.set(`${layer.name}/mean`, filled(0));
      parameters.set(`${layer.name}/variance`, filled(1));
    } else {
      parameters.set(`${layer.name}/bias`, filled(0));
    }
  }
  return parameters;
}
