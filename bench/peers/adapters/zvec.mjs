import path from 'node:path';
import { batches, EF_VALUES, GRAPHS } from './common.mjs';

const pathIn = (directory) => path.join(directory, 'zvec');

async function load() {
  const { default: zvec } = await import('@zvec/zvec');
  zvec.ZVecInitialize({ logLevel: zvec.ZVecLogLevel.ERROR });
  return zvec;
}
let loaded;
const library = () => (loaded ??= load());

function schemaOf(zvec, dimension, { m, efConstruction, quantized }) {
  const indexType = zvec.ZVecIndexType[quantized === 'RaBitQ' ? 'HNSW_RABITQ' : 'HNSW'];
  const indexParams = { indexType, metricType: zvec.ZVecMetricType.COSINE, m, efConstruction };
  if (quantized === 'INT8') indexParams.quantizeType = zvec.ZVecQuantizeType.INT8;
  const dataType = zvec.ZVecDataType.VECTOR_FP32;
  return new zvec.ZVecCollectionSchema({
    name: 'vectors',
    vectors: { name: 'vector', dataType, dimension, indexParams },
  });
}

function indexOn(zvec, collection, { quantized }) {
  const indexType = zvec.ZVecIndexType[quantized === 'RaBitQ' ? 'HNSW_RABITQ' : 'HNSW'];
  let params;
  return {
    build(base) {
      for (const { first, vectors } of batches(base, 1000)) {
        const documents = vectors.map((vector, i) => ({
          id: String(first + i),
          vectors: { vector },
        }));
        const failed = collection.insertSync(documents).find(({ ok }) => !ok);
        if (failed) throw new Error(`insertSync: ${failed.code}: ${failed.message}`);
      }
      collection.optimizeSync();
    },
    set: (ef) => {
      params = { indexType, ef, isUsingRefiner: quantized !== undefined };
    },
    query: (vector) => vector,
    search: (vector, topk) => collection.querySync({ fieldName: 'vector', vector, topk, params }),
    rowsOf: (documents) => documents.map(({ id }) => Number(id)),
    save: () => collection.closeSync(),
    close() {},
  };
}

export default {
  name: 'zvec',
  package: '@zvec/zvec',
  runs: 'native',
  note: 'cosine, a collection in files, in batches, then optimize; codes are refined by the vectors',
  variants: [
    ...GRAPHS,
    ...['INT8', 'RaBitQ'].map((quantized) => ({
      ...{ name: `${quantized} M=32`, quantized, m: 32, efConstruction: 200 },
    })),
  ],
  knob: { name: 'ef', values: EF_VALUES },
  async open({ dimension, directory, variant }) {
    const zvec = await library();
    const schema = schemaOf(zvec, dimension, variant);
    return indexOn(zvec, zvec.ZVecCreateAndOpen(pathIn(directory), schema), variant);
  },
  async reopen({ directory, variant }) {
    const zvec = await library();
    return indexOn(zvec, zvec.ZVecOpen(pathIn(directory)), variant);
  },
};
