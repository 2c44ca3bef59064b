/** Chats and e-mails in the conversation view, and what hostile people write in them. */
import assert from 'node:assert/strict';
import { gzipSync } from 'node:zlib';
import { isRecord } from '../../src/base/decode.ts';
import type { Page } from 'playwright-core';
import { ConversationPageFixture, files, snapshot } from '../support/conversationPageFixture.ts';
import { writtenFiles, writtenSnapshot } from '../support/writtenConversation.ts';

suite('Conversation view of what was written', function () {
  this.timeout(60_000);
  const view = new ConversationPageFixture();
  view.register();

  test('a chat shows who wrote what, on its side, and finds words', async () => {
    const { page, problems } = await view.openReady({
      snapshot: writtenSnapshot('chat'),
      files: writtenFiles,
    });
    assert.equal(await page.locator('.bubble').count(), 5);
    assert.deepEqual(await page.locator('.row .speaker').allTextContents(), [
      'Bot',
      'Ada Customer',
      'Dana Example',
      'Ada Customer',
      'Dana Example',
    ]);
    assert.match((await page.locator('.row').nth(2).getAttribute('class')) ?? '', /agent/u);
    await page.keyboard.press('/');
    await page.keyboard.type('INVOICE number');
    assert.equal(await page.locator('.count').textContent(), '1 of 1');
    assert.deepEqual(await page.locator('.match').allTextContents(), ['invoice number']);
    await page.keyboard.press('Escape');
    await page.locator('.filter', { hasText: 'Agent' }).click();
    assert.equal(await page.locator('.bubble').count(), 2);
    assert.equal(await page.locator('genesys-waveform').count(), 0);
    assert.deepEqual(problems, []);
  });

  test('an HTML e-mail is readable, and nothing of it runs, loads or styles', async () => {
    const requests: string[] = [];
    const opened = await view.open({ snapshot: writtenSnapshot('email'), files: writtenFiles });
    const { page, problems } = opened;
    page.on('request', (request) => requests.push(request.url()));
    await page.locator('.row').first().waitFor();
    const body = page.locator('.row').first().locator('.body');
    assert.match(
      (await body.textContent()) ?? '',
      /Dear support.*29,00 €.*my account <https:\/\/example\.com\/account\?a=1>.*\[Company logo\]/su,
    );
    assert.equal(await body.locator('th').count(), 2);
    assert.equal(
      await body.locator('img, script, style, iframe, a, [style], [onload], [onerror]').count(),
      0,
    );
    assert.equal(await page.locator('.subject').first().textContent(), 'Charged twice');
    assert.match(
      (await page.locator('.recipients').allTextContents()).join('|'),
      /Cc: team@example.org/u,
    );
    assert.equal(await page.evaluate('window.wasRun'), undefined);
    assert.deepEqual(problems, []);
    assert.deepEqual(
      requests.filter((url) => url.includes('example')),
      [],
    );
  });

  test('attachments are opened and revealed by their id; one that is not stored says why', async () => {
    const { page, messages } = await view.openReady({
      snapshot: writtenSnapshot('email'),
      files: writtenFiles,
    });
    await page.locator('.attachment .link', { hasText: 'invoice.pdf' }).click();
    await page.locator('button[aria-label="Reveal invoice.pdf"]').click();
    const sent = (await messages())
      .map((message) => (isRecord(message) ? message['value'] : undefined))
      .filter((value) => isRecord(value) && value['kind'] === 'openAttachment');
    const id = 'attachments/e1/invoice.pdf';
    assert.deepEqual(sent, [
      { kind: 'openAttachment', id, isRevealed: false },
      { kind: 'openAttachment', id, isRevealed: true },
    ]);
    assert.match(
      (await page.locator('.attachment').nth(1).textContent()) ?? '',
      /scan\.png: The platform lists this attachment/u,
    );
  });

  test('1 000 hostile payloads through every field stay text', async () => {
    const payloads = hostilePayloads(1000);
    const messages = payloads.map((payload, index) => ({
      id: payload,
      time: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
      subject: payload,
      from: { email: payload, name: payload },
      to: [{ email: payload, name: payload }],
      htmlBody: payload,
      textBody: payload,
    }));
    const written = writtenSnapshot('email');
    const some = (index: number): string => payloads[index] ?? '';
    const { page, problems } = await view.openReady({
      snapshot: {
        ...written,
        title: some(1),
        facts: payloads.slice(0, 4).map((payload) => ({ label: payload, value: payload })),
        notices: payloads.slice(4, 8),
        attachments: payloads.map((payload) => ({
          id: payload,
          messageId: payload,
          name: payload,
          sizeBytes: 1,
          problem: undefined,
        })),
      },
      files: new Map([
        ['/files/email.json.gz', gzipSync(JSON.stringify({ emailTranscript: messages }))],
      ]),
    });
    const seen = await visitRows(page, 1000);
    assert.equal(seen, 1000);
    assert.equal(await page.evaluate('window.wasRun'), undefined);
    assert.deepEqual(problems, []);
  });

  test('1 000 hostile payloads through every field of a call stay text', async () => {
    const payloads = hostilePayloads(1000);
    const startTimeMs = (index: number): number => snapshot.startMs + index * 50;
    const duration = { milliseconds: 40 };
    const file = {
      startTime: snapshot.startMs,
      transcripts: [
        {
          startTime: snapshot.startMs,
          language: payloads[0],
          phrases: payloads.map((payload, index) => ({
            text: payload,
            decoratedText: payload,
            startTimeMs: startTimeMs(index),
            duration,
            participantPurpose: payload,
            words: [{ word: payload, confidence: 0.1, startTimeMs: startTimeMs(index), duration }],
          })),
          analytics: {
            topics: payloads.map((payload, index) => ({
              topicName: payload,
              participant: payload,
              startTimeMs: startTimeMs(index),
              duration,
            })),
          },
        },
      ],
    };
    const [first = '', second = ''] = payloads;
    const { page, problems } = await view.openReady({
      snapshot: {
        ...snapshot,
        title: first,
        recordings: snapshot.recordings.map((recording) => ({
          ...recording,
          label: first,
          problems: payloads.slice(0, 3),
          channels: recording.channels.map((channel) => ({ ...channel, label: second })),
        })),
        segments: snapshot.segments.map((segment, index) => ({
          ...segment,
          label: payloads[index] ?? '',
          type: payloads[index] ?? '',
        })),
        speakers: payloads.map((name) => ({
          role: name,
          name,
          startMs: snapshot.startMs,
          endMs: undefined,
        })),
      },
      files: new Map([...files, ['/files/transcript.json.gz', gzipSync(JSON.stringify(file))]]),
    });
    await page.keyboard.press('v');
    assert.equal(await visitRows(page, 1000), 1000);
    assert.equal(await page.evaluate('window.wasRun'), undefined);
    assert.deepEqual(problems, []);
  });
});

