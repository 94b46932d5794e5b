// What a JPEG file says of its making without being decoded: quantisers, chroma subsampling,
// progressive or not. If these differ by class, a network can learn the encoder instead of the face.

export interface JpegStatistics {
  isJpeg: boolean;
  isProgressive: boolean;
  /** Mean of the luma quantisation table; falls with quality. 0 where there is none. */
  lumaQuantiser: number;
  /** Mean of the chroma table; 0 for grey pictures. */
  chromaQuantiser: number;
  /** Luma samples for each chroma sample: 4 for 4:2:0, 1 for 4:4:4; 0 for grey pictures. */
  chromaSubsampling: number;
}

const NOT_JPEG: JpegStatistics = {
  isJpeg: false,
  isProgressive: false,
  lumaQuantiser: 0,
  chromaQuantiser: 0,
  chromaSubsampling: 0,
};

const DQT = 0xdb;
const SOS = 0xda;
/** Baseline, extended and progressive frames; the others are not met on the web. */
const SOF = [0xc0, 0xc1, 0xc2];
const PROGRESSIVE = 0xc2;

/** Reads the headers (ITU T.81, annex B). A file that ends early keeps what was read so far. */
export function jpegStatistics(file: Uint8Array): JpegStatistics {
  if (file[0] !== 0xff || file[1] !== 0xd8) return NOT_JPEG;
  const found = { ...NOT_JPEG, isJpeg: true };
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 2;
  while (at + 4 <= file.length && file[at] === 0xff) {
    const marker = file[at + 1] as number;
    const end = Math.min(file.length, at + 2 + view.getUint16(at + 2));
    if (marker === SOS) break;
    if (marker === DQT) readTables(view, at + 4, end, found);
    else if (SOF.includes(marker)) readFrame(view, at + 4, end, marker, found);
    at = Math.max(end, at + 4);
  }
  return found;
}

function readTables(view: DataView, from: number, end: number, into: JpegStatistics): void {
  for (let at = from; at < end; ) {
    const bytes = view.getUint8(at) >> 4 === 0 ? 1 : 2;
    const id = view.getUint8(at) & 15;
    at += 1;
    if (at + 64 * bytes > end) return;
    let sum = 0;
    for (let i = 0; i < 64; i++)
      sum += bytes === 1 ? view.getUint8(at + i) : view.getUint16(at + 2 * i);
    if (id === 0) into.lumaQuantiser = sum / 64;
    else if (id === 1) into.chromaQuantiser = sum / 64;
    at += 64 * bytes;
  }
}

function readFrame(
  view: DataView,
  from: number,
  end: number,
  marker: number,
  into: JpegStatistics,
): void {
  into.isProgressive = marker === PROGRESSIVE;
  if (from + 6 > end) return;
  const components = view.getUint8(from + 5);
  if (components < 2 || from + 6 + 3 * components > end) return;
  const sampling = (component: number) => {
    const factors = view.getUint8(from + 6 + 3 * component + 1);
    return (factors >> 4) * (factors & 15);
  };
  into.chromaSubsampling = sampling(0) / Math.max(1, sampling(1));
}
