/**
 * What @energetic-ai/embeddings takes from @energetic-ai/core, whose build is for Node alone: the
 * same TensorFlow.js with the same WebAssembly kernels, in the form that browsers load.
 */
export { div, dot, mul, norm, ready, tensor1d, tensor2d, util } from '@tensorflow/tfjs-core';
export { GraphModel, loadGraphModel } from '@tensorflow/tfjs-converter';
