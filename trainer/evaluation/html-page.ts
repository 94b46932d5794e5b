// Pages of pictures that the trainer writes for people to look at: one file, no scripts, nothing
// loaded from anywhere.

/** What a page with pictures of a data set must say at its top. */
export const LOCAL_ONLY =
  "Local file: it embeds pictures of a data set. Do not publish it, and do not pass it on.";

const STYLE = `
  :root { color-scheme: light; }
  body { font: 15px/1.45 system-ui, sans-serif; color: #1f2933; background: #fff; max-width: 1280px;
    margin: 0 auto; padding: 24px; }
  h1 { font-size: 21px; } h2 { font-size: 16px; margin: 30px 0 10px; }
  .warning { background: #fff4d6; border: 1px solid #e0b64c; border-radius: 6px; padding: 10px 14px; }
`;

/**
 * @param title plain text.
 * @param style CSS of this page alone.
 * @param body HTML; whatever comes from data must have gone through `escapeHtml`.
 * @param warning plain text in a box above everything.
 */
export function htmlPage(title: string, style: string, body: string, warning: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="robots" content="noindex">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
<p class="warning">${escapeHtml(warning)}</p>
<h1>${escapeHtml(title)}</h1>
${body}
</body>
</html>
`;
}

export function escapeHtml(text: string): string {
  return text
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}

/** A picture inside the page. */
export function pictureData(bytes: Buffer, format: "jpeg" | "png" | "webp"): string {
  return `data:image/${format};base64,${bytes.toString("base64")}`;
}
