// node compare.mjs FOLDER PROGRAM TOKENIZER COUNT SEED: compares `vtpu-model tokenize` and `detokenize` with the
// tokenizers library of Hugging Face (the Rust one, from FOLDER/node_modules) on COUNT random texts. Prints one line of
// JSON: how many texts differ and the first that does. Exit status 3 if the library cannot be loaded.
import {spawnSync} from 'node:child_process';
import {createRequire} from 'node:module';

const [folder, program, tokenizer, count, seed] = process.argv.slice(2);
let library;
try {
  library = createRequire(folder + '/')('@anush008/tokenizers');
} catch (error) {
  console.error(String(error).split('\n')[0]);
  process.exit(3);
}

// SplitMix64.
let state = BigInt(seed);
const mask = (1n << 64n) - 1n;
function below(bound) {
  state = (state + 0x9E3779B97F4A7C15n) & mask;
  let z = state;
  z = ((z ^ (z >> 30n)) * 0xBF58476D1CE4E5B9n) & mask;
  z = ((z ^ (z >> 27n)) * 0x94D049BB133111EBn) & mask;
  return Number((z ^ (z >> 31n)) % BigInt(bound));
}
const pick = (list) => list[below(list.length)];

const words = ('the quick brown fox jumps over lazy dog internationalization return function if else import ' +
               'München naïve straße où Ελλάδα Москва привет 東京 日本語 한국어 नमस्ते שלום مرحبا ไทย ﬁnd Ångström').split(' ');
const pieces = [
  () => pick(words),
  () => ' ' + pick(words),
  () => pick(["'s", "'T", "'re", "'VE", "'m", "'ll", "'D", "'ſ", "’s"]),
  () => pick([' ', '  ', '\t', '\n', '\r\n', '\n\n', '   \n', '\u00a0', '\u3000', '\u2028', '\u0085', '\ufeff']),
  () => String(below(10 ** (1 + below(9)))),
  () => pick(['.', ', ', '...', '!?', '();', '{}', ' ==', '->', '//', '"', '_', '—', '£']),
  () => pick(['<|im_start|>', '<|im_end|>', '<|endoftext|>', '<think>', '</think>', '<tool_call>', '<|im_', '<|', '<']),
  () => pick(['e\u0301', 'a\u0308\u0323', '\u0301', '\u1100\u1161\u11a8', '\u212b', '\ufb01', '\u0958', 'ạ̈']),
  () => pick(['🚀', '👩‍👩‍👧', '❤️', '🇩🇪', '👍🏽', '\u200d', '\ufe0f']),
  () => String.fromCharCode(32 + below(95)),
  () => pick(['x', 'ab', '=', '好']).repeat(1 + below(40)),
  () => {
    let c = below(below(2) ? 0x3000 : 0x110000);
    if (c >= 0xD800 && c < 0xE000) c = 0x41;
    return String.fromCodePoint(c);
  },
];
const texts = [];
for (let k = 0; k < Number(count); ++k) {
  let text = '';
  for (let n = 1 + below(12); n > 0; --n) text += pick(pieces)();
  texts.push(text);
}

function ours(command, lines) {
  const run = spawnSync(program, [command, tokenizer], {input: lines.join('\n') + '\n', maxBuffer: 1 << 30});
  if (run.status !== 0) throw new Error(run.stderr.toString());
  return run.stdout.toString().split('\n').slice(0, lines.length);
}

const peer = library.Tokenizer.fromFile(tokenizer);
const expected = [];
for (let k = 0; k < texts.length; k += 4096)
  for (const encoding of await peer.encodeBatch(texts.slice(k, k + 4096))) expected.push(encoding.getIds());
const tokens = ours('tokenize', texts.map((text) => JSON.stringify(text)));
// A random run of tokens may begin or end within a character.
const runs = expected.map((ids) => ids.slice(below(2), Math.max(1, ids.length - below(2))));
const decoded = ours('detokenize', runs.map((ids) => JSON.stringify(ids)));

const peer_decoded = await Promise.all(runs.map((ids) => peer.decode(ids, false)));

let differing = 0, first = null;
for (let k = 0; k < texts.length; ++k) {
  const text = peer_decoded[k];
  if (tokens[k] === JSON.stringify(expected[k]) && JSON.parse(decoded[k]) === text) continue;
  if (differing++ === 0)
    first = {text: texts[k], expected: expected[k], found: tokens[k], decoded: text, found_decoded: decoded[k]};
}
console.log(JSON.stringify({texts: texts.length, differing, first}));
