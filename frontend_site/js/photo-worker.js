/** Decodes and scales pictures beside the page, so that the page never waits for it. */

// One after the other: a decoded photo takes four bytes for each of its pixels.
let last = Promise.resolve();
self.onmessage = ({ data }) => { last = last.then(() => work(data)); };

async function work({ id, file, sides, type, quality }) {
  try {
    const bitmap = await createImageBitmap(file);
    const { width, height } = bitmap;
    const pictures = [];
    for (const side of sides) pictures.push(await scaled(bitmap, side, type, quality));
    bitmap.close();
    self.postMessage({ id, width, height, pictures });
  } catch (error) {
    self.postMessage({ id, error: String(error) });
  }
}

async function scaled(bitmap, side, type, quality) {
  const factor = Math.min(1, side / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * factor));
  const height = Math.max(1, Math.round(bitmap.height * factor));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, 0, 0, width, height);
  return canvas.convertToBlob({ type, quality });
}
