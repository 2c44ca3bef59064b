/** Files that people attach: small, valid, and different for each name, so that a mix-up shows. */
import { createHash } from 'node:crypto';
import { crc32, deflateSync } from 'node:zlib';

const sizePixels = 32;

/** A picture of 32 by 32 pixels whose pattern and colours follow from the name. */
export function photoPng(name: string): Uint8Array {
  const digest = createHash('sha256').update(name).digest();
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePixels, 0);
  header.writeUInt32BE(sizePixels, 4);
  header.set([8, 2], 8);
  const lines = Buffer.alloc(sizePixels * (1 + 3 * sizePixels));
  for (let y = 0; y < sizePixels; y++) {
    for (let x = 0; x < sizePixels; x++) {
      const isLit = ((digest[y % 16] ?? 0) >> (x % 8)) & 1;
      const at = y * (1 + 3 * sizePixels) + 1 + 3 * x;
      lines.set(digest.subarray(isLit === 1 ? 16 : 20, isLit === 1 ? 19 : 23), at);
    }
  }
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', deflateSync(lines)),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

function pngChunk(type: string, data: Uint8Array): Buffer {
  const typed = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.byteLength);
  check.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, check]);
}

/** One page that says whose invoice it is. `title` is plain text. */
export function invoicePdf(title: string): Uint8Array {
  const text = `BT /F1 14 Tf 60 760 Td (Invoice ${title.replaceAll(/[^\w -]/g, '')}) Tj ET`;
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${String(text.length)} >>\nstream\n${text}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ];
  let body = '%PDF-1.4\n';
  const offsets = objects.map((object, index) => {
    const offset = body.length;
    body += `${String(index + 1)} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`);
  const count = String(objects.length + 1);
  return Buffer.from(
    `${body}xref\n0 ${count}\n0000000000 65535 f \n${table.join('')}trailer\n<< /Size ${count} /Root 1 0 R >>\nstartxref\n${String(body.length)}\n%%EOF\n`,
    'latin1',
  );
}
