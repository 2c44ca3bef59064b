// @ts-check
/**
 * Draws `media/icon.png`, the icon of the extension: a waveform in two channels on a rounded square. Run by hand after a change
 * of the design; the picture is committed. Needs nothing but Node.
 */
import { writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';

const size = 128;
/** Samples a pixel and direction, against stairs at the edges. */
const samples = 4;

const top = [23, 78, 166];
const bottom = [13, 38, 89];
const agent = [255, 255, 255];
const customer = [94, 205, 228];

/** Bars: middle, then half heights of the upper (agent) and lower (customer) channel. */
const bars = [10, 22, 34, 16, 28, 12, 20, 32, 14, 8].map((upper, index) => ({
  x: 22.5 + index * 9.2,
  upper,
  lower: [6, 10, 14, 30, 24, 34, 18, 9, 26, 12][index] ?? 0,
}));

/**
 * Distance to a rounded rectangle; negative inside.
 * @param {number} x
 * @param {number} y
 * @param {number} left
 * @param {number} upper
 * @param {number} right
 * @param {number} lower
 * @param {number} radius
 */
function roundedDistance(x, y, left, upper, right, lower, radius) {
  const dx = Math.max(left + radius - x, x - (right - radius), 0);
  const dy = Math.max(upper + radius - y, y - (lower - radius), 0);
  return Math.hypot(dx, dy) - radius;
}

/** Colour of a point, undefined outside. @param {number} x @param {number} y */
function colourAt(x, y) {
  if (roundedDistance(x, y, 4, 4, size - 4, size - 4, 26) > 0) {
    return undefined;
  }
  for (const bar of bars) {
    if (roundedDistance(x, y, bar.x - 2.6, 61 - bar.upper, bar.x + 2.6, 62, 2.6) <= 0) {
      return agent;
    }
    if (roundedDistance(x, y, bar.x - 2.6, 66, bar.x + 2.6, 67 + bar.lower, 2.6) <= 0) {
      return customer;
    }
  }
  const ratio = y / size;
  return top.map((value, index) => value + ((bottom[index] ?? value) - value) * ratio);
}

/** Red, green, blue, alpha. @param {number} x @param {number} y */
function pixel(x, y) {
  const sum = [0, 0, 0];
  let covered = 0;
  for (let sx = 0; sx < samples; sx++) {
    for (let sy = 0; sy < samples; sy++) {
      const colour = colourAt(x + (sx + 0.5) / samples, y + (sy + 0.5) / samples);
      if (colour !== undefined) {
        covered++;
        colour.forEach((value, index) => (sum[index] = (sum[index] ?? 0) + value));
      }
    }
  }
  const alpha = Math.round((covered / samples ** 2) * 255);
  return covered === 0 ? [0, 0, 0, 0] : [...sum.map((value) => Math.round(value / covered)), alpha];
}

/** A chunk of a PNG file. @param {string} type @param {Buffer} data */
function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const out = Buffer.alloc(body.length + 8);
  out.writeUInt32BE(data.length, 0);
  body.copy(out, 4);
  out.writeUInt32BE(crc32(body), body.length + 4);
  return out;
}

const rows = Buffer.concat(
  Array.from({ length: size }, (_, y) =>
    Buffer.from([0, ...Array.from({ length: size }, (__, x) => pixel(x, y)).flat()]),
  ),
);
const header = Buffer.alloc(13);
header.writeUInt32BE(size, 0);
header.writeUInt32BE(size, 4);
header.set([8, 6, 0, 0, 0], 8);
writeFileSync(
  new URL('../media/icon.png', import.meta.url),
  Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]),
);