/**
 * The list is virtual: scrolls until every row has been on the page once. @returns how many have, -1 when one of them brought an
 * element of its own
 */
async function visitRows(page: Page, count: number): Promise<number> {
  return await page.evaluate<number>(`(async () => {
    const list = document.querySelector('genesys-conversation-view').shadowRoot.querySelector('genesys-transcript').shadowRoot;
    const scroller = list.querySelector('.scroller');
    const seen = new Set();
    for (let step = 0; step < 4000 && seen.size < ${String(count)}; step++) {
      for (const row of list.querySelectorAll('.row')) seen.add(row.dataset.index);
      if (list.querySelector('img, script, iframe, svg, object, a, [onerror], [onload]')) return -1;
      scroller.scrollTop += scroller.clientHeight * 0.9;
      await new Promise((resolve) => requestAnimationFrame(resolve));
    }
    return seen.size;
  })()`);
}

/** Ways in that are known, combined with places and spellings. */
function hostilePayloads(count: number): readonly string[] {
  const run = 'window.wasRun=true';
  const shapes = [
    `<script>${run}</script>`,
    `<img src=x onerror="${run}">`,
    `<svg onload=${run}>`,
    `<svg><script>${run}</script></svg>`,
    `<iframe srcdoc="<script>parent.${run}</script>"></iframe>`,
    `<a href="javascript:${run}">x</a>`,
    `<body onload=${run}>`,
    `<details open ontoggle=${run}>`,
    `<math><mi xlink:href="javascript:${run}">x</mi></math>`,
    `<object data="javascript:${run}"></object>`,
    `<style>@import 'javascript:${run}'</style>`,
    `<meta http-equiv=refresh content="0;url=javascript:${run}">`,
    `<form action="javascript:${run}"><input type=submit autofocus onfocus=${run}></form>`,
    `<noscript><p title="</noscript><img src=x onerror=${run}>">`,
    `<template><img src=x onerror=${run}></template>`,
    `<table><td background="javascript:${run}">`,
    `\${${run}}`,
    `{{constructor.constructor('${run}')()}}`,
    `"><img src=x onerror=${run}>`,
    `' autofocus onfocus=${run} x='`,
    `--><script>${run}</script><!--`,
    `]]><script>${run}</script>`,
    `<!--lit-part--><img src=x onerror=${run}>`,
    `</span></div><script>${run}</script>`,
    `<video><source onerror=${run}></video>`,
  ];
  const dress = [
    (text: string): string => text,
    (text: string): string => text.toUpperCase().replaceAll('WINDOW.WASRUN=TRUE', run),
    (text: string): string => text.replaceAll('<', '<\u0000'),
    (text: string): string => text.replaceAll(' ', '/'),
    (text: string): string => text.replaceAll(' ', '\n\t'),
    (text: string): string => text.replaceAll('javascript', 'java&#115;cript'),
    (text: string): string => `<p>${text}`,
    (text: string): string => `<b><i>${text}</b></i>`,
    (text: string): string => text.repeat(2),
    (text: string): string => `\u202e${text}\u2028`,
  ];
  return Array.from({ length: count }, (_, index) => {
    const shape = shapes[index % shapes.length] ?? '';
    const worn = dress[Math.floor(index / shapes.length) % dress.length];
    return `${worn?.(shape) ?? shape} #${String(index)}`;
  });
}
