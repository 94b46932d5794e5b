// Stands in for the detector where a test is about the page: answers at once, by simple rules, and
// says in `detail` what it was sent. Pictures with "flag" in their address are flagged, so are
// those sent as bytes; "slow" never gets an answer; "closed" cannot be read.
const face = { box: [40, 40, 90, 90], square: [20, 20, 130, 130], logit: 3, score: 0.95 };

function verdict(level, reason, detail, extra = {}) {
  const faces = level ? [{ ...face, level }] : [];
  const logit = level ? 3 : null;
  const score = level ? 0.95 : null;
  return { level, reason, logit, score, faces, detail, model: "fake 1", ...extra };
}

function meanOf(pixels) {
  const bytes = new Uint8Array(pixels.rgba);
  const sums = [0, 0, 0];
  for (let i = 0; i < bytes.length; i += 4) for (let c = 0; c < 3; c += 1) sums[c] += bytes[i + c];
  return sums.map((sum) => Math.round(sum / (bytes.length / 4)));
}

chrome.runtime.onConnect.addListener((port) => {
  if (port.name !== "detector") return;
  const videos = new Map();
  const send = (message) => port.postMessage(message);
  const answer = (id, result) => send({ type: "verdict", id, verdict: result, thumbnails: [] });
  send({ type: "detector", state: "ready" });
  port.onMessage.addListener((message) => {
    const { type, id } = message;
    if (type === "scan-image") {
      send({ type: "started", id });
      const { source } = message;
      if (source.kind === "bytes") {
        const head = [...new Uint8Array(source.bytes.slice(0, 4))].join(".");
        answer(id, verdict("strong", null, `bytes ${source.bytes.byteLength} ${head}`));
      } else if (source.url.includes("close-detector")) {
        setTimeout(() => window.close(), 50);
      } else if (source.url.includes("closed")) {
        answer(id, verdict(null, "unreadable", "the site did not answer"));
      } else if (!source.url.includes("slow")) {
        const flagged = source.url.includes("flag");
        answer(id, verdict(flagged ? "strong" : "no-sign", null, "url"));
      }
    }
    if (type === "video-frame") {
      const { time, width, height, reduced } = message;
      videos.set(id, { ...(videos.get(id) ?? { frames: [] }), width, height, reduced });
      const side = Math.min(width, height);
      // One inside, one that reaches past the top left corner.
      const squares = [
        [width / 4, height / 4, side / 2, side / 2],
        [-20, -20, 100, 100],
      ];
      send({ type: "want-crops", id, time, squares });
    }
    if (type === "video-crops") {
      const video = videos.get(id);
      const { time, crops } = message;
      video.frames.push({ time, width: video.width, height: video.height, faces: [face] });
      const sizes = crops.map((crop) => `${crop.width}x${crop.height}`).join(",");
      const detail =
        `${video.width}x${video.height} reduced ${video.reduced.width}x${video.reduced.height} ` +
        `crops ${sizes} mean ${meanOf(crops[0]).join(".")}`;
      const level = video.frames.length >= 3 ? "suspicious" : "unsure";
      answer(id, verdict(level, null, detail, { frames: video.frames }));
      send({ type: "frame-done", id, time, tookMs: 30 });
    }
  });
});
